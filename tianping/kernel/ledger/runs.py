"""Where a chain is broken into runs, tell why: which entry is missing, moved, exchanged or from elsewhere.

A run is a stretch of stored entries that follow one another by number and by hash. An intact chain is one run, so
what is kept here grows with the faults and not with the chain. A run that names the end of another run as its
predecessor shows where it belongs; one whose predecessor is nowhere tells of an entry that is gone or was rewritten.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from tianping.kernel.ledger import faults
from tianping.kernel.ledger.chain import FIRST
from tianping.kernel.ledger.faults import Fault, Kind


class Head(NamedTuple):
    """The recorded end of a chain: the number and the hash of its newest entry."""

    seq: int
    hash: bytes


@dataclass(slots=True)
class Run:
    """Stored entries from `first_seq` to `last_seq`; `prev` is what the first names, `ends` are the last's hashes.

    `ends` are the stored and the computed hash: they differ where the entry was edited, and a follower names one.
    """

    prev: bytes | None
    first_seq: int
    first_id: UUID
    last_seq: int
    last_id: UUID
    ends: frozenset[bytes]
    last_edited: bool

    @property
    def count(self) -> int:
        return self.last_seq - self.first_seq + 1


class Breaks:
    """Explains the runs of one chain, given in stored order. There is at least one run."""

    def __init__(
        self,
        chain: UUID,
        runs: list[Run],
        head: Head | None,
        known: Callable[[bytes], bool],
    ) -> None:
        self.chain, self.runs, self.head = chain, runs, head
        self.faults: list[Fault] = []
        ends = {end: place for place, run in enumerate(runs) for end in run.ends}
        self.before = [None if run.prev is None else ends.get(run.prev) for run in runs]
        self.after: dict[int, list[int]] = {}
        for place, before in enumerate(self.before):
            if before is not None:
                self.after.setdefault(before, []).append(place)
        self.at_head = None if head is None else ends.get(head.hash)
        self.root = self._root(known)
        self.foreign = {place for place in range(len(runs)) if self._is_foreign(place)}

    def explain(self) -> list[Fault]:
        for place, before in enumerate(self.before):
            if before is None and place != self.root:
                self._explain_lost(place)
        self._explain_places()
        if self.head is not None:
            self._explain_end(self.head)
        return self.faults

    def _root(self, known: Callable[[bytes], bool]) -> int | None:
        first = self.runs[0]
        if first.prev is not None and first.first_seq == FIRST and self.before[0] is None and known(first.prev):
            return 0
        starts = [place for place, run in enumerate(self.runs) if run.prev is None]
        # two first entries: the one that the chain goes on from is the true one
        return max(
            starts,
            key=lambda at: (at in self.after, at == self.at_head, self.runs[at].count),
            default=None,
        )

    def _gap(self, place: int) -> int:
        floor = self.runs[place - 1].last_seq if place else FIRST - 1
        return self.runs[place].first_seq - floor - 1

    def _is_foreign(self, place: int) -> bool:
        """Whether nothing before or after this run knows it, and it is not what one missing entry leaves behind."""
        run = self.runs[place]
        if self.before[place] is not None or place in (self.root, self.at_head) or place in self.after:
            return False
        if run.prev is None:
            return True
        if place + 1 < len(self.runs):
            goes_on_without = self.before[place + 1] is not None
            alone = run.count == 1 and self._gap(place) == 0 and self._gap(place + 1) == 0
            return goes_on_without or alone
        alone = run.count == 1 and self._gap(place) == 0 and place > 0
        return self.at_head is not None or (alone and self.head is not None)

    def _explain_lost(self, place: int) -> None:
        run, gap = self.runs[place], self._gap(place)
        if place in self.foreign:
            self._tell_run("unlinked", run, faults.FOREIGN)
        elif gap > 0:
            self._tell("deleted", run.first_seq - gap, None, faults.DELETED, run.first_seq - 1)
        elif place == 0:
            self._tell("unlinked", run.first_seq, run.first_id, faults.NO_BEGINNING)
        elif place - 1 in self.foreign:
            pass  # the stranger before it stands where its predecessor stood
        elif self._missing() > 0:
            self._tell("deleted", run.first_seq, None, faults.DELETED_RENUMBERED)
        elif not self.runs[place - 1].last_edited:
            before = self.runs[place - 1]
            self._tell("edited", before.last_seq, before.last_id, faults.REPLACED)

    def _missing(self) -> int:
        """By how much the recorded head is ahead of the entry that it names."""
        if self.head is None or self.at_head is None:
            return 0
        return self.head.seq - self.runs[self.at_head].last_seq

    def _explain_places(self) -> None:
        """Follow the links from each beginning, and name each run that does not stand where they lead."""
        waiting = [place for place, before in enumerate(self.before) if before is None]
        stands = {place: FIRST if place == self.root else self.runs[place].first_seq for place in waiting}
        passed = list(accumulate((run.count * (at in self.foreign) for at, run in enumerate(self.runs)), initial=0))
        while waiting:
            place = waiting.pop()
            run = self.runs[place]
            strangers = passed[place] - passed[self.before[place] or 0]
            if run.first_seq in (stands[place], stands[place] + strangers):
                stands[place] = run.first_seq
            else:
                self._tell_run("reordered", run, faults.REORDERED)
            for after in self.after.get(place, ()):
                if place == self.at_head:
                    self._tell_run("unlinked", self.runs[after], faults.AFTER_HEAD)
                stands[after] = stands[place] + run.count
                waiting.append(after)
        for place, run in enumerate(self.runs):
            if place not in stands:  # forged hashes that lead in a circle
                self._tell_run("unlinked", run, faults.FOREIGN)

    def _explain_end(self, head: Head) -> None:
        place, last = max(enumerate(self.runs), key=lambda item: item[1].last_seq)
        if self.at_head is not None:
            if not self.faults and self.runs[self.at_head].last_seq != head.seq:
                self._tell("unlinked", head.seq, None, faults.HEAD_NUMBER)
        elif last.last_seq < head.seq:
            self._tell("truncated", last.last_seq + 1, None, faults.TRUNCATED, head.seq)
        elif not last.last_edited and place not in self.foreign:
            self._tell("edited", last.last_seq, last.last_id, faults.LAST_REPLACED)

    def _tell_run(self, kind: Kind, run: Run, sentence: str) -> None:
        self._tell(kind, run.first_seq, run.first_id, sentence, run.last_seq)

    def _tell(self, kind: Kind, seq: int, entry_id: UUID | None, sentence: str, last: int | None = None) -> None:
        self.faults.append(Fault(kind, self.chain, seq, entry_id, sentence, seq if last is None else last))
