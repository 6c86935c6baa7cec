"""The WSGI pages behind an ASGI server: a few requests of a process beside each other, each in a thread of its own.

asgiref carries every part of an answer from the thread to the loop and waits until it is sent, three times for the smallest page
(0.2 ms of processor time), and never closes the answer. Here a page that is whole goes over at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from asgiref.wsgi import WsgiToAsgiInstance

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
THREADS: Final = 8  # of one process, each with a connection of its own once it is used; the last one used is used next
IN_MEMORY: Final = 1 << 16  # bytes of a request's body; what is longer goes to a temporary file
_TOO_MANY: Final = b"too many headers of one name"


class _Exchange(WsgiToAsgiInstance):
    """One request and its answer; what the environment and `start_response` of WSGI hold is asgiref's."""

    result: Iterable[bytes] = ()
    whole = False  # whether the first part is all

    def __init__(self, application: Wsgi, scope: Message, body: IO[bytes]) -> None:
        super().__init__(application)  # type: ignore[no-untyped-call]  # asgiref has no types
        self.scope = scope
        self.body = body

    def begin(self) -> bytes:
        """Run the application; the first part of its answer, or all of it. In the request's thread."""
        try:
            environ = self.build_environ(self.scope, self.body)  # type: ignore[no-untyped-call]  # likewise
        except ValueError:
            self.start_response("400 Bad Request", [("Content-Type", "text/plain")])  # type: ignore[no-untyped-call]  # likewise
            self.whole = True
            return _TOO_MANY
        self.result = self.wsgi_application(environ, self.start_response)
        self.whole = not getattr(self.result, "streaming", True)
        if self.whole:
            return b"".join(self.result)
        self.parts: Iterator[bytes] = iter(self.result)
        return self.more()

    def more(self) -> bytes:
        """The next part; an empty one is the last. In the request's thread."""
        return next((part for part in self.parts if part), b"")

    def close(self) -> None:
        """Let go of the body and tell the application that it is over, as WSGI asks (PEP 3333). In the request's thread."""
        self.body.close()
        if hasattr(self.result, "close"):
            self.result.close()


class Pages:
    """The WSGI application as an ASGI one, a few requests at a time."""

    def __init__(self, application: Wsgi) -> None:
        self.application = application
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            return  # who asked has gone
        # An underscore would let a caller write what only the proxy may say: X_Forwarded_For becomes the same name in WSGI.
        scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name]}
        exchange = _Exchange(self.application, scope, body)
        free = self._threads()
        thread = await free.get()  # taken when the request has come in whole: who sends slowly holds up nobody
        loop = asyncio.get_running_loop()
        try:
            part = await loop.run_in_executor(thread, exchange.begin)
            await send(exchange.response_start)
            while part and not exchange.whole:
                await send({"type": "http.response.body", "body": part, "more_body": True})
                part = await loop.run_in_executor(thread, exchange.more)
            await send({"type": "http.response.body", "body": part})
        finally:
            # Not waited for, since nobody may be left who waits; but until then the thread is at work on this request.
            loop.run_in_executor(thread, exchange.close).add_done_callback(lambda _closed: free.put_nowait(thread))

    def _threads(self) -> "asyncio.LifoQueue[ThreadPoolExecutor]":
        if self._free is None:  # made in the loop that uses it
            self._free = asyncio.LifoQueue()
            for number in range(THREADS):
                self._free.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"pages-{number}"))
        return self._free


async def _read(receive: Receive) -> IO[bytes] | None:
    """The request's body, from its beginning; None when the connection ended before it had come."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        return BytesIO(message.get("body", b""))
    body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by who uses it
    while message["type"] == "http.request":
        body.write(message.get("body", b""))
        if not message.get("more_body"):
            body.seek(0)
            return body
        message = await receive()
    body.close()
    return None
