"""What is sealed, held against the commitments of the entries, as far as this installation holds the keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tianping.kernel.ledger.commit import opens
from tianping.kernel.ledger.faults import Fault
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.matters.body import SUBJECTS
from tianping.kernel.matters.proof import words
from tianping.kernel.matters.proof.retell import Body
from tianping.kernel.matters.proof.stored import SealedRow, Stored
from tianping.kernel.matters.vault import Vault
from tianping.kernel.parties.keys import KeyNotHeld
from tianping.kernel.parties.seal import SealBrokenError


@dataclass(slots=True)
class Opened:
    """`texts`: (entry, field) -> what was sealed, None where it was lawfully erased; absent where no key is held."""

    texts: dict[tuple[UUID, str], str | None] = field(default_factory=dict)
    opened: int = 0
    erased: int = 0
    closed: int = 0
    faults: list[Fault] = field(default_factory=list)


def open_all(registry: Registry, stored: Stored, bodies: Mapping[UUID, Body], vault: Vault | None) -> Opened:
    """Open every sealed value of a matter. `vault` is None where this installation has no keys at all."""
    found = Opened()
    rows = {(row.entry_id, row.field): row for row in stored.sealed}
    erased = {row.concept for row in stored.erased}
    for entry in stored.entries:
        body = bodies[entry.id]
        for name, commitment in body.get("commitments", {}).items():
            concept = SUBJECTS if name == SUBJECTS else body["fields"][name]["concept"]
            row = rows.pop((entry.id, name), None)
            sentence = _open(found, row, concept, commitment, vault, gone=concept in erased)
            if sentence:
                label = registry.concepts[concept].label if concept in registry.concepts else words.PARTY
                values = {"what": label}
                found.faults.append(Fault("sealed", stored.id, entry.seq, entry.id, sentence, entry.seq, values))
    last = stored.entries[-1]
    for row in rows.values():
        values = {"of": words.SEALED, "what": row.field}
        found.faults.append(Fault("sealed", stored.id, last.seq, row.entry_id, words.STRAY, last.seq, values))
    return found


def _open(
    found: Opened, row: SealedRow | None, concept: str, commitment: str, vault: Vault | None, *, gone: bool
) -> str:
    """What is wrong with one sealed value, or nothing."""
    if row is None:
        return words.SEAL_GONE
    place = row.entry_id, row.field
    if row.seed is None or row.blob is None:
        found.texts[place] = None
        found.erased += 1
        return "" if gone else words.SEAL_GONE
    if row.concept != concept:
        return words.SEAL_BROKEN
    try:
        text_salt = None if vault is None else vault.open(*place, row.kek, row.seed, row.blob)
    except KeyNotHeld:
        text_salt = None
    except (SealBrokenError, ValueError):
        return words.SEAL_BROKEN
    if text_salt is None:
        found.closed += 1
        return ""
    text, salt = text_salt
    found.opened += 1
    found.texts[place] = text
    return "" if opens(commitment, row.field, text, salt) else words.SEAL_BROKEN
