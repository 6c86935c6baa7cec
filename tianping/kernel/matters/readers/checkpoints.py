"""Checkpoints go out by themselves: once a day, or after so many entries, where every chain stands is written beside the database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.ledger import checkpoints
from tianping.kernel.matters.proof.witness import end_of_feed, make
from tianping.kernel.matters.readers.cursor import Batch, Reader

EVERY: Final = timedelta(days=1)


class Checkpoints(Reader):
    """Needs nothing of an entry but that it was fed, so it only looks now and then how far the feed has come."""

    name = "checkpoints"

    def read(self, batch: Batch) -> None:
        """The position alone is of use."""

    def tend(self, jurisdiction: str) -> int:
        """One more checkpoint, if it is time. Raises NotWholeError and CheckpointError: the log then says what is wrong."""
        folder: Path = settings.CHECKPOINT_FOLDER
        last = checkpoints.newest(folder)
        with acting(system_actor(jurisdiction, self.name)):
            ahead = end_of_feed(jurisdiction) - (last.position if last else 0)
        soon = last is not None and datetime.now(UTC) - last.at < EVERY
        if soon and 0 <= ahead < settings.CHECKPOINT_ENTRIES:
            return 0
        return int(make(jurisdiction, settings.NODE, folder) is not None)
