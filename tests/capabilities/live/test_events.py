"""Live updates: heard by who may see, resumed without loss, silent to everybody else."""

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as conf
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from tests.conftest import CLUSTER
from tests.kernel.matters.conftest import Road
from tests.people import WHO, actor
from tianping.capabilities.live import look
from tianping.capabilities.live.app import Live
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import Appointment, User
from tianping.kernel.matters.readers.sequencer import sequence
from tianping.kernel.parties.models import Party

J = "990101"


def session(user):
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), conf.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store


def cookie(who):
    user = who if isinstance(who, User) else User.objects.get(username=WHO[who])
    return f"{conf.SESSION_COOKIE_NAME}={session(user).session_key}"


def scope(query, cookies="", last=None, method="GET", path="/live/events"):
    headers = [(b"cookie", cookies.encode())]
    if last is not None:
        headers.append((b"last-event-id", str(last).encode()))
    return {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}


class Stream:
    """One listener; `next` gives its next event, heartbeats left out."""

    def __init__(self, app, asked):
        self.there = ApplicationCommunicator(app, asked)
        self.rest, self.beats = "", 0

    async def open(self):
        await self.there.send_input({"type": "http.request"})
        start = await self.there.receive_output(5)
        self.status = start["status"]
        return self

    async def next(self, seconds=5):
        while "\n\n" not in self.rest:
            message = await self.there.receive_output(seconds)
            if not message.get("more_body"):
                return None
            self.rest += message["body"].decode()
            while self.rest.startswith(":\n\n"):
                self.rest, self.beats = self.rest[3:], self.beats + 1
        event, _gap, self.rest = self.rest.partition("\n\n")
        found = dict(line.split(": ", 1) for line in event.split("\n"))
        return int(found["id"]), found.get("event"), json.loads(found["data"])

    async def leave(self):
        await self.there.send_input({"type": "http.disconnect"})
        await self.there.wait(5)


@asynccontextmanager
async def serving(**values):
    app = Live(**({"gap": 0} | values))
    try:
        yield app
    finally:
        await app.close()


def status(asked, **values):
    async def run():
        async with serving(**values) as app:
            stream = await Stream(app, asked).open()
            if stream.status == 200:
                await stream.leave()
            return stream.status

    return asyncio.run(run())


def beside(walk):
    """Do it in a thread beside the loop, and feed what came of it."""

    def run():
        try:
            found = walk()
            sequence(J)
            return found
        finally:
            look.let_go()

    return asyncio.to_thread(run)


def test_who_may_see_a_matter_hears_that_it_moved(fresh):
    one, cookies = Road().to("accepting"), cookie("handler")
    sequence(J)

    async def run():
        async with serving() as app:
            stream = await Stream(app, scope(f"matter={one.matter}", cookies)).open()
            greeting = await stream.next()
            await beside(lambda: one.take("accept", "handler"))
            heard = await stream.next()
            await stream.leave()
            return greeting, heard

    (position, name, _data), heard = asyncio.run(run())
    assert (position, name) == (3, None)
    assert heard == (
        4,
        "matter",
        {"matter": str(one.matter), "procedure": "intake", "state": "handling", "step": "accept"},
    )


def test_a_list_hears_of_what_is_in_sight_and_of_nothing_else(fresh):
    cookies, other = cookie("handler"), cookie("other_handler")

    async def run():
        async with serving() as app:
            mine, theirs = (
                await Stream(app, scope("list=1", cookies)).open(),
                await Stream(app, scope("list=1", other)).open(),
            )
            assert (await mine.next())[1] is None
            assert (await theirs.next())[1] is None
            protected = await beside(lambda: Road(violence="yes"))
            one = await beside(lambda: Road().to("accepting"))
            names = [(await mine.next())[1:] for _ in range(2)]
            with pytest.raises(asyncio.TimeoutError):
                await theirs.next(0.4)
            return one, protected, names, mine.rest

    one, protected, names, rest = asyncio.run(run())
    assert [name for name, _data in names] == ["worklist", "triage"]
    assert {data["matter"] for _name, data in names} == {str(one.matter)}
    assert str(protected.matter) not in rest


def test_a_listener_that_was_away_loses_nothing(fresh):
    one, cookies = Road(), cookie("dispatcher")
    sequence(J)
    one.to("answered")
    sequence(J)

    async def run(asked):
        async with serving() as app:
            stream = await Stream(app, asked).open()
            heard = [await stream.next() for _ in range(6)]
            await stream.leave()
            return heard

    by_header = asyncio.run(run(scope(f"matter={one.matter}", cookies, last=1)))
    by_query = asyncio.run(run(scope(f"matter={one.matter}&last_event_id=1", cookies)))
    assert by_header == by_query
    assert [(position, data["step"]) for position, _name, data in by_header] == list(
        zip(range(2, 8), ["triage", "dispatch", "accept", "finish", "verify", "answer"], strict=True)
    )


