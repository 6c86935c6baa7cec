"""The scan of the due index: alarms that have come, steps that a lapse takes, due dates that a new calendar makes known.

A scan may be killed anywhere and run by two workers at once: steps carry a key of term and due date, and an alarm is marked
in the transaction that tells it, under the lock of its matter.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.clock.calendar import CalendarYearMissing, WorkCalendar
from tianping.kernel.clock.engine import alarms, next_alarm
from tianping.kernel.clock.rules import Escalation
from tianping.kernel.lifecycle.rights import PROTECTOR, root_of
from tianping.kernel.lifecycle.state import MatterState, ProceedingState, RefusedError
from tianping.kernel.lifecycle.vocabulary import Lapse, Step
from tianping.kernel.matters.advance import advance, registry
from tianping.kernel.matters.clocks import due_among
from tianping.kernel.matters.readers.cursor import Alarm, Reader
from tianping.kernel.matters.readers.declared import declared
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.matters.snapshot import Snapshot, TermRow, lock, read
from tianping.kernel.matters.store import FAR

log = logging.getLogger(__name__)
ESCALATE = "escalate"
_TICK = timedelta(microseconds=1)
_BATCH = 500

_RINGING = """SELECT alarm_at, id, matter_id FROM term WHERE jurisdiction = %(j)s AND alarm_at <= clock_timestamp()
 AND (alarm_at, id) > (%(at)s, %(id)s) ORDER BY alarm_at, id LIMIT %(n)s"""
_LAPSED = """SELECT t.due_at, t.id, t.name, p.id, p.procedure, p.version, p.state FROM term t
 JOIN proceeding p ON p.jurisdiction = t.jurisdiction AND p.id = t.proceeding_id
 WHERE t.jurisdiction = %(j)s AND t.status = 'running' AND t.name = %(name)s AND t.due_at <= clock_timestamp()
 AND (t.due_at, t.id) > (%(at)s, %(id)s) AND p.closed_at IS NULL ORDER BY t.due_at, t.id LIMIT %(n)s"""
_UNKNOWN = """SELECT DISTINCT matter_id FROM term WHERE jurisdiction = %s AND status = 'running' AND due_at IS NULL"""
_MARK = "UPDATE term SET due_at = %s, alarm_at = %s WHERE jurisdiction = %s AND id = %s"
_MATTER_DUE = """UPDATE matter m SET due_at = (SELECT min(t.due_at) FROM term t WHERE t.jurisdiction = m.jurisdiction
 AND t.matter_id = m.id AND t.status = 'running') WHERE m.jurisdiction = %s AND m.id = %s"""
_TODO_DUE = """UPDATE todo d SET due_at = coalesce((SELECT min(t.due_at) FROM term t WHERE t.jurisdiction = d.jurisdiction
 AND t.proceeding_id = d.proceeding_id AND t.status = 'running'), %s) WHERE d.jurisdiction = %s AND d.matter_id = %s"""
_POST = """SELECT path FROM post WHERE jurisdiction = %s AND kind = %s AND path = ANY(%s)
 ORDER BY array_position(%s::text[], path::text) LIMIT 1"""

_tried: dict[str, str] = {}  # jurisdiction -> the packs with which unknown due dates were reckoned last


def scan(jurisdiction: str, readers: Sequence[Reader] = ()) -> int:
    """Everything that is due now; `readers` hear each alarm. Returns how much was done.

    One term that fails is logged and left for the next scan; it keeps nobody waiting.
    """
    return _lapse(jurisdiction) + _ring(jurisdiction, readers) + _reckon(jurisdiction)


def _after(jurisdiction: str, statement: str, **values: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a due query, in batches; each row is seen once a scan, whatever becomes of it."""
    at: Any = "-infinity"
    last = UUID(int=0)
    while True:
        with acting(system_actor(jurisdiction, "clock")), connection.cursor() as cursor:
            found: dict[str, Any] = {"j": jurisdiction, "at": at, "id": last, "n": _BATCH} | values
            cursor.execute(statement, found)
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < _BATCH:
            return
        at, last = rows[-1][0], rows[-1][1]


