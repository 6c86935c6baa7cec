"""A real PostgreSQL for every test: one embedded cluster, a template with the demo county loaded, a clone a worker.

Tests marked `django_db` run in a transaction that is rolled back. What must commit (concurrency, kill, feed) asks for `fresh`,
a database of its own.
"""

import gc
import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from coverage import Coverage
from django.db import connections
from hypothesis import settings as hypothesis_settings

from tests.cluster import CLUSTER
from tianping.config.database import admin_url, ensure_database

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "qingxi-demo-2026"
hypothesis_settings.register_profile("shared", deadline=None)  # a busy machine is no fault of what is tested
hypothesis_settings.load_profile("shared")


def _mark() -> str:
    """What the template is made of: the schema of every part, settings, packs, and all code that loads them."""
    patterns = (
        "tianping/**/*.sql",
        "tianping/**/migrations/*.py",
        *(f"tianping/kernel/{part}/**/*.py" for part in ("packs", "agencies", "places", "parties")),
        *(f"tianping/config/{name}.py" for name in ("settings", "database", "postgres", "county")),
        "tests/make_template.py",
        "tests/hashing.py",
        "packs/**/*",
    )
    digest = hashlib.sha256()
    for file in sorted({f for pattern in patterns for f in ROOT.glob(pattern) if f.is_file()}):
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:10]


def make_template():
    """The name of the template database; made once for this state of the tree, whoever comes first."""
    CLUSTER.start(durable=False)
    name = f"template_{_mark()}"
    with psycopg.connect(admin_url(CLUSTER.url("postgres")), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(20261124)")
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]).fetchone() is None:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            ensure_database(CLUSTER.url("postgres", name), "tianping_app")
            env = os.environ | {
                "DATABASE_URL": CLUSTER.url("postgres", name),
                "TIANPING_KEYS": str(CLUSTER.data.parent / "test-keys"),
            }
            subprocess.run([sys.executable, str(ROOT / "tests" / "make_template.py"), PASSWORD], env=env, check=True)
            admin.execute(f"ALTER DATABASE {name} WITH IS_TEMPLATE true")
        admin.execute("SELECT pg_advisory_unlock(20261124)")
    return name


def pytest_collection_finish(session):
    """What was imported stays to the end: no collection of garbage need go through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def template():
    return make_template()


def _clone(template: str, name: str) -> None:
    with psycopg.connect(admin_url(CLUSTER.url("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute("SELECT pg_advisory_lock(20261125)")  # a template may be copied by one at a time
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        admin.execute("SELECT pg_advisory_unlock(20261125)")


def _drop(name: str) -> None:
    with psycopg.connect(admin_url(CLUSTER.url("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _use(name: str) -> str:
    settings_dict = connections["default"].settings_dict
    before = settings_dict["NAME"]
    connections["default"].close()
    settings_dict |= {"NAME": name, "HOST": str(CLUSTER.socket), "USER": "postgres", "PASSWORD": "", "PORT": ""}
    return before


@pytest.fixture(scope="session", autouse=True)
def static_files(tmp_path_factory):
    """Collected as every server does it before its first page."""
    from django.conf import settings

    from tianping.config.static import collect

    settings.STATIC_ROOT = str(tmp_path_factory.mktemp("static"))
    collect()
    # Each test client makes its middleware anew: a file is looked up when it is asked for, not all of them each time.
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_setup(template, django_db_blocker):
    """Instead of Django's own test database: a clone of the template, reached as the application's role."""
    from django.conf import settings

    settings.KEY_FOLDER = CLUSTER.data.parent / "test-keys"
    settings.SECOND_FACTOR = "offered"  # tests of pages log in with a password; those of log-in say "required"
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
    name = f"test_{os.getpid()}"
    _clone(template, name)
    with django_db_blocker.unblock():
        _use(name)
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
    _drop(name)


_checkpoints = itertools.count()


@pytest.fixture(autouse=True)
def checkpoint_folder(settings, monkeypatch, tmp_path_factory):
    """Checkpoints tell of one record, and every test has its own: here and in the processes that it starts."""
    settings.CHECKPOINT_FOLDER = tmp_path_factory.getbasetemp() / f"checkpoints-{next(_checkpoints)}"
    monkeypatch.setenv("TIANPING_CHECKPOINTS", str(settings.CHECKPOINT_FOLDER))
    return settings.CHECKPOINT_FOLDER


@pytest.fixture
def fresh(template, django_db_setup, django_db_blocker):
    """A database of its own, for tests that commit. Its name; connections of this process use it."""
    name = f"fresh_{os.getpid()}"
    _clone(template, name)
    with django_db_blocker.unblock():
        before = _use(name)
        yield name
        _use(before)
    _drop(name)


@pytest.fixture(scope="module")
def uncounted():
    """Coverage is what the other tests reach: these repeat it a thousand times, and would only be slower."""
    counting = Coverage.current()
    if counting is None:
        yield
        return
    counting.stop()
    yield
    counting.start()


@pytest.fixture
def database_url(fresh):
    """The URL of the fresh database, for processes that the test starts."""
    return CLUSTER.url("postgres", fresh)
