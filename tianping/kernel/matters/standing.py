"""As whom a citizen stands in a matter: the party whose phone they have proven, found by its blind index."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.actors import citizen_actor
from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.effects import REPORTER
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import Actor, MatterState, PartyRef
from tianping.kernel.lifecycle.vocabulary import Party

_INDEX = 32  # hexadecimal digits of a blind index: the log-in name of an account by phone


def citizen(user: User) -> Actor:
    """The proven citizen with all that is theirs: the same for pages, API and live updates."""
    return citizen_actor(user, subjects=subjects_of(user))


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
    """Role -> the subjects by which the citizen is a party of the matter."""
    found: dict[str, set[UUID]] = {}
    for party in parties:
        if f"subject:{party.subject}" in actor.keys:
            found.setdefault(party.role, set()).add(party.subject)
    return found


def as_party(actor: Actor, matter: MatterState, roles: Iterable[str] = (REPORTER,)) -> Actor:
    """The citizen as the party they are in this matter, of one of `roles` where they have several; others unchanged.

    Who acts for somebody stays who they are: the entry names both.
    """
    own = own_roles(actor, matter.parties) if actor.kind == "citizen" and not actor.on_behalf else {}
    if not own:
        return actor
    role = next((r for r in roles if r in own), min(own))
    return replace(actor, subject=min(own[role]))


def for_step(rules: Registry, matters: Iterable[MatterState], proceeding: UUID, step: str, actor: Actor) -> Actor:
    """Who takes the step: of a citizen, the party that the declaration names."""
    matter = next(m for m in matters if proceeding in m.proceedings)
    state = matter.proceedings[proceeding]
    declared = rules.procedure(state.procedure, state.version).by_name.get(step)
    return as_party(actor, matter, [b.role for b in declared.by if isinstance(b, Party)] if declared else ())


def own_purpose(actor: Actor, purpose: str) -> str:
    """A citizen reads what is their own, whatever the caller says: the offices' purposes are not theirs to name."""
    return "own" if actor.kind == "citizen" else purpose
