"""The demo county: built whole or built anew, never taken half; at an address where passkeys work."""

import json
import re
import signal
import socket

import psycopg
import pytest

from tianping.config.commands.demo import _welcome

COUNT = 12
CODE = f"""
from tianping.config.commands import demo
demo.COUNT = {COUNT}
from tianping.config.cli import main
main()
"""


@pytest.fixture
def place(scratch, tmp_path):
    return {"DATABASE_URL": scratch("demo"), "TIANPING_HOME": str(tmp_path / "home")}


def mark(url):
    with psycopg.connect(url) as own:
        row = own.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        return row.fetchone()[0]


def matters(url):
    with psycopg.connect(url) as own:
        return own.execute("SELECT count(*) FROM matter").fetchone()[0]


def test_one_that_was_killed_is_built_anew(start, place):
    first = start("demo", "--no-serve", env=place, code=CODE)
    first.until(f"青溪县的事项 {COUNT // 2}/{COUNT}")
    first.stop(signal.SIGKILL)
    assert mark(place["DATABASE_URL"]) == "tianping demo: building"
    left = matters(place["DATABASE_URL"])
    assert 0 < left < COUNT
    second = start("demo", "--no-serve", env=place, code=CODE)
    assert second.process.wait(60) == 0, second.said()
    assert "上次没有建完，从头再建。" in second.said()
    assert "http://localhost:8000/" in second.said()
    assert mark(place["DATABASE_URL"]) == "tianping demo: built"
    assert matters(place["DATABASE_URL"]) >= COUNT
    third = start("demo", "--no-serve", "--json", env=place, code=CODE)
    assert third.process.wait(60) == 0, third.said()
    assert json.loads(third.said())["matters"] == matters(place["DATABASE_URL"])


def test_two_do_not_build_at_once(start, place):
    first = start("demo", "--no-serve", env=place, code=CODE)
    first.until("青溪县的事项 1/")
    first.process.send_signal(signal.SIGSTOP)  # in the middle of it, however slow the second one starts
    try:
        second = start("demo", "--no-serve", env=place, code=CODE)
        assert second.process.wait(60) == 1
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert "另一个 tianping demo 正在建这个县" in second.said()
    assert first.process.wait(60) == 0


def test_a_database_that_is_no_demo_is_left_alone(start, database_url, tmp_path):
    from tests.kernel.matters.conftest import Road

    Road()
    env = {"DATABASE_URL": database_url, "TIANPING_HOME": str(tmp_path)}
    for words in (["--no-serve"], ["--no-serve", "--fresh"]):
        running = start("demo", *words, env=env)
        assert running.process.wait(30) == 1
        assert "不是演示县，没有动它" in running.said()
    assert matters(database_url) == 1


def test_a_taken_port_gives_way_to_the_next_but_one_asked_for_does_not():
    from tianping.config.commands.demo import _port

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert number < _port("127.0.0.1", number, chosen=False) <= number + 100
        with pytest.raises(SystemExit):
            _port("127.0.0.1", number, chosen=True)


@pytest.mark.django_db
def test_every_address_that_the_demo_prints_is_alive(client):
    said = "\n".join(_welcome("http://testserver/"))
    addresses = re.findall(r"http://testserver\S*", said)
    assert len(addresses) == 3
    for address in addresses:
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        assert answer["Content-Type"].startswith("text/html"), address
