"""Moving sealed values to the newest key while the system runs. Each row changes only if nobody changed it meanwhile."""

from collections.abc import Callable

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.seal import Sealed, field_aad, reseal

BATCH = 500
_OLD = """SELECT s.entry_id, s.field, s.kek, s.seed, s.blob, m.centre FROM sealed s
 JOIN matter m ON m.jurisdiction = s.jurisdiction AND m.id = s.matter_id
 WHERE s.jurisdiction = %(j)s AND s.blob IS NOT NULL AND s.kek <> ALL(%(new)s) ORDER BY s.kek LIMIT %(n)s"""
_MOVE = """UPDATE sealed SET kek = %s, seed = %s, blob = %s WHERE jurisdiction = %s AND entry_id = %s AND field = %s AND seed = %s"""


def reseal_all(jurisdiction: str, progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Re-encrypt every value that is not under the newest key of its agency. Stops by itself; may be run again at any time."""
    store = vault().store
    with acting(system_actor(jurisdiction, "keys")), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT centre FROM matter WHERE jurisdiction = %s", [jurisdiction])
        newest = {row[0]: store.kek(row[0]) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT count(*) FROM sealed WHERE jurisdiction = %s AND blob IS NOT NULL AND kek <> ALL(%s)",
            [jurisdiction, [kek[0] for kek in newest.values()]],
        )
        (total,) = cursor.fetchone()
    done = 0
    while True:
        with acting(system_actor(jurisdiction, "keys")), connection.cursor() as cursor:
            cursor.execute(_OLD, {"j": jurisdiction, "new": [kek[0] for kek in newest.values()], "n": BATCH})
            rows = cursor.fetchall()
            for entry, field, kek, seed, blob, centre in rows:
                new_id, new_kek = newest[centre]
                old = (kek, store.kek_of(kek))
                made = reseal(
                    Sealed(bytes(seed), bytes(blob)), old=old, new=(new_id, new_kek), aad=field_aad(entry, field)
                )
                cursor.execute(_MOVE, [new_id, made.seed, made.blob, jurisdiction, entry, field, bytes(seed)])
        if not rows:
            return done
        done += len(rows)
        progress(done, total)
