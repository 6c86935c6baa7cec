"""Making the database and bringing it to the current schema, as its owner."""

import os
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from tianping.config.postgres import default_cluster

EXTENSIONS = ("ltree", "pg_trgm", "btree_gin")
_GROWN = 1000  # entries that the statistics know of


def admin_url(url: str) -> str:
    """The same server, its maintenance database."""
    parts = urlsplit(url)
    return parts._replace(path="/postgres").geturl()


def exists(url: str) -> bool:
    """Whether the server has the database that the URL names."""
    name = unquote(urlsplit(url).path.lstrip("/"))
    with psycopg.connect(admin_url(url)) as admin:
        return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def ensure_database(url: str, app_role: str, *, template: str = "") -> bool:
    """Make the application's role, the database and its extensions. True when the database is new.

    Needs a login that may create roles and databases; on a server of the operator's own they may exist already.
    """
    name = unquote(urlsplit(url).path.lstrip("/"))
    with psycopg.connect(admin_url(url), autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app_role]).fetchone() is None:
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(app_role)))
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(app_role)))
        new = not exists(url)
        clone = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        if new:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + clone)
    if not template:  # an earlier try may have been interrupted here
        with psycopg.connect(url, autocommit=True) as own:
            for extension in EXTENSIONS:
                own.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    return new


def migrate(url: str) -> None:
    """Bring the schema up to date in a process of its own that acts as the owner of the tables."""
    env = os.environ | {
        "DATABASE_URL": url,
        "TIANPING_AS_OWNER": "1",
        "DJANGO_SETTINGS_MODULE": "tianping.config.settings",
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], env=env, check=True)


def analyze_while_young(url: str) -> bool:
    """Let the database look at its tables if it still knows nothing of them; whether it was asked to.

    Until its own round comes by, its plans are those for tables of which nothing is known, and each of the first thousands of
    steps costs it twice as much (`docs/admin/performance.md`). A login that owns no table changes nothing.
    """
    with psycopg.connect(url, autocommit=True) as own:
        (known,) = own.execute("SELECT reltuples FROM pg_class WHERE oid = 'entry'::regclass").fetchone() or (0,)
        young = bool(known < _GROWN)
        if young:
            own.execute("ANALYZE")
        return young


def start_embedded() -> str:
    """The URL of the database, starting the embedded server when no other is named."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    cluster = default_cluster()
    cluster.start()
    return cluster.url("postgres")
