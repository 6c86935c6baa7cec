"""The stage of every measurement: a durable PostgreSQL of its own, with the demo county loaded.

`stage()` gives a fresh cluster in a folder that is removed afterwards; `kept()` one that stays between runs. Both are
embedded servers with the settings that `tianping serve` uses: fsync and synchronous commit are on.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tianping.config.database import admin_url, ensure_database
from tianping.config.postgres import Cluster, data_home

ROOT = Path(__file__).resolve().parent.parent
JURISDICTION = "990101"
PASSWORD = "bench-of-qingxi-2026"  # noqa: S105  # of a fictional county in a folder that is thrown away
DATABASE = "bench"


@contextmanager
def stage(*, durable: bool = True) -> Iterator[Cluster]:
    """A cluster of its own with the county in database `bench`; stopped and removed at the end."""
    data_home().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=data_home()))
    folder.chmod(0o755)  # the server's own user goes through it; the data folder inside is 0700
    cluster = Cluster(folder / "pg")
    try:
        cluster.start(durable=durable)
        county(cluster, DATABASE, folder / "keys")
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(cluster.socket, ignore_errors=True)


def kept(name: str) -> Cluster:
    """A running durable cluster that stays for later runs."""
    cluster = Cluster(data_home() / name / "pg")
    cluster.data.parent.mkdir(parents=True, exist_ok=True)
    cluster.start()
    return cluster


def keys(cluster: Cluster) -> Path:
    return cluster.data.parent / "keys"


def county(cluster: Cluster, database: str, keys_folder: Path) -> None:
    """A database with schema, packs, offices and people of the demo county."""
    url = cluster.url("postgres", database)
    ensure_database(url, "tianping_app")
    env = os.environ | environment(url, keys_folder)
    subprocess.run([sys.executable, str(ROOT / "tests" / "make_template.py"), PASSWORD], env=env, check=True)


def environment(url: str, keys_folder: Path) -> dict[str, str]:
    """What a process needs to work on this database."""
    return {
        "DATABASE_URL": url,
        "TIANPING_KEYS": str(keys_folder),
        "TIANPING_CHECKPOINTS": str(
            keys_folder.parent / "checkpoints" / f"{url.rpartition('/')[2].partition('?')[0]}-{os.getpid()}"
        ),
        "DJANGO_SETTINGS_MODULE": "tianping.config.settings",
        "TIANPING_SECRET_KEY": hashlib.sha256(url.encode()).hexdigest(),
        "TIANPING_JURISDICTION": JURISDICTION,
        "PYTHONPATH": str(ROOT),
    }


def enter(url: str, keys_folder: Path) -> None:
    """Set Django up in this process on this database."""
    os.environ.update(environment(url, keys_folder))
    import django  # noqa: PLC0415  # the settings read the environment that was just set

    django.setup()


def schema_mark() -> str:
    """What the tables are made of, in ten characters."""
    digest = hashlib.sha256()
    for file in sorted([*ROOT.glob("tianping/**/migrations/*.py"), *ROOT.glob("tianping/**/*.sql")]):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:10]


def drop(cluster: Cluster, database: str) -> None:
    with psycopg.connect(admin_url(cluster.url("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
