"""The ledger over this database: verifying all of it as a stream, one matter alone, and replaying the register of erasures.

A matter is whole when its chain holds, when the columns of its entries are what their hashed bytes say, when its rows
(matter, proceedings, clocks, facts, parties, links) are what those entries lead to, when what is sealed opens to what was
committed to, and when the feed holds each entry once. Where a chain itself is broken, nothing is told of its rows.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from django.db import connection, transaction

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.ledger.chain import Row
from tianping.kernel.ledger.faults import Fault
from tianping.kernel.ledger.verify import verify_all, verify_chain
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.advance import registry
from tianping.kernel.matters.after import destroy
from tianping.kernel.matters.proof import words
from tianping.kernel.matters.proof.compare import Comparison, columns_of
from tianping.kernel.matters.proof.feed import feed_of
from tianping.kernel.matters.proof.retell import Body, Teller
from tianping.kernel.matters.proof.sealed import open_all
from tianping.kernel.matters.proof.stored import Stored, stored
from tianping.kernel.matters.proof.whole import LeftOut, faults_across, left_out
from tianping.kernel.matters.proof.witness import Witness, end_of_feed
from tianping.kernel.matters.vault import Vault, vault
from tianping.kernel.parties.keys import KeyFolderError

# What a body that no kernel wrote can do to whoever reads it as one.
_NONSENSE = (LookupError, ValueError, TypeError, AttributeError, StopIteration)


@dataclass(slots=True)
class Report:
    """What was read and what was found. `numbers`: of the matters that have faults.

    `opened`, `erased`, `closed`: sealed values that opened, that are lawfully erased, and whose key is not held here.
    `untold`: matters of a procedure that is not installed here, of which only chain and columns were looked at.
    """

    entries: int = 0
    chains: int = 0
    faults: list[Fault] = field(default_factory=list)
    sm3: int = 0
    opened: int = 0
    erased: int = 0
    closed: int = 0
    untold: int = 0
    numbers: dict[UUID, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


class _Pass:
    """One pass over stored matters. Rows go on to the ledger; what they mean is looked at here."""

    def __init__(self, keys: Vault | None, witness: Witness | None = None) -> None:
        self.registry = registry()
        self.keys = keys
        self.witness = witness
        self.report = Report()
        self.head: tuple[int, bytes] | None = None
        self.found: list[Fault] = []

    def run(self, matters: Iterable[Stored], progress: Callable[[int, int], None]) -> Report:
        chains = verify_all(self._rows(matters), lambda _chain: self.head, progress)
        report = self.report
        report.entries, report.chains, report.sm3 = chains.entries, report.chains + chains.chains, chains.sm3
        broken = {fault.chain for fault in chains.faults}
        report.faults = chains.faults + [f for f in self.found if f.kind == "feed" or f.chain not in broken]
        return report

    def _rows(self, matters: Iterable[Stored]) -> Iterator[Row]:
        for one in matters:
            row = one.matter
            self.head = (row.head_seq, row.head) if row else None
            yield from (Row(*entry[:10]) for entry in one.entries)
            self.found += self._look(one)
            if self.witness is not None:
                self.witness.chain(one)

    def _look(self, one: Stored) -> list[Fault]:
        if not one.entries:
            return self._empty(one)
        try:
            bodies = {entry.id: msgspec.json.decode(entry.body) for entry in one.entries}
            found = feed_of(one, bodies)
            found += self._meaning(one, bodies)
        except _NONSENSE:
            last = one.entries[-1]
            found = [Fault("derived", one.id, last.seq, last.id, words.UNTOLD, last.seq)]
        return found

    def _empty(self, one: Stored) -> list[Fault]:
        """A matter of which other rows are left, but no entry."""
        if one.matter is not None:
            return verify_chain((), self.head, chain=one.id)
        last = max((row.seq for row in one.fed), default=1)
        return [Fault("deleted", one.id, 1, None, words.MATTER_GONE, last)]

    def _meaning(self, one: Stored, bodies: dict[UUID, Body]) -> list[Fault]:
        opened = open_all(self.registry, one, bodies, self.keys)
        self.report.opened += opened.opened
        self.report.erased += opened.erased
        self.report.closed += opened.closed
        undone = {UUID(e["entry"]): ident for ident, b in bodies.items() for e in b["effects"] if e["do"] == "undo"}
        found = [f for entry in one.entries for f in columns_of(entry, bodies[entry.id], undone.get(entry.id))]
        found += opened.faults
        if one.matter is None:
            return found
        self.report.untold += 1
        try:
            told = Teller(self.registry, one.id).tell(one.entries, list(bodies.values()))
        except RefusedError:  # of a procedure that is not installed here
            return found
        self.report.untold -= 1
        return found + Comparison(self.registry, one, one.matter, told, bodies, opened.texts).faults_found()


def _keys() -> Vault | None:
    try:
        return vault()
    except KeyFolderError:
        return None


@contextmanager
def _snapshot(jurisdiction: str) -> Iterator[None]:
    """One moment of the whole jurisdiction, while others go on writing; inside a transaction, that one's."""
    begun = connection.in_atomic_block
    with transaction.atomic():
        if not begun:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with acting(system_actor(jurisdiction, "ledger")):
            yield


def verify_chains(
    jurisdiction: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    witness: Witness | None = None,
) -> Report:
    """Verify all of the jurisdiction, and against `witness` what checkpoints saw of it. Memory grows only with the faults."""
    with _snapshot(jurisdiction):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM entry WHERE jurisdiction = %s", [jurisdiction])
            (total,) = cursor.fetchone()
        report = _Pass(_keys(), witness).run(stored(jurisdiction), lambda done, _chains: progress(done, total))
        report.faults += faults_across(jurisdiction)
        if witness is not None:
            report.faults += witness.end(end_of_feed(jurisdiction))
        report.left_out = left_out(jurisdiction)
        with connection.cursor() as cursor:
            meant = list({fault.chain for fault in report.faults if fault.chain})
            cursor.execute(
                "SELECT id, number FROM matter WHERE jurisdiction = %s AND id = ANY(%s)", [jurisdiction, meant]
            )
            report.numbers = dict(cursor.fetchall())
    return report


def verify_matter(matter: UUID, jurisdiction: str) -> list[Fault]:
    """The faults of one matter, inside the caller's `acting`."""
    return _Pass(_keys()).run(stored(jurisdiction, matter), lambda _done, _chains: None).faults


def replay(jurisdiction: str) -> tuple[int, int]:
    """Carry out every registered erasure again, each in a transaction of its own. (done, failed)"""
    with acting(system_actor(jurisdiction, "erasure")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter_id, concept FROM erasure WHERE jurisdiction = %s ORDER BY erased_at", [jurisdiction]
        )
        register = cursor.fetchall()
    concepts = registry().concepts
    failed = 0
    for matter, concept in register:
        column = concepts[concept].column if concept in concepts else ""
        try:
            with acting(system_actor(jurisdiction, "erasure")):
                destroy(jurisdiction, matter, concept, column)
        except Exception:  # noqa: BLE001  # one that fails must not keep the others from being carried out
            failed += 1
    return len(register), failed
