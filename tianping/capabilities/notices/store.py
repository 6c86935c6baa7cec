"""Writing notices, and the inbox of those who read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from tianping.capabilities.notices.words import Notice, not_before, say
from tianping.kernel.service import Actor, acting

CHANNEL = "tp_letters"  # a NOTIFY with the jurisdiction when letters came

_ADD = """INSERT INTO notice (jurisdiction, source, to_key, channel, kind, text, blanks, matter_id, urgent, created_at, not_before,
   state, sent_at, next_at)
 SELECT %(j)s, r.source, r.to_key, r.channel, r.kind, r.text, r.blanks, r.matter, r.urgent, %(now)s, r.not_before,
   CASE r.channel WHEN 'in_app' THEN 'sent' ELSE 'waiting' END, CASE r.channel WHEN 'in_app' THEN %(now)s END, r.not_before
 FROM json_to_recordset(%(rows)s::json) AS r(source text, to_key text, channel text, kind text, text text, blanks jsonb, matter uuid,
   urgent boolean, not_before timestamptz)
 ON CONFLICT DO NOTHING"""
# A message that still waits is out of date when the next one of its matter comes.
_DROP = """UPDATE notice n SET state = 'dropped', error = 'superseded'
 FROM json_to_recordset(%(rows)s::json) AS r(source text, to_key text, channel text, matter uuid)
 WHERE n.jurisdiction = %(j)s AND n.state = 'waiting' AND n.tries = 0 AND NOT n.urgent AND n.channel = 'sms'
   AND r.channel = 'sms' AND n.to_key = r.to_key AND n.matter_id = r.matter AND n.source <> r.source
   AND n.matter_id = ANY(%(matters)s)"""
_INBOX = """SELECT id, kind, text, blanks::json, matter_id, urgent, created_at, read_at FROM notice
 WHERE jurisdiction = %(j)s AND channel = 'in_app' AND to_key = ANY(%(keys)s){where}
 ORDER BY created_at DESC, id DESC LIMIT %(n)s"""
_UNREAD = """SELECT count(*), max(created_at) FROM (SELECT created_at FROM notice WHERE jurisdiction = %s AND channel = 'in_app'
 AND to_key = ANY(%s) AND read_at IS NULL ORDER BY created_at DESC LIMIT 1000) n"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice as its reader sees it, in the active language."""

    id: UUID
    kind: str
    text: str
    matter: UUID | None
    urgent: bool
    created_at: datetime
    read_at: datetime | None


def add(jurisdiction: str, notices: Iterable[Notice], now: datetime) -> int:
    """Write them inside `acting` of the system; what was written for the same cause is left as it is. Returns how many came."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for notice in notices:
        rows.setdefault((notice.source, notice.to_key, notice.channel), _row(notice, now))
    latest = {
        (r["to_key"], r["matter"]): r["source"] for r in rows.values() if r["channel"] == "sms" and not r["urgent"]
    }
    kept = [
        r
        for r in rows.values()
        if r["channel"] != "sms" or r["urgent"] or latest[r["to_key"], r["matter"]] == r["source"]
    ]
    if not kept:
        return 0
    data = {"j": jurisdiction, "rows": msgspec.json.encode(kept).decode()}
    with connection.cursor() as cursor:
        if latest:
            # The matters are named beside the rows, so that their index is used whatever the statistics say.
            matters = [matter for _key, matter in latest if matter]
            cursor.execute(_DROP, data | {"matters": matters})
        cursor.execute(_ADD, data | {"now": now})
        added = int(cursor.rowcount)
        if added:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, jurisdiction])
        return added


def _row(notice: Notice, now: datetime) -> dict[str, Any]:
    quiet = notice.channel != "in_app"
    return {
        "source": notice.source,
        "to_key": notice.to_key,
        "channel": notice.channel,
        "kind": notice.kind,
        "text": notice.text,
        "blanks": notice.blanks,
        "matter": notice.matter,
        "urgent": notice.urgent,
        "not_before": not_before(now, urgent=notice.urgent) if quiet else now,
    }


def inbox(
    actor: Actor,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
    unread_only: bool = False,
    number: str = "",
    ids: list[UUID] | None = None,
) -> list[Letter]:
    """The newest notices to the actor's keys. `before`: moment and id of the last letter of the page before. `number`: a part of
    a matter's number."""
    where = ""
    values: dict[str, Any] = {"j": actor.jurisdiction, "keys": sorted(actor.keys), "n": limit}
    if before:
        where += " AND (created_at, id) < (%(at)s, %(id)s)"
        values |= {"at": before[0], "id": before[1]}
    if unread_only:
        where += " AND read_at IS NULL"
    if number:
        where += " AND strpos(blanks->>'number', %(number)s) > 0"
        values["number"] = number
    if ids is not None:
        where += " AND id = ANY(%(ids)s)"
        values["ids"] = ids
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_INBOX.format(where=where), values)
        rows = cursor.fetchall()
    return [Letter(r[0], r[1], say(r[2], r[3]), *r[4:]) for r in rows]


def unread(actor: Actor) -> int:
    """How many letters nobody has read yet, up to 1000."""
    return waiting(actor)[0]


def waiting(actor: Actor) -> tuple[int, datetime | None]:
    """How many letters are unread, up to 1000, and when the newest of them came."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_UNREAD, [actor.jurisdiction, sorted(actor.keys)])
        count, newest = cursor.fetchone()
        return int(count), newest


def mark_read(actor: Actor, ids: list[UUID] | None = None) -> int:
    """Mark these, or all, as read, for everybody who answers to their key. Returns how many were unread."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notice SET read_at = clock_timestamp() WHERE jurisdiction = %s AND channel = 'in_app' AND to_key = ANY(%s)"
            " AND read_at IS NULL AND (%s::uuid[] IS NULL OR id = ANY(%s::uuid[]))",
            [actor.jurisdiction, sorted(actor.keys), ids, ids],
        )
        return int(cursor.rowcount)
