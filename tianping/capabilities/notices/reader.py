"""From the feed to notices: the step's declaration says who hears what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tianping.capabilities.notices.contacts import with_phone
from tianping.capabilities.notices.deliver import deliver
from tianping.capabilities.notices.store import add
from tianping.capabilities.notices.words import (
    ALARM,
    ALARM_PROTECTED,
    NEUTRAL,
    PUBLIC,
    PUBLIC_SMS,
    STAFF_URGENT,
    TODO,
    TODO_PROTECTED,
    TOLD,
    Notice,
)
from tianping.kernel.agencies.actors import holders
from tianping.kernel.lifecycle.rights import PROTECTOR
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.matters.readers.cursor import Alarm, Batch, Reader
from tianping.kernel.service import registry

LATE = timedelta(days=1)  # what is recorded later than this is history: nobody is told of it
# The only words that the reporter of a protected matter is told, and neutrally.
_ANSWERS = frozenset({"answered", "neutral"})

_ENTRIES = """SELECT e.id, e.matter_id, e.proceeding_id, e.seq, e.procedure, p.version, e.step, e.to_state, e.actor_kind, e.actor,
   e.happened_at, e.recorded_at, m.number, m.protected, m.centre
 FROM entry e JOIN proceeding p ON p.jurisdiction = e.jurisdiction AND p.id = e.proceeding_id
 JOIN matter m ON m.jurisdiction = e.jurisdiction AND m.id = e.matter_id WHERE e.jurisdiction = %s AND e.id = ANY(%s)"""
_TODOS = "SELECT proceeding_id, key, since FROM todo WHERE jurisdiction = %s AND proceeding_id = ANY(%s) ORDER BY key"
_REPORTERS = """SELECT r.matter_id, r.subject_id, u.id, coalesce(u.email, ''), EXISTS (SELECT 1 FROM fact f
   WHERE f.jurisdiction = r.jurisdiction AND f.matter_id = r.matter_id AND f.concept = 'reporter_phone' AND f.superseded_by IS NULL)
 FROM party r LEFT JOIN account u ON u.jurisdiction = r.jurisdiction AND u.subject_id = r.subject_id AND u.is_active
 WHERE r.jurisdiction = %s AND r.role = 'reporter' AND r.matter_id = ANY(%s)"""
_POSTS = """SELECT a.user_id, p.kind || '@' || p.path FROM appointment a
 JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id
 WHERE a.jurisdiction = %s AND a.user_id = ANY(%s) AND a.since <= %s AND (a.until IS NULL OR a.until >= %s)"""
_CENTRE = "SELECT name, name_en, phone FROM agency WHERE jurisdiction = %s AND path = %s"
_MATTER = "SELECT number, protected FROM matter WHERE jurisdiction = %s AND id = %s"


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the feed with what decides who hears of it."""

    entry: UUID
    matter: UUID
    proceeding: UUID
    seq: int
    procedure: str
    version: int
    step: str
    to_state: str
    actor_kind: str
    actor: UUID | None
    happened_at: datetime
    recorded_at: datetime
    number: str
    protected: bool
    centre: str

    @property
    def source(self) -> str:
        return f"entry:{self.entry}"


@dataclass(slots=True)
class Around:
    """What the batch's entries are read against, fetched once a batch."""

    jurisdiction: str
    todos: dict[UUID, list[tuple[str, datetime]]]
    reporters: dict[UUID, list[tuple[UUID, UUID | None, str, bool]]]
    posts: set[tuple[UUID, str]]


class Notices(Reader):
    name = "notices"

    def read(self, batch: Batch) -> None:
        found = {row[0]: Told(*row) for row in _rows(_ENTRIES, [batch.jurisdiction, [r.entry for r in batch.rows]])}
        told = [found[row.entry] for row in batch.rows]
        told = [t for t in told if t.recorded_at - t.happened_at <= LATE]
        around = _around(batch.jurisdiction, told)
        add(batch.jurisdiction, [n for one in told for n in _of(one, around)], timezone.now())

    def alarm(self, alarm: Alarm) -> None:
        ((number, protected),) = _rows(_MATTER, [alarm.jurisdiction, alarm.matter])
        text = ALARM_PROTECTED if protected else ALARM
        blanks = {} if protected else {"number": number, "label": alarm.label, "why": alarm.why}
        urgent = protected
        mail = urgent or alarm.offset >= 0
        notices = [
            n
            for key in alarm.keys
            for n in _staff(
                alarm.jurisdiction, alarm.id, key, "alarm", text, blanks, alarm.matter, urgent=urgent, mail=mail
            )
        ]
        add(alarm.jurisdiction, notices, timezone.now())

    def tend(self, jurisdiction: str) -> int:
        return deliver(jurisdiction)


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()  # type: ignore[no-any-return]


