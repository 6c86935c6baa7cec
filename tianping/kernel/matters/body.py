"""An entry's body: its canonical bytes, and the personal values that are sealed beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.ledger.commit import commit, new_salt
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.state import Actor, Move
from tianping.kernel.matters.vault import Vault

SUBJECTS = "@subjects"
_SUBJECT_EFFECTS = {"party", "pending", "represent"}


@dataclass(frozen=True, slots=True)
class SealedRow:
    field: str
    concept: str
    kek: str
    seed: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the writing node adds to a move."""

    jurisdiction: str
    node: str
    entry: UUID
    at: datetime
    happened_at: datetime


def as_text(value: Any) -> str:
    """A value as it is sealed and committed to: text as it is, everything else in its canonical form."""
    return value if isinstance(value, str) else canonical(value).decode()


def build(
    move: Move,
    procedure: Procedure,
    concepts: dict[str, Concept],
    actor: Actor,
    stamp: Stamp,
    vault: Vault,
    centre: str,
    files: dict[str, str],
    *,
    first: bool,
) -> tuple[bytes, list[SealedRow]]:
    """The bytes to be hashed, with a commitment in the place of every personal value, and the sealed rows.

    `centre`: of the matter, under whose key values are sealed; the `first` entry of a matter names it. `files`: document
    id -> SHA-256 of its content.
    """
    sealed: list[SealedRow] = []
    step = procedure.by_name[move.step]
    corrects = step.touches.get("correct")
    # A corrected value is one more value of what it corrects: it is sealed as that, shown as that, and erased with it.
    meant = {"value": str(move.form[corrects])} if corrects else {}

    def hide(name: str, concept: str, value: Any) -> str:
        salt, text = new_salt(), as_text(value)
        sealed.append(vault.seal(centre, stamp.entry, name, concept, text, salt))
        return commit(name, text, salt)

    fields: dict[str, Any] = {}
    commitments: dict[str, str] = {}
    for name, own in step.values:
        if name not in move.form:
            continue
        concept, value = concepts[meant.get(name, own)], move.form[name]
        if concept.personal:
            fields[name] = {"concept": concept.name}
            commitments[name] = hide(name, concept.name, value)
        elif concept.type == "files":
            fields[name] = {"concept": concept.name, "value": [[f, files.get(f, "")] for f in value]}
        else:
            fields[name] = {"concept": concept.name, "value": value}
    effects, subjects = _without_subjects(move.effects)
    who: dict[str, Any] = {"kind": "system" if move.automatic else actor.kind}
    if actor.kind == "staff" and not move.automatic:
        who |= {"user": actor.user, "post": actor.post, "agency": actor.agency}
    elif actor.subject and not move.automatic:
        subjects.append(str(actor.subject))
        who["subject"] = len(subjects) - 1
    if actor.on_behalf and not move.automatic:
        subjects.append(str(actor.on_behalf))
        who["on_behalf"] = len(subjects) - 1
    body: dict[str, Any] = {
        "v": 1,
        "id": stamp.entry,
        "chain": move.matter,
        "jurisdiction": stamp.jurisdiction,
        "proceeding": move.proceeding,
        "procedure": move.procedure,
        "version": move.version,
        "step": move.step,
        "from": move.from_state,
        "to": move.to_state,
        "node": stamp.node,
        "at": stamp.at,
        "happened_at": stamp.happened_at,
        "actor": who,
        "fields": fields,
        "effects": effects,
    }
    if first:
        body["centre"] = centre
    if subjects:
        commitments[SUBJECTS] = hide(SUBJECTS, SUBJECTS, subjects)
    if commitments:
        body["commitments"] = commitments
    return canonical(body), sealed


def _without_subjects(effects: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """A person's id links matters; so entries name people by their place in a sealed list."""
    subjects: list[str] = []
    plain: list[dict[str, Any]] = []
    for effect in effects:
        if effect["do"] in _SUBJECT_EFFECTS:
            subjects.append(effect["subject"])
            plain.append(effect | {"subject": len(subjects) - 1})
        else:
            plain.append(effect)
    return plain, subjects
