"""Counting, by itself: what stands still, the walk over whole days, and elapsed time. No rules, no sentences.

Whole days (民事诉讼法 85): the day of the start is not counted; a term whose last day is off ends on the
first working day after it. Months and years end on the corresponding day, or on the last day of a shorter month.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.rules import Unit
from tianping.kernel.clock.sentence import ClockError, Sentence
from tianping.kernel.lifecycle.text import gettext_noop as _

Kind = Literal["start", "counted", "rest", "paused", "due"]
ONE_DAY = timedelta(days=1)


class TermError(ClockError, ValueError):
    """Times or extensions that no term can be counted from."""


class DayMark(NamedTuple):
    """One local day. `number` is its place in the count; None on days that do not count and in exact terms.

    `note` is a msgid: why a day is off, or 调休上班.
    """

    day: date
    kind: Kind
    number: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from one moment to another, or still does (`to` is None)."""

    from_: datetime
    to: datetime | None
    why: str


class Span(NamedTuple):
    """A merged pause. `to` is None while it lasts."""

    from_: datetime
    to: datetime | None


def local(moment: datetime, tz: tzinfo) -> datetime:
    """The moment in that zone; raises TermError for a naive one."""
    if moment.tzinfo is None:
        raise TermError(Sentence(_("时间缺少时区")))
    return moment.astimezone(tz)


def merged(pauses: Iterable[Pause], tz: tzinfo) -> list[Span]:
    """Pauses in order, overlapping ones joined; raises TermError for one that ends before it begins."""
    spans: list[Span] = []
    for pause in sorted(pauses, key=lambda p: local(p.from_, UTC)):
        span = Span(local(pause.from_, tz), local(pause.to, tz) if pause.to else None)
        if span.to is not None and span.to < span.from_:
            raise TermError(Sentence(_("恢复的时间不能早于暂停的时间")))
        last = spans[-1] if spans else None
        if last is None or (last.to is not None and last.to < span.from_):
            spans.append(span)
        else:
            ends = None if last.to is None or span.to is None else max(last.to, span.to)
            spans[-1] = Span(last.from_, ends)
    return spans


class LostDays:
    """Whole days on which the clock stood still.

    The day of the pause and the day of the resumption both count: paused on the 16th and resumed on the 19th
    loses the 17th and 18th. So a pause never takes a day on which work was still, or again, done.
    """

    def __init__(self, pauses: Iterable[Pause], tz: tzinfo) -> None:
        self._closed: set[date] = set()
        self.open_from: date | None = None  # the last day that still counts
        for pause in pauses:  # one by one: two pauses that meet on a day leave that day to the count
            first = local(pause.from_, tz).date()
            if pause.to is None:
                self.open_from = min(first, self.open_from or first)
            else:
                length = (local(pause.to, tz).date() - first).days
                self._closed.update(first + ONE_DAY * n for n in range(1, length))

    def __contains__(self, day: date) -> bool:
        return day in self._closed or self.stopped(day)

    def stopped(self, day: date) -> bool:
        """The clock stands still on that day with no end in sight."""
        return self.open_from is not None and day > self.open_from


class Walk(NamedTuple):
    """`days` after the start, the last one being due where `reached`; on the day `full` the count was full."""

    days: list[DayMark]
    reached: bool
    full: date | None


def add_months(day: date, months: int) -> date:
    """The corresponding day, or the last day of a month that has none (1月31日加1个月是2月的最后一天)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def segments(begin: date, amounts: Sequence[tuple[int, Unit]]) -> list[tuple[int, Unit]]:
    """What to count, in order: months and years together first, as the days to their corresponding day.

    An extension goes on where the term would have ended by count: nothing is moved off a holiday in between.
    """
    months = sum(n * (12 if unit is Unit.YEAR else 1) for n, unit in amounts if unit in {Unit.MONTH, Unit.YEAR})
    parts = [((add_months(begin, months) - begin).days, Unit.DAY)] if months else []
    return parts + [(n, unit) for n, unit in amounts if unit in {Unit.DAY, Unit.WORKING_DAY}]


def walk(
    begin: date, parts: Sequence[tuple[int, Unit]], lost: LostDays, calendar: WorkCalendar, limit: date | None
) -> Walk:
    """Count whole days after `begin`, at most to `limit`. Raises CalendarYearMissing."""
    days: list[DayMark] = []
    queue = list(reversed(parts))
    left, unit = queue.pop()
    number, day, full = 0, begin, None
    while limit is None or day < limit:
        day += ONE_DAY
        if day in lost:
            days.append(DayMark(day, "paused"))
            if limit is None and lost.stopped(day):
                break
        elif full is not None or unit is Unit.WORKING_DAY:
            if not calendar.is_working(day):
                days.append(DayMark(day, "rest", None, calendar.why(day)))
                continue
            if full is not None:
                days.append(DayMark(day, "due"))
                return Walk(days, reached=True, full=full)
            number, left = number + 1, left - 1
            days.append(DayMark(day, "counted", number, calendar.why(day) if day.weekday() > 4 else ""))
        else:
            number, left = number + 1, left - 1
            days.append(DayMark(day, "counted", number))
        while left == 0 and queue:
            left, unit = queue.pop()
        if left == 0 and full is None:
            full = day
            if calendar.is_working(day):
                days[-1] = days[-1]._replace(kind="due")
                return Walk(days, reached=True, full=full)
            days[-1] = days[-1]._replace(note=calendar.why(day))
    return Walk(days, reached=False, full=full)


def run(begin: datetime, length: timedelta, spans: Iterable[Span]) -> datetime | None:
    """When `length` has elapsed outside the spans, in UTC; None if the clock stands still before."""
    cursor, left = begin.astimezone(UTC), length
    for span in spans:
        if span.from_ >= cursor + left:
            break
        left -= max(span.from_ - cursor, timedelta())
        if span.to is None:
            return None
        cursor = max(cursor, span.to.astimezone(UTC))
    return cursor + left


def elapsed(begin: datetime, end: datetime, spans: Iterable[Span]) -> timedelta:
    """How long the clock ran between two moments."""
    total = max(end - begin, timedelta())
    for span in spans:
        until = end if span.to is None else min(span.to, end)
        total -= max(until - max(span.from_, begin), timedelta())
    return max(total, timedelta())


def exact_days(begin: datetime, end: datetime | None, spans: Sequence[Span]) -> list[DayMark]:
    """The marks of an exact term: whole days inside a pause are paused; an open one shows its first day."""
    last = spans[-1].from_.date() + ONE_DAY if end is None else end.date()
    days = [DayMark(begin.date(), "start")] if begin.date() < last else []
    day = begin.date() + ONE_DAY
    while day < last:
        paused = any(span.to is not None and span.from_.date() < day < span.to.date() for span in spans)
        days.append(DayMark(day, "paused" if paused else "counted"))
        day += ONE_DAY
    days.append(DayMark(last, "due" if end else "paused"))
    return days
