"""Due dates that explain themselves: due, what remains, how it stands, and the next alarm.

Pure: no database, no clock of its own. Every moment is aware; whole days are days in `tz`, to 23:59:59.999999.
Exact terms (minutes, hours) run from moment to moment, nights and holidays included, and are not moved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import count, islice
from typing import Literal
from zoneinfo import ZoneInfo

from tianping.kernel.clock.calendar import CalendarYearMissing, WorkCalendar
from tianping.kernel.clock.counting import (
    ONE_DAY,
    DayMark,
    LostDays,
    Pause,
    TermError,
    elapsed,
    exact_days,
    local,
    merged,
    run,
    segments,
    walk,
)
from tianping.kernel.clock.reasons import Reason, Teller
from tianping.kernel.clock.rules import Amount, Escalation, Rule, Title, Unit
from tianping.kernel.clock.sentence import ClockError, Moment, Sentence
from tianping.kernel.lifecycle.text import gettext_noop as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
State = Literal["running", "soon", "overdue", "paused"]
_STEP = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Granted:
    """More time, as it was granted: by which post, why and when."""

    amount: int
    unit: Unit
    by: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DueDate:
    """When a term ends, and why then.

    `at` and `day` are None while it stands still with no end (`open_ended`). `days` holds every local day from
    the start to the due day; of an open-ended term up to the first day lost. `length` is what was to be counted:
    days or working days by number, exact terms in seconds.
    """

    rule: Rule
    started: datetime
    tz: tzinfo
    at: datetime | None
    day: date | None
    days: tuple[DayMark, ...]
    reasons: tuple[Reason, ...]
    pauses: tuple[Pause, ...]
    length: int

    @property
    def open_ended(self) -> bool:
        return self.at is None


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left, or by how much it is overdue. 0 days is today.

    In the rule's unit, except where that would say nothing: months and years are told in days, less than an
    hour in minutes, and lateness in days before one working day is full or where the year's holidays are unknown.
    """

    overdue: bool
    amount: int
    unit: Unit


class ExtensionRefused(ClockError):  # noqa: N818  # the public name
    """The rule does not allow that extension; the sentence says why."""


def due(
    rule: Rule,
    started: datetime,
    *,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Granted] = (),
    outer: DueDate | None = None,
    tz: tzinfo = SHANGHAI,
) -> DueDate:
    """The due date of a term that began at `started`.

    Pauses are not counted, extensions are added at the end, and an `outer` term caps this one. Whether an
    extension may be granted is asked before (`check_extension`); what was granted is counted. Raises
    CalendarYearMissing, and TermError for naive times, a pause that ends before it begins, or an extension in a
    unit of the other kind.
    """
    begin = local(started, tz)
    cap = outer.at.astimezone(tz) if outer is not None and outer.at is not None else None
    amounts = [(rule.amount, rule.unit), *((e.amount, e.unit) for e in extensions)]
    if any(unit.exact is not rule.unit.exact for _amount, unit in amounts):
        raise TermError(Sentence(_("按时分计的时限和按日计的时限不能互相延长")))
    if any(amount < 1 for amount, _unit in amounts):
        raise TermError(Sentence(_("时限和延长都要大于零")))
    spans = merged(pauses, tz)
    if rule.unit.exact:
        wanted = sum((_STEP[unit] * amount for amount, unit in amounts), timedelta())
        length = int(wanted.total_seconds())
        at = run(begin, wanted, spans)
        at = at.astimezone(tz) if at else None
        days, full = exact_days(begin, at, spans), None
    else:
        parts = segments(begin.date(), amounts)
        length = sum(amount for amount, _unit in parts)
        days, reached, full = walk(begin.date(), parts, LostDays(pauses, tz), calendar, cap.date() if cap else None)
        at = _end_of(days[-1].day, tz) if reached else None
        days.insert(0, DayMark(begin.date(), "start"))
    capped_by = None
    if cap is not None and outer is not None and (at is None or at > cap):
        at, days, capped_by = cap, _cut(days, cap.date()), Title(outer.rule)
    more = [(Amount(granted.amount, granted.unit), granted.why) for granted in extensions]
    reasons = Teller(rule, begin, tz, days, full, at).reasons(pauses, more, capped_by)
    day = at.date() if at else None
    return DueDate(rule, begin, tz, at, day, tuple(days), reasons, tuple(pauses), length)


def remaining(due: DueDate, now: datetime, calendar: WorkCalendar) -> Remaining:
    """What is left at `now`. Today is not counted as left: due tomorrow is 1."""
    now, unit = local(now, due.tz), due.rule.unit
    if unit.exact:
        return _remaining_exact(due, now)
    unit, today = unit.offset, now.date()
    if due.at is None:
        counted = sum(1 for mark in due.days if mark.number is not None and mark.day <= today)
        return Remaining(overdue=False, amount=due.length - counted, unit=unit)
    if now <= due.at:
        ahead = {"counted", "due"} if unit is Unit.WORKING_DAY else {"counted", "due", "rest"}
        left = sum(1 for mark in due.days if mark.day > today and mark.kind in ahead)
        return Remaining(overdue=False, amount=left, unit=unit)
    last = due.at.date()
    late = (today - last).days
    if unit is Unit.WORKING_DAY:
        try:
            worked = sum(calendar.is_working(last + ONE_DAY * n) for n in range(1, late + 1))
        except CalendarYearMissing:  # lateness in plain days is certain without it
            worked = 0
        if worked:
            return Remaining(overdue=True, amount=worked, unit=unit)
    return Remaining(overdue=True, amount=late, unit=Unit.DAY)


