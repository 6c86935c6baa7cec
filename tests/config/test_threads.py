"""The one door: requests of one process are answered beside each other."""

import asyncio
import threading

import pytest
from asgiref.testing import ApplicationCommunicator

from tests.capabilities.live.kit import alone
from tianping.config.threads import IN_MEMORY, Pages

SCOPE = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "http_version": "1.1", "headers": []}


class Whole(list):
    """An answer that says it is whole, as Django's does."""

    streaming = False
    closed = None

    def close(self):
        self.closed = threading.current_thread().name


def asked(application, *messages, **scope):
    """Every message of the answer to one request."""

    async def ask():
        one = ApplicationCommunicator(application, SCOPE | scope)
        for message in messages or ({"type": "http.request", "body": b"", "more_body": False},):
            await one.send_input(message)
        await one.wait(20)
        said = []
        while not one.output_queue.empty():
            said.append(one.output_queue.get_nowait())
        return said

    return alone(ask())


def part(body, *, more):
    return {"type": "http.request", "body": body, "more_body": more}


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Whole([environ["wsgi.input"].read()])


def test_a_whole_answer_is_one_message_and_is_closed_in_its_thread():
    answer = Whole([b"a", b"b"])
    closed = threading.Event()

    def page(_environ, start_response):
        start_response("201 Created", [("X-Place", "here")])
        return answer

    answer.close = lambda: (Whole.close(answer), closed.set())
    start, body = asked(Pages(page))
    assert (start["status"], start["headers"]) == (201, [(b"x-place", b"here")])
    assert (body["body"], body.get("more_body", False)) == (b"ab", False)
    assert closed.wait(10)
    assert answer.closed.startswith("pages-")


def test_an_answer_in_parts_goes_out_part_by_part():
    closed = threading.Event()

    def parts():
        try:
            yield b"one"
            yield b""
            yield b"two"
        finally:
            closed.set()

    def page(_environ, start_response):
        start_response("200 OK", [])
        return parts()

    _start, *bodies = asked(Pages(page))
    assert [(b["body"], b.get("more_body", False)) for b in bodies] == [(b"one", True), (b"two", True), (b"", False)]
    assert closed.wait(10)


def test_an_answer_without_any_part_is_still_one():
    def page(_environ, start_response):
        start_response("204 No Content", [])
        return []

    start, body = asked(Pages(page))
    assert (start["status"], body["body"]) == (204, b"")


def test_a_body_is_read_to_its_end_however_long_it_is():
    long = b"x" * IN_MEMORY
    _start, body = asked(Pages(echo), part(long, more=True), part(b"the end", more=False))
    assert body["body"] == long + b"the end"
    _start, body = asked(Pages(echo), part(b"short", more=False))
    assert body["body"] == b"short"


@pytest.mark.parametrize("before", [(), (part(b"half", more=True),)])
def test_who_goes_away_before_all_was_said_is_not_answered(before):
    assert asked(Pages(echo), *before, {"type": "http.disconnect"}) == []


def test_a_header_with_an_underscore_cannot_pass_for_the_proxys():
    def page(environ, start_response):
        start_response("200 OK", [])
        return Whole([environ.get("HTTP_X_FORWARDED_FOR", "nobody").encode()])

    _start, body = asked(Pages(page), headers=[(b"x_forwarded_for", b"10.0.0.1")])
    assert body["body"] == b"nobody"
    _start, body = asked(Pages(page), headers=[(b"x_forwarded_for", b"10.0.0.1"), (b"x-forwarded-for", b"10.0.0.2")])
    assert body["body"] == b"10.0.0.2"


def test_a_hundred_and_one_headers_of_one_name_are_refused():
    start, body = asked(Pages(echo), headers=[(b"x-many", b"1")] * 101)
    assert (start["status"], body["body"]) == (400, b"too many headers of one name")


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


def test_a_request_that_is_given_up_keeps_its_body_and_thread_until_it_is_done(monkeypatch):
    monkeypatch.setattr("tianping.config.threads.THREADS", 1)
    begun, go_on, read = threading.Event(), threading.Event(), []

    def page(environ, start_response):
        if environ["PATH_INFO"] == "/slow/":
            begun.set()
            assert go_on.wait(20)
            read.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return Whole([b"well"])

    async def run():
        application = Pages(page)
        slow = ApplicationCommunicator(application, SCOPE | {"path": "/slow/"})
        await slow.send_input(part(b"a long story", more=False))
        assert await asyncio.to_thread(begun.wait, 20)
        slow.stop()  # as a server does when the connection is gone
        after = ApplicationCommunicator(application, SCOPE)
        await after.send_input(part(b"", more=False))
        assert await after.receive_nothing(0.2), "the thread is still at work"
        go_on.set()
        start = await after.receive_output(20)
        await after.wait(20)
        return start["status"]

    assert alone(run()) == 200
    assert read == [b"a long story"]
