"""Server-sent events: a page hears that a matter moved and fetches what it shows anew, with its own rights.

A pure ASGI application in a process of its own, because a listener holds its connection for hours:

    GET /live/events?matter=<id>       one matter; events are named "matter"
    GET /live/events?list=1            every matter in sight; events are named "worklist" and "triage"
    …&names=a,b                        other names for the events

Every stream also tells "letters" when one came to the listener that nobody has read. Each event's id is the position in the
feed. `Last-Event-ID` (or `?last_event_id=`) goes on from there without loss; a listener that was away too long gets one event
without a matter, which means that anything may have changed.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from tianping.capabilities.live.hub import Hub
from tianping.capabilities.live.look import News, let_go, news, sees, who
from tianping.kernel.service import Actor

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

PATH: Final = "/live/events"
_NAMES = re.compile(r"[a-z][a-z-]{0,19}(,[a-z][a-z-]{0,19}){0,4}")
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Refusal(Exception):  # noqa: N818  # an answer, not an accident
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(slots=True)
class Listener:
    """One open stream."""

    actor: Actor
    cookies: str
    matter: UUID | None
    names: tuple[str, ...]
    position: int | None
    bell: asyncio.Event
    checked: float
    letters: datetime | None = None  # the newest that it was told of


class Live:
    """The application. `heartbeat` and `recheck` in seconds: how often a silent stream says that it lives, and how often the
    session behind it is looked at again; `most`: streams at once; `gap`: at least so long between two looks of one stream."""

    def __init__(
        self, *, heartbeat: float = 15, recheck: float = 60, most: int = 2000, gap: float = 0.2, threads: int = 4
    ) -> None:
        self.heartbeat = heartbeat
        self.recheck = recheck
        self.most = most
        self.gap = gap
        self.threads = threads
        self.hub = Hub()
        self._threads: list[ThreadPoolExecutor] = []
        self._free: asyncio.Queue[ThreadPoolExecutor] = asyncio.Queue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            try:
                listener = await self._admit(scope)
            except Refusal as refusal:
                await _answer(send, refusal)
                return
            await self._stream(listener, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def close(self) -> None:
        """Stop listening, and close each thread's connection in its own thread."""
        await self.hub.close()
        threads, self._threads = self._threads, []
        for thread in threads:
            await asyncio.get_running_loop().run_in_executor(thread, let_go)
            thread.shutdown()

    async def _ask(self, question: Callable[..., T], *values: Any) -> T:
        """Ask the database in one of the few threads that hold a connection."""
        if not self._threads:
            self._threads = [ThreadPoolExecutor(1, thread_name_prefix="live") for _ in range(self.threads)]
            self._free = asyncio.Queue()
            for each in self._threads:
                self._free.put_nowait(each)
        thread = await self._free.get()
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, question, *values)
        finally:
            self._free.put_nowait(thread)

    async def _admit(self, scope: Scope) -> Listener:
        if scope["path"] != PATH:
            raise Refusal(404, "not here")
        if scope["method"] != "GET":
            raise Refusal(405, "GET only")
        if len(self.hub) >= self.most:
            raise Refusal(503, "too many listeners")
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        matter = _matter(query)
        names = query.get("names", "matter" if matter else "worklist,triage")
        if not _NAMES.fullmatch(names):
            raise Refusal(400, "names: small letters, up to five")
        cookies = headers.get("cookie", "")
        actor = await self._ask(who, cookies)
        if actor is None:
            raise Refusal(401, "log in first")
        if matter is not None and not await self._ask(sees, actor, matter):
            raise Refusal(404, "not here")
        last = headers.get("last-event-id") or query.get("last_event_id", "")
        position = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else None
        return Listener(actor, cookies, matter, tuple(names.split(",")), position, asyncio.Event(), monotonic())

    async def _stream(self, listener: Listener, receive: Receive, send: Send) -> None:
        self.hub.join(listener.bell)
        gone = asyncio.ensure_future(_gone(receive))
        telling = asyncio.ensure_future(self._tell(listener, send))
        try:
            await asyncio.wait({gone, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.hub.leave(listener.bell)
            for task in (gone, telling):
                task.cancel()
            results = await asyncio.gather(gone, telling, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, OSError):
                log.error("a stream ended: %s", type(result).__name__, exc_info=result)

    async def _tell(self, listener: Listener, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        listener.bell.set()
        greeted = False
        while await self._still(listener):
            if listener.bell.is_set():
                listener.bell.clear()
                found = await self._ask(news, listener.actor, listener.position, listener.matter)
                if found.more:
                    listener.bell.set()
                if not greeted or found.rows or found.skipped:
                    await _write(send, _events(listener, found))
                if greeted and found.letters and found.letters != listener.letters:
                    await _write(send, _event(found.position, "letters", {}))
                greeted, listener.position, listener.letters = True, found.position, found.letters
                await asyncio.sleep(self.gap)
            try:
                async with asyncio.timeout(self.heartbeat):
                    await listener.bell.wait()
            except TimeoutError:
                await _write(send, ":\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _still(self, listener: Listener) -> bool:
        """Whether the session still stands; its rights are taken anew, so that a revoked post hears no more."""
        if monotonic() - listener.checked < self.recheck:
            return True
        listener.checked = monotonic()
        actor = await self._ask(who, listener.cookies)
        if actor is None or (listener.matter is not None and not await self._ask(sees, actor, listener.matter)):
            return False
        listener.actor = actor
        return True


def _matter(query: dict[str, str]) -> UUID | None:
    if "matter" not in query:
        if query.get("list") != "1":
            raise Refusal(400, "matter=<id> or list=1")
        return None
    try:
        return UUID(query["matter"])
    except ValueError:
        raise Refusal(404, "not here") from None


def _events(listener: Listener, found: News) -> str:
    """The entries as events, one for each name; with none, an unnamed one that only carries the position."""
    if found.skipped:
        return "".join(_event(found.position, name, {"position": found.position}) for name in listener.names)
    told = "".join(
        _event(
            row.position,
            name,
            {"matter": str(row.matter), "procedure": row.procedure, "state": row.state, "step": row.step},
        )
        for row in found.rows
        for name in listener.names
    )
    return told or _event(found.position, "", {"position": found.position})


def _event(position: int, name: str, data: dict[str, Any]) -> str:
    named = f"event: {name}\n" if name else ""
    return f"id: {position}\n{named}data: {json.dumps(data)}\n\n"


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, refusal: Refusal) -> None:
    body = str(refusal).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if refusal.status == 503:
        headers.append((b"retry-after", b"30"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