def state(due: DueDate, now: datetime, calendar: WorkCalendar) -> State:
    """How the term stands at `now`. A pause begun on the due day itself, or later, came too late to stop it."""
    now, exact = local(now, due.tz), due.rule.unit.exact
    if due.at is not None and now > due.at:
        return "overdue"
    for pause in due.pauses:
        since = local(pause.from_, due.tz)
        in_time = due.at is None or (since < due.at if exact else since.date() < due.at.date())
        if in_time and since <= now and (pause.to is None or now < pause.to):
            return "paused"
    if exact:
        return "soon" if _left(due, now) <= _STEP[due.rule.unit] * due.rule.soon else "running"
    return "soon" if remaining(due, now, calendar).amount <= due.rule.soon else "running"


def alarms(due: DueDate, after: datetime, calendar: WorkCalendar) -> Iterator[tuple[datetime, Escalation]]:
    """The rule's escalations that fall after `after`, in order; several may share a moment. None while it stands still.

    In whole days an escalation before the due date falls at the beginning of its day, one at the due date or
    after it at the end. None falls before the start. `after` is the last alarm that was handled, or the start:
    then an alarm that a pause has overtaken is still raised, with its past moment. Raises CalendarYearMissing on
    reaching an alarm whose working days are unknown.
    """
    after = local(after, due.tz)
    for escalation in due.rule.escalate:
        when = None if due.at is None else _alarm_at(due, due.at, escalation.at, calendar)
        if when is not None and when > after:
            yield when, escalation


def next_alarm(due: DueDate, now: datetime, calendar: WorkCalendar) -> tuple[datetime, Escalation] | None:
    """The first of `alarms`, for the due index."""
    return next(alarms(due, now, calendar), None)


def check_extension(
    rule: Rule, granted: Sequence[Granted], wanted: Granted, ends: datetime | None = None, tz: tzinfo = SHANGHAI
) -> None:
    """Raises ExtensionRefused unless the rule lets this post grant this much once more.

    `ends` is the due date as it stands, None while it is open. What is over is not lengthened, whoever asks: a late
    answer would be in time afterwards.
    """
    allowed = rule.extension
    if allowed is None:
        raise ExtensionRefused(Sentence(_("%(title)s不能延长"), {"title": Title(rule)}))
    if wanted.by not in allowed.by:
        raise ExtensionRefused(Sentence(_("这个岗位不能批准延长，请报有权批准的人")))
    if ends is not None and wanted.at > ends:
        end = Moment(local(ends, tz), year=True)
        words = _("%(title)s%(end)s已经到期，到期以后不能延长，请尽快办完")
        raise ExtensionRefused(Sentence(words, {"title": Title(rule), "end": end}))
    if allowed.times is not None and len(granted) >= allowed.times:
        raise ExtensionRefused(Sentence(_("已经延长过%(times)s次，不能再延长"), {"times": len(granted)}))
    if wanted.unit is not allowed.unit or wanted.amount < 1:
        raise ExtensionRefused(Sentence(_("请填写延长多久，最少%(least)s"), {"least": Amount(1, allowed.unit)}))
    if allowed.amount is not None and wanted.amount > allowed.amount:
        raise ExtensionRefused(Sentence(_("一次最多延长%(most)s"), {"most": Amount(allowed.amount, allowed.unit)}))


def _end_of(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time.max, tz)


def _cut(days: list[DayMark], last: date) -> list[DayMark]:
    """The marks of a term that its outer term ends on `last`, perhaps before it began."""
    number = next((mark.number for mark in days if mark.day == last), None)
    return [*(mark for mark in days if mark.day < last), DayMark(last, "due", number)]


def _left(due: DueDate, now: datetime) -> timedelta:
    """What an exact term has still to run, pauses left out."""
    spans = merged(due.pauses, due.tz)
    if due.at is None:
        return timedelta(seconds=due.length) - elapsed(due.started, now, spans)
    return elapsed(now, due.at, spans)


def _remaining_exact(due: DueDate, now: datetime) -> Remaining:
    overdue = due.at is not None and now > due.at
    span = now - due.at if due.at is not None and now > due.at else _left(due, now)
    if due.rule.unit is Unit.HOUR and span >= _STEP[Unit.HOUR]:
        return Remaining(overdue, span // _STEP[Unit.HOUR], Unit.HOUR)
    return Remaining(overdue, span // _STEP[Unit.MINUTE], Unit.MINUTE)


def _alarm_at(due: DueDate, at: datetime, offset: int, calendar: WorkCalendar) -> datetime:
    unit = due.rule.unit.offset
    if unit.exact:
        return max((at.astimezone(UTC) + _STEP[unit] * offset).astimezone(due.tz), due.started)
    if offset == 0:
        return at
    if offset < 0:
        kinds = {"counted"} if unit is Unit.WORKING_DAY else {"counted", "rest"}
        days = [mark.day for mark in due.days if mark.kind in kinds]
        return datetime.combine(days[offset], time.min, due.tz) if -offset <= len(days) else due.started
    if unit is Unit.DAY:
        return _end_of(at.date() + ONE_DAY * offset, due.tz)
    later = (at.date() + ONE_DAY * n for n in count(1))
    return _end_of(next(islice((day for day in later if calendar.is_working(day)), offset - 1, None)), due.tz)
