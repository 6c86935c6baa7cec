"""Counters by holding office: what happened on a day, and how things stand now. No page counts a million rows.

A day is a local day of the record (`recorded_at`), as the lists that the figures open ask for it. What is counted as a
happening cannot be undone: others were told of it. `docs/flows/what-follows-a-step.md` tells each figure's definition.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.matters.advance import registry
from tianping.kernel.matters.readers.cursor import BATCH, Batch, Reader, run_once
from tianping.kernel.matters.readers.declared import declared

NOW = "now"
# Steps that every scene calls by these names (the kernel counts returns by them, too).
_STEPS = {"return": "returned", "return_third": "returned", "reopen": "reopened"}
# What a step tells, as the figure that it counts in.
_TOLD = {"answered": "answered", "neutral": "answered", "declined": "declined"}
_LEAVES = frozenset({"returned", "reopened"})  # counted for the office that the matter leaves

_ENTRIES = """SELECT e.id, e.seq, e.matter_id, e.proceeding_id, e.recorded_at, e.procedure, e.step, e.from_state, e.to_state, e.body,
   m.centre FROM entry e JOIN matter m ON m.jurisdiction = e.jurisdiction AND m.id = e.matter_id
 WHERE e.jurisdiction = %s AND e.id = ANY(%s)"""
# Of the promised clocks of a proceeding, the run that an answer ended: the newest that had begun.
_PROMISED = """SELECT DISTINCT ON (e.id) e.id, t.ended_at <= t.due_at FROM entry e JOIN term t ON t.jurisdiction = e.jurisdiction
   AND t.proceeding_id = e.proceeding_id AND t.started_at <= e.recorded_at AND t.name = ANY(%s)
 WHERE e.jurisdiction = %s AND e.id = ANY(%s) AND t.ended_at IS NOT NULL ORDER BY e.id, t.started_at DESC, t.id DESC"""
_STANDING = """SELECT id, protected, coalesce(nullif(holder, ''), centre), procedure, state, category, grade, supervised,
   closed_at IS NULL FROM matter WHERE jurisdiction = %s AND id = ANY(%s)"""
_COUNTED = "SELECT matter_id, path, names, holders::json, protected FROM counted WHERE jurisdiction = %s AND matter_id = ANY(%s)"
_KEEP = """INSERT INTO counted (jurisdiction, matter_id, path, names, holders, protected)
 SELECT %s, r.matter_id, r.path, r.names, r.holders, r.protected
 FROM json_to_recordset(%s::json) AS r(matter_id uuid, path text, names text[], holders jsonb, protected boolean)
 ON CONFLICT (jurisdiction, matter_id) DO UPDATE SET path = excluded.path, names = excluded.names, holders = excluded.holders,
   protected = excluded.protected"""
_ADD = """INSERT INTO counter (jurisdiction, path, key, name, value)
 SELECT %s, r.path, r.key, r.name, r.value
 FROM json_to_recordset(%s::json) AS r(path text, key text, name text, value bigint)
 ON CONFLICT (jurisdiction, path, key, name) DO UPDATE SET value = counter.value + excluded.value"""

Cell = tuple[str, str, str]  # path, key, name


@dataclass(slots=True)
class Known:
    """What stands in the counters for one matter."""

    path: str = ""
    names: list[str] = field(default_factory=list)
    holders: dict[str, str] = field(default_factory=dict)  # proceeding on the matter's road -> who holds it
    protected: bool = False


class Counters(Reader):
    name = "counters"

    def read(self, batch: Batch) -> None:
        known = _known(batch)
        cells: Counter[Cell] = Counter()
        _happenings(batch, known, cells)
        _standing(batch, known, cells)
        _write(batch.jurisdiction, known, cells)


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()  # type: ignore[no-any-return]


def _known(batch: Batch) -> dict[UUID, Known]:
    known = {matter: Known() for matter in batch.matters}
    for row in _rows(_COUNTED, [batch.jurisdiction, list(known)]):
        known[row[0]] = Known(*row[1:])
    return known


# ── what happened ────────────────────────────────────────────────────────────────────────────────────────────────
def _happenings(batch: Batch, known: dict[UUID, Known], cells: Counter[Cell]) -> None:
    ids = [row.entry for row in batch.rows]
    entries = {row[0]: row[1:] for row in _rows(_ENTRIES, [batch.jurisdiction, ids])}
    promised = sorted({t.name for p in registry().versions() for t in p.terms if t.promised})
    in_time = dict(_rows(_PROMISED, [promised, batch.jurisdiction, ids]))
    for entry in ids:
        seq, matter, proceeding, at, name, step, was, to, body, centre = entries[entry]
        content = msgspec.json.decode(bytes(body))
        _follow(known[matter], str(proceeding), content, centre, first=seq == 1)
        holder = known[matter].holders.get(str(proceeding))
        if holder is None:
            continue  # a child: its office works for the one that holds the matter
        procedure = declared(name, int(content["version"]))
        left = next((e["was"] for e in content["effects"] if e["do"] == "hold"), holder) or centre
        for figure in _figures(procedure, step, was, to, content, first=seq == 1, in_time=in_time.get(entry)):
            path = "" if known[matter].protected else left if figure in _LEAVES else holder
            cells[path, _day(at), figure] += 1


def _follow(known: Known, proceeding: str, content: dict[str, Any], centre: str, *, first: bool) -> None:
    """Follow who holds what along the chain, entry by entry."""
    if first:
        known.holders[proceeding] = centre
    for effect in content["effects"]:
        match effect["do"]:
            case "hold" if proceeding in known.holders:
                known.holders[proceeding] = effect["to"] or centre
            case "open" if effect["slot"] == "@next":
                known.holders[effect["proceeding"]] = centre
            case "protect" | "unprotect":
                known.protected = effect["do"] == "protect"


def _figures(
    procedure: Procedure | None,
    step: str,
    was: str,
    to: str,
    content: dict[str, Any],
    *,
    first: bool,
    in_time: bool | None,
) -> list[str]:
    figures = ["opened"] if first else []
    if step in _STEPS:
        figures.append(_STEPS[step])
    for effect in content["effects"]:
        if effect["do"] == "tell" and effect["words"] in _TOLD:
            figures.append(_TOLD[effect["words"]])
        elif effect["do"] == "lead" and effect["to"]:
            figures.append("joined")
        elif effect["do"] == "fact" and effect["concept"] == "rating":
            figures.append(f"rated.{content['fields'][effect['field']]['value']}")
    if "answered" in figures:
        figures.append({True: "answered.in_time", False: "answered.late", None: "answered.untimed"}[in_time])
    if procedure is None:
        return figures  # a scene that was taken out: its states say nothing any more
    if to != was and procedure.final.get(to) == "archive":
        figures.append("closed")
    if to in procedure.rests and was not in procedure.rests:
        figures.append("archived")
    return figures


def _day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).date().isoformat()


# ── how things stand ─────────────────────────────────────────────────────────────────────────────────────────────
def _standing(batch: Batch, known: dict[UUID, Known], cells: Counter[Cell]) -> None:
    """Take out what was counted of each matter and put in what its row says now."""
    for matter, protected, holder, procedure, state, category, grade, supervised, is_open in _rows(
        _STANDING, [batch.jurisdiction, list(known)]
    ):
        one = known[matter]
        for name in one.names:
            cells[one.path, NOW, name] -= 1
        one.path = "" if protected else holder
        one.names = [f"state.{procedure}.{state}"]
        if is_open:
            one.names += ["open", f"category.{category}", f"grade.{grade}", *(["supervised"] if supervised else [])]
        for name in one.names:
            cells[one.path, NOW, name] += 1


def _write(jurisdiction: str, known: dict[UUID, Known], cells: Counter[Cell]) -> None:
    keep = [
        {"matter_id": m, "path": k.path, "names": k.names, "holders": k.holders, "protected": k.protected}
        for m, k in known.items()
    ]
    add = [{"path": p, "key": k, "name": n, "value": v} for (p, k, n), v in cells.items() if v]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [jurisdiction, msgspec.json.encode(keep).decode()])
        cursor.execute(_ADD, [jurisdiction, msgspec.json.encode(add).decode()])


def rebuild(jurisdiction: str) -> int:
    """Count everything anew from the feed, in one transaction: until it is done, pages see the old figures. Returns entries read."""
    reader, total = Counters(), 0
    with acting(system_actor(jurisdiction, reader.name)):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM counter WHERE jurisdiction = %s", [jurisdiction])
            cursor.execute("DELETE FROM counted WHERE jurisdiction = %s", [jurisdiction])
            cursor.execute(
                "UPDATE cursor SET position = 0 WHERE jurisdiction = %s AND reader = %s", [jurisdiction, reader.name]
            )
        while count := run_once(reader, jurisdiction, BATCH):
            total += count
    return total


# ── reading them ─────────────────────────────────────────────────────────────────────────────────────────────────
def standing(actor: Actor) -> dict[str, dict[str, int]]:
    """How things stand now in the offices that the actor sees: path -> name -> how many."""
    found: dict[str, dict[str, int]] = {}
    with acting(actor):
        for path, name, value in _rows(
            "SELECT path, name, value FROM counter WHERE jurisdiction = %s AND key = %s AND value <> 0",
            [actor.jurisdiction, NOW],
        ):
            found.setdefault(path, {})[name] = value
    return found


def happened(actor: Actor, first: date, last: date) -> dict[tuple[str, date], dict[str, int]]:
    """What happened in the offices that the actor sees from `first` to `last`, both included: (path, day) -> name -> how many."""
    found: dict[tuple[str, date], dict[str, int]] = {}
    with acting(actor):
        for path, key, name, value in _rows(
            "SELECT path, key, name, value FROM counter WHERE jurisdiction = %s AND key >= %s AND key <= %s AND value <> 0",
            [actor.jurisdiction, first.isoformat(), last.isoformat()],
        ):
            found.setdefault((path, date.fromisoformat(key)), {})[name] = value
    return found
