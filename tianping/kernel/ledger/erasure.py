"""The register of lawful erasures: what must stay destroyed, whatever backup is restored.

An erasure destroys value, salt and key (个人信息保护法第四十七条); the entry keeps its commitment, so the chain still
verifies. The register holds no personal value. It lives outside the database and is replayed after every restore.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from tianping.kernel.ledger.canonical import canonical, parse


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """One field of one entry that was destroyed: why (`reason`), under which `law`, `by` which post, `at` when.

    ValueError when a text is empty or `at` has no time zone.
    """

    entry_id: UUID
    field: str
    reason: str
    law: str
    by: str
    at: datetime

    def __post_init__(self) -> None:
        if not all(text.strip() for text in (self.field, self.reason, self.law, self.by)):
            raise ValueError("an erasure names its field, reason, law and who ordered it")
        if self.at.utcoffset() is None:
            raise ValueError("the time of an erasure needs its time zone")

    def canonical(self) -> bytes:
        """One line of the register: canonical bytes without a line end."""
        return canonical(
            {
                "at": self.at,
                "by": self.by,
                "entry": self.entry_id,
                "field": self.field,
                "law": self.law,
                "reason": self.reason,
            },
        )

    @classmethod
    def read(cls, line: bytes) -> "ErasureRecord":
        """Read one line of the register. ValueError when it is not one that `canonical` wrote."""
        try:
            told = cast("dict[str, str]", parse(line))
            record = cls(
                entry_id=UUID(told["entry"]),
                field=told["field"],
                reason=told["reason"],
                law=told["law"],
                by=told["by"],
                at=datetime.fromisoformat(told["at"]),
            )
            same = record.canonical() == line
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a line of the register: {error!r}") from None
        if not same:
            raise ValueError("not a line of the register: it holds more than a record")
        return record


class Replayed(NamedTuple):
    """How many erasures the register holds, and how many of them had come back and were destroyed again."""

    erasures: int
    destroyed: int


def replay(register: Iterable[ErasureRecord], destroy: Callable[[UUID, str], bool]) -> Replayed:
    """Destroy again whatever of the register a restore has brought back.

    `destroy(entry_id, field)` is called once for each erased field; it says whether anything was still there, and is
    silent where nothing is: so a second replay changes nothing. One that fails does not spare the others: all are
    tried, then the failures are raised together as an ExceptionGroup.
    """
    erased: set[tuple[UUID, str]] = set()
    failures: list[Exception] = []
    destroyed = 0
    for record in register:
        what = (record.entry_id, record.field)
        if what in erased:
            continue
        erased.add(what)
        try:
            destroyed += destroy(*what)
        except Exception as failure:  # noqa: BLE001 -- whatever went wrong, the next value must go
            failures.append(failure)
    if failures:
        raise ExceptionGroup("some erasures could not be replayed", failures)
    return Replayed(len(erased), destroyed)
