"""Locking and reading a matter: the heads in one statement, everything else in the next, never together.

A read beside a lock sees the time before the wait; so the second statement reads what the engine and its guards need.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.lifecycle.state import (
    SEALED,
    LastEntry,
    MatterState,
    PartyRef,
    ProceedingState,
    TermState,
)
from tianping.kernel.matters.direct import fetch
from tianping.kernel.matters.rulebook import STAMP

_COLUMNS = (
    "id",
    "centre",
    "path",
    "place_path",
    "protected",
    "leader",
    "archived_at",
    "followers",
    "audience",
    "head",
    "head_seq",
    "head_sm3",
    "number",
    "title",
    "category",
    "grade",
    "channel",
    "place",
    "grid",
    "happened_at",
    "opened_at",
    "changed_at",
    "closed_at",
    "state",
    "procedure",
    "holder",
    "returns",
)

# The lock proves the right to see: only then do the other tables open for these matters (tp_locked).
_SEE = f"""SELECT {", ".join(f"m.{c}" for c in _COLUMNS)}, set_config('tp.matters',
   concat_ws(' ', nullif(current_setting('tp.matters', true), ''), m.id::text), true)
 FROM matter m WHERE m.jurisdiction = $1 AND m.id = ANY($2::uuid[]
   || ARRAY(SELECT p.matter_id FROM proceeding p WHERE p.jurisdiction = $1 AND p.id = $3::uuid))
 ORDER BY m.id"""  # noqa: S608  # constants only
SEE = _SEE.encode()
LOCK = f"{_SEE} FOR UPDATE OF m".encode()

_SEEN = """(SELECT json_build_array(e.id, e.matter_id, e.proceeding_id, encode(e.request, 'hex'))::text
  FROM entry e WHERE e.jurisdiction = $1 AND e.key_digest = $2::bytea)"""
READ = f"""SELECT clock_timestamp(), {STAMP}, {_SEEN},
 (SELECT json_agg(json_build_array(p.id, p.matter_id, p.procedure, p.version, p.state, p.slot, p.parent, p.holder,
    p.assigned, p.counts, p.pending, p.back, p.supervised, p.opened_at, p.closed_at) ORDER BY p.opened_at, p.id)::text
  FROM proceeding p WHERE p.jurisdiction = $1 AND p.matter_id = ANY($3::uuid[])),
 (SELECT json_agg(json_build_array(f.matter_id, f.concept, f.value, f.entry_id, f.field))::text
  FROM fact f WHERE f.jurisdiction = $1 AND f.matter_id = ANY($3::uuid[]) AND f.superseded_by IS NULL),
 (SELECT json_agg(json_build_array(t.id, t.matter_id, t.proceeding_id, t.name, t.rule_code, t.rule, t.status,
    t.started_at, t.due_at, t.alarm_at, t.pauses, t.extensions, t.ended_at) ORDER BY t.started_at, t.id)::text
  FROM term t WHERE t.jurisdiction = $1 AND t.matter_id = ANY($3::uuid[])),
 (SELECT json_agg(json_build_array(r.matter_id, r.role, r.subject_id))::text
  FROM party r WHERE r.jurisdiction = $1 AND r.matter_id = ANY($3::uuid[])),
 (SELECT json_build_array(e.id, e.proceeding_id, e.procedure, e.step, e.actor, encode(e.body, 'hex'))::text
  FROM entry e WHERE $4::boolean AND e.jurisdiction = $1 AND e.matter_id = ANY($3::uuid[]) AND e.undone_by IS NULL
    AND e.step NOT IN ('undo', 'note', 'add') ORDER BY e.seq DESC LIMIT 1)""".encode()  # noqa: S608  # constants only

# A matter that is being opened is its opener's to write, for this one transaction.
BEGIN = f"SELECT clock_timestamp(), {STAMP}, {_SEEN}, set_config('tp.matters', $3, true)".encode()


@dataclass(slots=True)
class Head:
    """The matter's row as it stood when its lock was got."""

    row: dict[str, Any]

    @property
    def id(self) -> UUID:
        return self.row["id"]  # type: ignore[no-any-return]


@dataclass(slots=True)
class TermRow:
    """A row of `term`, as the store writes it back."""

    id: UUID
    matter_id: UUID
    proceeding_id: UUID
    name: str
    rule_code: str
    rule: dict[str, Any]
    status: str
    started_at: datetime
    due_at: datetime | None
    alarm_at: datetime | None
    pauses: list[list[str | None]]
    extensions: list[dict[str, Any]]
    ended_at: datetime | None
    new: bool = False
    changed: bool = False


@dataclass(slots=True)
class Snapshot:
    """Everything that one decision reads."""

    now: datetime
    stamp: str = ""  # of the packs in force: see rulebook
    heads: dict[UUID, Head] = field(default_factory=dict)
    matters: dict[UUID, MatterState] = field(default_factory=dict)
    terms: list[TermRow] = field(default_factory=list)
    fact_source: dict[tuple[UUID, str], tuple[str, str]] = field(default_factory=dict)  # -> entry id, field
    proceeding_row: dict[UUID, tuple[str, str | None]] = field(default_factory=dict)  # opened_at, closed_at
    seen: tuple[UUID, UUID, UUID, str] | None = None  # entry, matter, proceeding, request digest in hex

    @property
    def today(self) -> str:
        """The local day of the entry, ISO."""
        return self.now.astimezone(SHANGHAI).date().isoformat()


