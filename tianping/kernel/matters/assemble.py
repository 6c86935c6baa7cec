"""From a decision to rows: entries in their chain, sealed values, facts, terms, to-do rows, the matter's own columns."""

from datetime import date
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from tianping.kernel.ledger.chain import entry_hash, sm3_of
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.state import Actor, Decision, MatterState, Move
from tianping.kernel.matters.body import SealedRow, Stamp, build
from tianping.kernel.matters.columns import matter_rows
from tianping.kernel.matters.context import Context
from tianping.kernel.matters.plain import columns_after, words
from tianping.kernel.matters.store import Rows, hexed, term_columns
from tianping.kernel.parties.blind import Kind
from tianping.kernel.parties.identifiers import birth_of, normalise_name
from tianping.kernel.parties.representation import is_minor

FOUND_BY: tuple[Kind, ...] = ("name", "phone", "id_number", "uscc")  # what a party is found by, through the blind index


def assemble(context: Context, decision: Decision) -> Rows:
    """All rows of the decision, in `context.rows`; `context.entries` are the ids in order, the caused one first."""
    touched: dict[UUID, None] = {}
    for number, move in enumerate(decision.moves):
        matter = decision.matters[move.matter]
        touched |= dict.fromkeys([move.proceeding, *_let_go(move)])
        _entry(context, matter, move, first=number == 0)
    for matter in decision.matters.values():
        head = context.snapshot.heads.get(matter.id)
        counted = head is not None and head.row["followers"] != matter.followers
        if counted or any(m.matter == matter.id for m in decision.moves):
            matter_rows(context, matter, touched)
    for term in context.clocks.changed():
        columns = {"jurisdiction": context.jurisdiction} | term_columns(term)
        (context.rows.add if term.new else context.rows.change)("term", **columns)
    return context.rows


def _let_go(move: Move) -> list[UUID]:
    """The other proceedings of the matter whose people a protection has let go."""
    return [UUID(p) for e in move.effects if e["do"] == "protect" for p in e.get("away", ())]


def _entry(context: Context, matter: MatterState, move: Move, *, first: bool) -> None:
    now, rows = context.snapshot.now, context.rows
    entry_id = uuid7()
    context.entries.append(entry_id)
    procedure = context.registry.procedure(move.procedure, move.version)
    # A reason may name people: the clock keeps the step's label, the entry keeps the reason, sealed.
    why = procedure.by_name[move.step].label
    context.clocks.carry_out(procedure, matter, move, entry_id, why, _post_kind(context.actor))
    chain = context.chain(matter)
    stamp = Stamp(context.jurisdiction, context.node, entry_id, now, context.happened_at)
    body, sealed = build(
        move,
        procedure,
        context.registry.concepts,
        context.actor,
        stamp,
        context.vault,
        matter.centre,
        context.files,
        first=chain.head is None,
    )
    prev, prev_sm3 = chain.head, chain.sm3
    chain.seq += 1
    chain.head = entry_hash(body, prev)
    # A deployment that stops asking must not leave the last digest standing beside the entries that follow.
    chain.sm3 = sm3_of(body, prev_sm3) if context.sm3 else None
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
    """The kind of the post that signs, which grants an extension."""
    return actor.signs.partition("@")[0] or actor.kind


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
            case "represent":
                _represent(context, matter, move, effect, entry_id)
            case "unrepresent":
                context.rows.change(
                    "representation",
                    jurisdiction=context.jurisdiction,
                    id=UUID(effect["id"]),
                    ended_at=context.snapshot.now,
                )
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
            kind="organisation" if move.form.get(f"{prefix}_uscc") else "person",
            protected=matter.protected and effect["role"] != REPRESENTATIVE,  # whose phone it is, the proof has shown
            minor=minor_by(move.form.get(f"{prefix}_id_number"), context.snapshot.today),
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
    for kind in FOUND_BY:
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


def minor_by(number: Any, today: str) -> bool:
    """Whether this identity number is of somebody under 18 on that local day."""
    birth = birth_of(number)
    return birth is not None and is_minor(birth, date.fromisoformat(today))


def _represent(context: Context, matter: MatterState, move: Move, effect: dict[str, Any], entry_id: UUID) -> None:
    agent = next(e["subject"] for e in move.effects if e["do"] == "party" and e["role"] == REPRESENTATIVE)
    context.rows.add(
        "representation",
        jurisdiction=context.jurisdiction,
        id=UUID(effect["id"]),
        principal=UUID(effect["subject"]),
        agent=UUID(agent),
        kind=effect["kind"],
        matter_id=matter.id,
        role=effect["role"],
        scope=effect["scope"],
        proof=effect["proof"],
        document_id=next(iter(move.form.get("files", [])), None),
        expires=effect["expires"],
        entry_id=entry_id,
    )
