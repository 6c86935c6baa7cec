"""A process that reports through the kernel's door as fast as it can and writes down what it was told; for the careless server."""

import sys
from contextlib import suppress
from uuid import uuid4

import django
from django.db import OperationalError


def main() -> None:
    django.setup()
    from bench.stage import JURISDICTION
    from bench.workers import tell
    from tianping.kernel.service import guest_actor, report

    guest = guest_actor(JURISDICTION)
    tell(ready=True)
    sys.stdin.readline()
    # Two processes append; the server is killed under them, which is what they are for.
    with open(sys.argv[2], "a", buffering=1) as log, suppress(OperationalError):  # noqa: PTH123
        while True:
            key = str(uuid4())
            done = report(actor=guest, form={"description": "水已经流到楼道里了。", "title": key}, key=key)
            log.write(f"{key}\treport\t{done.entry}\t{done.matter}\n")


if __name__ == "__main__":
    main()
