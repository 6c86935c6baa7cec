"""One matter, as somebody with the right sees it: its road, clocks, parties, papers, and what may be done now."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.utils import timezone

from tianping.kernel.agencies.acting import acting
from tianping.kernel.clock.calendar import CalendarYearMissing, WorkCalendar
from tianping.kernel.clock.engine import DueDate
from tianping.kernel.lifecycle.offers import Offer, offers
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.state import SEALED, Actor, MatterState, ProceedingState, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters import represent
from tianping.kernel.matters.advance import registry
from tianping.kernel.matters.clocks import due_among, tell_why
from tianping.kernel.matters.opening import Opened, open_values
from tianping.kernel.matters.own import need_number, own_part
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.matters.snapshot import TermRow, lock, read
from tianping.kernel.matters.standing import local_day, own_purpose, reading

# Shown only when asked for, with a purpose.
MASKED = frozenset(
    {"reporter_phone", "reporter_id_number", "other_phone", "representative_phone", "representative_id_number"}
)


@dataclass(frozen=True, slots=True)
class EntryView:
    """One step that was taken. `values`: concept -> value, opened where personal; masked ones are left out."""

    id: UUID
    seq: int
    proceeding: UUID
    procedure: str
    step: str
    label: str
    public: str
    from_state: str
    to_state: str
    actor_kind: str
    actor_name: str
    agency: str
    happened_at: datetime
    recorded_at: datetime
    undone: bool
    values: dict[str, Any]
    erased: tuple[str, ...] = ()
    hash: str = ""  # hexadecimal, as it stands in the chain
    effects: tuple[dict[str, Any], ...] = ()  # as they stand in the chain


@dataclass(frozen=True, slots=True)
class TermView:
    """A clock with its explanation. `due` is None where the calendar of a year is missing: then `missing_year` says which."""

    row: TermRow
    label: str
    promised: bool
    due: DueDate | None
    missing_year: int | None = None


@dataclass(frozen=True, slots=True)
class ProceedingView:
    state: ProceedingState
    procedure: Procedure
    state_label: str
    holder_name: str
    assigned: dict[str, str]
    offers: list[Offer]
    terms: list[TermView]
    opened_at: datetime
    open: bool


@dataclass(frozen=True, slots=True)
class PartyView:
    """`masked` names the concepts that may be opened with a purpose (phone, number)."""

    role: str
    subject: UUID
    name: str
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepresentativeView:
    """Who acts for a party: `role` is the party's, `standing` is now, over (its last day has passed) or ended."""

    id: UUID
    principal: UUID
    role: str
    name: str
    kind: str
    scope: tuple[str, ...]
    proof: str
    expires: date | None
    standing: str
    entry: UUID


@dataclass(frozen=True, slots=True)
class PaperView:
    id: UUID
    name: str
    mime: str
    size: int
    pages: int | None
    entry: UUID | None
    created_at: datetime


@dataclass(slots=True)
class MatterView:
    row: dict[str, Any]  # the matter's own columns
    state: MatterState
    facts: dict[str, Any]
    proceedings: list[ProceedingView]
    entries: list[EntryView]
    parties: list[PartyView]
    papers: list[PaperView]
    representatives: list[RepresentativeView] = field(default_factory=list)
    links: list[tuple[UUID, str, str]] = field(default_factory=list)  # matter, number, title
    now: datetime | None = None
    calendar: WorkCalendar | None = None
    names: dict[str, str] = field(default_factory=dict)  # paths of offices and ids of people -> their names


def show(actor: Actor, matter_id: UUID, purpose: str) -> MatterView:
    """The matter, with a record of the read. RefusedError("unknown") where it does not exist for this actor."""
    purpose = own_purpose(actor, purpose)
    with acting(actor):
        rules = registry()
        heads = lock(actor.jurisdiction, [matter_id], None, update=False)
        if matter_id not in heads:
            raise RefusedError(_("没有找到这件事，或者您无权查看"), "unknown")
        snapshot = read(actor.jurisdiction, heads, None, last=True)
        state = snapshot.matters[matter_id]
        actor = reading(actor, matter_id, state.parties, snapshot.now).actor
        types = {c.name: c.type for c in rules.concepts.values()}
        opened = open_values(actor, matter_id, purpose, types=types, concepts=[c for c in types if c not in MASKED])
        values = _by_entry(opened)
        if actor.kind == "staff":
            tell_why(snapshot.terms, {str(o.entry): o.value for o in opened if o.concept == "reason" and o.value})
        facts = _facts(state, snapshot.fact_source, matter_id, values)
        entries = _entries(actor.jurisdiction, matter_id, rules, values)
        work = clockwork(actor.jurisdiction)
        names = _names(actor.jurisdiction, state, entries)
        views = [
            _proceeding(
                rules,
                state,
                p,
                actor,
                snapshot.terms,
                work.calendar,
                names,
                snapshot.proceeding_row[p.id][0],
                snapshot.today,
            )
            for p in state.proceedings.values()
        ]
        view = MatterView(
            row=heads[matter_id].row,
            state=state,
            facts=facts,
            proceedings=views,
            entries=entries,
            parties=_parties(state, facts),
            papers=_papers(actor.jurisdiction, matter_id),
            representatives=_representatives(actor.jurisdiction, matter_id, values, local_day(snapshot.now)),
            links=_links(actor.jurisdiction, matter_id),
            now=snapshot.now,
            calendar=work.calendar,
            names=names,
        )
        if actor.kind != "staff":
            own_part(view, actor)
    return view


