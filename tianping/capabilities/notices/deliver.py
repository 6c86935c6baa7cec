"""Sending what waits. A message is leased before it is sent, so a worker that is killed with it in hand sends it later again."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from tianping.capabilities.notices.channels import SendError, ready, send_email, send_sms
from tianping.capabilities.notices.contacts import phone_of
from tianping.capabilities.notices.languages import language_of
from tianping.capabilities.notices.words import say
from tianping.kernel.matters.opening import open_values
from tianping.kernel.service import acting, registry, system_actor

log = logging.getLogger(__name__)
BATCH = 20
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))  # after the first, second … failure
STALE = timedelta(days=3)  # news that old is none
LEASE = timedelta(minutes=5)  # longer than a batch of the slowest sendings takes

_EXPIRE = """UPDATE notice SET state = 'failed', error = 'expired' WHERE jurisdiction = %s AND state = 'waiting'
 AND next_at <= %s AND not_before < %s"""
_LEASE = """UPDATE notice SET tries = tries + 1, next_at = %(until)s WHERE jurisdiction = %(j)s AND id IN (
   SELECT id FROM notice WHERE jurisdiction = %(j)s AND state = 'waiting' AND next_at <= %(now)s AND channel = ANY(%(channels)s)
   ORDER BY urgent DESC, next_at LIMIT %(n)s FOR UPDATE SKIP LOCKED)
 RETURNING id, to_key, channel, text, blanks::json, matter_id, tries"""
_SENT = "UPDATE notice SET state = 'sent', sent_at = %s, error = '' WHERE jurisdiction = %s AND id = %s"
_NOT_SENT = "UPDATE notice SET state = %s, error = %s, next_at = %s WHERE jurisdiction = %s AND id = %s"
_WAITING = """SELECT channel, count(*), min(created_at) FROM notice WHERE jurisdiction = %s AND state = 'waiting'
 GROUP BY channel"""


@dataclass(frozen=True, slots=True)
class Leased:
    id: UUID
    to_key: str
    channel: str
    text: str
    blanks: dict[str, str]
    matter: UUID | None
    tries: int


def deliver(jurisdiction: str, now: datetime | None = None) -> int:
    """Send up to a batch of what may go out by `now`; returns how many went. What fails is tried again, later and later."""
    now = now or timezone.now()
    with acting(system_actor(jurisdiction, "notices")), connection.cursor() as cursor:
        cursor.execute(_EXPIRE, [jurisdiction, now, now - STALE])
        cursor.execute(_LEASE, {"j": jurisdiction, "now": now, "until": now + LEASE, "channels": ready(), "n": BATCH})
        leased = [Leased(*row) for row in cursor.fetchall()]
    return sum(_send(jurisdiction, one, now) for one in leased)


def _send(jurisdiction: str, one: Leased, now: datetime) -> int:
    try:
        to, language = _address(jurisdiction, one)
        with override(language):
            text = say(one.text, one.blanks)
            if one.channel == "sms":
                send_sms(str(one.id), to, text)
            else:
                send_email(to, text)
    except SendError as error:
        _mark(jurisdiction, _NOT_SENT, [*_after(one, error, now), jurisdiction, one.id])
        log.warning("notice %s by %s, try %s: %s", one.id, one.channel, one.tries, error)
        return 0
    _mark(jurisdiction, _SENT, [now, jurisdiction, one.id])
    return 1


def _after(one: Leased, error: SendError, now: datetime) -> tuple[str, str, datetime]:
    over = error.hopeless or one.tries > len(WAITS)
    return "failed" if over else "waiting", str(error), now + WAITS[min(one.tries, len(WAITS)) - 1]


def _mark(jurisdiction: str, statement: str, values: list[Any]) -> None:
    with acting(system_actor(jurisdiction, "notices")), connection.cursor() as cursor:
        cursor.execute(statement, values)


def _address(jurisdiction: str, one: Leased) -> tuple[str, str]:
    """Where it goes and in which language: the number given with the matter, opened with a record; or what the account has."""
    actor = system_actor(jurisdiction, "notices")
    with acting(actor), connection.cursor() as cursor:
        language = language_of(jurisdiction, one.to_key)
        if one.channel == "sms" and one.to_key.startswith("person:"):
            found = phone_of(jurisdiction, UUID(one.to_key.removeprefix("person:")))
        elif one.channel == "sms" and one.matter is not None:
            types = {c.name: c.type for c in registry().concepts.values()}
            opened = open_values(actor, one.matter, "contact", types=types, concepts=["reporter_phone"])
            found = next((str(o.value) for o in reversed(opened) if o.value), "")
        else:
            cursor.execute(
                "SELECT email FROM account WHERE jurisdiction = %s AND id::text = %s AND is_active",
                [jurisdiction, one.to_key.removeprefix("person:")],
            )
            row = cursor.fetchone()
            found = row[0] if row else ""
    if not found:
        raise SendError("no address", hopeless=True)
    return found, language


def waiting(jurisdiction: str) -> dict[str, tuple[int, datetime]]:
    """By channel, how many messages wait and since when; for `doctor`."""
    with acting(system_actor(jurisdiction, "notices")), connection.cursor() as cursor:
        cursor.execute(_WAITING, [jurisdiction])
        return {channel: (count, since) for channel, count, since in cursor.fetchall()}
