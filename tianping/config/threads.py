"""The WSGI pages behind an ASGI server: a few requests of a process beside each other, each in a thread of its own."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from asgiref.sync import ThreadSensitiveContext
from asgiref.wsgi import WsgiToAsgi, WsgiToAsgiInstance

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

        request = _InTurn(self.wsgi_application, self.duplicate_header_limit)  # type: ignore[no-untyped-call]  # asgiref has no types there
        request.free = self._threads()
        await request(scope, receive, answer)

    def _threads(self) -> "asyncio.LifoQueue[ThreadPoolExecutor]":
        if not hasattr(self, "_free"):  # made in the loop that uses it
            self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
            for number in range(THREADS):
                self._free.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"pages-{number}"))
        return self._free