def sees(actor: Actor, matter_id: UUID) -> bool:
    """Whether the matter is in the actor's sight. Nothing of it is opened."""
    with acting(actor):
        return matter_id in lock(actor.jurisdiction, [matter_id], None, update=False)


def reveal(actor: Actor, matter_id: UUID, concept: str, purpose: str, entry: UUID | None = None) -> str:
    """One masked value, opened for a stated purpose and recorded. RefusedError when there is nothing to open.

    The newest, or the one that `entry` tells: of several representatives, each has a number of their own.
    A citizen opens the numbers that are their own, and nothing else by this way.
    """
    rules = registry()
    purpose = own_purpose(actor, purpose)
    with acting(actor):
        if actor.kind == "citizen":
            need_number(actor, matter_id, concept, timezone.now())
        types = {c.name: c.type for c in rules.concepts.values()}
        found = [o for o in open_values(actor, matter_id, purpose, types=types, concepts=[concept]) if o.value]
        found = [o for o in found if entry in {None, o.entry}]
        if not found:
            raise RefusedError(_("没有登记这一项，或者已经依法删除"), "unknown")
        return str(found[-1].value)


def _by_entry(opened: list[Opened]) -> dict[UUID, dict[str, Opened]]:
    found: dict[UUID, dict[str, Opened]] = {}
    for value in opened:
        found.setdefault(value.entry, {})[value.field] = value
    return found


def _facts(
    state: MatterState,
    sources: dict[tuple[UUID, str], tuple[str, str]],
    matter: UUID,
    values: dict[UUID, dict[str, Opened]],
) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for concept, value in state.facts.items():
        if value != SEALED:
            facts[concept] = value
            continue
        entry, name = sources[matter, concept]
        opened = values.get(UUID(entry), {}).get(name)
        if opened is not None and opened.value is not None:
            facts[concept] = opened.value
    return facts


def _entries(
    jurisdiction: str, matter: UUID, rules: Registry, opened: dict[UUID, dict[str, Opened]]
) -> list[EntryView]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.seq, e.proceeding_id, e.procedure, e.step, e.from_state, e.to_state, e.actor_kind, u.name, g.short_name,"
            " e.happened_at, e.recorded_at, e.undone_by IS NOT NULL, e.body, e.hash FROM entry e"
            " LEFT JOIN account u ON u.id = e.actor"
            " LEFT JOIN agency g ON g.jurisdiction = e.jurisdiction AND g.path = e.agency"
            " WHERE e.jurisdiction = %s AND e.matter_id = %s ORDER BY e.seq DESC",
            [jurisdiction, matter],
        )
        rows = cursor.fetchall()
    views: list[EntryView] = []
    for row in rows:
        body = msgspec.json.decode(bytes(row[13]))
        procedure = rules.procedure(row[3], int(body["version"]))
        step = procedure.by_name.get(row[4])
        values = {f["concept"]: f["value"] for f in body["fields"].values() if "value" in f}
        sealed = opened.get(row[0], {})
        values |= {o.concept: o.value for o in sealed.values() if o.value is not None and not o.concept.startswith("@")}
        views.append(
            EntryView(
                id=row[0],
                seq=row[1],
                proceeding=row[2],
                procedure=row[3],
                step=row[4],
                label=step.label if step else row[4],
                public=step.public if step else "",
                from_state=row[5],
                to_state=row[6],
                actor_kind=row[7],
                actor_name=row[8] or "",
                agency=row[9] or "",
                happened_at=row[10],
                recorded_at=row[11],
                undone=row[12],
                values=values,
                erased=tuple(o.concept for o in sealed.values() if o.state == "erased"),
                hash=bytes(row[14]).hex(),
                effects=tuple(body["effects"]),
            )
        )
    return views