# ── steps that a lapse takes ─────────────────────────────────────────────────────────────────────────────────────
def _lapse(jurisdiction: str) -> int:
    done = 0
    names = {
        by.term
        for p in registry().versions()
        for s in p.steps
        for by in s.by
        if isinstance(by, Lapse) and s.name != ESCALATE
    }
    for name in sorted(names):
        for due_at, term, _name, proceeding, procedure, version, state in _after(jurisdiction, _LAPSED, name=name):
            key = f"lapse:{term}:{due_at.isoformat()}"
            step = next(
                (s for s in _steps(procedure, version, state) if s.name != ESCALATE and Lapse(name) in s.by), None
            )
            if step is None:
                continue
            try:
                done += _take(jurisdiction, proceeding, step, f"{key}:{step.name}", name, "")
            except Exception:
                log.exception("%s of %s", step.name, proceeding)
    return done


def _steps(name: str, version: int, state: str) -> tuple[Step, ...]:
    procedure = declared(name, version)
    return procedure.steps_from(state) if procedure else ()


def _take(jurisdiction: str, proceeding: UUID, step: Step, key: str, term: str, why: str) -> int:
    """Take a timed step; 1 when it was taken now. Where somebody was faster it is refused, and nothing is lost."""
    form = {name: value for name, value in (("term", term), ("note", why)) if value and step.form.field(name)}
    try:
        receipt = advance(proceeding, step.name, actor=system_actor(jurisdiction, "clock"), form=form, key=key)
    except RefusedError as error:
        log.info("%s of %s: %s", step.name, proceeding, error.reason)
        return 0
    return 0 if receipt.repeated else 1


# ── alarms ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _ring(jurisdiction: str, readers: Sequence[Reader]) -> int:
    done = 0
    for _at, term, matter in _after(jurisdiction, _RINGING):
        try:
            _escalate(jurisdiction, matter, term)
            done += _tell(jurisdiction, matter, term, readers)
        except Exception:
            log.exception("alarm of term %s", term)
    return done


def _load(jurisdiction: str, matter: UUID, term: UUID, *, update: bool) -> tuple[Snapshot, TermRow | None]:
    snapshot = read(jurisdiction, lock(jurisdiction, [matter], None, update=update), None)
    return snapshot, next((t for t in snapshot.terms if t.id == term), None)


def _escalate(jurisdiction: str, matter: UUID, term_id: UUID) -> None:
    """What is overdue goes on the record where the procedure declares it; what is only due soon is told, not recorded."""
    with acting(system_actor(jurisdiction, "clock")):
        snapshot, term = _load(jurisdiction, matter, term_id, update=False)
        if term is None or term.status != "running":
            return
        proceeding = snapshot.matters[matter].proceedings[term.proceeding_id]
        rung, _next = _rung(snapshot, term, clockwork(jurisdiction, snapshot.stamp).calendar)
    steps = _steps(proceeding.procedure, proceeding.version, proceeding.state)
    step = next((s for s in steps if s.name == ESCALATE and Lapse(term.name) in s.by), None)
    for escalation in rung:
        if step is not None and escalation.at >= 0:
            _take(jurisdiction, term.proceeding_id, step, _name(term, escalation), term.name, escalation.why)


def _tell(jurisdiction: str, matter: UUID, term_id: UUID, readers: Sequence[Reader]) -> int:
    with acting(system_actor(jurisdiction, "clock")):
        snapshot, term = _load(jurisdiction, matter, term_id, update=True)
        if term is None or term.alarm_at is None or term.alarm_at > snapshot.now:
            return 0  # another scan was first, or the clock was moved
        rung: list[Escalation] = []
        after: datetime | None = None
        if term.status == "running":
            rung, after = _rung(snapshot, term, clockwork(jurisdiction, snapshot.stamp).calendar)
        for escalation in rung:
            alarm = _alarm(jurisdiction, snapshot.matters[matter], term, escalation)
            for reader in readers:
                reader.alarm(alarm)
        if rung or after != term.alarm_at:
            with connection.cursor() as cursor:
                cursor.execute(_MARK, [term.due_at, after, jurisdiction, term.id])
        return len(rung)


