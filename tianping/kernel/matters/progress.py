"""What a receipt code shows: where a matter stands, who has it, until when. Never content, never names of people."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import connection
from django.utils import timezone

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.actors import guest_actor
from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.engine import DueDate
from tianping.kernel.lifecycle.offers import Offer, offers
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import Actor, MatterState, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.advance import read_code, registry
from tianping.kernel.matters.columns import main_proceeding
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.matters.show import TermView, view_of_term
from tianping.kernel.matters.snapshot import TermRow, lock, read
from tianping.kernel.matters.standing import Stand, local_day, parties_of, reading
from tianping.kernel.parties.representation import may_act


@dataclass(frozen=True, slots=True)
class Public:
    """One thing that the reporter may know was done: its declared sentence and when.

    `office` is to whom the step handed the matter; else whose step it was.
    """

    sentence: str
    at: datetime
    office: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`promised` is the answer date with its explanation; None when none is running or the calendar lacks the year."""

    matter: UUID
    proceeding: UUID
    number: str
    protected: bool
    state: str
    procedure: str
    state_label: str
    office: str
    office_phone: str
    opened_at: datetime
    promised: DueDate | None
    with_leader: datetime | None  # until when the handling that this matter follows is to be answered: the date alone
    next_due: DueDate | None  # the first clock that runs, where no answer date is promised yet
    terms: list[TermView]
    calendar: WorkCalendar
    steps: list[Public]
    offers: list[Offer]
    now: datetime
    provable: bool  # a phone was left: with it the reporter can prove who they are, and read what was answered


def actor_for_code(jurisdiction: str, text: str) -> Actor:
    """The party whose receipt this is. RefusedError for a code that does not exist; guesses are limited by the page."""
    digest = read_code(text)
    if digest is None:
        raise RefusedError(
            _("查询码是26个字母和数字，请对照回执再输一遍"), "form", {"code": _("查询码不对，请对照回执再输一遍")}
        )
    with acting(guest_actor(jurisdiction, digest)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id FROM party WHERE jurisdiction = %s AND code_digest = %s", [jurisdiction, digest]
        )
        row = cursor.fetchone()
    if row is None:
        raise RefusedError(
            _("没有找到这个查询码，请对照回执再输一遍"), "unknown", {"code": _("查询码不对，请对照回执再输一遍")}
        )
    return guest_actor(jurisdiction, digest, row[0])


def progress(actor: Actor, matter_id: UUID | None = None) -> Progress:
    """The state of the one matter that a code's actor sees, or of `matter_id` for a proven citizen."""
    rules = registry()
    with acting(actor):
        wanted = matter_id or _only(actor)
        heads = lock(actor.jurisdiction, [wanted] if wanted else [], None, update=False)
        if wanted is None or wanted not in heads:
            raise RefusedError(_("没有找到这件事，或者您无权查看"), "unknown")
        snapshot = read(actor.jurisdiction, heads, None)
        row, state = heads[wanted].row, snapshot.matters[wanted]
        main = main_proceeding(rules, state)
        stand = reading(actor, wanted, state.parties, snapshot.now)
        procedure = rules.procedure(main.procedure, main.version)
        work = clockwork(actor.jurisdiction)
        terms = [_view(rules, state, snapshot.terms, t, work.calendar) for t in snapshot.terms if t.status != "ended"]
        leader = state.leader
        office, phone = _office(actor.jurisdiction, main.holder or state.centre)
        found = Progress(
            matter=wanted,
            proceeding=main.id,
            number=row["number"],
            protected=state.protected,
            state=main.state,
            procedure=main.procedure,
            state_label=procedure.states.get(main.state, main.state),
            office=office,
            office_phone=phone,
            opened_at=row["opened_at"],
            promised=_promised(terms),
            with_leader=None,
            next_due=_first(terms),
            terms=terms,
            calendar=work.calendar,
            steps=_public(actor.jurisdiction, wanted),
            offers=_within(stand, offers(rules, state, main, stand.actor, snapshot.today), local_day(snapshot.now)),
            now=snapshot.now,
            provable="reporter_phone" in state.facts,
        )
    return found if leader is None else replace(found, with_leader=_answered_by(actor.jurisdiction, leader))


def _answered_by(jurisdiction: str, leader: UUID) -> datetime | None:
    """The promised date of the leading matter, which the follower's reporter may not see: nothing else of it goes out."""
    rules = registry()
    with acting(system_actor(jurisdiction, "progress")):
        snapshot = read(jurisdiction, lock(jurisdiction, [leader], None, update=False), None)
        calendar = clockwork(jurisdiction).calendar
    state = snapshot.matters[leader]
    if state.protected:
        return None
    terms = [_view(rules, state, snapshot.terms, t, calendar) for t in snapshot.terms if t.status != "ended"]
    promised = _promised(terms)
    return promised.at if promised else None


