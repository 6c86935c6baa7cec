"""The words of matters, brought into the index. A protected matter is never in it; an erased value leaves it."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from tianping.capabilities.search.words import indexed
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.opening import open_each
from tianping.kernel.matters.readers.cursor import BATCH
from tianping.kernel.service import registry

# What people look for. Names and phones are found by blind index, and are not words here.
INDEXED = ("title", "description", "place", "answer")


def index(jurisdiction: str, matters: Iterable[UUID]) -> None:
    """Bring the words of these matters up to date, inside `acting` of the system."""
    asked = list(matters)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM matter WHERE jurisdiction = %s AND id = ANY(%s) AND NOT protected", [jurisdiction, asked]
        )
        plain = [row[0] for row in cursor.fetchall()]
        types = {c.name: c.type for c in registry().concepts.values()}
        opened = open_each(system_actor(jurisdiction, "search"), plain, "search", types=types, concepts=INDEXED)
        words = [indexed([str(o.value) for o in opened.get(m, ()) if o.value]) for m in asked]
        # One after the other and in one order, or two indexers could wait for each other.
        cursor.execute(
            "SELECT index_matter(m, w) FROM unnest(%s::uuid[], %s::text[]) AS one(m, w) ORDER BY m", [asked, words]
        )


def index_erased(jurisdiction: str) -> int:
    """Make the words of every matter with an erasure anew, after a restore: its feed tells nothing of them. How many."""
    with acting(system_actor(jurisdiction, "search")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.matter_id FROM erasure e JOIN matter m ON m.jurisdiction = e.jurisdiction AND m.id = e.matter_id"
            " WHERE e.jurisdiction = %s",
            [jurisdiction],
        )
        matters = [row[0] for row in cursor.fetchall()]
        for start in range(0, len(matters), BATCH):
            index(jurisdiction, matters[start : start + BATCH])
    return len(matters)
