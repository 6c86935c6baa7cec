"""Everything that runs, and how it is killed and brought back: PostgreSQL, the server, the worker, the clients."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench import stage
from bench.procfs import family
from bench.server import KINDS, free_port, wait_for
from tests.crash.controls import postmaster_of, read_log, start_again
from tests.crash.witness import TABLE
from tianping.config.postgres import Cluster

SERVER = "granian-asgi"  # what `tianping serve` starts


class House:
    """`clients` processes keep asking; `kill` takes one part away and brings it back."""

    def __init__(self, cluster: Cluster, folder: Path, clients: int) -> None:
        self.cluster = cluster
        self.folder = folder
        self.url = cluster.url("postgres", stage.DATABASE)
        self.env = (
            os.environ
            | stage.environment(self.url, stage.keys(cluster))
            | {
                "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
                "TIANPING_PROXIES": "127.0.0.1",
            }
        )
        self.port = free_port()
        self.noise = (folder / "noise.log").open("ab")
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(TABLE)
        self.server = self._server()
        self.worker = self._run("-m", "tianping.config", "work")
        wait_for(self.port, self.server)
        self.logs = [folder / f"client-{number}.log" for number in range(clients)]
        self.clients = [self._client(number, log, _tokens(self.env)) for number, log in enumerate(self.logs)]

    def _run(self, *args: str, **more: Any) -> "subprocess.Popen[Any]":
        return subprocess.Popen(
            [sys.executable, *args], env=self.env, cwd=stage.ROOT, stdout=self.noise, stderr=self.noise, **more
        )

    def _server(self) -> "subprocess.Popen[Any]":
        return self._run(*KINDS[SERVER](self.port))

    def _client(self, number: int, log: Path, tokens: str) -> "subprocess.Popen[Any]":
        client = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.client", str(number), str(self.port), str(log)],
            env=self.env,
            cwd=stage.ROOT,
            stdin=subprocess.PIPE,
            text=True,
        )
        print(tokens, file=client.stdin, flush=True)
        return client

    # ── killing ──
    def kill(self, part: str, chance: Random) -> None:
        """Kill -9 and bring back. Only processes that this object has started, or their children."""
        kinds: dict[str, Callable[[Random], None]] = {
            "PostgreSQL": self._kill_postmaster,
            "backend": self._kill_backend,
            "server": self._kill_server,
            "server's worker": self._kill_servers_worker,
            "worker": self._kill_worker,
        }
        kinds[part](chance)
        self._mend()

    def _kill_postmaster(self, _chance: Random) -> None:
        os.kill(postmaster_of(self.cluster), signal.SIGKILL)
        start_again(self.cluster)

    def _kill_backend(self, chance: Random) -> None:
        with psycopg.connect(self.url, autocommit=True) as owner:
            found = owner.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database()"
                " AND pid <> pg_backend_pid()"
            ).fetchall()
            if found:
                os.kill(chance.choice(found)[0], signal.SIGKILL)
            self._wait_until_down(owner)

    def _wait_until_down(self, owner: "psycopg.Connection[Any]") -> None:
        """PostgreSQL ends every session when one was killed."""
        with contextlib.suppress(psycopg.OperationalError):
            for _ in range(100):
                owner.execute("SELECT 1")
                time.sleep(0.02)

    def _kill_server(self, _chance: Random) -> None:
        _kill_family(self.server)
        self.server = self._server()

    def _kill_servers_worker(self, chance: Random) -> None:
        if children := family(self.server.pid)[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)

    def _kill_worker(self, _chance: Random) -> None:
        _kill_family(self.worker)

    def _mend(self) -> None:
        """Everything runs again and answers."""
        until = time.monotonic() + 60
        while True:
            self._supervise()
            try:
                wait_for(self.port, self.server, 8)
            except RuntimeError:  # it has ended with one of its workers, or hangs
                _kill_family(self.server)
                if time.monotonic() > until:
                    raise
            else:
                return

    def _supervise(self) -> None:
        """What has ended is started again, as systemd does."""
        if self.worker.poll() is not None:
            self.worker = self._run("-m", "tianping.config", "work")
        if self.server.poll() is not None:
            _kill_family(self.server)
            self.server = self._server()

    # ── watching ──
    def acknowledged(self) -> int:
        return sum(log.read_bytes().count(b"\n") for log in self.logs if log.exists())

    def wait_for_more(self, seconds: float = 60) -> None:
        """Until every client has been answered since: the load is on again."""
        before = [log.stat().st_size if log.exists() else 0 for log in self.logs]
        until = time.monotonic() + seconds
        while not all(log.exists() and log.stat().st_size > size for log, size in zip(self.logs, before, strict=True)):
            if time.monotonic() > until or any(c.poll() is not None for c in self.clients):
                raise RuntimeError(f"a client has stopped or gets no answer; see {self.folder}")
            self._supervise()  # a server that has lost a worker goes on for a moment and ends then
            time.sleep(0.02)

    def close(self) -> None:
        """Clients finish what they have asked; then the worker does what is left."""
        for client in self.clients:
            client.stdin.close()  # type: ignore[union-attr]
        for client in self.clients:
            client.wait(timeout=60)
        self.worker.terminate()
        self.worker.wait(timeout=60)
        self._run("-m", "tianping.config", "work", "--once").wait(timeout=300)

    def stop(self) -> None:
        """End what still runs."""
        for process in [self.server, self.worker, *self.clients]:
            if process.poll() is None:
                _kill_family(process)
            if process.stdin is not None:
                process.stdin.close()
        self.noise.close()

    def acks(self) -> list[Any]:
        return read_log(*self.logs)


def _kill_family(process: "subprocess.Popen[Any]") -> None:
    """The process first, then its children: a server that was killed alone would leave them on its port."""
    for pid in family(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _tokens(env: dict[str, str]) -> str:
    """A token for each who takes steps, as JSON."""
    script = (
        "import django, json; django.setup()\n"
        "from tianping.kernel.agencies.models import User\n"
        "from tianping.web.api.tokens import issue\n"
        "who = {'dispatcher': 'liuxiaoyan', 'handler': 'caoyong'}\n"
        "print(json.dumps({k: issue(User.objects.get(username=v), 'crash', ('advance',), 2).token for k, v in who.items()}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=stage.ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.dumps(json.loads(done.stdout))
