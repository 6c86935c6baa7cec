"""Live updates from a real server, and when its connection to the database is lost."""

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import time

import psycopg
from asgiref.testing import ApplicationCommunicator

from tests.capabilities.live.kit import J, Stream, alone, beside, cookie, scope, serving
from tests.conftest import CLUSTER
from tests.kernel.matters.conftest import Road
from tianping.capabilities.live.app import Live
from tianping.kernel.matters.readers.sequencer import sequence


def test_a_server_starts_and_stops_it(fresh):
    async def run():
        there = ApplicationCommunicator(Live(), {"type": "lifespan"})
        answers = []
        for event in ("startup", "shutdown"):
            await there.send_input({"type": f"lifespan.{event}"})
            answers.append((await there.receive_output(5))["type"])
        await there.wait(5)
        return answers

    assert alone(run()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_served_by_a_real_server_it_streams(fresh, database_url):
    one, cookies = Road().to("accepting"), cookie("handler")
    sequence(J)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tianping.config.settings"}
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "asgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-ws",
            "--log-level",
            "error",
            "tests.capabilities.live.served:application",
        ],
        env=env,
    )
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        answer = ask(browser, f"/live/events?matter={one.matter}", cookies)
        assert (answer.status, answer.getheader("Content-Type")) == (200, "text/event-stream; charset=utf-8")
        assert answer.readline() == b"id: 3\n"
        one.take("accept", "handler")
        sequence(J)
        lines = [answer.readline() for _ in range(5)]
        assert lines[2:4] == [b"id: 4\n", b"event: matter\n"]
        assert json.loads(lines[4].removeprefix(b"data: "))["step"] == "accept"
        answer.close()
    finally:
        browser.close()
        server.terminate()
        server.wait(timeout=15)


def ask(browser, path, cookies, seconds=10):
    until = time.monotonic() + seconds
    while True:
        try:
            browser.request("GET", path, headers={"Cookie": cookies})
            return browser.getresponse()
        except ConnectionRefusedError:
            browser.close()
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.1)


def test_the_feed_is_heard_again_after_the_connection_was_lost(fresh):
    one, cookies = Road().to("accepting"), cookie("handler")
    sequence(J)

    def cut():
        with psycopg.connect(CLUSTER.url("postgres", fresh), autocommit=True) as admin:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %%' AND datname = %s"
            assert admin.execute(cut, [fresh]).fetchall() == [(True,)]
        one.take("accept", "handler")

    async def run():
        async with serving() as app:
            stream = await Stream(app, scope(f"matter={one.matter}", cookies)).open()
            await stream.next()
            await asyncio.sleep(0.3)
            await beside(cut)
            heard = await stream.next()
            await stream.leave()
            return heard

    assert alone(run())[2]["step"] == "accept"
