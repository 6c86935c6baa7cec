"""The worker: sequencer, readers, scan of due terms, and what readers do beside the feed, each in a thread of its own.

A part that fails is logged and tried again later and later; the others go on. Nothing is kept in memory that a kill could
take: every part goes on from the database.
"""

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string

from tianping.kernel.matters.readers.cursor import BATCH, Reader, run_once
from tianping.kernel.matters.readers.due import scan
from tianping.kernel.matters.readers.sequencer import BATCH as OUTBOX_BATCH
from tianping.kernel.matters.readers.sequencer import CHANNEL, sequence

log = logging.getLogger(__name__)
DEFAULT: Final = (
    "tianping.kernel.matters.readers.followers.Followers",
    "tianping.kernel.matters.readers.counters.Counters",
)
OUTBOX_SECONDS = 0.2
FEED_SECONDS = 2.0  # a NOTIFY wakes the readers sooner
TEND_SECONDS = 5.0
SCAN_SECONDS = 60.0
_LONGEST = 60.0  # the longest wait after failures


@dataclass
class Part:
    """One thing that the worker keeps doing. `run` answers how much it did.

    After a `full` round the next one follows at once; after less it waits until it is woken, or `idle` seconds: reading two
    entries costs nearly as much as reading two hundred, and on a busy day that would be taken from those who report.
    """

    name: str
    run: Callable[[], int]
    idle: float
    full: int = 1
    wake: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    failures: int = 0

    def once(self) -> int:
        """One round; a failure is logged and answers -1."""
        try:
            count = self.run()
        except Exception:
            log.exception("%s: failed, will be tried again", self.name)
            self.failures += 1
            return -1
        self.failures = 0
        self.done += count
        return count

    def keep(self, stop: threading.Event) -> None:
        while not stop.is_set():
            close_old_connections()  # one that broke is made anew
            count = self.once()
            if count >= self.full:
                continue
            self.wake.wait(min(_LONGEST, 2.0**self.failures) if count < 0 else self.idle)
            self.wake.clear()
        connection.close()


def readers() -> list[Reader]:
    """The readers of this deployment (`READERS`, dotted paths)."""
    return [import_string(path)() for path in getattr(settings, "READERS", DEFAULT)]


def parts(jurisdiction: str) -> list[Part]:
    """Everything that the worker does, in an order in which one round of each carries a step all the way."""
    found = readers()

    def read(reader: Reader) -> Part:
        return Part(reader.name, lambda: run_once(reader, jurisdiction), FEED_SECONDS, BATCH)

    def tend(reader: Reader) -> Part:
        return Part(f"{reader.name}: beside", lambda: reader.tend(jurisdiction), TEND_SECONDS)

    tending = [r for r in found if type(r).tend is not Reader.tend]
    return [
        Part("due", lambda: scan(jurisdiction, found), SCAN_SECONDS, sys.maxsize),
        Part("sequencer", lambda: sequence(jurisdiction), OUTBOX_SECONDS, OUTBOX_BATCH),
        *(read(reader) for reader in found),
        *(tend(reader) for reader in tending),
    ]


def work(jurisdiction: str, *, once: bool = False, stop: threading.Event | None = None) -> int:
    """Keep working until `stop` is set; with `once`, until nothing is left to do. Returns how much was done.

    With `once` a part that fails is left out and the others are finished; then WorkFailedError names it.
    """
    todo = parts(jurisdiction)
    if once:
        return _once(todo, stop or threading.Event())
    return _keep(todo, stop or threading.Event())


class WorkFailedError(RuntimeError):
    """Some parts could not finish; the log says why."""


def _once(todo: list[Part], stop: threading.Event) -> int:
    progress = Progress()
    while not stop.is_set():
        rounds = [part.once() for part in todo if not part.failures]
        progress.show(todo)
        if not any(count > 0 for count in rounds):
            break
    progress.end(todo)
    if failed := [part.name for part in todo if part.failures]:
        raise WorkFailedError(", ".join(failed))
    return sum(part.done for part in todo)


def _keep(todo: list[Part], stop: threading.Event) -> int:
    threads = [threading.Thread(target=part.keep, args=(stop,), name=part.name, daemon=True) for part in todo]
    for thread in threads:
        thread.start()
    progress = Progress()
    try:
        while not stop.is_set():
            _listen(todo, stop, progress)
    finally:
        stop.set()
        for part in todo:
            part.wake.set()
        for thread in threads:
            thread.join(timeout=20)
        progress.end(todo)
    return sum(part.done for part in todo)


def _listen(todo: list[Part], stop: threading.Event, progress: "Progress") -> None:
    """Wake the readers whenever something was fed; without a connection they look by themselves, only later."""
    listener = connection.copy()
    try:
        listener.ensure_connection()
        listener.connection.execute(f"LISTEN {CHANNEL}")
        while not stop.is_set():
            for _notice in listener.connection.notifies(timeout=0.5, stop_after=1):
                for part in todo:
                    if part.idle == FEED_SECONDS:
                        part.wake.set()
            progress.show(todo)
    except Exception:  # noqa: BLE001  # the server is restarting; the parts log their own failures
        stop.wait(1.0)
    finally:
        listener.close()


class Progress:
    """One line on a terminal; elsewhere a line in the log now and then."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.at = monotonic()
        self.last = ""

    def show(self, todo: list[Part]) -> None:
        line = self._line(todo)
        if line == self.last or monotonic() - self.at < (0.2 if self.terminal else 60):
            return
        self.at, self.last = monotonic(), line
        if self.terminal:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
        else:
            log.info("%s", line)

    def end(self, todo: list[Part]) -> None:
        if self.terminal:
            sys.stderr.write(f"\r\x1b[K{self._line(todo)}\n")
        elif self._line(todo) != self.last:
            log.info("%s", self._line(todo))

    def _line(self, todo: list[Part]) -> str:
        return " · ".join(f"{part.name} {part.done}{' !' if part.failures else ''}" for part in todo)
