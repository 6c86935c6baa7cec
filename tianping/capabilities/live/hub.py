"""One connection that listens to the feed for all listeners of this process."""

import asyncio
import contextlib
import logging
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from tianping.capabilities.notices.store import CHANNEL as LETTERS
from tianping.kernel.matters.readers.sequencer import CHANNEL

log = logging.getLogger(__name__)
_NOT_OURS = frozenset({"cursor_factory", "context", "prepare_threshold", "client_encoding"})


class Hub:
    """Wakes every listener when something was fed, and after each reconnection, because something may have been."""

    def __init__(self) -> None:
        self._bells: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._bells)

    def join(self, bell: asyncio.Event) -> None:
        self._bells.add(bell)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen())

    def leave(self, bell: asyncio.Event) -> None:
        self._bells.discard(bell)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (psycopg.Error, OSError) as error:
                log.warning("the feed cannot be heard, trying again: %s", type(error).__name__)
            await asyncio.sleep(1)

    async def _hear(self) -> None:
        wanted: dict[str, Any] = {k: v for k, v in connection.get_connection_params().items() if k not in _NOT_OURS}
        async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as listener:
            for channel in (CHANNEL, LETTERS):
                await listener.execute(f"LISTEN {channel}")
            self._ring()
            async for notice in listener.notifies():
                if notice.payload.partition(" ")[0] == settings.JURISDICTION:
                    self._ring()
