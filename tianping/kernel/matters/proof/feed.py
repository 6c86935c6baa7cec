"""One matter's entries, held against the feed: each stands there once, as it is, and in its order."""

from collections.abc import Mapping
from uuid import UUID

from tianping.kernel.ledger.faults import Fault
from tianping.kernel.matters.proof import words
from tianping.kernel.matters.proof.retell import Body
from tianping.kernel.matters.proof.stored import FedRow, Stored


def feed_of(stored: Stored, bodies: Mapping[UUID, Body]) -> list[Fault]:
    """Every difference between the matter's entries and its rows in the feed, or in the outbox before it."""
    found: list[Fault] = []
    fed: dict[int, FedRow] = {}
    before = 0
    for row in stored.fed:
        moves_on = row.position is None or row.position > before
        if row.seq in fed or not moves_on:
            found.append(_fault(stored, row.seq, row.entry_id, words.FED_WRONG))
        before = row.position or before
        fed[row.seq] = row
    for entry in stored.entries:
        there = fed.pop(entry.seq, None)
        body = bodies[entry.id]
        told = entry.id, body["procedure"], body["step"], body["to"]
        if there is None:
            found.append(_fault(stored, entry.seq, entry.id, words.NOT_FED))
        elif there[2:6] != told:
            found.append(_fault(stored, entry.seq, entry.id, words.FED_WRONG))
    found += [_fault(stored, row.seq, row.entry_id, words.FED_ALONE) for row in fed.values()]
    return found


def _fault(stored: Stored, seq: int, entry: UUID, sentence: str) -> Fault:
    return Fault("feed", stored.id, seq, entry, sentence, seq)
