"""Checkpoints over this record: making one, and holding the record against those that were made."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.ledger import checkpoints, faults
from tianping.kernel.ledger.checkpoints import Checkpoint, Line
from tianping.kernel.ledger.faults import Fault
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.proof.stored import Stored

# Where each chain stood at a position of the feed, which never changes. Without its entry or matter, a row has no hash.
_HEADS = """SELECT f.matter_id, f.seq, e.hash, m.number FROM (
   SELECT DISTINCT ON (matter_id) matter_id, seq, entry_id FROM feed
   WHERE jurisdiction = %(j)s AND position > %(after)s AND position <= %(to)s ORDER BY matter_id, seq DESC) f
 LEFT JOIN entry e ON e.jurisdiction = %(j)s AND e.id = f.entry_id LEFT JOIN matter m ON m.jurisdiction = %(j)s AND m.id = f.matter_id
 ORDER BY f.matter_id"""


class NotWholeError(Exception):
    """No checkpoint can be made; `args[0]` is a message id that says what to do."""


def end_of_feed(jurisdiction: str) -> int:
    """The last position of the feed. Inside the caller's `acting`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM feed WHERE jurisdiction = %s", [jurisdiction])
        return int(cursor.fetchone()[0])


def make(jurisdiction: str, node: str, folder: Path) -> Checkpoint | None:
    """Write down where every chain stands; None where nothing was fed since the last time.

    Raises NotWholeError when the record is shorter than the last checkpoint or lacks what the feed names, and
    CheckpointError when the last checkpoint cannot be read.
    """
    with checkpoints.only_one(folder), acting(system_actor(jurisdiction, "checkpoint")):
        last = checkpoints.newest(folder)
        after = last.position if last else 0
        position = end_of_feed(jurisdiction)
        if position < after:
            raise NotWholeError(
                _("流水比最近的检查点短。刚从备份恢复的，运行 tianping ledger checkpoint --restored；否则先核验。")
            )
        if position == after:
            return None
        moved = list(_heads(jurisdiction, after, position))
        count = 0

        def counted() -> Iterator[Line]:
            nonlocal count
            for line in _heads(jurisdiction, 0, position):
                count += 1
                yield line

        root = checkpoints.root_of(counted())
        made = Checkpoint(
            jurisdiction=jurisdiction,
            node=node,
            at=datetime.now(UTC),
            position=position,
            chains=count,
            entries=position,  # each entry has one position, and no position is left out
            root=root,
            heads=checkpoints.root_of(moved),
            before=sha256(last.spelled()).hexdigest() if last else "",
        )
        checkpoints.write(folder, made, moved)
        return made


def _heads(jurisdiction: str, after: int, to: int) -> Iterator[Line]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_HEADS, {"j": jurisdiction, "after": after, "to": to})
        for matter, seq, digest, number in cursor:
            if digest is None or number is None:
                raise NotWholeError(_("流水里有的记录，库里没有了，不能做检查点。请先运行 tianping ledger verify。"))
            yield Line(matter, seq, bytes(digest), number)


class Witness:
    """What checkpoints saw, while the record passes by matter by matter.

    `lines`: the newest line that was kept of each chain. `held`: the checkpoints whose root is computed again.
    """

    def __init__(
        self, lines: dict[UUID, tuple[Line, Checkpoint]], held: list[Checkpoint], wrong: list[Fault] | None = None
    ) -> None:
        self.lines = dict(lines)
        self.held = held
        self.left_out = 0  # checkpoints behind the record, which was restored from before them
        self.faults = list(wrong or [])
        self._roots = {one: sha256() for one in held}

    def chain(self, stored: Stored) -> None:
        """Take note of one matter."""
        digests = {entry.seq: entry.hash for entry in stored.entries}
        number = stored.matter.number if stored.matter else ""
        for one, root in self._roots.items():
            seqs = [row.seq for row in stored.fed if row.position is not None and row.position <= one.position]
            if seqs and (digest := digests.get(max(seqs))):
                root.update(Line(stored.id, max(seqs), digest, number).spelled())
        if stored.id in self.lines:
            line, one = self.lines.pop(stored.id)
            self._compare(line, one, digests, number)

    def _compare(self, line: Line, one: Checkpoint, digests: dict[int, bytes], number: str) -> None:
        last = max(digests, default=0)
        if last < line.seq:
            self._tell(line, faults.MOVED_BACK, one, told=str(line.seq), found=str(last))
        elif digests.get(line.seq) != line.hash:
            self._tell(line, faults.REWRITTEN, one)
        elif number != line.label:
            self._tell(line, faults.RENAMED, one)

    def _tell(self, line: Line, sentence: str, one: Checkpoint, **values: str) -> None:
        told = {"at": one.day, "label": line.label} | values
        self.faults.append(Fault("checkpoint", line.chain, line.seq, None, sentence, line.seq, told))

    def end(self, position: int) -> list[Fault]:
        """All that was found, once every matter has passed. `position`: the last of the feed."""
        for line, one in self.lines.values():
            self._tell(line, faults.VANISHED, one)
        for one, root in self._roots.items():
            values = {"at": one.day, "position": str(one.position), "chains": str(one.chains), "found": str(position)}
            if position < one.position:
                self.faults.append(Fault("checkpoint", None, 0, None, faults.BEHIND, 0, values))
            elif root.hexdigest() != one.root:
                self.faults.append(Fault("checkpoint", None, 0, None, faults.OTHER_ROOT, 0, values))
        return self.faults


def witness(folder: Path, kept: Path | None = None, until: int | None = None) -> Witness:
    """The checkpoints of the folder, and one that was kept elsewhere. Raises CheckpointError where that one cannot be read.

    `until`: of a record that was restored, the end of its feed; what was seen behind it is left out, and counted.
    """
    found, lines, wrong = checkpoints.load(folder, until)
    held = found[-1:]
    if kept is not None and (other := checkpoints.read(kept)) not in held:
        held = [*held, other]
    made = Witness(lines, held, wrong)
    made.left_out = 0 if until is None else sum(int(file.stem) > until for file in checkpoints.listed(folder))
    return made
