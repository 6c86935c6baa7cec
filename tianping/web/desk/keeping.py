"""The rows of saved lists. Each is its keeper's alone, by row-level security too: an address may hold what they looked for."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from uuid_utils.compat import uuid7

from tianping.kernel.service import Actor, acting


@dataclass(frozen=True, slots=True)
class Saved:
    id: UUID
    name: str
    address: str


def saved_of(actor: Actor) -> list[Saved]:
    """One's own, in the order they were kept. Not inside `acting`: what may be seen is narrowed to the person's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, address FROM saved_filters(%s, %s)", [actor.jurisdiction, actor.user])
        return [Saved(*row) for row in cursor.fetchall()]


def keep(actor: Actor, name: str, address: str) -> None:
    """A name that is taken is given the new address."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO saved_filter (jurisdiction, id, user_id, name, address) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (jurisdiction, user_id, name) DO UPDATE SET address = excluded.address",
            [actor.jurisdiction, uuid7(), actor.user, name, address],
        )


def drop(actor: Actor, saved: UUID) -> None:
    """Takes one of one's own away; somebody else's is not touched."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM saved_filter WHERE jurisdiction = %s AND id = %s AND user_id = %s",
            [actor.jurisdiction, saved, actor.user],
        )
