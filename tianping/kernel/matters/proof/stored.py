"""The rows of the record as they are stored, matter by matter: one ordered pass over each table, side by side.

Memory holds one matter at a time. The columns of each row class are the columns that are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection


class MatterRow(NamedTuple):
    id: UUID
    number: str
    number_year: int
    number_seq: int
    title: str
    category: str
    grade: str
    channel: str
    place: str
    centre: str
    path: str
    place_path: str
    protected: bool
    leader: UUID | None
    procedure: str
    state: str
    holder: str
    assignee: UUID | None
    supervised: bool
    due_at: datetime | None
    returns: int
    happened_at: datetime
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    archived_at: datetime | None
    head: bytes
    head_seq: int
    head_sm3: bytes | None


class EntryRow(NamedTuple):
    matter_id: UUID
    seq: int
    id: UUID
    body: bytes
    hash: bytes
    prev: bytes | None
    joined: bytes | None
    sm3: bytes | None
    sm3_prev: bytes | None
    sm3_joined: bytes | None
    proceeding_id: UUID
    procedure: str
    step: str
    from_state: str
    to_state: str
    actor_kind: str
    actor: UUID | None
    agency: str
    happened_at: datetime
    recorded_at: datetime
    undone_by: UUID | None
    first: bool


class ProceedingRow(NamedTuple):
    matter_id: UUID
    id: UUID
    procedure: str
    version: int
    state: str
    slot: str
    parent: UUID | None
    holder: str
    assigned: Any
    counts: Any
    back: str
    supervised: bool
    opened_at: datetime
    closed_at: datetime | None


class FactRow(NamedTuple):
    matter_id: UUID
    concept: str
    value: str | None
    entry_id: UUID
    field: str
    valid_from: datetime
    superseded_by: UUID | None


class TermRow(NamedTuple):
    matter_id: UUID
    id: UUID
    proceeding_id: UUID
    name: str
    status: str
    started_at: datetime
    due_at: datetime | None
    pauses: Any
    extensions: Any
    ended_at: datetime | None


class SealedRow(NamedTuple):
    matter_id: UUID
    entry_id: UUID
    field: str
    concept: str
    kek: str
    seed: bytes | None
    blob: bytes | None


class PartyRow(NamedTuple):
    matter_id: UUID
    entry_id: UUID
    role: str
    subject_id: UUID


class LinkRow(NamedTuple):
    matter_id: UUID
    other_id: UUID


class FedRow(NamedTuple):
    """Of the feed; what still waits in the outbox has no position."""

    matter_id: UUID
    seq: int
    entry_id: UUID
    procedure: str
    step: str
    to_state: str
    position: int | None


class ErasedRow(NamedTuple):
    matter_id: UUID
    concept: str


@dataclass(slots=True)
class Stored:
    """Everything of one matter; `matter` is None where its row is gone."""

    id: UUID
    matter: MatterRow | None = None
    entries: list[EntryRow] = field(default_factory=list)
    proceedings: list[ProceedingRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    terms: list[TermRow] = field(default_factory=list)
    sealed: list[SealedRow] = field(default_factory=list)
    parties: list[PartyRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)
    fed: list[FedRow] = field(default_factory=list)
    erased: list[ErasedRow] = field(default_factory=list)


# JSON comes as text: it is compared after one decoding, and psycopg's own would be another.
_SPELLED = {c: f"{c}::text" for c in ("assigned", "counts", "value", "pauses", "extensions")}
_SPELLED["first"] = "key_digest IS NOT NULL"  # the entry that was asked for; those that it caused have no key
_FED = """SELECT matter_id, seq, entry_id, procedure, step, to_state, position FROM feed WHERE jurisdiction = %(j)s{one}
 UNION ALL SELECT matter_id, seq, entry_id, procedure, step, to_state, NULL FROM outbox WHERE jurisdiction = %(j)s{one}
 ORDER BY matter_id, seq"""


def _select(kind: type, table: str, order: str, key: str = "matter_id") -> str:
    columns = ", ".join(_SPELLED.get(c, c) for c in kind._fields)  # type: ignore[attr-defined]  # NamedTuples
    return f"SELECT {columns} FROM {table} WHERE jurisdiction = %(j)s{{one}} ORDER BY {key}{order}"  # noqa: S608  # constants


_TABLES: dict[str, tuple[Any, str]] = {
    "matter": (MatterRow, _select(MatterRow, "matter", "", "id")),
    "entries": (EntryRow, _select(EntryRow, "entry", ", seq")),
    "proceedings": (ProceedingRow, _select(ProceedingRow, "proceeding", ", opened_at, id")),
    "facts": (FactRow, _select(FactRow, "fact", "")),
    "terms": (TermRow, _select(TermRow, "term", ", started_at, id")),
    "sealed": (SealedRow, _select(SealedRow, "sealed", "")),
    "parties": (PartyRow, _select(PartyRow, "party", "")),
    "links": (LinkRow, _select(LinkRow, "link", "")),
    "fed": (FedRow, _FED),
    "erased": (ErasedRow, _select(ErasedRow, "erasure", "")),
}
_BLOCK = 2000
_names = count()


def stored(jurisdiction: str, matter: UUID | None = None) -> Iterator[Stored]:
    """Every matter of which anything is stored, in the order of ids, or the one. Inside the caller's `acting`."""
    streams = {name: groupby(_rows(name, jurisdiction, matter), itemgetter(0)) for name in _TABLES}
    heads = {name: group for name, stream in streams.items() if (group := next(stream, None)) is not None}
    while heads:
        ident = min(head[0] for head in heads.values())
        found = Stored(ident)
        for name in [n for n, head in heads.items() if head[0] == ident]:
            rows = list(heads[name][1])
            if name == "matter":
                found.matter = rows[0]
            else:
                setattr(found, name, rows)
            following = next(streams[name], None)
            if following is None:
                del heads[name]
            else:
                heads[name] = following
        yield found


def _rows(name: str, jurisdiction: str, matter: UUID | None) -> Iterable[Any]:
    kind, statement = _TABLES[name]
    one = "" if matter is None else f" AND {'id' if name == 'matter' else 'matter_id'} = %(m)s"
    named = f"tp_proof_{next(_names)}" if matter is None else ""  # a cursor on the server keeps memory flat
    with connection.connection.cursor(named, binary=True) as cursor:
        cursor.execute(statement.format(one=one), {"j": jurisdiction, "m": matter})
        while rows := cursor.fetchmany(_BLOCK):
            yield from map(kind._make, rows)
