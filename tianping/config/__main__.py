"""`python -m tianping.config` is `tianping`."""

from tianping.config.cli import main

main()
