"""A page of a list together with how much the saved views hold, in one transaction: a list is asked for all day long."""

from dataclasses import dataclass, replace

from django.db import connection

from tianping.kernel.agencies.access import record
from tianping.kernel.agencies.acting import acting
from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.matters.lists import DUE, Page, Query, Row, list_page, sight_filters, todo_filters
from tianping.kernel.matters.rulebook import STAMP, clockwork

LOOKED = 1_000  # so many of the most urgent are looked at; beyond them a count says "at least"

_COUNTS = """SELECT count(*), count(*) FILTER (WHERE x.due_at < clock_timestamp()),
  count(*) FILTER (WHERE x.due_at >= clock_timestamp() AND x.due_at < clock_timestamp() + interval '2 days'),
  count(*) FILTER (WHERE x.returns > 0), count(*) FILTER (WHERE x.supervised), {stamp}
 FROM ({rows}) x"""
# Each key's rows come in order from one index, as in the list itself.
_TODO = """SELECT t.due_at, m.returns, m.supervised FROM (
   SELECT DISTINCT ON (t.due_at, t.proceeding_id) t.due_at, t.matter_id FROM unnest(%(keys)s::text[]) k CROSS JOIN LATERAL (
     SELECT t.due_at, t.proceeding_id, t.matter_id FROM todo t WHERE t.jurisdiction = %(j)s AND t.key = k COLLATE "C"{where}
     ORDER BY t.due_at, t.proceeding_id LIMIT %(looked)s) t
   ORDER BY t.due_at, t.proceeding_id LIMIT %(looked)s) t
  JOIN matter m ON m.jurisdiction = %(j)s AND m.id = t.matter_id"""
_SIGHT = f"""SELECT m.due_at, m.returns, m.supervised FROM matter m WHERE m.jurisdiction = %(j)s{{where}}
  ORDER BY {DUE} LIMIT %(looked)s"""  # noqa: S608  # a constant


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows each saved view holds under the same conditions. `least`: there are more than were looked at."""

    everything: int = 0
    overdue: int = 0
    soon: int = 0
    returned: int = 0
    supervised: int = 0
    least: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    page: Page
    tally: Tally
    calendar: WorkCalendar


def listing(actor: Actor, query: Query, *, looked: int = LOOKED) -> Listing:
    """The page of `worklist` with its counts and the calendar that tells working days. RefusedError as `worklist`."""
    with acting(actor, lists=True):
        page = list_page(actor, query)
        tally, stamp = _tally(actor, replace(query, late="", returned=False, supervised=False, cursor=""), looked)
        return Listing(page, tally, clockwork(actor.jurisdiction, stamp).calendar)


def _tally(actor: Actor, query: Query, looked: int) -> tuple[Tally, str]:
    if query.view == "todo":
        rows, (where, values) = _TODO, todo_filters(query)
    else:
        rows, (where, values) = _SIGHT, sight_filters(actor, query)
    values |= {"j": actor.jurisdiction, "keys": sorted(actor.keys), "looked": looked}
    conditions = "".join(f" AND {w}" for w in where)
    statement = _COUNTS.format(stamp=STAMP.replace("$1", "%(j)s"), rows=rows.format(where=conditions))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        everything, overdue, soon, returned, supervised, stamp = cursor.fetchone()
    return Tally(everything, overdue, soon, returned, supervised, everything >= looked), str(stamp)


def drawn(actor: Actor, query: Query, *, purpose: str, what: list[str], most: int) -> list[Row]:
    """Up to `most` rows of a list at once, to be taken out of the house. The record of it is written in the same
    transaction: where it cannot be, nothing is read. RefusedError("purpose") without a known purpose."""
    with acting(actor, lists=True):
        page = list_page(actor, replace(query, limit=most, cursor=""), most=most)
        record(actor, purpose, what, rows=len(page.rows))
        return page.rows
