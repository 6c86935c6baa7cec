"""Stops the embedded server of the tests.

python -m tools.stop_test_cluster --running     "yes" when it runs now, else nothing
python -m tools.stop_test_cluster               stop it
"""

import argparse
import contextlib

from tests.cluster import CLUSTER, stop
from tianping.config.postgres import PostgresError


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--running", action="store_true")
    if words.parse_args().running:
        print("yes" if CLUSTER.running() else "")
        return
    with contextlib.suppress(PostgresError):
        stop()


main()
