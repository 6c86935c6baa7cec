"""How long a file is kept: from the pack's row (packs/<pack>/retention.json) to the day, and the guards that hold it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Guard


def kept_until(years: int | None, filed: date) -> date | None:
    """The last day of keeping: the end of the year in which `years` have passed since the year of filing.

    None for what is kept for good. The years and their source stand in the pack's row; counting whole calendar years is
    this project's own choice, the longer one, and no clause of a standard.
    """
    return None if years is None else date(filed.year + years, 12, 31)


def _retention_fits(reads: Mapping[str, Any]) -> bool:
    """Never shorter than the row asks; what is kept for good has no last day."""
    row, today, until = reads["row:retention"], reads["today"], reads["form"].get("retention_until")
    if row is None or today is None:
        return True
    least = kept_until(row["years"], date.fromisoformat(today))
    if least is None:
        return until is None
    return until is not None and until >= least


def _retention_over(reads: Mapping[str, Any]) -> bool:
    """By the kernel's own day, not by one that somebody typed; without one nothing is destroyed."""
    until, today = reads["fact:retention_until"], reads["today"]
    return bool(until and today) and str(until) < str(today)


GUARDS = (
    Guard(
        "retention_fits",
        frozenset({"form", "row:retention", "today"}),
        _retention_fits,
        _("保管到的日子不能早于规定的年限；永久保管的不填日子"),
    ),
    Guard(
        "retention_over", frozenset({"fact:retention_until", "today"}), _retention_over, _("保管期限还没有满，不能销毁")
    ),
    Guard(
        "retention_set", frozenset({"fact:retention"}), lambda r: bool(r["fact:retention"]), _("先定保管期限，再封存")
    ),
)
