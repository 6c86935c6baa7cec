"""From a decision to rows: entries in their chain, sealed values, facts, terms, to-do rows, the matter's own columns."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.ledger.chain import entry_hash, sm3_of
from tianping.kernel.lifecycle.effects import protected_audience
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.rights import todo_keys
from tianping.kernel.lifecycle.state import SEALED, Actor, Decision, MatterState, Move, ProceedingState
from tianping.kernel.matters.body import SealedRow, Stamp, build
from tianping.kernel.matters.clocks import Clocks
from tianping.kernel.matters.plain import Columns, columns_after, words
from tianping.kernel.matters.snapshot import Snapshot
from tianping.kernel.matters.store import FAR, Rows, hexed, term_columns
from tianping.kernel.matters.vault import Vault
from tianping.kernel.parties.identifiers import normalise_name


@dataclass
class Chain:
    """The end of a matter's chain while entries are added to it."""

    seq: int = 0
    head: bytes | None = None
    sm3: bytes | None = None


@dataclass
class Context:
    """What one write needs beside the decision."""

    jurisdiction: str
    registry: Registry
    actor: Actor
    snapshot: Snapshot
    clocks: Clocks
    vault: Vault
    node: str
    happened_at: datetime
    sm3: bool
    files: dict[str, str]
    key_digest: bytes | None = None
    request: bytes | None = None
    code_digest: bytes | None = None
    located: dict[str, str] = field(default_factory=dict)  # grid, path
    chains: dict[UUID, Chain] = field(default_factory=dict)
    rows: Rows = field(default_factory=Rows)
    entries: list[UUID] = field(default_factory=list)
    plain: dict[UUID, Columns] = field(default_factory=dict)


def assemble(context: Context, decision: Decision) -> Rows:
    """All rows of the decision, in `context.rows`; `context.entries` are the ids in order, the caused one first."""
    touched: dict[UUID, None] = {}
    for number, move in enumerate(decision.moves):
        matter = decision.matters[move.matter]
        touched[move.proceeding] = None
        _entry(context, matter, move, first=number == 0)
    for matter in decision.matters.values():
        if any(m.matter == matter.id for m in decision.moves):
            _matter(context, matter, touched)
    for term in context.clocks.changed():
        columns = {"jurisdiction": context.jurisdiction} | term_columns(term)
        (context.rows.add if term.new else context.rows.change)("term", **columns)
    return context.rows


def _entry(context: Context, matter: MatterState, move: Move, *, first: bool) -> None:
    now, rows = context.snapshot.now, context.rows
    entry_id = uuid7()
    context.entries.append(entry_id)
    procedure = context.registry.procedure(move.procedure, move.version)
    # A reason may name people: the clock keeps the step's label, the entry keeps the reason, sealed.
    why = procedure.by_name[move.step].label
    context.clocks.carry_out(procedure, matter, move, entry_id, why, _post_kind(context.actor))
    chain = _chain(context, matter)
    stamp = Stamp(context.jurisdiction, context.node, entry_id, now, context.happened_at)
    body, sealed = build(
        move, procedure, context.registry.concepts, context.actor, stamp, context.vault, matter.centre, context.files
    )
    prev, prev_sm3 = chain.head, chain.sm3
    chain.seq += 1
    chain.head = entry_hash(body, prev)
    if context.sm3:
        chain.sm3 = sm3_of(body, prev_sm3)
    rows.add(
        "entry",
        jurisdiction=context.jurisdiction,
        id=entry_id,
        matter_id=matter.id,
        proceeding_id=move.proceeding,
        seq=chain.seq,
        procedure=move.procedure,
        step=move.step,
        from_state=move.from_state,
        to_state=move.to_state,
        actor_kind="system" if move.automatic else context.actor.kind,
        actor=None if move.automatic else context.actor.user,
        agency="" if move.automatic else context.actor.agency,
        happened_at=context.happened_at,
        recorded_at=now,
        key_digest=hexed(context.key_digest) if first else None,
        request=hexed(context.request) if first else None,
        body=hexed(body),
        hash=hexed(chain.head),
        prev=hexed(prev),
        sm3=hexed(chain.sm3),
        sm3_prev=hexed(prev_sm3) if context.sm3 else None,
    )
    _sealed(context, matter, entry_id, sealed)
    _effects(context, matter, move, entry_id)
    rows.add(
        "outbox",
        jurisdiction=context.jurisdiction,
        matter_id=matter.id,
        seq=chain.seq,
        entry_id=entry_id,
        procedure=move.procedure,
        step=move.step,
        to_state=move.to_state,
    )


