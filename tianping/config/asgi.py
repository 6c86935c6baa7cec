"""One door for a small house: server-sent events answered here, everything else handed to the WSGI pages and API in threads.

A larger one gives /live/ to a process of this application alone and the rest to `tianping.config.wsgi`, behind its proxy.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import django
from asgiref.sync import ThreadSensitiveContext
from asgiref.wsgi import WsgiToAsgi, WsgiToAsgiInstance

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
django.setup()

from tianping.capabilities.live.app import Live  # noqa: E402  # after Django is set up
from tianping.config.wsgi import application as pages  # noqa: E402

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
THREADS: Final = 8  # of one process, each with a connection of its own once it is used; the last one used is used next


class _InTurn(WsgiToAsgiInstance):
    """One request. asgiref would hand all requests of a process to one thread, and an export would hold up every page."""

    free: "asyncio.LifoQueue[ThreadPoolExecutor]"

    async def run_wsgi_app(self, body: Any) -> None:
        thread = await self.free.get()  # taken when the request has come in whole: who sends slowly holds up nobody
        try:
            async with ThreadSensitiveContext(executor=thread):
                await super().run_wsgi_app(body)
        finally:
            self.free.put_nowait(thread)


class Pages(WsgiToAsgi):
    """The WSGI application as an ASGI one, a few requests at a time."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:  # asgiref asks for a coroutine function; granian's `send` is none
            await send(message)

        request = _InTurn(self.wsgi_application, self.duplicate_header_limit)  # type: ignore[no-untyped-call]
        request.free = self._threads()
        await request(scope, receive, answer)

    def _threads(self) -> "asyncio.LifoQueue[ThreadPoolExecutor]":
        if not hasattr(self, "_free"):  # made in the loop that uses it
            self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
            for number in range(THREADS):
                self._free.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"pages-{number}"))
        return self._free


_pages = Pages(pages)  # type: ignore[no-untyped-call]
live = Live()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """ASGI 3. The server's life-cycle messages go to the live part, which has something to open and close."""
    if scope["type"] == "lifespan" or str(scope.get("path", "")).startswith("/live/"):
        await live(scope, receive, send)
    else:
        await _pages(scope, receive, send)