def _view(rules: Registry, state: MatterState, terms: list[TermRow], term: TermRow, calendar: WorkCalendar) -> TermView:
    proceeding = state.proceedings[term.proceeding_id]
    return view_of_term(term, terms, rules.procedure(proceeding.procedure, proceeding.version), calendar)


def _within(found: Stand, offered: list[Offer], today: date) -> list[Offer]:
    """Of somebody who acts for a party, only the steps that their authority covers."""
    if found.via is None:
        return offered
    rule = found.via.rule
    return [o for o in offered if may_act(rule, o.step.act, today) is None]


def _only(actor: Actor) -> UUID | None:
    """The matter of the receipt."""
    codes = [k.removeprefix("code:") for k in actor.keys if k.startswith("code:")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter_id FROM party WHERE jurisdiction = %s AND code_digest = ANY(%s)",
            [actor.jurisdiction, [bytes.fromhex(c) for c in codes]],
        )
        row = cursor.fetchone()
        return row[0] if row else None


def _promised(terms: list[TermView]) -> DueDate | None:
    return next((t.due for t in reversed(terms) if t.promised), None)


def _first(terms: list[TermView]) -> DueDate | None:
    running = [t.due for t in terms if t.due is not None and t.due.at is not None]
    return min(running, key=lambda d: d.at or d.started, default=None)


def _office(jurisdiction: str, path: str) -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM agency WHERE jurisdiction = %s AND path = %s", [jurisdiction, path])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else ("", "")


def _public(jurisdiction: str, matter: UUID) -> list[Public]:
    """Newest first; steps that are the office's own business are left out, and so are undone ones."""
    rules = registry()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procedure, step, recorded_at, agency, body FROM entry"
            " WHERE jurisdiction = %s AND matter_id = %s AND undone_by IS NULL ORDER BY seq DESC",
            [jurisdiction, matter],
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT path, name FROM agency WHERE jurisdiction = %s", [jurisdiction])
        names = dict(cursor.fetchall())
    found: list[Public] = []
    for procedure, step, at, agency, body in rows:
        declared = rules.procedure(procedure).by_name.get(step)
        if declared is not None and declared.public:
            effects = msgspec.json.decode(bytes(body))["effects"]
            office = next((e["to"] for e in effects if e["do"] == "hold"), agency)
            found.append(Public(declared.public, at, names.get(office, "")))
    return found


@dataclass(frozen=True, slots=True)
class OwnMatter:
    """`on_behalf`: the citizen acts for the party, and is not the party."""

    matter: UUID
    number: str
    title: str
    opened_at: datetime
    on_behalf: bool


def own_matters(actor: Actor) -> list[OwnMatter]:
    """A proven citizen's matters, and those of the parties they act for; newest first."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.number, m.title, m.opened_at, NOT bool_or('subject:' || p.subject_id = ANY(%(keys)s)) FROM matter m"
            " JOIN party p ON p.jurisdiction = m.jurisdiction AND p.matter_id = m.id AND p.role = 'reporter'"
            " WHERE m.jurisdiction = %(j)s AND ('subject:' || p.subject_id = ANY(%(keys)s) OR EXISTS (SELECT 1 FROM representation r"
            "   WHERE r.jurisdiction = m.jurisdiction AND r.matter_id = m.id AND 'represents:' || r.id = ANY(%(keys)s)))"
            " GROUP BY m.jurisdiction, m.id ORDER BY m.opened_at DESC LIMIT 200",
            {"j": actor.jurisdiction, "keys": sorted(actor.keys)},
        )
        return [OwnMatter(*row) for row in cursor.fetchall()]


def readers_of(actor: Actor, matter_id: UUID) -> list[tuple[datetime, str, str]]:
    """Who opened personal data of this matter: when, which office, for what purpose. For the person concerned, once proven."""
    if actor.kind == "guest":
        raise RefusedError(_("请先验证您的身份，再看谁看过您的信息"), "proof")
    with acting(actor), connection.cursor() as cursor:
        reading(actor, matter_id, parties_of(actor.jurisdiction, matter_id), timezone.now())
        cursor.execute(
            "SELECT a.at, coalesce(g.name, ''), a.purpose FROM access_record a"
            " JOIN matter m ON m.jurisdiction = a.jurisdiction AND m.id = a.matter_id"
            " LEFT JOIN agency g ON g.jurisdiction = a.jurisdiction AND g.path = a.agency"
            " WHERE a.jurisdiction = %s AND a.matter_id = %s ORDER BY a.at DESC LIMIT 500",
            [actor.jurisdiction, matter_id],
        )
        return [(r[0], r[1], r[2]) for r in cursor.fetchall()]
