"""How long a file is kept: from the pack's row (packs/<pack>/retention.json) to the day, and the guards that hold it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Derived, Guard


def kept_until(years: int | None, filed: date) -> date | None:
    """The last day of keeping: the end of the year in which `years` have passed since the year of filing.

    None for what is kept for good. The years and their source stand in the pack's row; counting whole calendar years is
    this project's own choice, the longer one, and no clause of a standard.
    """
    return None if years is None else date(filed.year + years, 12, 31)


def _until(reads: Mapping[str, Any]) -> date | None:
    """From the pack's row and the kernel's own day. Without a row nothing follows, and what has no last day is never destroyed."""
    row = reads["row:retention"]
    return kept_until(row["years"], date.fromisoformat(reads["today"])) if row is not None else None


def _keeps(reads: Mapping[str, Any]) -> bool:
    row = reads["row:retention"]
    return row is None or row["action"] == "keep"


def _retention_over(reads: Mapping[str, Any]) -> bool:
    """By the kernel's own day, not by one that somebody typed. A fact comes back from the store as text."""
    return str(reads["fact:retention_until"]) < str(reads["today"])


def _kept_longer(reads: Mapping[str, Any]) -> bool:
    """An appraisal may lengthen the time, never cut it short."""
    until, known = reads["form"].get("retention_until"), reads["fact:retention_until"]
    return until is None or (known is not None and str(until) >= str(known))


DERIVED = (Derived("retention_until", frozenset({"row:retention", "today"}), _until),)
GUARDS = (
    Guard("retention_keeps", frozenset({"row:retention"}), _keeps, _("这一条说的是移交，不是保管期限，请换一条")),
    Guard(
        "not_for_good",
        frozenset({"fact:retention_until"}),
        lambda r: r["fact:retention_until"] is not None,
        _("这份档案永久保管，不能销毁"),
    ),
    Guard(
        "retention_over",
        frozenset({"fact:retention_until", "today"}),
        _retention_over,
        _("要保管到%(retention_until)s，期满以后才能销毁"),
    ),
    Guard(
        "kept_longer",
        frozenset({"form", "fact:retention_until"}),
        _kept_longer,
        _("新的日子不能早于原来的日子；永久保管的不填日子"),
    ),
    Guard(
        "retention_set", frozenset({"fact:retention"}), lambda r: bool(r["fact:retention"]), _("先定保管期限，再封存")
    ),
)
