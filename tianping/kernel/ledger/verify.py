"""Check stored chains: every edited, deleted, reordered, truncated or foreign entry is named.

Only the stored bytes and the recorded heads are used. A chain that was cut back together with its head verifies by
itself; only a checkpoint that went outside finds that. A lost SM3 digest of the last entries is no fault (a
deployment may stop asking for it); one in the middle is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from tianping.kernel.ledger import faults
from tianping.kernel.ledger.canonical import parse
from tianping.kernel.ledger.chain import FIRST, GENESIS, Row, entry_hash, sm3_of
from tianping.kernel.ledger.commit import opens
from tianping.kernel.ledger.faults import Fault, Kind
from tianping.kernel.ledger.runs import Breaks, Head, Run

COMMITMENTS = "commitments"
"""The key of a body under which its commitments stand: {field: 64 hex digits}."""

_EVERY = 1000
_FIRST_PREV = (None, GENESIS)

Heads = Mapping[UUID, tuple[int, bytes]] | Callable[[UUID], tuple[int, bytes] | None]


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify_all` read and what it found; `sm3`: how many of the entries carry an SM3 digest too."""

    entries: int
    chains: int
    faults: list[Fault]
    sm3: int = 0


def verify_chain(
    rows: Iterable[Row],
    head: tuple[int, bytes] | None,
    *,
    known: Callable[[bytes], bool] | None = None,
    chain: UUID | None = None,
) -> list[Fault]:
    """Everything that is wrong with one chain, in order of number; an empty list when it is whole.

    `rows` in stored order. `head` is the recorded (number, hash) of the newest entry; None leaves the end unchecked.
    `known(hash)` says whether some chain has an entry of that hash: it is asked for joined branches and for what a
    branch starts from, and without it both are faults. `chain` names the chain where there may be no rows.
    """
    walk = _Walk(chain, None if head is None else Head(*head), known or _nothing)
    for row in rows:
        walk.take(row)
    return walk.end()


def verify_all(
    rows: Iterable[Row],
    heads: Heads,
    progress: Callable[[int, int], None] = lambda _entries, _chains: None,
    *,
    known: Callable[[bytes], bool] | None = None,
) -> Report:
    """Check all chains from one pass over `rows`, sorted by (chain, number); memory grows only with the faults.

    A chain without a recorded head is a fault. `heads` as a mapping also finds heads whose entries are all gone; as a
    function it cannot, so the caller then looks for those. `progress(entries, chains)` is called each thousand entries
    and at the end. `known` as in `verify_chain`.
    """
    found: list[Fault] = []
    entries = chains = sm3 = 0

    def counted(group: Iterator[Row]) -> Iterator[Row]:
        nonlocal entries, sm3
        for row in group:
            entries += 1
            sm3 += row.sm3 is not None
            if entries % _EVERY == 0:
                progress(entries, chains)
            yield row

    missing = set(heads) if isinstance(heads, Mapping) else set()
    head_of = heads.get if isinstance(heads, Mapping) else heads
    for chain, group in groupby(rows, attrgetter("chain")):
        chains += 1
        missing.discard(chain)
        head = head_of(chain)
        if head is None:
            found.append(Fault("unlinked", chain, FIRST, None, faults.NO_HEAD, FIRST))
        found += verify_chain(counted(group), head, known=known)
    for chain in sorted(missing):
        found += verify_chain((), head_of(chain), chain=chain)
    progress(entries, chains)
    return Report(entries, chains, found, sm3)


