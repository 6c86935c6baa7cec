"""Checkpoints: small files outside the database that say where every chain stood, so that a chain cut back is found.

A checkpoint is two files in one folder, named by the position of the feed that it stands at:

    000000001234.json    canonical bytes: jurisdiction, node, time, position, number of chains and entries, the root, and the
                         SHA-256 of the lines beside it and of the checkpoint before
    000000001234.heads   a line for each chain that moved since the checkpoint before: id, number of the entry, its hash, label

The root is the SHA-256 over the lines of all chains, in the order of their ids, as they stood at that position. Nothing is
signed: a checkpoint proves as much as the place where its copy is kept.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from tianping.kernel.ledger import faults
from tianping.kernel.ledger.canonical import canonical, parse
from tianping.kernel.ledger.faults import Fault

FORM = "tianping.checkpoint.v1"


class Line(NamedTuple):
    """Where one chain stood: the number and hash of its newest entry, and the label that people know the chain by."""

    chain: UUID
    seq: int
    hash: bytes
    label: str

    def spelled(self) -> bytes:
        return f"{self.chain} {self.seq} {self.hash.hex()} {self.label}\n".encode()


class Checkpoint(NamedTuple):
    """`position`: of the feed, through which everything is in it. `root`, `heads`, `before`: SHA-256 in hex."""

    jurisdiction: str
    node: str
    at: datetime
    position: int
    chains: int
    entries: int
    root: str
    heads: str
    before: str

    def spelled(self) -> bytes:
        return canonical({"form": FORM} | self._asdict())

    @property
    def name(self) -> str:
        return f"{self.position:012d}"

    @property
    def day(self) -> str:
        """As sentences name it."""
        return f"{self.at.astimezone():%Y-%m-%d %H:%M}"


class CheckpointError(Exception):
    """A file that is no checkpoint; `file` is its path."""

    def __init__(self, file: Path) -> None:
        super().__init__(str(file))
        self.file = file


_KINDS: dict[str, Callable[[str], Any]] = {
    "jurisdiction": str, "node": str, "at": datetime.fromisoformat, "position": int, "chains": int, "entries": int,
    "root": str, "heads": str, "before": str,
}  # fmt: skip


def root_of(lines: Iterable[Line]) -> str:
    """SHA-256 over lines in the order of their chains, in hex: the root over all, and the digest of a file of lines."""
    digest = sha256()
    for line in lines:
        digest.update(line.spelled())
    return digest.hexdigest()


def read(file: Path) -> Checkpoint:
    """One checkpoint. Raises CheckpointError."""
    try:
        told = parse(file.read_bytes())
        if not isinstance(told, dict) or told.pop("form") != FORM:
            raise CheckpointError(file)
        return Checkpoint(*(kind(str(told[name])) for name, kind in _KINDS.items()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(file) from error


def lines_of(file: Path) -> list[Line]:
    """The lines beside a checkpoint. Raises CheckpointError."""
    try:
        return [
            Line(UUID(chain), int(seq), bytes.fromhex(digest), label)
            for chain, seq, digest, label in (line.split(" ", 3) for line in file.read_text().splitlines())
        ]
    except (OSError, ValueError) as error:
        raise CheckpointError(file) from error


def listed(folder: Path) -> list[Path]:
    """The checkpoints of a folder, oldest first."""
    return sorted(folder.glob("[0-9]*.json"))


def newest(folder: Path) -> Checkpoint | None:
    """The newest checkpoint of the folder. Raises CheckpointError where it cannot be read."""
    files = listed(folder)
    return read(files[-1]) if files else None


def load(
    folder: Path, until: int | None = None
) -> tuple[list[Checkpoint], dict[UUID, tuple[Line, Checkpoint]], list[Fault]]:
    """All checkpoints, oldest first; the newest line of each chain with its checkpoint; and what is wrong with the files.

    Each names the one before by its hash, so that a file that was exchanged or taken out is found by its followers.
    Those behind the position `until` are left out.
    """
    found: list[Checkpoint] = []
    newest_lines: dict[UUID, tuple[Line, Checkpoint]] = {}
    wrong: list[Fault] = []
    before = ""
    for file in listed(folder):
        if until is not None and int(file.stem) > until:
            break
        try:
            one = read(file)
            lines = lines_of(file.with_suffix(".heads"))
        except CheckpointError as error:
            wrong.append(_wrong(error.file))
            before = sha256(file.read_bytes()).hexdigest()
            continue
        if (one.before, one.heads, one.name) != (before, root_of(lines), file.stem):
            wrong.append(_wrong(file))
        before = sha256(one.spelled()).hexdigest()
        found.append(one)
        newest_lines |= {line.chain: (line, one) for line in lines}
    return found, newest_lines, wrong


def _wrong(file: Path) -> Fault:
    return Fault("checkpoint", None, 0, None, faults.CHECKPOINT_FILE, 0, {"file": file.name})


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Nobody else writes into the folder meanwhile."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(folder: Path, checkpoint: Checkpoint, lines: Iterable[Line]) -> Path:
    """The two files, whole or not at all and seen on the disk; the lines first, so that a checkpoint never lacks them."""
    file = folder / f"{checkpoint.name}.json"
    _put(file.with_suffix(".heads"), b"".join(line.spelled() for line in lines))
    _put(file, checkpoint.spelled())
    return file


def _put(file: Path, content: bytes) -> None:
    draft = file.with_suffix(f"{file.suffix}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)


def set_aside(folder: Path, position: int) -> list[Path]:
    """Move the checkpoints that stand behind `position` into the folder `aside`: of a record that was restored from before them."""
    moved = []
    for file in listed(folder):
        if int(file.stem) > position:
            (folder / "aside").mkdir(mode=0o700, exist_ok=True)
            for each in (file.with_suffix(".heads"), file):
                if each.exists():
                    each.rename(folder / "aside" / each.name)
            moved.append(folder / "aside" / file.name)
    return moved