@pytest.mark.parametrize("last", [10**9, 0])
def test_a_listener_that_was_away_too_long_is_told_to_look_anew(fresh, last, monkeypatch):
    one, cookies = Road().to("answered"), cookie("dispatcher")
    sequence(J)
    monkeypatch.setattr(look, "FAR", 3)

    async def run():
        async with serving() as app:
            stream = await Stream(app, scope(f"matter={one.matter}&names=road,terms", cookies, last=last)).open()
            heard = [await stream.next(), await stream.next()]
            await stream.leave()
            return heard

    assert asyncio.run(run()) == [(7, "road", {"position": 7}), (7, "terms", {"position": 7})]


def test_more_than_fits_into_one_look_comes_in_order(fresh, monkeypatch):
    one, cookies = Road().to("answered"), cookie("dispatcher")
    sequence(J)
    monkeypatch.setattr(look, "MOST", 2)

    async def run():
        async with serving() as app:
            stream = await Stream(app, scope(f"matter={one.matter}", cookies, last=1)).open()
            heard = [(await stream.next())[0] for _ in range(6)]
            await stream.leave()
            return heard

    assert asyncio.run(run()) == [2, 3, 4, 5, 6, 7]


def test_what_must_not_be_heard_is_refused(fresh):
    one, hidden = Road().to("accepting"), Road(violence="yes")
    handler, other = cookie("handler"), cookie("other_handler")
    asked = {
        401: [scope("list=1"), scope("list=1", "sessionid=nonsense")],
        404: [
            scope(f"matter={one.matter}", other),
            scope(f"matter={hidden.matter}", handler),
            scope(f"matter={uuid4()}", handler),
            scope("matter=x", handler),
            scope("list=1", handler, path="/live/other"),
        ],
        400: [scope("", handler), scope("list=1&names=Bad%20Name", handler)],
        405: [scope("list=1", handler, method="POST")],
        200: [scope(f"matter={one.matter}", handler)],
    }
    for wanted, scopes in asked.items():
        assert [status(s) for s in scopes] == [wanted] * len(scopes)
    assert status(scope("list=1", handler), most=0) == 503


def test_a_proven_citizen_hears_of_their_own_matter(fresh):
    one, another = Road(), Road()
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role="reporter").subject_id
    cookies = cookie(
        User.objects.create(jurisdiction=J, username="zhou", name="周桂兰", kind="citizen", subject_id=subject)
    )
    assert status(scope(f"matter={one.matter}", cookies)) == 200
    assert status(scope(f"matter={another.matter}", cookies)) == 404


def test_who_has_logged_out_or_lost_the_post_hears_no_more(fresh):
    one, user = Road().to("accepting"), User.objects.get(username=WHO["handler"])
    store = session(user)
    cookies, keyed = f"{conf.SESSION_COOKIE_NAME}={store.session_key}", cookie("handler")
    sequence(J)

    async def run(asked, end):
        async with serving(recheck=0, heartbeat=0.05) as app:
            stream = await Stream(app, asked).open()
            await stream.next()
            await beside(end)
            return await stream.next()

    assert asyncio.run(run(scope("list=1", cookies), store.delete)) is None

    def leave():
        Appointment.objects.filter(user_id=user.id).update(until=timezone.localdate() - timezone.timedelta(days=1))

    assert asyncio.run(run(scope(f"matter={one.matter}", keyed), leave)) is None


def test_a_silent_stream_says_that_it_lives(fresh):
    cookies = cookie("dispatcher")

    async def run():
        async with serving(heartbeat=0.05) as app:
            stream = await Stream(app, scope("list=1", cookies)).open()
            await stream.next()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.4):
                    await stream.next()
            await stream.leave()
            return stream.beats

    assert asyncio.run(run()) >= 2


def test_the_post_that_is_worked_in_decides_what_is_in_sight(fresh):
    store = session(User.objects.get(username=WHO["dispatcher"]))
    store["post"] = str(actor("dispatcher").post)
    store.save()
    found = look.who(f"{conf.SESSION_COOKIE_NAME}={store.session_key}")
    assert (found.post, found.lo) == (actor("dispatcher").post, "qingxi.")


def test_a_server_starts_and_stops_it(fresh):
    async def run():
        there = ApplicationCommunicator(Live(), {"type": "lifespan"})
        answers = []
        for event in ("startup", "shutdown"):
            await there.send_input({"type": f"lifespan.{event}"})
            answers.append((await there.receive_output(5))["type"])
        await there.wait(5)
        return answers

    assert asyncio.run(run()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


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
            cut = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN tp_feed' AND datname = %s"
            )
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

    assert asyncio.run(run())[2]["step"] == "accept"
