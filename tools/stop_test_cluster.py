"""Stops the embedded servers of the tests, but for those that ran before.

stop_test_cluster.py --list             the folders of test clusters that run now, one line
stop_test_cluster.py [--keep "A B"]     stop every test cluster that is not named
"""

import argparse
import contextlib

from tianping.config.postgres import Cluster, PostgresError, data_home


def running() -> list[Cluster]:
    """The clusters that tests made (`test-…` beside the installation's own) and that run."""
    return [
        c for f in sorted(data_home().glob("test-*")) if (f / "postmaster.pid").exists() and (c := Cluster(f)).running()
    ]


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--list", action="store_true")
    words.add_argument("--keep", default="")
    asked = words.parse_args()
    if asked.list:
        print(*(c.data.name for c in running()))
        return
    for cluster in running():
        if cluster.data.name not in asked.keep.split():
            with contextlib.suppress(PostgresError):
                cluster.stop()


main()
