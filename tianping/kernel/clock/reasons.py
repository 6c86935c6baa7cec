"""Why a due date is that date: reasons in the order in which a clerk would tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from tianping.kernel.clock.counting import DayMark, Pause, local
from tianping.kernel.clock.rules import Amount, Rule, Title, Unit
from tianping.kernel.clock.sentence import Day, Moment, Sayable, Sentence
from tianping.kernel.lifecycle.text import gettext_noop as _

Code = Literal["start", "rest", "made_up", "extended", "paused", "reached", "moved", "suspended", "capped"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the explanation: `code` for what handles it, `sentence` for who reads it."""

    code: Code
    sentence: Sentence


def _reason(code: Code, msgid: str, **values: str | int | Sayable) -> Reason:
    return Reason(code, Sentence(msgid, values))


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one counted term. On the day `full` the count was full; `at` is None while the clock stands still."""

    rule: Rule
    begin: datetime
    tz: tzinfo
    days: Sequence[DayMark]
    full: date | None
    at: datetime | None

    def reasons(
        self, pauses: Sequence[Pause], extensions: Sequence[tuple[Amount, str]], capped_by: Title | None
    ) -> tuple[Reason, ...]:
        """`capped_by` is the outer term that ends this one."""
        told = [self._start(), *self._days_off()]
        told += [
            _reason("extended", _("延长%(amount)s，加在末尾：%(why)s"), amount=amount, why=why)
            for amount, why in extensions
        ]
        told += [reason for pause in pauses if (reason := self._pause(pause))]
        return (*told, *self._end(capped_by))

    def _day(self, day: date) -> Day:
        return Day(day, year=day.year != self.begin.year)

    def _moment(self, at: datetime) -> Moment:
        return Moment(at, year=at.year != self.begin.year)

    def _start(self) -> Reason:
        if self.rule.unit.exact:
            words = _("从%(start)s起连续计算，夜间和节假日不扣除")
            return _reason("start", words, start=self._moment(self.begin))
        first = self.begin.date()
        words = _("%(start)s开始，当天不算，从%(next)s数起")
        return _reason("start", words, start=self._day(first), next=self._day(first + timedelta(days=1)))

    def _days_off(self) -> list[Reason]:
        if self.rule.unit is not Unit.WORKING_DAY:
            return []
        told = []
        if off := sum(mark.kind == "rest" for mark in self.days):
            told.append(_reason("rest", _("周末和节假日不算，共%(amount)s"), amount=Amount(off, Unit.DAY)))
        moved = self.at is not None and self.full not in {None, self.at.date()}
        told += [
            _reason("made_up", _("%(day)s%(why)s，照算"), day=self._day(mark.day), why=Sentence(mark.note))
            for mark in self.days
            if mark.number is not None and mark.note and not (moved and mark.day == self.full)
        ]
        return told

    def _pause(self, pause: Pause) -> Reason | None:
        """A pause that has ended and cost something."""
        if pause.to is None:
            return None
        since, until = local(pause.from_, self.tz), local(pause.to, self.tz)
        if self.rule.unit.exact:
            if until <= self.begin or (self.at is not None and since >= self.at):
                return None
            words = _("%(first)s至%(last)s暂停，不算：%(why)s")
            return _reason("paused", words, first=self._moment(since), last=self._moment(until), why=pause.why)
        lost = [mark.day for mark in self.days if mark.kind == "paused" and since.date() < mark.day < until.date()]
        if not lost:
            return None
        if len(lost) == 1:
            return _reason("paused", _("%(day)s暂停，不算：%(why)s"), day=self._day(lost[0]), why=pause.why)
        words = _("%(first)s至%(last)s暂停，不算：%(why)s")
        return _reason("paused", words, first=self._day(lost[0]), last=self._day(lost[-1]), why=pause.why)

    def _end(self, capped_by: Title | None) -> list[Reason]:
        if self.at is None:
            since = self._day(self.days[-1].day)
            return [_reason("suspended", _("从%(day)s起暂停，还没有恢复，恢复后接着数"), day=since)]
        end = self._moment(self.at) if self.rule.unit.exact else self._day(self.at.date())
        if capped_by is not None:
            words = _("不能晚于%(outer)s的期限，到%(end)s为止")
            return [_reason("capped", words, outer=capped_by, end=end)]
        if self.full is None or self.rule.unit.exact:
            return [_reason("reached", _("到%(end)s满"), end=end)]
        working = self.rule.unit is Unit.WORKING_DAY
        words = _("数到第%(number)s个工作日，是%(day)s") if working else _("数到第%(number)s天，是%(day)s")
        last = next(mark for mark in self.days if mark.day == self.full)
        told = [_reason("reached", words, number=last.number or 0, day=self._day(last.day))]
        if self.full != self.at.date():
            words = _("%(day)s是%(why)s，顺延到%(end)s")
            told.append(_reason("moved", words, day=self._day(last.day), why=Sentence(last.note), end=end))
        return told
