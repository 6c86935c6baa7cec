"""The server as `tianping serve` runs it: it listens, replaces what was killed, says no warnings and stops cleanly."""

import os
import signal
import socket
import time
import urllib.request
from pathlib import Path

import pytest


def children(pid):
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def named(pid, words):
    return next(c for c in children(pid) if words in Path(f"/proc/{c}/cmdline").read_text().replace("\0", " "))


def ask(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/progress/", timeout=10) as answer:
        return answer.status


def answers(port):
    try:
        return ask(port) == 200
    except OSError:
        return False


@pytest.fixture
def served(start, database_url, port, tmp_path):
    env = {"DATABASE_URL": database_url, "TIANPING_HOME": str(tmp_path), "TIANPING_KEYS": str(_keys())}
    running = start("serve", "--port", str(port), "--workers", "1", env=env)
    running.until(f"http://localhost:{port}/")
    return running


def _keys():
    from tests.conftest import CLUSTER

    return CLUSTER.data.parent / "test-keys"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_without_a_warning_and_stops_when_told(served, port, number):
    assert ask(port) == 200
    began = time.monotonic()
    assert served.stop(number) == 0
    assert time.monotonic() - began < 12
    assert served.said().splitlines()[1:] == ["停下了"]
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def test_what_is_killed_is_replaced(served, port):
    server = named(served.process.pid, "granian")
    (web,) = children(server)
    os.kill(web, signal.SIGKILL)
    worker = named(served.process.pid, "tianping.config work")
    os.kill(worker, signal.SIGKILL)
    served.until("后台退出了（-9），再启动一次")
    end = time.monotonic() + 20
    while not answers(port) and time.monotonic() < end:
        time.sleep(0.2)
    assert ask(port) == 200
    assert children(server) != [web]
    assert named(served.process.pid, "tianping.config work") != worker
    assert served.stop() == 0


def test_a_taken_port_is_said_with_another(start, database_url, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        env = {"DATABASE_URL": database_url, "TIANPING_HOME": str(tmp_path)}
        running = start("serve", "--port", str(number), env=env)
        assert running.process.wait(30) == 1
    assert f"端口{number}已经有程序在用。换一个：--port" in running.said()


def test_a_part_that_falls_again_and_again_ends_everything(monkeypatch, capfd, port):
    from tianping.config import services

    monkeypatch.setattr(services, "server_command", lambda *_words: ["false"])
    with pytest.raises(SystemExit) as ended:
        services.run_services("127.0.0.1", port, 1, work=False, ready=[])
    assert ended.value.code == 1
    said = capfd.readouterr().err
    assert said.count("再启动一次") == 4
    assert "网页服务一再退出，都停下了。" in said


def test_a_part_that_does_not_stop_is_killed(monkeypatch):
    from tianping.config import services

    part = services.Part("x", ["sh", "-c", "trap '' TERM; echo; sleep 60"])
    part.start()
    time.sleep(0.3)
    part.ask_to_stop()
    part.wait(time.monotonic() + 0.2)
    assert part.process.returncode == -signal.SIGKILL
