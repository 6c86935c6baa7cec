"""The rare effects that the one write leaves out: files attached, entries undone, facts restored or retracted, what finds a
person corrected, values erased.
"""

from typing import Any
from uuid import UUID

from django.db import connection
from uuid_utils.compat import uuid7

from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.state import Decision, Move
from tianping.kernel.matters.assemble import FOUND_BY, minor_by
from tianping.kernel.matters.context import Context
from tianping.kernel.matters.plain import words
from tianping.kernel.parties.identifiers import normalise_name


def write_rest(context: Context, decision: Decision, documents: list[str]) -> None:
    """In the same transaction, after the main write."""
    if documents:
        _attach(context, decision.moves[0].matter, documents)
    for move, entry in zip(decision.moves, context.entries, strict=True):
        for effect in move.effects:
            match effect["do"]:
                case "undo":
                    _run(
                        "UPDATE entry SET undone_by = %s WHERE jurisdiction = %s AND id = %s",
                        [entry, context.jurisdiction, effect["entry"]],
                    )
                    _restore(context, move, entry, effect["entry"])
                case "protect" | "unprotect" if not decision.matters[move.matter].new:
                    _run(
                        "UPDATE subject SET protected = %s WHERE jurisdiction = %s AND id IN"
                        " (SELECT subject_id FROM party WHERE jurisdiction = %s AND matter_id = %s AND role <> %s)",
                        [
                            effect["do"] == "protect",
                            context.jurisdiction,
                            context.jurisdiction,
                            move.matter,
                            REPRESENTATIVE,
                        ],
                    )
                case "retract":
                    _run(
                        "UPDATE fact SET superseded_by = %s WHERE jurisdiction = %s AND matter_id = %s AND concept = %s"
                        " AND superseded_by IS NULL",
                        [entry, context.jurisdiction, move.matter, effect["concept"]],
                    )
                case "party" if effect["known"]:
                    _guard_known(context, move, effect)
                case "correct":
                    _find_anew(context, move, entry, effect["concept"])
                case "erase":
                    _erase(context, move, entry, effect["concept"])


def _run(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _attach(context: Context, matter: UUID, documents: list[str]) -> None:
    _run(
        "UPDATE document SET matter_id = %s, entry_id = %s WHERE jurisdiction = %s AND id::text = ANY(%s) AND matter_id IS NULL",
        [matter, context.entries[0], context.jurisdiction, documents],
    )


def _restore(context: Context, move: Move, entry: UUID, undone: str) -> None:
    """The facts of the undone entry give way to those that it had superseded."""
    _run(
        "UPDATE fact SET superseded_by = %s WHERE jurisdiction = %s AND matter_id = %s AND entry_id = %s AND superseded_by IS NULL",
        [entry, context.jurisdiction, move.matter, undone],
    )
    _run(
        "UPDATE fact SET superseded_by = NULL WHERE jurisdiction = %s AND matter_id = %s AND superseded_by = %s"
        " AND entry_id <> %s",
        [context.jurisdiction, move.matter, undone, undone],
    )


def _find_anew(context: Context, move: Move, entry: UUID, concept: str) -> None:
    """The person is found by the corrected value and no longer by the wrong one, which may be somebody else's."""
    value = str(move.form["value"])
    if concept == "description":
        _run(
            "UPDATE matter SET repeat = %s WHERE jurisdiction = %s AND id = %s",
            [context.vault.blind("text", words(value)), context.jurisdiction, move.matter],
        )
    kind = next((k for k in FOUND_BY if concept.endswith(f"_{k}")), None)
    if kind is None:
        return
    _run(
        "UPDATE identifier i SET blind = %s, entry_id = %s, field = 'value' FROM sealed s WHERE i.jurisdiction = %s AND i.kind = %s"
        " AND s.jurisdiction = i.jurisdiction AND s.entry_id = i.entry_id AND s.field = i.field AND s.matter_id = %s"
        " AND s.concept = %s",
        [
            context.vault.blind(kind, normalise_name(value) if kind == "name" else value),
            entry,
            context.jurisdiction,
            kind,
            move.matter,
            concept,
        ],
    )
    if kind == "id_number":
        _run(
            "UPDATE subject s SET minor = %s FROM identifier i WHERE i.jurisdiction = %s AND i.entry_id = %s"
            " AND i.kind = 'id_number' AND s.jurisdiction = i.jurisdiction AND s.id = i.subject_id",
            [minor_by(value, context.snapshot.today), context.jurisdiction, entry],
        )


def _guard_known(context: Context, move: Move, effect: dict[str, Any]) -> None:
    """A subject that was known before is protected, or known for a minor, from this report on."""
    minor = minor_by(move.form.get(f"{effect['prefix']}_id_number"), context.snapshot.today)
    protected = any(e["do"] == "protect" for e in move.effects)
    if minor or protected:
        _run(
            "UPDATE subject SET protected = protected OR %s, minor = minor OR %s WHERE jurisdiction = %s AND id = %s",
            [protected, minor, context.jurisdiction, effect["subject"]],
        )


def _erase(context: Context, move: Move, entry: UUID, concept: str) -> None:
    """Destroy value, salt and key seed of every entry of the matter that holds this concept, and what was copied from it."""
    jurisdiction, matter = context.jurisdiction, move.matter
    record = canonical(
        {
            "v": 1,
            "matter": matter,
            "concept": concept,
            "entry": entry,
            "at": context.snapshot.now,
            "by": context.actor.user,
            "law": "个人信息保护法第47条",
        }
    )
    _run(
        "INSERT INTO erasure (jurisdiction, id, matter_id, concept, entry_id, record, erased_at) VALUES (%s,%s,%s,%s,%s,%s,%s)",
        [jurisdiction, uuid7(), matter, concept, entry, record, context.snapshot.now],
    )
    destroy(jurisdiction, matter, concept, context.registry.concepts[concept].column)


def destroy(jurisdiction: str, matter: UUID, concept: str, column: str) -> None:
    """What an erasure destroys; done again, it changes nothing, so the register can be replayed after a restore."""
    _run(
        "UPDATE fact SET superseded_by = entry_id WHERE jurisdiction = %s AND matter_id = %s AND concept = %s"
        " AND superseded_by IS NULL",
        [jurisdiction, matter, concept],
    )
    _run(
        "DELETE FROM identifier i USING sealed s WHERE i.jurisdiction = %s AND s.jurisdiction = i.jurisdiction"
        " AND s.entry_id = i.entry_id AND s.field = i.field AND s.matter_id = %s AND s.concept = %s",
        [jurisdiction, matter, concept],
    )
    _run(
        "UPDATE sealed SET seed = NULL, blob = NULL, erased_at = clock_timestamp() WHERE jurisdiction = %s"
        " AND matter_id = %s AND concept = %s AND blob IS NOT NULL",
        [jurisdiction, matter, concept],
    )
    if concept == "description":
        _run("UPDATE matter SET repeat = NULL WHERE jurisdiction = %s AND id = %s", [jurisdiction, matter])
    if column in {"title", "place"}:
        _run(
            f"UPDATE matter SET {column} = '' WHERE jurisdiction = %s AND id = %s",  # noqa: S608  # one of two words
            [jurisdiction, matter],
        )
