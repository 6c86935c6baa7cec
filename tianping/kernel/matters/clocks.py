"""What the engine decided about clocks, carried out on term rows: start, pause, resume, end, extend, and their inverses."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tianping.kernel.clock.calendar import CalendarYearMissing, WorkCalendar
from tianping.kernel.clock.counting import Pause
from tianping.kernel.clock.engine import SHANGHAI, DueDate, Granted, check_extension, due, next_alarm
from tianping.kernel.clock.rules import Rule, RuleMissing, Unit
from tianping.kernel.clock.sentence import ClockError, Sentence
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.state import MatterState, Move, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.rulebook import Clockwork, rule_of
from tianping.kernel.matters.snapshot import TermRow

MANY = 60  # units: a form that offers more time tells so many dates


@lru_cache(maxsize=2000)
def _rule(row: bytes) -> Rule:
    return rule_of(msgspec.json.decode(row))


def pinned(row: dict[str, Any]) -> Rule:
    return _rule(msgspec.json.encode(row))


def due_of(term: TermRow, calendar: WorkCalendar, outer: DueDate | None = None) -> DueDate:
    """The due date with its explanation. Raises CalendarYearMissing where the holidays are unknown."""
    return due(
        pinned(term.rule),
        term.started_at,
        calendar=calendar,
        outer=outer,
        pauses=[Pause(_at(p[0]), _at(p[1]) if p[1] else None, p[2] or "") for p in term.pauses],
        extensions=[Granted(e["amount"], Unit(e["unit"]), e["by"], e["why"], _at(e["at"])) for e in term.extensions],
    )


def due_among(terms: Sequence[TermRow], term: TermRow, calendar: WorkCalendar) -> DueDate:
    """The due date among the other clocks of its matter: an inner clock is due no later than the one around it, while that runs."""
    nested = pinned(term.rule).nested_in
    around = (t for t in reversed(terms) if t.matter_id == term.matter_id and t.rule_code == nested)
    outer = next(around, None) if nested else None
    running = outer is not None and outer.status != "ended"
    return due_of(term, calendar, due_of(outer, calendar) if running and outer is not None else None)


def tell_why(terms: Sequence[TermRow], reasons: Mapping[str, str]) -> None:
    """Put the reasons that were typed, by entry, in place of the steps' labels: for whoever may read them.

    On the row stands the label alone, since a reason may name people; where it was erased, that is what is left.
    """
    for term in terms:
        for granted in term.extensions:
            granted["why"] = reasons.get(granted.get("entry", ""), granted["why"])


class Longer(NamedTuple):
    """The unit of more time, and when a clock is due with 1, 2, … of it; or why nobody can give it the least of it."""

    unit: Unit
    ends: list[datetime]
    why_not: Sentence | None = None


def lengthened(terms: Sequence[TermRow], term: TermRow, calendar: WorkCalendar, now: datetime) -> Longer:
    """When the clock would be due with 1, 2, … units more, as many as its rule gives at once, at most `MANY`.

    Empty where it cannot be lengthened (any more) or stands still; shorter where the holidays of a year are not known.
    """
    rule = pinned(term.rule)
    allowed, ends = rule.extension, list[datetime]()
    unit, posts = (allowed.unit, allowed.by) if allowed else (rule.unit, ())
    try:
        check_extension(rule, _granted(term), Granted(1, unit, next(iter(posts), ""), "", now), term.due_at)
    except ClockError as error:
        return Longer(rule.unit, ends, error.sentence)
    if allowed is None or term.due_at is None:
        return Longer(rule.unit, ends)
    with suppress(CalendarYearMissing):
        for amount in range(1, min(allowed.amount or MANY, MANY) + 1):
            more = {"amount": amount, "unit": str(allowed.unit), "by": "", "why": "", "at": term.due_at.isoformat()}
            at = due_among(terms, replace(term, extensions=[*term.extensions, more]), calendar).at
            if at is not None:
                ends.append(at)
    return Longer(allowed.unit, ends)


def _granted(term: TermRow) -> list[Granted]:
    return [Granted(e["amount"], Unit(e["unit"]), e["by"], e["why"], _at(e["at"])) for e in term.extensions]


def _at(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "")


class Clocks:
    """The term rows of the matters of one decision.

    `at` is when the step counts for the clocks: when it happened, if it is recorded later, else now.
    """

    def __init__(self, rows: list[TermRow], work: Clockwork, now: datetime, at: datetime) -> None:
        self.rows = rows
        self.work = work
        self.now = now
        self.at = at

    def changed(self) -> list[TermRow]:
        return [t for t in self.rows if t.new or t.changed]

    def _newest(self, proceeding: UUID, name: str) -> TermRow:
        """The engine stops, resumes and extends only a clock that was started, so there is a row."""
        return next(t for t in reversed(self.rows) if t.proceeding_id == proceeding and t.name == name)

    def carry_out(self, procedure: Procedure, matter: MatterState, move: Move, new_id: UUID, why: str, by: str) -> None:
        """Apply the move's term effects. `new_id` is the entry's and seeds the ids of new rows; `why` and `by` go into pauses
        and extensions. An extension names its entry, which keeps the reason that was typed, sealed."""
        count = 0
        for effect in move.effects:
            if effect["do"] == "term":
                count += 1
                self._term(procedure, matter, move, effect, why, UUID(int=new_id.int ^ count))
            elif effect["do"] == "extend":
                self._extend(move, effect, why, by, new_id)

    def _term(
        self, procedure: Procedure, matter: MatterState, move: Move, effect: dict[str, Any], why: str, new_id: UUID
    ) -> None:
        name, do = effect["name"], effect["to"]
        if do == "restart":
            old = self._newest(move.proceeding, name)
            old.status, old.ended_at, old.changed = "ended", max(self.at, old.started_at), True
        if do in {"start", "restart"}:
            self._start(procedure, matter, move, name, new_id)
            return
        term = self._newest(move.proceeding, name)
        term.changed = True
        moment = max(self.at, term.started_at)  # what is recorded late cannot reach behind the clock's beginning
        match do:
            case "pause":
                term.pauses.append([moment.isoformat(), None, why])
            case "resume":
                term.pauses[-1][1] = max(moment.isoformat(), str(term.pauses[-1][0]), key=_at)
            case "unpause":
                term.pauses.pop()
            case "repause":
                term.pauses[-1][1] = None
            case "end" | "cancel":
                term.ended_at = moment
            case _:  # "unend"
                term.ended_at = None
        term.status = {"pause": "paused", "repause": "paused", "end": "ended", "cancel": "ended"}.get(do, "running")
        self._reckon(term)

    def _start(self, procedure: Procedure, matter: MatterState, move: Move, name: str, new_id: UUID) -> None:
        declared = procedure.term_by_name[name]
        code = rule_code(declared.rule, matter.facts)
        try:
            rule, row = self.work.pick(code, self.at.astimezone(SHANGHAI).date())
        except RuleMissing as error:
            raise RefusedError(
                _("本地数据包里没有这个时限：%(code)s，请联系管理员补上"), "unknown", code=code
            ) from error
        term = TermRow(
            id=new_id,
            matter_id=move.matter,
            proceeding_id=move.proceeding,
            name=name,
            rule_code=rule.code,
            rule=row,
            status="running",
            started_at=self.at,
            due_at=None,
            alarm_at=None,
            pauses=[],
            extensions=[],
            ended_at=None,
            new=True,
        )
        self.rows.append(term)
        self._reckon(term)

    def _extend(self, move: Move, effect: dict[str, Any], why: str, by: str, entry: UUID) -> None:
        term = self._newest(move.proceeding, effect["term"])
        rule = pinned(term.rule)
        unit = rule.extension.unit if rule.extension else rule.unit
        wanted = Granted(effect["amount"], unit, by, why, self.now)
        try:
            check_extension(rule, _granted(term), wanted, term.due_at)
        except ClockError as error:
            words, values = error.sentence.msgid, error.sentence.values
            raise RefusedError(words, "form", {"amount": words}, details={"amount": values}, **values) from error
        term.extensions.append({
            "amount": wanted.amount, "unit": str(unit), "by": by, "why": why, "at": self.now.isoformat(), "entry": str(entry),
        })  # fmt: skip
        term.changed = True
        self._reckon(term)

    def _reckon(self, term: TermRow) -> None:
        """Due date and next alarm. Where the calendar of a year is missing, both stay unknown until it is loaded."""
        term.alarm_at = None
        if term.status == "ended":
            return  # the date that was promised stays, so that "in time" can be told
        term.due_at = None
        try:
            found = due_among(self.rows, term, self.work.calendar)
            term.due_at = found.at
            alarm = next_alarm(found, term.started_at, self.work.calendar)
            term.alarm_at = alarm[0] if alarm else None
        except CalendarYearMissing:
            return


def rule_code(declared: str, facts: Mapping[str, Any]) -> str:
    """The code of the rule that a term names, with the facts it hangs on (`intake.answer.{grade}`)."""
    return declared.format_map(_Values(facts))


class _Values(dict[str, Any]):
    """A rule code's `{concept}`: a fact that is not known yet reads as `default`."""

    def __missing__(self, key: str) -> str:
        return "default"
