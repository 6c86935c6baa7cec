"""The database's owner takes a copy of everything: what is sealed stands nowhere in it, in no spelling of bytes."""

import psycopg

from tests.authz.world import PROTECTED, World

OWNER = "owner"
# What lists show of an ordinary matter is readable in its row; of a protected one nothing is.
READABLE = frozenset({"title", "place"})


def tables(url: str) -> dict[str, str]:
    """Table -> all its rows as text, past row-level security."""
    with psycopg.connect(url) as owner:
        names = [
            row[0]
            for row in owner.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()
        ]
        return {
            name: "\n".join(r[0] for r in owner.execute(f'SELECT t::text FROM "{name}" t').fetchall()) for name in names
        }


def check(url: str, world: World, relations: "list[str] | tuple[str, ...]") -> tuple[int, list[str]]:
    """(cells, faults): each table is looked through for each relation's words."""
    cells, faults = 0, []
    for name, text in tables(url).items():
        for relation in relations:
            cells += 1
            secret = world.canaries[relation].secret
            sealed = {n: w for n, w in secret.items() if relation in PROTECTED or n not in READABLE}
            found = [n for n, w in sealed.items() if w in text or w.encode().hex() in text]
            if found:
                faults.append(f"stands open {found}: {OWNER} / {relation} / dump:{name}")
    return cells, faults