def _around(jurisdiction: str, told: list[Told]) -> Around:
    around = Around(jurisdiction, {}, {}, set())
    for proceeding, key, since in _rows(_TODOS, [jurisdiction, [t.proceeding for t in told]]):
        around.todos.setdefault(proceeding, []).append((key, since))
    for matter, subject, user, email, phone in _rows(_REPORTERS, [jurisdiction, [t.matter for t in told]]):
        around.reporters.setdefault(matter, []).append((subject, user, email, phone))
    today = timezone.localdate()
    acted = [t.actor for t in told if t.actor]
    around.posts = {(row[0], row[1]) for row in _rows(_POSTS, [jurisdiction, acted, today, today])}
    return around


def _of(one: Told, around: Around) -> Iterator[Notice]:
    """The notices of one entry; of two to the same key the first is kept."""
    try:
        step = registry().procedure(one.procedure, one.version).by_name[one.step]
    except (RefusedError, KeyError):
        return  # a scene that was taken out
    words = step.touches.get("tell", "")
    yield from _told_staff(one, words, around)
    yield from _reporter(one, step, words, around)
    yield from _todo(one, around)


def _told_staff(one: Told, words: str, around: Around) -> Iterator[Notice]:
    if words not in TOLD:
        return
    blanks = {"number": one.number}
    match words:
        case "protect":
            keys, blanks = [f"{PROTECTOR}@{one.centre}"], {}
        case "request":
            keys = [f"{PROTECTOR if one.protected else 'supervisor'}@{one.centre}"]
        case _:
            keys = [key for key, _since in around.todos.get(one.proceeding, []) if not key.startswith("subject:")]
    urgent = words == "protect"
    text = TODO_PROTECTED if one.protected and not urgent else TOLD[words]
    for key in keys:
        yield from _staff(
            around.jurisdiction, one.source, key, words, text, blanks, one.matter, urgent=urgent, mail=True
        )


def _staff(
    jurisdiction: str,
    source: str,
    key: str,
    kind: str,
    text: str,
    blanks: dict[str, str],
    matter: UUID,
    *,
    urgent: bool,
    mail: bool,
) -> Iterator[Notice]:
    """A letter to the key and, where it must not wait for somebody to look, an e-mail to each who answers to it.

    What is urgent goes to their telephones too, whatever the hour: both say only that something waits.
    """
    yield Notice(source, key, "in_app", kind, text, blanks, matter, urgent)
    if not mail:
        return
    people = _reached(jurisdiction, key, urgent=urgent)
    addressed = {
        str(row[0]) for row in _rows("SELECT id FROM account WHERE id::text = ANY(%s) AND email <> ''", [people])
    }
    phoned = {str(user) for user in with_phone(jurisdiction)} if urgent else set()
    said = (STAFF_URGENT, {}) if urgent else (text, blanks)
    for person in people:
        for channel, there in (("email", addressed), ("sms", phoned)):
            if person in there:
                yield Notice(source, f"person:{person}", channel, kind, *said, matter, urgent)


def _reached(jurisdiction: str, key: str, *, urgent: bool) -> list[str]:
    """Who is to be reached for a key: those at their post. When all are away and it is urgent, they are called all the same."""
    if key.startswith("person:"):
        return [key.removeprefix("person:")]
    found = holders(jurisdiction, key)
    present = [h for h in found if not h["away"]]
    return [str(h["user"]) for h in (present or (found if urgent else []))]


def _reporter(one: Told, step: Step, words: str, around: Around) -> Iterator[Notice]:
    own = one.actor_kind in {"guest", "citizen"} and one.seq > 1  # who has just done it need not be told
    if not step.public or own or (one.protected and words not in _ANSWERS):
        return
    neutral = one.protected or words == "neutral"
    blanks = _centre(around.jurisdiction, one.centre) if neutral else {"number": one.number, "public": step.public}
    for subject, user, email, phone in around.reporters.get(one.matter, []):
        key = f"subject:{subject}"
        if user is not None:
            yield Notice(
                one.source, key, "in_app", words or "public", NEUTRAL if neutral else PUBLIC, blanks, one.matter
            )
        if phone:
            yield Notice(
                one.source, key, "sms", words or "public", NEUTRAL if neutral else PUBLIC_SMS, blanks, one.matter
            )
        elif email:
            yield Notice(
                one.source,
                f"person:{user}",
                "email",
                words or "public",
                NEUTRAL if neutral else PUBLIC,
                blanks,
                one.matter,
            )


def _centre(jurisdiction: str, path: str) -> dict[str, str]:
    rows = _rows(_CENTRE, [jurisdiction, path])
    name, name_en, phone = rows[0] if rows else ("", "", "")
    return {"office": name, "office_en": name_en, "phone": phone}


def _todo(one: Told, around: Around) -> Iterator[Notice]:
    """A letter to whom this step has put the matter on the worklist, unless it was their own step."""
    state = registry().procedure(one.procedure, one.version).states.get(one.to_state, one.to_state)
    for key, since in around.todos.get(one.proceeding, []):
        mine = one.actor is not None and ((one.actor, key) in around.posts or key == f"person:{one.actor}")
        if since == one.recorded_at and not mine and not key.startswith("subject:"):
            if one.protected:
                yield Notice(one.source, key, "in_app", "todo", TODO_PROTECTED, {}, one.matter)
            else:
                yield Notice(
                    one.source, key, "in_app", "todo", TODO, {"number": one.number, "state": state}, one.matter
                )
