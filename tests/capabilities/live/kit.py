"""A listener, a session and the application beside it."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from asgiref.testing import ApplicationCommunicator
from django.conf import settings as conf
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from tests.people import WHO
from tianping.capabilities.live import look
from tianping.capabilities.live.app import Live
from tianping.kernel.agencies.models import User
from tianping.kernel.matters.readers.sequencer import sequence

J = "990101"


def session(user):
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), conf.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["second"] = str(user.pk)  # shown at log-in; without it nobody is logged in where it is required
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


def alone(coroutine):
    """Run it in a thread of its own: a browser test in the same process may have left its loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def status(asked, **values):
    async def run():
        async with serving(**values) as app:
            stream = await Stream(app, asked).open()
            if stream.status == 200:
                await stream.leave()
            return stream.status

    return alone(run())


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
