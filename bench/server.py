"""The real server of the project, as `tianping serve` starts it, and the other ways it could be started."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from bench.stage import ROOT
from tianping.config.services import server_command

WORKERS = 2


def _shipped(port: int) -> list[str]:
    return server_command("127.0.0.1", port, WORKERS)[1:]


def _wsgi(port: int) -> list[str]:
    return [
        *("-m", "granian", "--interface", "wsgi", "--blocking-threads", "4", "tianping.config.wsgi:application"),
        *("--port", str(port), "--workers", str(WORKERS), "--no-ws", "--log-level", "warning"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "5"),
    ]


def _gthread(port: int) -> list[str]:
    return [
        *("-m", "gunicorn", "tianping.config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(WORKERS), "--worker-class", "gthread", "--threads", "4"),
        *("--access-logfile", "/dev/null", "--log-level", "warning"),
    ]


KINDS = {"granian-asgi": _shipped, "granian": _wsgi, "gthread": _gthread}
"""Name -> arguments of Python for a port; the first is what `tianping serve` starts. gunicorn's sync worker is not among them:
it closes the connection after each answer."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(arguments: list[str], env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, *arguments], env=os.environ | env, cwd=ROOT, stdout=subprocess.DEVNULL)


def answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/api/v1/openapi.json")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def wait_for(port: int, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    """Until the server answers. Raises RuntimeError when it ends or takes too long."""
    until = time.monotonic() + seconds
    while not answers(port):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the server did not come up; its words stand above")
        time.sleep(0.1)


@contextmanager
def serving(kind: str, env: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A running server: its port and its process id."""
    port = free_port()
    process = started(KINDS[kind](port), env | {"TIANPING_PROXIES": "127.0.0.1"})
    try:
        wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def working(env: dict[str, str]) -> Iterator[int]:
    """A running worker (`tianping work`): its process id."""
    process = started(["-m", "tianping.config", "work"], env)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)
