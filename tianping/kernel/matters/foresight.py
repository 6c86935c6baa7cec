"""What a dispatcher wants to know before pressing: until when it would have to be answered, who did such things before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from tianping.kernel.agencies.acting import acting
from tianping.kernel.clock.calendar import CalendarYearMissing
from tianping.kernel.clock.engine import SHANGHAI, DueDate, due
from tianping.kernel.clock.rules import RuleMissing
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.matters.advance import registry
from tianping.kernel.matters.clocks import rule_code
from tianping.kernel.matters.rulebook import clockwork

DAYS = 90
_BEFORE = """SELECT m.holder, count(*), count(*) FILTER (WHERE m.closed_at IS NOT NULL),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM m.closed_at - m.opened_at)) FILTER (WHERE m.closed_at IS NOT NULL)
 FROM matter m WHERE m.jurisdiction = %s AND m.path >= %s AND m.path < %s AND m.category = %s AND m.holder <> m.centre
 AND m.opened_at > clock_timestamp() - make_interval(days => %s) GROUP BY m.holder"""


@dataclass(frozen=True, slots=True)
class Precedent:
    """What an office did with one category in the last `DAYS` days; `median` in days from report to close."""

    taken: int
    closed: int
    median: float | None


def promise(jurisdiction: str, facts: Mapping[str, Any], procedure: str = "intake") -> DueDate | None:
    """The promised term of that procedure as it would run from now on; None where rule or calendar is missing."""
    now = timezone.now()
    work = clockwork(jurisdiction)
    term = next((t for t in registry().procedure(procedure).terms if t.promised), None)
    if term is None:
        return None
    try:
        rule, _row = work.pick(rule_code(term.rule, facts), now.astimezone(SHANGHAI).date())
        return due(rule, now, calendar=work.calendar)
    except (RuleMissing, CalendarYearMissing):
        return None


def precedents(actor: Actor, category: str) -> dict[str, Precedent]:
    """By office, from what the actor's post looks over."""
    if not actor.lo or not category:
        return {}
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_BEFORE, [actor.jurisdiction, actor.lo, actor.hi, category, DAYS])
        return {
            path: Precedent(taken, closed, None if seconds is None else float(seconds) / 86_400)
            for path, taken, closed, seconds in cursor.fetchall()
        }
