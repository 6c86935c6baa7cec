"""Readers of the feed. Each keeps a position of its own, may be killed at any point, and goes on from there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor

BATCH = 500


@dataclass(frozen=True, slots=True)
class Fed:
    """One entry as it stands in the feed."""

    position: int
    matter: UUID
    seq: int
    entry: UUID
    procedure: str
    step: str
    to_state: str


@dataclass(frozen=True, slots=True)
class Batch:
    jurisdiction: str
    rows: tuple[Fed, ...]

    @property
    def matters(self) -> list[UUID]:
        """Each matter once, in the order of its first row."""
        return list(dict.fromkeys(row.matter for row in self.rows))


@dataclass(frozen=True, slots=True)
class Alarm:
    """An escalation of a term's pinned rule whose moment has come: `keys` are to hear `why`.

    `id` names this alarm of this due date for good, so that raising it twice is seen. `offset`: units after the due date.
    """

    id: str
    jurisdiction: str
    matter: UUID
    proceeding: UUID
    term: str
    label: str
    due_at: datetime
    offset: int
    to: str
    keys: tuple[str, ...]
    why: str


class Reader:
    """Something downstream of the record.

    With `together` a batch is read in the transaction that moves the cursor: what it writes to this database is written
    exactly once. Without, a batch may be read again after a kill: then every effect must know itself again (a key).
    """

    name: ClassVar[str]
    together: ClassVar[bool] = True

    def read(self, batch: Batch) -> None:
        """Take in a batch, inside `acting` of the system when `together`. Raises to have it brought again."""
        self.handle(batch.jurisdiction, batch.matters)

    def handle(self, jurisdiction: str, matters: Iterable[UUID]) -> None:
        """For readers that only ask which matters have changed."""
        raise NotImplementedError

    def alarm(self, alarm: Alarm) -> None:
        """A term's alarm, raised in the transaction that marks it raised. Most readers do not care."""

    def tend(self, jurisdiction: str) -> int:  # noqa: ARG002
        """Work beside the feed, such as sending what waits; called every few seconds. Returns how much was done."""
        return 0


_MINE = "SELECT position FROM cursor WHERE jurisdiction = %s AND reader = %s"
_NEW = "INSERT INTO cursor (jurisdiction, reader, position, moved_at) VALUES (%s, %s, 0, clock_timestamp()) ON CONFLICT DO NOTHING"
_MOVE = """UPDATE cursor SET position = greatest(position, %s), moved_at = clock_timestamp()
 WHERE jurisdiction = %s AND reader = %s"""
_NEXT = """SELECT position, matter_id, seq, entry_id, procedure, step, to_state FROM feed
 WHERE jurisdiction = %s AND position > %s ORDER BY position LIMIT %s"""


def run_once(reader: Reader, jurisdiction: str, limit: int = BATCH) -> int:
    """Read up to `limit` entries after the reader's cursor and move it; returns how many.

    0 also where another process is reading for it. What `read` raises is raised, and the cursor stays.
    """
    actor = system_actor(jurisdiction, reader.name)
    with acting(actor):
        position = _position(reader, jurisdiction)
        batch = (
            Batch(jurisdiction, _after(jurisdiction, position, limit))
            if position is not None
            else Batch(jurisdiction, ())
        )
        if batch.rows and reader.together:
            reader.read(batch)
            _move(reader, batch)
    if batch.rows and not reader.together:
        reader.read(batch)
        with acting(actor):
            _move(reader, batch)
    return len(batch.rows)


def _position(reader: Reader, jurisdiction: str) -> int | None:
    """Where the reader stands; None while another process holds its cursor."""
    mine = [jurisdiction, reader.name]
    with connection.cursor() as cursor:
        cursor.execute(f"{_MINE} FOR UPDATE SKIP LOCKED", mine)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_NEW, mine)
            cursor.execute(f"{_MINE} FOR UPDATE SKIP LOCKED", mine)
            row = cursor.fetchone()
        return None if row is None else int(row[0])


def _after(jurisdiction: str, position: int, limit: int) -> tuple[Fed, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [jurisdiction, position, limit])
        return tuple(Fed(*row) for row in cursor.fetchall())


def _move(reader: Reader, batch: Batch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [batch.rows[-1].position, batch.jurisdiction, reader.name])


def behind(jurisdiction: str) -> dict[str, int]:
    """How many entries each reader has still to read."""
    with acting(system_actor(jurisdiction)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.reader, coalesce((SELECT max(position) FROM feed f WHERE f.jurisdiction = c.jurisdiction), 0) - c.position"
            " FROM cursor c WHERE c.jurisdiction = %s ORDER BY c.reader",
            [jurisdiction],
        )
        return dict(cursor.fetchall())