def _post_kind(actor: Actor) -> str:
    """The kind of post that grants an extension: the first of the actor's own, by its to-do key."""
    kinds = sorted(k.split("@", 1)[0] for k in actor.keys if k.endswith(f"@{actor.agency}") and actor.agency)
    return kinds[0] if kinds else actor.kind


def _chain(context: Context, matter: MatterState) -> Chain:
    if matter.id not in context.chains:
        head = context.snapshot.heads.get(matter.id)
        row = head.row if head else None
        context.chains[matter.id] = (
            Chain(row["head_seq"], bytes(row["head"]), bytes(row["head_sm3"]) if row["head_sm3"] else None)
            if row
            else Chain()
        )
    return context.chains[matter.id]


def _sealed(context: Context, matter: MatterState, entry_id: UUID, sealed: list[SealedRow]) -> None:
    for row in sealed:
        context.rows.add(
            "sealed",
            jurisdiction=context.jurisdiction,
            entry_id=entry_id,
            field=row.field,
            matter_id=matter.id,
            concept=row.concept,
            kek=row.kek,
            seed=hexed(row.seed),
            blob=hexed(row.blob),
        )


def _effects(context: Context, matter: MatterState, move: Move, entry_id: UUID) -> None:
    for effect in move.effects:
        match effect["do"]:
            case "fact":
                _fact(context, matter, move, effect["concept"], effect["field"], entry_id)
            case "correct":
                _fact(context, matter, move, effect["concept"], "value", entry_id)
            case "party":
                _party(context, matter, move, effect, entry_id)
            case "link":
                for one, other in ((matter.id, effect["matter"]), (effect["matter"], matter.id)):
                    context.rows.add(
                        "link",
                        jurisdiction=context.jurisdiction,
                        matter_id=one,
                        other_id=other,
                        kind="link",
                        entry_id=entry_id,
                    )


def _fact(context: Context, matter: MatterState, move: Move, concept: str, name: str, entry_id: UUID) -> None:
    personal = context.registry.concepts[concept].personal
    value = move.form[name]
    rows = context.rows.fact
    rows[:] = [r for r in rows if (r["matter_id"], r["concept"]) != (matter.id, concept)]
    rows.append(
        {
            "jurisdiction": context.jurisdiction,
            "id": uuid7(),
            "matter_id": matter.id,
            "concept": concept,
            "value": None if personal else value,
            "entry_id": entry_id,
            "field": name,
            "valid_from": context.snapshot.now,
        }
    )
    columns_after(context.plain, context.registry, matter, concept, value, context.located)
    if concept == "description" and matter.new:
        context.plain[matter.id].repeat = context.vault.blind("text", words(str(value)))


def _party(context: Context, matter: MatterState, move: Move, effect: dict[str, Any], entry_id: UUID) -> None:
    prefix, subject = effect["prefix"], UUID(effect["subject"])
    if not effect["known"]:
        context.rows.add(
            "subject",
            jurisdiction=context.jurisdiction,
            id=subject,
            kind="person",
            protected=matter.protected,
            minor=False,
            created_at=context.snapshot.now,
        )
    context.rows.add(
        "party",
        jurisdiction=context.jurisdiction,
        id=uuid7(),
        matter_id=matter.id,
        subject_id=subject,
        role=effect["role"],
        code_digest=hexed(context.code_digest) if effect["role"] == "reporter" else None,
        entry_id=entry_id,
    )
    for kind in ("name", "phone", "id_number"):
        value = move.form.get(f"{prefix}_{kind}")
        if value:
            normal = normalise_name(value) if kind == "name" else value
            context.rows.add(
                "identifier",
                jurisdiction=context.jurisdiction,
                id=uuid7(),
                subject_id=subject,
                kind=kind,
                blind=hexed(context.vault.blind(kind, normal)),
                matter_id=matter.id,
                entry_id=entry_id,
                field=f"{prefix}_{kind}",
            )


def _matter(context: Context, matter: MatterState, touched: dict[UUID, None]) -> None:
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
    chain = context.chains[matter.id]
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
    at_rest = main.state in procedure.rests or (old.get("archived_at") is not None and main.state in procedure.final)
    path = "" if matter.protected else plain.path or old.get("place_path") or matter.centre
    handler = main.assigned.get("handler")
    columns: dict[str, Any] = {
        "title": plain.title if plain.title is not None else old.get("title", ""),
        "category": _known(matter, "category"),
        "grade": _known(matter, "grade"),
        "channel": _known(matter, "channel"),
        "place": plain.place if plain.place is not None else old.get("place", ""),
        "grid": plain.grid or old.get("grid", ""),
        "path": path,
        "place_path": plain.path or old.get("place_path", ""),
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
