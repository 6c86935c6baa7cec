"""Running `tianping` as an operator does: in this process against the test's database, or in one of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import psycopg
import pytest
from click.testing import CliRunner

from tests.conftest import CLUSTER
from tests.processes import uncovered
from tianping.config.cli import main
from tianping.config.database import admin_url


@pytest.fixture
def tianping(fresh, monkeypatch):
    """tianping("doctor", "--json") → click's result, with `.json` read."""
    monkeypatch.setenv("DATABASE_URL", CLUSTER.url("postgres", fresh))

    def run(*words):
        result = CliRunner().invoke(main, list(words), catch_exceptions=False)
        result.json = json.loads(result.stdout) if "--json" in words else None
        return result

    return run


@pytest.fixture
def scratch(fresh):
    """scratch("name") → the URL of a database that the test may make; dropped afterwards."""
    made = []

    def url(name):
        made.append(f"{name}_{os.getpid()}")
        return CLUSTER.url("postgres", made[-1])

    yield url
    with psycopg.connect(admin_url(CLUSTER.url("postgres")), autocommit=True) as admin:
        for name in made:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class Running:
    """A `tianping` in a process of its own, its words in a file."""

    def __init__(self, words, env, log, code=""):
        self.log = log
        start = ["-c", code] if code else ["-m", "tianping.config"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", *start, *words], env=uncovered() | env, stdout=out, stderr=out
            )

    def said(self):
        return self.log.read_text()

    def until(self, words, seconds=40):
        end = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(25)


@pytest.fixture
def start(tmp_path):
    """start("serve", env={...}) → Running; whatever still runs is stopped afterwards."""
    started = []

    def begin(*words, env, code=""):
        started.append(Running(words, env, tmp_path / f"said-{len(started)}", code))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
