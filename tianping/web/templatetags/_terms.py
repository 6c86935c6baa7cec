"""What is left of a term in words, and its days as rows of a month and as runs of a bar."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tianping.web.templatetags._dates import date_text, day_of, time_text

BAR = 1000  # units of a term's bar


class Day(TypedDict, total=False):
    """One day of a term.

    `kind` is start, count, rest (not counted), held (suspended) or plain (outside the term); `n` numbers the
    counted days from 1; `note` stands under the figure (受理); `due` marks the last day.
    """

    date: date
    kind: str
    n: int | None
    note: str
    due: bool


class Left(TypedDict, total=False):
    """What is left of a term.

    `remaining` counts `unit`s (workday, day, hour), below zero when late, None when no clock runs. `at` is the due
    date or moment. `held` is why the clock stands still ("" for no stated reason), None while it runs.
    """

    remaining: int | None
    unit: str
    at: date | None
    held: str | None


def left_of(value: object) -> Left:
    """A number of working days, a mapping or an object with the fields of `Left`."""
    if value is None or isinstance(value, int):
        return Left(remaining=value)
    known = value if isinstance(value, Mapping) else {k: getattr(value, k, None) for k in Left.__annotations__}
    return Left(
        remaining=known.get("remaining"),
        unit=known.get("unit") or "workday",
        at=known.get("at"),
        held=known.get("held"),
    )


def left_words(left: Left, soon: int = 1) -> tuple[str, str, bool]:
    """(state, sentence, whether the sentence is a bare count); from `soon` units down the state is soon.

    With `at`, what is late is counted by the calendar, and today and tomorrow are called so.
    """
    remaining, name, at, held = left.get("remaining"), left.get("unit") or "workday", left.get("at"), left.get("held")
    if held is not None:
        return "suspended", _("暂停：%(why)s") % {"why": held} if held else _("暂停"), False
    days = (day_of(at) - timezone.localdate()).days if at else None
    if days is not None and days < 0:
        return "overdue", _late("day", -days), False
    if remaining is not None and remaining < 0:
        return "overdue", _late(name, -remaining), False
    if at and days == 0:
        late = isinstance(at, datetime) and timezone.is_aware(at) and at < timezone.now()
        text = (_("今天%(time)s已过") if late else _("今天%(time)s")) % {"time": time_text(at)}
        return ("overdue" if late else "soon"), text, False
    if days == 1:
        return "soon", _("明天"), False
    if remaining is None:
        return "", date_text(at, "short") if at else "", False
    return ("soon" if remaining <= soon else ""), _count(name, remaining), True


def _late(name: str, n: int) -> str:
    forms = {
        "workday": ngettext("逾期%(n)s个工作日", "逾期%(n)s个工作日", n),
        "day": ngettext("逾期%(n)s天", "逾期%(n)s天", n),
        "hour": ngettext("逾期%(n)s小时", "逾期%(n)s小时", n),
    }
    return forms[name] % {"n": n}


def _count(name: str, n: int) -> str:
    forms = {
        "workday": ngettext("%(n)s个工作日", "%(n)s个工作日", n),
        "day": ngettext("%(n)s天", "%(n)s天", n),
        "hour": ngettext("%(n)s小时", "%(n)s小时", n),
    }
    return forms[name] % {"n": n}


def month_rows(days: Iterable[Day]) -> list[list[Day]]:
    """The days of a term as rows of seven from Monday on; the rows are filled up with plain days."""
    known = {d["date"]: d for d in days}
    if not known:
        return []
    first, last = min(known), max(known)
    at, stop = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    out: list[list[Day]] = []
    while at <= stop:
        if at.weekday() == 0:
            out.append([])
        out[-1].append(known.get(at) or Day(date=at, kind="plain"))
        at += timedelta(days=1)
    return out


def bar_runs(days: Sequence[Day]) -> list[dict[str, Any]]:
    """A term's bar, `BAR` units long: runs of days as {kind, x, w, hatch}.

    Each day up to the due one is equally long and today counts as run. `kind` is ran or held, what is still to come
    stays empty; `hatch` is the path of the lines over a suspension.
    """
    today, out = timezone.localdate(), list[dict[str, Any]]()
    days = days[: next((i + 1 for i, d in enumerate(days) if d.get("due")), len(days))]
    for i, d in enumerate(days):
        kind = "held" if d.get("kind") == "held" else "ran" if d["date"] <= today else ""
        if not out or out[-1]["kind"] != kind:
            out.append({"kind": kind, "x": round(i * BAR / len(days))})
        out[-1]["w"] = round((i + 1) * BAR / len(days)) - out[-1]["x"]
    return _hatched([run for run in out if run["kind"]])


def moment_runs(
    start: datetime, end: datetime | None, held: Sequence[tuple[datetime, datetime | None]], now: datetime
) -> list[dict[str, Any]]:
    """The bar of a clock that runs by the hour, as `bar_runs`: from its start to its end, or to now while it stands still."""
    last = end or now
    whole = (last - start).total_seconds()
    if whole <= 0:
        return []

    def place(moment: datetime) -> int:
        return round(BAR * min(max((moment - start).total_seconds() / whole, 0), 1))

    out = [{"kind": "ran", "x": 0, "w": max(place(now), BAR // 100)}]
    for since, until in held:
        x = place(since)
        out.append({"kind": "held", "x": x, "w": place(until or last) - x})
    return _hatched([run for run in out if run["w"]])


def _hatched(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for run in runs:
        if run["kind"] == "held":
            steps = range(run["x"], run["x"] + run["w"] - 11, 14)
            run["hatch"] = "".join(f"M{x} 6L{x + 12} 0" for x in steps)
    return runs
