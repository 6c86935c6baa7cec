"""Reading the access records: for the auditor, and for the alarm on bulk reads."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import Actor

PAGE = 100
# An alarm: so many rows at once, or so many matters within so many minutes.
ROWS, MATTERS, MINUTES = 100, 60, 10

_SELECT = """SELECT a.id, a.at, coalesce(u.name, ''), coalesce(g.short_name, ''), a.purpose, a.matter_id, a.what::json, a.rows
 FROM access_record a
 LEFT JOIN account u ON u.id = a.user_id LEFT JOIN agency g ON g.jurisdiction = a.jurisdiction AND g.path = a.agency
 WHERE a.jurisdiction = %(j)s"""
_ALARMS = """SELECT u.name, g.short_name, s.at, s.matters, s.rows FROM (
  SELECT a.user_id, a.agency, date_bin(%(span)s, a.at, timestamptz '2020-01-01') AS at, count(DISTINCT a.matter_id) AS matters,
    max(a.rows) AS rows
  FROM access_record a WHERE a.jurisdiction = %(j)s AND a.at > clock_timestamp() - interval '30 days' AND a.user_id IS NOT NULL
  GROUP BY 1, 2, 3) s LEFT JOIN account u ON u.id = s.user_id LEFT JOIN agency g ON g.jurisdiction = %(j)s AND g.path = s.agency
 WHERE s.matters > %(matters)s OR s.rows > %(rows)s ORDER BY s.at DESC LIMIT 50"""


@dataclass(frozen=True, slots=True)
class Audited:
    """`rows`: newest first. `alarms`: who read unusually much, in which ten minutes. `next` goes on from here."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    next: str = ""


def audit(
    actor: Actor, *, person: str = "", purpose: str = "", number: str = "", day: str = "", before: str = ""
) -> Audited:
    """One page of records. Only an auditor gets any; filters that do not parse are left out. A matter is named by its number,
    protected ones too: an audit that could not ask for those would miss what it is for. Their content never is named."""
    if not any(k.startswith("auditor@") for k in actor.keys):
        return Audited()
    where: list[str] = []
    values: dict[str, Any] = {
        "j": actor.jurisdiction,
        "n": PAGE + 1,
        "span": f"{MINUTES} minutes",
        "matters": MATTERS,
        "rows": ROWS,
    }
    if person:
        where.append("u.name = %(person)s")
        values["person"] = person
    if purpose:
        where.append("a.purpose = %(purpose)s")
        values["purpose"] = purpose
    if number:
        where.append("a.matter_id = ANY(%(matters_named)s)")
        values["matters_named"] = _named(actor.jurisdiction, number)
    if moment := _moment(day):
        where.append("a.at >= %(day)s AND a.at < %(day)s + interval '1 day'")
        values["day"] = moment
    if moment := _moment(before):
        where.append("a.at < %(before)s")
        values["before"] = moment
    statement = _SELECT + "".join(f" AND {w}" for w in where) + " ORDER BY a.at DESC, a.id DESC LIMIT %(n)s"
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = ("id", "at", "name", "agency", "purpose", "number", "what", "rows")
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(_ALARMS, values)
        alarms = [dict(zip(("name", "agency", "at", "matters", "rows"), row, strict=True)) for row in cursor.fetchall()]
    numbers = _numbers(actor.jurisdiction, [row["number"] for row in rows if row["number"]])
    for row in rows:
        row["number"] = numbers.get(row["number"], "")
    more = rows[PAGE - 1]["at"].isoformat() if len(rows) > PAGE else ""
    return Audited(rows[:PAGE], alarms, more)


def _named(jurisdiction: str, number: str) -> list[UUID]:
    """The matters with this number, or with these digits at its end."""
    digits = re.search(r"(\d{1,9})\s*号?$", number)
    with acting(system_actor(jurisdiction)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM matter WHERE jurisdiction = %s AND number_seq = %s AND (number = %s OR %s) LIMIT 20",
            [jurisdiction, int(digits[1]) if digits else -1, number, "〔" not in number],
        )
        return [row[0] for row in cursor.fetchall()]


def _numbers(jurisdiction: str, matters: list[UUID]) -> dict[UUID, str]:
    with acting(system_actor(jurisdiction)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number FROM matter WHERE jurisdiction = %s AND id = ANY(%s)", [jurisdiction, matters]
        )
        return dict(cursor.fetchall())


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.astimezone()