def _rung(snapshot: Snapshot, term: TermRow, calendar: WorkCalendar) -> tuple[list[Escalation], datetime | None]:
    """The escalations from the term's alarm to now, and the moment of the next one.

    Where that one lies in a year without a calendar, it is asked for again from just after the last.
    """
    rung: list[Escalation] = []
    after = term.alarm_at or snapshot.now
    try:
        for moment, escalation in alarms(due_among(snapshot.terms, term, calendar), after - _TICK, calendar):
            if moment > snapshot.now:
                return rung, moment
            rung.append(escalation)
            after = moment + _TICK
    except CalendarYearMissing:
        return rung, after
    return rung, None


def _name(term: TermRow, escalation: Escalation) -> str:
    due_at = term.due_at.isoformat() if term.due_at else ""
    return f"alarm:{term.id}:{due_at}:{escalation.at}:{escalation.to}"


def _alarm(jurisdiction: str, matter: MatterState, term: TermRow, escalation: Escalation) -> Alarm:
    proceeding = matter.proceedings[term.proceeding_id]
    procedure = declared(proceeding.procedure, proceeding.version)
    clock = procedure.term_by_name.get(term.name) if procedure else None
    return Alarm(
        id=_name(term, escalation),
        jurisdiction=jurisdiction,
        matter=matter.id,
        proceeding=proceeding.id,
        term=term.name,
        label=clock.label if clock else term.name,
        due_at=term.due_at or term.started_at,
        offset=escalation.at,
        to=escalation.to,
        keys=_keys(jurisdiction, matter, proceeding, escalation.to),
        why=escalation.why,
    )


def _keys(jurisdiction: str, matter: MatterState, proceeding: ProceedingState, kind: str) -> tuple[str, ...]:
    """Who answers to that kind of post for this proceeding: at the holder, at the centre, at the root; the nearest one.

    In a protected matter the protector stands in for every post but the county's leader, whom a rule names as the last resort.
    """
    if matter.protected and kind != "leader":
        return (f"{PROTECTOR}@{matter.centre}",)
    if person := proceeding.assigned.get(kind):
        return (f"person:{person}",)
    paths = [p for p in (proceeding.holder, matter.centre, root_of(matter.centre)) if p]
    with connection.cursor() as cursor:
        cursor.execute(_POST, [jurisdiction, kind, paths, paths])
        row = cursor.fetchone()
    return (f"{kind}@{row[0]}",) if row else ()


# ── due dates that were unknown ──────────────────────────────────────────────────────────────────────────────────
def _reckon(jurisdiction: str) -> int:
    """Terms without a due date, because the holidays of a year were not known, once packs were loaded."""
    with acting(system_actor(jurisdiction, "clock")), connection.cursor() as cursor:
        stamp = clockwork(jurisdiction).stamp
        if _tried.get(jurisdiction) == stamp:
            return 0
        cursor.execute(_UNKNOWN, [jurisdiction])
        matters = sorted(row[0] for row in cursor.fetchall())
    done = 0
    for matter in matters:
        with acting(system_actor(jurisdiction, "clock")):
            done += _reckon_matter(jurisdiction, matter)
    _tried[jurisdiction] = stamp
    return done


def _reckon_matter(jurisdiction: str, matter: UUID) -> int:
    snapshot = read(jurisdiction, lock(jurisdiction, [matter], None), None)
    calendar = clockwork(jurisdiction, snapshot.stamp).calendar
    done = 0
    with connection.cursor() as cursor:
        for term in snapshot.terms:
            if term.status != "running" or term.due_at is not None:
                continue
            try:
                found = due_among(snapshot.terms, term, calendar)
                alarm = next_alarm(found, term.started_at, calendar)
            except CalendarYearMissing:
                continue
            cursor.execute(_MARK, [found.at, alarm[0] if alarm else None, jurisdiction, term.id])
            done += 1
        if done:
            cursor.execute(_MATTER_DUE, [jurisdiction, matter])
            cursor.execute(_TODO_DUE, [FAR, jurisdiction, matter])
    return done
