"""The one door: requests of one process are answered beside each other."""

import asyncio
import threading

from asgiref.testing import ApplicationCommunicator

from tests.capabilities.live.kit import alone
from tianping.config.threads import Pages

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "http_version": "1.1", "headers": []}


def test_a_page_that_takes_long_holds_up_no_other():
    meeting = threading.Barrier(3, timeout=20)  # passed only by three at once

    def page(_environ, start_response):
        meeting.wait()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [threading.current_thread().name.encode()]

    async def ask(application):
        one = ApplicationCommunicator(application, SCOPE)
        await one.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await one.receive_output(20)
        body = await one.receive_output(20)
        await one.wait(20)
        return start["status"], body["body"]

    async def run():
        application = Pages(page)
        return await asyncio.gather(*(ask(application) for _ in range(3)))

    answers = alone(run())
    assert [status for status, _name in answers] == [200, 200, 200]
    assert len({name for _status, name in answers}) == 3


def test_what_fails_gives_its_thread_back(monkeypatch):
    monkeypatch.setattr("tianping.config.threads.THREADS", 1)

    def page(environ, start_response):
        if environ["PATH_INFO"] == "/bad/":
            raise ZeroDivisionError
        start_response("200 OK", [])
        return [b"well"]

    async def ask(application, path):
        one = ApplicationCommunicator(application, SCOPE | {"path": path})
        await one.send_input({"type": "http.request", "body": b"", "more_body": False})
        try:
            await one.wait(20)
        except ZeroDivisionError:
            return "failed"
        return "answered"

    async def run():
        application = Pages(page)
        return [await ask(application, path) for path in ("/bad/", "/", "/bad/", "/")]

    assert alone(run()) == ["failed", "answered", "failed", "answered"]
