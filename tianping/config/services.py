"""Keeping the server and the worker running: each a process of its own, started again when it falls, stopped in good order."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field

import click

from tianping.config.terminal import fail, say
from tianping.config.words import gettext as _

PATIENCE = 15.0  # seconds that a part may take to stop before it is killed
MOST_FALLS, FALLS_WITHIN = (
    5,
    60.0,
)  # so many falls in so many seconds: something is wrong that starting again does not mend


def server_command(host: str, port: int, workers: int) -> list[str]:
    """Start granian with pages, API and live updates; a web process that is killed is replaced, one that hangs is not waited for."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "tianping.config.asgi:application"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "5"),
        *("--no-ws", "--log-level", "warning"),
    ]


def free(host: str, port: int) -> bool:
    """Whether this port can be listened on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as granian does: one just left is free
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def next_free(host: str, port: int) -> int | None:
    """The first free port of the next hundred after `port`."""
    return next((p for p in range(port + 1, min(port + 101, 65536)) if free(host, p)), None)


@dataclass
class Part:
    """One process that is kept running. Signals of the terminal do not reach it: it is told to stop when its turn comes."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    falls: "deque[float]" = field(default_factory=lambda: deque(maxlen=MOST_FALLS))

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)

    def tend(self) -> bool:
        """Start it again when it has fallen. False when it falls too often."""
        if self.process is None or self.process.poll() is None:
            return True
        now = time.monotonic()
        self.falls.append(now)
        if len(self.falls) == MOST_FALLS and now - self.falls[0] < FALLS_WITHIN:
            return False
        say(_("%(part)s退出了（%(code)s），再启动一次") % {"part": self.name, "code": self.process.returncode})
        self.start()
        return True

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)  # it and its own children
            self.process.wait()


def run_services(host: str, port: int, workers: int, *, work: bool, ready: list[str]) -> None:
    """Start each part, print `ready` when the server listens, and stay until SIGTERM or Ctrl+C; exit code 0 then.

    A part that falls is started again; one that falls five times a minute ends everything with exit code 1.
    """
    if not free(host, port):
        other = next_free(host, port)
        fail(_("端口%(port)s已经有程序在用。换一个：--port %(other)s") % {"port": port, "other": other or "…"})
    parts = [Part(_("网页服务"), server_command(host, port, workers))]
    if work:
        parts.append(Part(_("后台"), [sys.executable, "-m", "tianping.config", "work"]))
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    fallen = ""
    try:
        for part in parts:
            part.start()
        waiting = ready
        while not stop.is_set() and not fallen:
            if waiting and _listens(host, port):
                click.echo("\n".join(waiting))
                waiting = []
            fallen = next((part.name for part in parts if not part.tend()), "")
            stop.wait(0.2)
    finally:
        for part in parts:
            part.ask_to_stop()
        until = time.monotonic() + PATIENCE
        for part in parts:
            part.wait(until)
        for number, handler in before.items():
            signal.signal(number, handler)
    if fallen:
        fail(_("%(part)s一再退出，都停下了。原因见上面的输出。") % {"part": fallen})
    say(_("停下了"))


def _listens(host: str, port: int) -> bool:
    where = {"::": "::1"}.get(host, host)  # 0.0.0.0 answers by itself
    try:
        with socket.create_connection((where, port), timeout=1):
            return True
    except OSError:
        return False
