"""The matter's own row, its proceedings and its to-do rows: columns that follow from the states after the last move."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.lifecycle.effects import protected_audience
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.rights import todo_keys
from tianping.kernel.lifecycle.state import SEALED, MatterState, ProceedingState
from tianping.kernel.matters.context import Context
from tianping.kernel.matters.plain import PROTECTED_TITLE, Columns
from tianping.kernel.matters.store import FAR, hexed


def matter_rows(context: Context, matter: MatterState, touched: dict[UUID, None]) -> None:
    """The matter's row, its proceedings and its to-do rows, derived from the states after the last move."""
    registry, now = context.registry, context.snapshot.now
    if context.code_digest and matter.new:
        matter.audience.add("code:" + context.code_digest.hex())
    if matter.protected:
        matter.audience = protected_audience(registry, matter)
    due_by = {
        p: min(
            (t.due_at for t in context.clocks.rows if t.proceeding_id == p and t.status == "running" and t.due_at),
            default=None,
        )
        for p in matter.proceedings
    }
    columns = _columns(context, matter, due_by)
    for proceeding in matter.proceedings.values():
        if proceeding.id in touched:
            _proceeding(context, proceeding)
        if proceeding.id in touched or "category" in columns.get("_changed", ()):
            _todo(context, matter, proceeding, columns, due_by[proceeding.id])
    columns.pop("_changed", None)
    chain = context.chain(matter)
    columns |= {
        "jurisdiction": context.jurisdiction,
        "id": matter.id,
        "changed_at": now,
        "head": hexed(chain.head),
        "head_seq": chain.seq,
        "head_sm3": hexed(chain.sm3),
    }
    if matter.new:
        columns |= {
            "centre": matter.centre,
            "happened_at": context.happened_at,
            "opened_at": now,
            "number_year": now.astimezone(SHANGHAI).year,
            "repeat": hexed(context.plain[matter.id].repeat if matter.id in context.plain else None),
        }
        context.rows.new_matter.append(columns)
    else:
        context.rows.change("matter", **columns)


def _columns(context: Context, matter: MatterState, due_by: dict[UUID, datetime | None]) -> dict[str, Any]:
    head = context.snapshot.heads.get(matter.id)
    old = head.row if head else {}
    plain = context.plain.get(matter.id, Columns())
    main = main_proceeding(context.registry, matter)
    procedure = context.registry.procedure(main.procedure, main.version)
    now = context.snapshot.now
    roots_open = any(not _final(context.registry, p) and p.procedure != "archive" for p in matter.proceedings.values())
    at_rest = main.state in procedure.rests
    path = "" if matter.protected else matter.place_path or matter.centre
    handler = main.assigned.get("handler")
    columns: dict[str, Any] = {
        "title": _title(matter, plain, old),
        "category": _known(matter, "category"),
        "grade": _known(matter, "grade"),
        "channel": _known(matter, "channel"),
        "place": "" if matter.protected else plain.place if plain.place is not None else old.get("place", ""),
        "grid": matter.grid,
        "path": path,
        "place_path": matter.place_path,
        "audience": sorted(matter.audience),
        "protected": matter.protected,
        "leader": matter.leader,
        "followers": matter.followers,
        "procedure": main.procedure,
        "state": main.state,
        "holder": main.holder,
        "assignee": handler,
        "supervised": any(p.supervised for p in matter.proceedings.values()),
        "due_at": min((d for d in due_by.values() if d), default=None),
        "returns": sum(
            p.counts.get("return", 0) + p.counts.get("return_third", 0) for p in matter.proceedings.values()
        ),
        "closed_at": None if roots_open else old.get("closed_at") or now,
        "archived_at": (old.get("archived_at") or now) if at_rest else None,
    }
    if context.plain.get(matter.id) or matter.new:
        columns["_changed"] = ("category",)
    return columns


def _title(matter: MatterState, plain: Columns, old: dict[str, Any]) -> str:
    """A matter that was protected has none until somebody sorts it: the kernel opens no sealed value by itself."""
    if matter.protected:
        return PROTECTED_TITLE
    if plain.title is not None:
        return plain.title
    return "" if old.get("protected") else str(old.get("title", ""))


def _known(matter: MatterState, concept: str) -> str:
    value = matter.facts.get(concept, "")
    return "" if value == SEALED else str(value)


def _final(registry: Registry, proceeding: ProceedingState) -> bool:
    return proceeding.state in registry.procedure(proceeding.procedure, proceeding.version).final


def main_proceeding(registry: Registry, matter: MatterState) -> ProceedingState:
    """The proceeding that the matter is shown by: the newest open one on its road, else the newest of all."""
    road = [p for p in matter.proceedings.values() if p.slot in {"", "@next"}]
    live = [p for p in road if not _final(registry, p)]
    return (live or road)[-1]


def _proceeding(context: Context, proceeding: ProceedingState) -> None:
    now = context.snapshot.now
    opened, closed = context.snapshot.proceeding_row.get(proceeding.id, (None, None))
    row = {
        "jurisdiction": context.jurisdiction,
        "id": proceeding.id,
        "matter_id": proceeding.matter,
        "procedure": proceeding.procedure,
        "version": proceeding.version,
        "state": proceeding.state,
        "slot": proceeding.slot,
        "parent": proceeding.parent,
        "holder": proceeding.holder,
        "assigned": proceeding.assigned,
        "counts": proceeding.counts,
        "pending": proceeding.pending,
        "back": proceeding.back,
        "supervised": proceeding.supervised,
        "opened_at": opened or now,
        "closed_at": (closed or now) if _final(context.registry, proceeding) else None,
    }
    (context.rows.add if proceeding.new else context.rows.change)("proceeding", **row)


def _todo(
    context: Context, matter: MatterState, proceeding: ProceedingState, columns: dict[str, Any], due_at: datetime | None
) -> None:
    procedure = context.registry.procedure(proceeding.procedure, proceeding.version)
    keys = {} if proceeding.state in procedure.final else todo_keys(procedure, matter, proceeding)
    context.rows.todo_keep.append(
        {"jurisdiction": context.jurisdiction, "proceeding_id": proceeding.id, "keys": list(keys)}
    )
    for key, steps in keys.items():
        context.rows.todo.append(
            {
                "jurisdiction": context.jurisdiction,
                "proceeding_id": proceeding.id,
                "key": key,
                "matter_id": matter.id,
                "steps": steps,
                "procedure": proceeding.procedure,
                "state": proceeding.state,
                "category": columns["category"],
                "grade": columns["grade"],
                "place_path": columns["path"],
                "due_at": due_at or FAR,
                "since": context.snapshot.now,
            }
        )
