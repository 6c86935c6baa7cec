"""One door for a small house: server-sent events answered here, everything else handed to the WSGI pages and API in threads.

A larger one gives /live/ to a process of this application alone and the rest to `tianping.config.wsgi`, behind its proxy.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django
from asgiref.wsgi import WsgiToAsgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
django.setup()

from tianping.capabilities.live.app import Live  # noqa: E402  # after Django is set up
from tianping.config.wsgi import application as pages  # noqa: E402

Message = MutableMapping[str, Any]
_pages = WsgiToAsgi(pages)  # type: ignore[no-untyped-call]
live = Live()


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """ASGI 3. The server's life-cycle messages go to the live part, which has something to open and close."""
    if scope["type"] == "lifespan" or str(scope.get("path", "")).startswith("/live/"):
        await live(scope, receive, send)
        return

    async def answer(
        message: Message,
    ) -> None:  # asgiref warns of a `send` that is not a coroutine function; granian's is none
        await send(message)

    await _pages(scope, receive, answer)