def lock(
    jurisdiction: str, matter_ids: list[UUID], proceeding_id: UUID | None, *, update: bool = True
) -> dict[UUID, Head]:
    """Lock the chain heads in id order. A matter that the actor may not see is absent, as if it did not exist."""
    rows = fetch(LOCK if update else SEE, [jurisdiction, matter_ids, proceeding_id])
    return {row[0]: Head(dict(zip(_COLUMNS, row, strict=False))) for row in rows}


def start(jurisdiction: str, matter: UUID, key_digest: bytes) -> Snapshot:
    """The clock, and whether the key of this report was seen before."""
    ((now, stamp, seen, _set),) = fetch(BEGIN, [jurisdiction, key_digest, str(matter)])
    return Snapshot(now=now, stamp=stamp, seen=_seen(seen))


def open_for_writing(matters: list[UUID]) -> None:
    """Matters that this transaction may write though its actor need not see them: what is split off, what is followed."""
    fetch(
        b"SELECT set_config('tp.matters', concat_ws(' ', current_setting('tp.matters', true), $1::text), true)",
        [" ".join(str(m) for m in matters)],
    )


def _seen(text: str | None) -> tuple[UUID, UUID, UUID, str] | None:
    if not text:
        return None
    entry, matter, proceeding, request = msgspec.json.decode(text)
    return UUID(entry), UUID(matter), UUID(proceeding), request or ""


def read(jurisdiction: str, heads: dict[UUID, Head], key_digest: bytes | None, *, last: bool = False) -> Snapshot:
    ((now, stamp, seen, *found),) = fetch(READ, [jurisdiction, key_digest, list(heads), last])
    proceedings, facts, terms, parties, newest = (msgspec.json.decode(text) if text else None for text in found)
    snapshot = Snapshot(now=now, stamp=stamp, heads=heads)
    for head in heads.values():
        row = head.row
        snapshot.matters[head.id] = MatterState(
            id=head.id,
            centre=row["centre"],
            path=row["path"],
            place_path=row["place_path"],
            grid=row["grid"],
            protected=row["protected"],
            leader=row["leader"],
            archived=row["archived_at"] is not None,
            followers=row["followers"],
            audience=set(row["audience"]),
        )
    _proceedings(snapshot, proceedings or [])
    for matter_id, concept, value, entry_id, name in facts or []:
        matter = UUID(matter_id)
        snapshot.matters[matter].facts[concept] = SEALED if value is None else value
        snapshot.fact_source[matter, concept] = (entry_id, name)
    _terms(snapshot, terms or [])
    for matter_id, role, subject in parties or []:
        snapshot.matters[UUID(matter_id)].parties.append(PartyRef(role, UUID(subject)))
    if newest:
        entry_id, proceeding_id, procedure, step, user, body = newest
        effects = msgspec.json.decode(bytes.fromhex(body))["effects"]
        owner = next(m for m in snapshot.matters.values() if UUID(proceeding_id) in m.proceedings)
        owner.last = LastEntry(UUID(entry_id), UUID(proceeding_id), procedure, step, user or "", effects)
    snapshot.seen = _seen(seen)
    return snapshot


def _proceedings(snapshot: Snapshot, rows: list[list[Any]]) -> None:
    for row in rows:
        proceeding = ProceedingState(
            id=UUID(row[0]),
            matter=UUID(row[1]),
            procedure=row[2],
            version=row[3],
            state=row[4],
            slot=row[5],
            parent=UUID(row[6]) if row[6] else None,
            holder=row[7],
            assigned=row[8],
            counts=row[9],
            pending=row[10],
            back=row[11],
            supervised=row[12],
        )
        snapshot.matters[proceeding.matter].proceedings[proceeding.id] = proceeding
        snapshot.proceeding_row[proceeding.id] = (row[13], row[14])


def _terms(snapshot: Snapshot, rows: list[list[Any]]) -> None:
    for row in rows:
        term = TermRow(
            id=UUID(row[0]),
            matter_id=UUID(row[1]),
            proceeding_id=UUID(row[2]),
            name=row[3],
            rule_code=row[4],
            rule=row[5],
            status=row[6],
            started_at=datetime.fromisoformat(row[7]),
            due_at=_time(row[8]),
            alarm_at=_time(row[9]),
            pauses=row[10],
            extensions=row[11],
            ended_at=_time(row[12]),
        )
        snapshot.terms.append(term)
        proceeding = snapshot.matters[term.matter_id].proceedings[term.proceeding_id]
        proceeding.terms[term.name] = TermState(
            term.name,
            term.status,  # type: ignore[arg-type]  # the store writes only the three
            term.id,
            term.due_at,
            lapsed=term.due_at is not None and term.due_at <= snapshot.now,
        )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
