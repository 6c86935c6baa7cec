"""What moved, as a surface: the rows of the feed, and the stream that a browser listens to, which stands outside the resolver."""

import asyncio
from typing import Any

from tests.authz.surfaces import Said, Surface, quiet, whole
from tests.authz.web import Clients
from tests.authz.world import Canary, World
from tianping.capabilities.live.app import PATH, Live
from tianping.capabilities.live.look import news
from tianping.kernel.lifecycle.state import Actor

WAIT = 2.0  # seconds for the first words of a stream


def heard(actor: Actor, canary: Canary) -> str:
    """All that an actor may hear of, from the beginning."""
    return quiet(lambda: [row for row in news(actor, 0, None).rows if row.matter == canary.receipt.matter])


def heard_of_one(actor: Actor, canary: Canary) -> str:
    return quiet(lambda: news(actor, 0, canary.receipt.matter).rows)


class Streams:
    """One loop and one application for all of them. The first words of each stream, and its status, are its answer."""

    def __init__(self, world: World) -> None:
        self.clients = Clients(world)
        self.loop = asyncio.new_event_loop()
        self.live = Live(threads=1, gap=0)

    def close(self) -> None:
        self.loop.run_until_complete(self.live.close())
        self.loop.close()

    def one(self, actor: Actor, canary: Canary) -> str:
        return self._ask(actor, f"matter={canary.receipt.matter}&last_event_id=0")

    @whole
    def all(self, actor: Actor, _canary: Canary) -> str:
        return self._ask(actor, "list=1&last_event_id=0")

    def _ask(self, actor: Actor, query: str) -> Said:
        cookies = self.clients.of(actor).cookies
        held = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        return self.loop.run_until_complete(self._listen(query, held))

    async def _listen(self, query: str, cookies: str) -> Said:
        told: list[str] = []
        heard_enough = asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                told.append(f"status {message['status']}")
            else:
                told.append(message.get("body", b"").decode())
                heard_enough.set()

        async def receive() -> dict[str, Any]:
            await heard_enough.wait()
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": PATH, "query_string": query.encode()}
        scope["headers"] = [(b"cookie", cookies.encode())]
        async with asyncio.timeout(WAIT):
            await self.live(scope, receive, send)
        return Said("\n".join(told), typed=query)


def feed_surfaces(streams: Streams) -> dict[str, Surface]:
    return {
        "feed:heard": heard,
        "feed:one": heard_of_one,
        "feed:stream": streams.one,
        "feed:stream-list": streams.all,
    }
