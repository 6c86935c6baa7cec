"""The embedded server that the tests share: in memory where there is room, else on the disk.

Every test that commits has a database of its own, and each is more than a thousand files. Disks are slow at making and removing
those, and nothing in them is kept.
"""

import hashlib
import os
import shutil
from pathlib import Path

from tianping.config.postgres import Cluster, data_home

MEMORY = Path("/dev/shm")
ROOM = 4e9  # bytes that the memory's folder holds in all; containers give it far less unless they are told


def _home() -> Path:
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).total < ROOM:
        return data_home()
    mark = hashlib.sha256(str(data_home()).encode()).hexdigest()[:8]
    return MEMORY / f"tianping-test-{os.geteuid()}-{mark}"


CLUSTER = Cluster(_home() / "test-pg")


def stop() -> None:
    """Stop the server; memory is given back."""
    CLUSTER.stop()
    if CLUSTER.data.is_relative_to(MEMORY):
        shutil.rmtree(CLUSTER.data.parent, ignore_errors=True)