def _names(jurisdiction: str, state: MatterState, entries: list[EntryView]) -> dict[str, str]:
    """Names of the offices that the proceedings name, and of the people whom they and the entries name."""
    paths = [p.holder for p in state.proceedings.values()]
    people = [person for p in state.proceedings.values() for person in p.assigned.values()]
    people += [e["to"] for entry in entries for e in entry.effects if e["do"] == "assign" and e["to"]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path, name FROM agency WHERE jurisdiction = %s AND path = ANY(%s)"
            " UNION ALL SELECT id::text, name FROM account WHERE id::text = ANY(%s)",
            [jurisdiction, paths, people],
        )
        return dict(cursor.fetchall())


def _proceeding(
    rules: Registry,
    state: MatterState,
    proceeding: ProceedingState,
    actor: Actor,
    terms: list[TermRow],
    calendar: WorkCalendar,
    names: dict[str, str],
    opened_at: str,
    today: str,
) -> ProceedingView:
    procedure = rules.procedure(proceeding.procedure, proceeding.version)
    is_open = proceeding.state not in procedure.final
    views = [view_of_term(t, terms, procedure, calendar) for t in terms if t.proceeding_id == proceeding.id]
    return ProceedingView(
        state=proceeding,
        procedure=procedure,
        state_label=procedure.states.get(proceeding.state, proceeding.state),
        holder_name=names.get(proceeding.holder, ""),
        assigned={r: names.get(u, "") for r, u in proceeding.assigned.items()},
        offers=offers(rules, state, proceeding, actor, today) if is_open else [],
        terms=views,
        opened_at=datetime.fromisoformat(opened_at),
        open=is_open,
    )


def view_of_term(term: TermRow, terms: list[TermRow], procedure: Procedure, calendar: WorkCalendar) -> TermView:
    """The clock with its label and its due date, if the calendar knows the years it needs."""
    declared = procedure.term_by_name.get(term.name)
    label = declared.label if declared else term.name
    promised = bool(declared and declared.promised)
    try:
        return TermView(term, label, promised, due_among(terms, term, calendar))
    except CalendarYearMissing as error:
        return TermView(term, label, promised, None, error.year)


def _parties(state: MatterState, facts: dict[str, Any]) -> list[PartyView]:
    return [
        PartyView(
            p.role,
            p.subject,
            str(facts.get(f"{p.role}_name", "")),
            tuple(c for c in (f"{p.role}_phone", f"{p.role}_id_number") if c in state.facts),
        )
        for p in state.parties
        if p.role != REPRESENTATIVE
    ]


def _representatives(
    jurisdiction: str, matter: UUID, values: dict[UUID, dict[str, Opened]], today: date
) -> list[RepresentativeView]:
    found = []
    for held in represent.of_matter(jurisdiction, matter):
        opened = values.get(held.entry, {}).get("representative_name")
        over = held.expires is not None and held.expires < today
        found.append(
            RepresentativeView(
                id=held.id,
                principal=held.principal,
                role=held.role,
                name=str(opened.value or "") if opened else "",
                kind=held.kind,
                scope=tuple(held.scope),
                proof=held.proof,
                expires=held.expires,
                standing="ended" if held.ended_at else "over" if over else "now",
                entry=held.entry,
            )
        )
    return found


def _papers(jurisdiction: str, matter: UUID) -> list[PaperView]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, mime, size, pages, entry_id, created_at FROM document WHERE jurisdiction = %s AND matter_id = %s"
            " ORDER BY created_at, id",
            [jurisdiction, matter],
        )
        return [PaperView(*row) for row in cursor.fetchall()]


def _links(jurisdiction: str, matter: UUID) -> list[tuple[UUID, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.number, m.title FROM link l JOIN matter m ON m.jurisdiction = l.jurisdiction AND m.id = l.other_id"
            " WHERE l.jurisdiction = %s AND l.matter_id = %s"
            " UNION SELECT id, number, title FROM matter WHERE jurisdiction = %s AND leader = %s"
            " UNION SELECT b.id, b.number, b.title FROM matter a JOIN matter b ON b.jurisdiction = a.jurisdiction AND b.id = a.leader"
            " WHERE a.jurisdiction = %s AND a.id = %s",
            [jurisdiction, matter, jurisdiction, matter, jurisdiction, matter],
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]
