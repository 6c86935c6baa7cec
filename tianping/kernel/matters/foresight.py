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
# By the proceedings on the matter's road: a closed matter itself is with the archivist, no longer with who handled it.
_BEFORE = """WITH recent AS MATERIALIZED (SELECT m.id, m.centre, m.opened_at, m.closed_at FROM matter m
  WHERE m.jurisdiction = %(j)s AND m.path >= %(lo)s AND m.path < %(hi)s AND m.category = %(category)s
  AND m.opened_at > clock_timestamp() - make_interval(days => %(days)s)),
 handled AS (SELECT DISTINCT p.holder, m.id, m.opened_at, m.closed_at FROM recent m
  JOIN proceeding p ON p.jurisdiction = %(j)s AND p.matter_id = m.id AND p.slot IN ('', '@next') AND p.holder <> m.centre)
 SELECT h.holder, count(*), count(h.closed_at),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM h.closed_at - h.opened_at)) FILTER (WHERE h.closed_at IS NOT NULL)
 FROM handled h GROUP BY h.holder"""


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
        values: dict[str, Any] = {
            "j": actor.jurisdiction,
            "lo": actor.lo,
            "hi": actor.hi,
            "category": category,
            "days": DAYS,
        }
        cursor.execute(_BEFORE, values)
        return {
            path: Precedent(taken, closed, None if seconds is None else float(seconds) / 86_400)
            for path, taken, closed, seconds in cursor.fetchall()
        }
