"""What must hold after everything was killed, asked of the database as its owner."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from tianping.kernel.ledger.chain import Row
from tianping.kernel.ledger.verify import verify_all


@dataclass(frozen=True, slots=True)
class Ack:
    """One acknowledgement as the client wrote it down."""

    key: str
    what: str
    entry: UUID
    matter: UUID


@dataclass
class Finding:
    lost: list[str] = field(default_factory=list)
    duplicate: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicate or self.orphans)


_TWICE = {
    "two matters of one report": "SELECT title FROM matter GROUP BY title HAVING count(*) > 1",
    "a step taken twice": """SELECT matter_id FROM entry WHERE step IN ('register', 'triage', 'dispatch', 'accept')
       GROUP BY matter_id, step HAVING count(*) > 1""",
    "an entry fed twice": "SELECT entry_id FROM feed GROUP BY entry_id HAVING count(*) > 1",
    "an entry read twice": "SELECT entry_id FROM crash_seen GROUP BY entry_id HAVING count(*) > 1",
}
_ORPHANS = {
    "a sealed value without its entry": "SELECT s.entry_id FROM sealed s LEFT JOIN entry e ON e.id = s.entry_id WHERE e.id IS NULL",
    "a fact without its entry": "SELECT f.id FROM fact f LEFT JOIN entry e ON e.id = f.entry_id WHERE e.id IS NULL",
    "an entry without its proceeding": """SELECT e.id FROM entry e LEFT JOIN proceeding p ON p.id = e.proceeding_id
       AND p.matter_id = e.matter_id WHERE p.id IS NULL""",
    "a proceeding without its matter": "SELECT p.id FROM proceeding p LEFT JOIN matter m ON m.id = p.matter_id WHERE m.id IS NULL",
    "a term without its proceeding": "SELECT t.id FROM term t LEFT JOIN proceeding p ON p.id = t.proceeding_id WHERE p.id IS NULL",
    "a party without its subject": "SELECT y.id FROM party y LEFT JOIN subject s ON s.id = y.subject_id WHERE s.id IS NULL",
    "a to-do row without an open proceeding": """SELECT t.matter_id FROM todo t LEFT JOIN proceeding p ON p.id = t.proceeding_id
       AND p.closed_at IS NULL AND p.state = t.state WHERE p.id IS NULL""",
    "an open matter with nobody's to-do row": """SELECT m.id FROM matter m WHERE m.archived_at IS NULL AND NOT EXISTS
       (SELECT 1 FROM todo t WHERE t.matter_id = m.id)""",
    "an unarchived matter without an open proceeding": """SELECT m.id FROM matter m WHERE m.archived_at IS NULL AND NOT EXISTS
       (SELECT 1 FROM proceeding p WHERE p.matter_id = m.id AND p.closed_at IS NULL)""",
    "a gap in a chain's numbers": "SELECT matter_id FROM entry GROUP BY matter_id HAVING max(seq) <> count(*) OR min(seq) <> 1",
    "a head behind its chain": """SELECT m.id FROM matter m LEFT JOIN (SELECT matter_id, max(seq) AS seq FROM entry GROUP BY matter_id) e
       ON e.matter_id = m.id WHERE e.seq IS DISTINCT FROM m.head_seq""",
    "a matter in another state than its entries say": """SELECT m.id FROM matter m JOIN entry e ON e.matter_id = m.id
       AND e.seq = m.head_seq WHERE e.to_state <> m.state""",
    "a row left in the outbox": "SELECT entry_id FROM outbox",
    "an entry that was not fed": "SELECT e.id FROM entry e LEFT JOIN feed f ON f.entry_id = e.id WHERE f.entry_id IS NULL",
    "a gap in the feed": "SELECT count(*) FROM feed HAVING count(*) <> coalesce(max(position), 0)",
    "a matter out of order in the feed": """SELECT matter_id FROM (SELECT matter_id, seq, lag(seq) OVER
       (PARTITION BY matter_id ORDER BY position) AS before FROM feed) f WHERE seq <> coalesce(before, 0) + 1""",
    "an entry that a reader was not brought": """SELECT f.entry_id FROM feed f LEFT JOIN crash_seen s ON s.entry_id = f.entry_id
       AND s.position = f.position WHERE s.entry_id IS NULL""",
}


def audit(owner: "psycopg.Connection[Any]", acks: Iterable[Ack]) -> Finding:
    """Everything that is missing, there twice, or left over."""
    found = Finding()
    by_key: dict[str, set[UUID]] = defaultdict(set)
    known = {}
    for ack in acks:
        by_key[ack.key].add(ack.entry)
        known[ack.entry] = ack
    stored = {row[0]: (row[1], row[2]) for row in owner.execute("SELECT id, matter_id, step FROM entry")}
    for entry, ack in known.items():
        step = "register" if ack.what == "report" else ack.what
        if stored.get(entry) != (ack.matter, step):
            found.lost.append(f"{ack.what} {ack.key}: entry {entry}")
    found.duplicate += [
        f"one key, {len(entries)} entries: {key}" for key, entries in by_key.items() if len(entries) > 1
    ]
    for name, query in _TWICE.items():
        found.duplicate += [f"{name}: {row[0]}" for row in owner.execute(query)]
    for name, query in _ORPHANS.items():
        found.orphans += [f"{name}: {row[0]}" for row in owner.execute(query)]
    found.orphans += [f"a chain that does not verify: {fault}" for fault in _chains(owner)]
    return found


def _chains(owner: "psycopg.Connection[Any]") -> list[Any]:
    heads = {row[0]: (row[1], bytes(row[2])) for row in owner.execute("SELECT id, head_seq, head FROM matter")}
    rows = owner.execute("SELECT matter_id, seq, id, body, hash, prev FROM entry ORDER BY matter_id, seq")
    return list(verify_all((Row(*row) for row in rows), heads).faults)


def summed(findings: list[str]) -> str:
    """How many of each kind."""
    return ", ".join(f"{name} {count}" for name, count in Counter(f.partition(":")[0] for f in findings).items())