def check_sealed(body: bytes, field: str, value: bytes | str, salt: bytes) -> bool:
    """Whether `value`, opened from its seal, is what the entry committed to under `field`.

    False as well when the body holds no commitment for it. ValueError when `body` is not canonical.
    """
    told = parse(body)
    commitments = told.get(COMMITMENTS) if isinstance(told, dict) else None
    commitment = commitments.get(field) if isinstance(commitments, dict) else None
    return isinstance(commitment, str) and opens(commitment, field, value, salt)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row with the hashes it ought to have."""

    row: Row
    hashes: tuple[bytes, bytes]
    sm3: tuple[bytes | None, bytes | None]


class _Walk:
    """Takes the rows of one chain one by one: tells what a row shows by itself, and keeps where the chain breaks."""

    def __init__(self, chain: UUID | None, head: Head | None, known: Callable[[bytes], bool]) -> None:
        self.chain, self.head, self.known = chain, head, known
        self.faults: list[Fault] = []
        self.runs: list[Run] = []
        self.last: _Seen | None = None

    def take(self, row: Row) -> None:
        if self.chain is None:
            self.chain = row.chain
        if row.chain != self.chain:
            self._tell("unlinked", row, faults.FOREIGN)
            return
        computed = _computed(entry_hash, row.body, row.prev, row.join)
        digest = None if row.sm3 is None else _computed(sm3_of, row.body, row.sm3_prev, row.sm3_join)
        seen = _Seen(row, (row.hash, computed), (row.sm3, digest))
        edited = computed != row.hash
        if edited:
            self._tell("edited", row, faults.EDITED)
        else:
            self._check_alone(seen)
        self._place(seen, edited)
        self.last = seen

    def end(self) -> list[Fault]:
        if self.runs and self.chain is not None:
            self.faults += Breaks(self.chain, self.runs, self.head, self.known).explain()
        elif self.head is not None:
            self.faults.append(Fault("deleted", self.chain, FIRST, None, faults.ALL_DELETED, self.head.seq))
        return sorted(self.faults, key=lambda fault: fault.seq)

    def _check_alone(self, seen: _Seen) -> None:
        row = seen.row
        if not _body_fits(row):
            self._tell("body", row, faults.BODY)
        if row.join is not None and not self.known(row.join):
            self._tell("join", row, faults.JOIN)
        stray_prev = row.sm3_prev is not None and (row.sm3 is None or row.prev in _FIRST_PREV)
        stray_join = row.sm3_join is not None and (row.sm3 is None or row.join is None)
        if stray_prev or stray_join or seen.sm3[0] != seen.sm3[1]:
            self._tell("sm3", row, faults.SM3)

    def _place(self, seen: _Seen, edited: bool) -> None:
        row, last = seen.row, self.last
        if last is not None and self._goes_on(last, row, edited):
            run = self.runs[-1]
            run.last_seq, run.last_id, run.ends, run.last_edited = row.seq, row.id, frozenset(seen.hashes), edited
            self._check_sm3_link(last, seen)
            return
        if last is not None and row.seq < last.row.seq:
            self._tell("reordered", row, faults.REORDERED)
        first = row.prev in _FIRST_PREV or (edited and last is None and row.seq == FIRST)
        prev = None if first else row.prev
        self.runs.append(Run(prev, row.seq, row.id, row.seq, row.id, frozenset(seen.hashes), edited))

    def _goes_on(self, last: _Seen, row: Row, edited: bool) -> bool:
        """Whether `row` continues the run that `last` ends. An edited row is taken at its number."""
        is_head = self.head is not None and self.head.hash in last.hashes
        return row.seq == last.row.seq + 1 and (edited or row.prev in last.hashes) and not is_head

    def _check_sm3_link(self, last: _Seen, seen: _Seen) -> None:
        own_differs = seen.sm3[0] != seen.sm3[1]  # told already
        if seen.row.sm3 is None or own_differs or seen.row.sm3_prev in last.sm3:
            return
        self._tell("sm3", last.row if last.row.sm3 is None else seen.row, faults.SM3)

    def _tell(self, kind: Kind, row: Row, sentence: str) -> None:
        self.faults.append(Fault(kind, row.chain, row.seq, row.id, sentence, row.seq))


def _nothing(_hash: bytes) -> bool:
    return False


def _computed(
    digest: Callable[[bytes, bytes | None, bytes | None], bytes],
    body: bytes,
    prev: bytes | None,
    join: bytes | None,
) -> bytes:
    try:
        return digest(body, prev, join)
    except ValueError:
        return b""  # a predecessor of another length than a hash: no digest, equal to none


def _body_fits(row: Row) -> bool:
    """Whether the body is a canonical object that, where it tells its id or chain, tells those of its columns."""
    try:
        told = parse(row.body)
    except ValueError:
        return False
    if not isinstance(told, dict):
        return False
    return told.get("id", str(row.id)) == str(row.id) and told.get("chain", str(row.chain)) == str(row.chain)
