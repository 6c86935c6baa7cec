"""The deployment's settings with one more reader of the feed: the witness, which writes down what it was brought."""

from tianping.config.settings import *  # noqa: F403  # settings are names

READERS = [*READERS, "tests.crash.witness.Witness"]  # noqa: F405
