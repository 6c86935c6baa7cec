"""One matter's words, brought into the index. A protected matter is never in it; an erased value leaves it."""

from uuid import UUID

from django.db import connection

from tianping.capabilities.search.words import indexed
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.opening import open_values
from tianping.kernel.service import registry

# What people look for. Names and phones are found by blind index, and are not words here.
INDEXED = ("title", "description", "place", "answer")


def index(jurisdiction: str, matter: UUID) -> None:
    """Bring one matter's words up to date, inside `acting` of the system."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT protected, number FROM matter WHERE jurisdiction = %s AND id = %s", [jurisdiction, matter]
        )
        row = cursor.fetchone()
        texts: list[str] = []
        if row is not None and not row[0]:
            types = {c.name: c.type for c in registry().concepts.values()}
            opened = open_values(system_actor(jurisdiction, "search"), matter, "search", types=types, concepts=INDEXED)
            texts = [str(o.value) for o in opened if o.value]
        cursor.execute("SELECT index_matter(%s, %s)", [matter, indexed(texts) if texts else ""])


def index_erased(jurisdiction: str) -> int:
    """Make the words of every matter with an erasure anew, after a restore: its feed tells nothing of them. How many."""
    with acting(system_actor(jurisdiction, "search")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.matter_id FROM erasure e JOIN matter m ON m.jurisdiction = e.jurisdiction AND m.id = e.matter_id"
            " WHERE e.jurisdiction = %s",
            [jurisdiction],
        )
        matters = [row[0] for row in cursor.fetchall()]
        for matter in matters:
            index(jurisdiction, matter)
    return len(matters)
