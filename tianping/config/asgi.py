"""One door for a small house: server-sent events answered here, everything else handed to the WSGI pages and API in threads.

A larger one gives /live/ to a process of this application alone and the rest to `tianping.config.wsgi`, behind its proxy.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
django.setup()

from tianping.capabilities.live.app import Live  # noqa: E402  # after Django is set up
from tianping.config.threads import Message, Pages, Receive, Send  # noqa: E402  # likewise
from tianping.config.wsgi import application as pages  # noqa: E402  # likewise

_pages = Pages(pages)
live = Live()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """ASGI 3. The server's life-cycle messages go to the live part, which has something to open and close."""
    if scope["type"] == "lifespan" or str(scope.get("path", "")).startswith("/live/"):
        await live(scope, receive, send)
    else:
        await _pages(scope, receive, send)
