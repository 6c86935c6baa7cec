"""As whom a citizen stands in a matter: the party whose phone they have proven, or somebody who acts for one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tianping.kernel.agencies.actors import citizen_actor
from tianping.kernel.agencies.models import User
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.lifecycle.effects import REPORTER
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.state import Actor, PartyRef, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Party
from tianping.kernel.matters.represent import Represents, keys_of, of_matter
from tianping.kernel.matters.snapshot import Snapshot
from tianping.kernel.parties.representation import Refusal, Representation, may_act

_INDEX = 32  # hexadecimal digits of a blind index: the log-in name of an account by phone


def citizen(user: User) -> Actor:
    """The proven citizen with all that is theirs: the same for pages, API and live updates."""
    actor = citizen_actor(user, subjects=subjects_of(user))
    return replace(actor, keys=actor.keys | keys_of(actor, timezone.localdate()))


def subjects_of(user: User) -> list[UUID]:
    """The subjects that have been recorded with the phone this account has proven; none for other accounts.

    Protected subjects are left out: who holds a phone in a household is not always whose it is.
    """
    try:
        blind = bytes.fromhex(user.username) if len(user.username) == _INDEX else b""
    except ValueError:
        return []
    if user.kind != "citizen" or not blind:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject FROM subjects_by_blind(%s, %s)", [user.jurisdiction, blind])
        return [row[0] for row in cursor.fetchall()]


def parties_of(jurisdiction: str, matter: UUID) -> list[PartyRef]:
    """Who is a party of the matter, within `acting`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role, subject_id FROM party WHERE jurisdiction = %s AND matter_id = %s", [jurisdiction, matter]
        )
        return [PartyRef(*row) for row in cursor.fetchall()]


def own_roles(actor: Actor, parties: Iterable[PartyRef]) -> dict[str, set[UUID]]:
    """Role -> the subjects by which the citizen is a party of the matter, or whom they act for."""
    found: dict[str, set[UUID]] = {}
    for party in parties:
        mine = party.subject == actor.on_behalf if actor.on_behalf else f"subject:{party.subject}" in actor.keys
        if mine and party.role != REPRESENTATIVE:
            found.setdefault(party.role, set()).add(party.subject)
    return found


@dataclass(frozen=True, slots=True)
class Stand:
    """As whom somebody reads or acts: themselves, the party they are, or, by `via`, the party they act for."""

    actor: Actor
    via: Represents | None = None


def as_party(
    actor: Actor,
    matter: UUID,
    parties: list[PartyRef],
    today: date,
    *,
    act: str = "view",
    roles: Collection[str] = (REPORTER,),
) -> Stand:
    """The citizen as the party of one of `roles` that they are, or else act for in an act of this kind; others unchanged.

    Within `acting`. Raises RefusedError with the reason why they may not act for the party they represent. Who acts for
    somebody already stays who they are: the entry names both.
    """
    if actor.kind != "citizen" or actor.on_behalf:
        return Stand(actor)
    own = own_roles(actor, parties)
    for role in roles:
        if role in own:
            return Stand(replace(actor, subject=min(own[role])))
    refusal: Refusal | None = None
    for held in of_matter(actor.jurisdiction, matter):
        if f"represents:{held.id}" in actor.keys and held.ended_at is None and held.role in roles:
            refusal = may_act(_person(held, own), act, today, _opposing(held, parties))
            if refusal is None:
                return Stand(replace(actor, subject=held.agent, on_behalf=held.principal), held)
    if refusal is not None:
        raise RefusedError(refusal.sentence, "right")
    return Stand(replace(actor, subject=min(own[min(own)])) if own else actor)


def _opposing(held: Represents, parties: Iterable[PartyRef]) -> frozenset[UUID]:
    return frozenset(p.subject for p in parties if p.role not in {held.role, REPRESENTATIVE})


def _person(held: Represents, own: dict[str, set[UUID]]) -> Representation:
    """The rule about the person, who may be a party of another side by another subject than the one that was registered."""
    others = sorted(s for role, subjects in own.items() if role != held.role for s in subjects)
    return replace(held.rule, agent=others[0]) if others else held.rule


def for_step(rules: Registry, snapshot: Snapshot, proceeding: UUID, step: str, actor: Actor) -> Actor:
    """Who takes the step: of a citizen, the party that the declaration names, or who acts for it in such steps."""
    matter = next(m for m in snapshot.matters.values() if proceeding in m.proceedings)
    state = matter.proceedings[proceeding]
    declared = rules.procedure(state.procedure, state.version).by_name.get(step)
    if declared is None:
        return actor
    roles = [b.role for b in declared.by if isinstance(b, Party)]
    return as_party(actor, matter.id, matter.parties, local_day(snapshot.now), act=declared.act, roles=roles).actor


def reading(actor: Actor, matter: UUID, parties: list[PartyRef], now: datetime) -> Stand:
    """As whom somebody reads the matter. RefusedError("unknown") for a citizen who has no part in it."""
    unknown = RefusedError(_("没有找到这件事，或者您无权查看"), "unknown")
    try:
        found = as_party(actor, matter, parties, local_day(now))
    except RefusedError as error:
        raise unknown from error
    if actor.kind == "citizen" and REPORTER not in own_roles(found.actor, parties):
        raise unknown
    return found


def local_day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def own_purpose(actor: Actor, purpose: str) -> str:
    """A citizen reads what is their own, whatever the caller says: the offices' purposes are not theirs to name."""
    return "own" if actor.kind == "citizen" else purpose
