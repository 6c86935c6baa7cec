"""Moving sealed values to the newest key while the system runs. Each row changes only if nobody changed it meanwhile."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.keys import KeyNotHeld
from tianping.kernel.parties.seal import Sealed, field_aad, reseal

BATCH = 500
SETTLE: Final = 1.0  # seconds: what was sealed just before the rotation has begun to be written by then
PATIENCE: Final = 60.0  # seconds that a transaction which began before the rotation is waited for
_OLD = """SELECT s.entry_id, s.field, s.kek, s.seed, s.blob, m.centre FROM sealed s
 JOIN matter m ON m.jurisdiction = s.jurisdiction AND m.id = s.matter_id
 WHERE s.jurisdiction = %(j)s AND s.blob IS NOT NULL AND m.centre = ANY(%(held)s) AND s.kek <> ALL(%(new)s)
 ORDER BY s.kek LIMIT %(n)s"""
_MOVE = """UPDATE sealed SET kek = %s, seed = %s, blob = %s WHERE jurisdiction = %s AND entry_id = %s AND field = %s AND seed = %s"""

# The transactions that have begun to write: each holds a lock on its own number. A prepared one has no process and is counted
# whatever its database; the caller's own does not wait for itself.
_WRITING = """SELECT l.transactionid::text FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
 AND (l.pid IS NULL OR a.datname = current_database())"""


def reseal_all(jurisdiction: str, progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Re-encrypt every value that is not under the newest key of its agency, and answer with how many there were.

    Each batch is a transaction: killed at any point and run again, it goes on. It ends when no transaction is left that began
    before the rotation: from then on nothing is written under an older key. What is held under a separate court's key is
    the court's to move.
    """
    total = remaining(jurisdiction)
    done = _move_all(jurisdiction, 0, total, progress)
    time.sleep(SETTLE)
    _wait_for_older(time.monotonic() + PATIENCE)
    return _move_all(jurisdiction, done, total, progress)


def remaining(jurisdiction: str) -> int:
    """How many values are not under the newest key of their agency, of those that this installation can move."""
    newest = _newest(jurisdiction)
    with acting(system_actor(jurisdiction, "keys")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sealed s JOIN matter m ON m.jurisdiction = s.jurisdiction AND m.id = s.matter_id"
            " WHERE s.jurisdiction = %s AND s.blob IS NOT NULL AND m.centre = ANY(%s) AND s.kek <> ALL(%s)",
            [jurisdiction, list(newest), [kek[0] for kek in newest.values()]],
        )
        (count,) = cursor.fetchone()
    return int(count)


def _newest(jurisdiction: str) -> dict[str, tuple[str, bytes]]:
    """Centre -> its newest key, of the centres whose key is held here."""
    with acting(system_actor(jurisdiction, "keys")), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT centre FROM matter WHERE jurisdiction = %s", [jurisdiction])
        centres = [row[0] for row in cursor.fetchall()]
    found: dict[str, tuple[str, bytes]] = {}
    for centre in centres:
        with suppress(KeyNotHeld):
            found[centre] = vault().store.kek(centre)
    return found


def _move_all(jurisdiction: str, done: int, total: int, progress: Callable[[int, int], None]) -> int:
    newest = _newest(jurisdiction)
    while moved := _batch(jurisdiction, newest):
        done += moved
        progress(done, max(done, total))
    return done


def _batch(jurisdiction: str, newest: dict[str, tuple[str, bytes]]) -> int:
    """Move one batch, in one transaction; how many rows it looked at."""
    store, keys = vault().store, [kek[0] for kek in newest.values()]
    with acting(system_actor(jurisdiction, "keys")), connection.cursor() as cursor:
        cursor.execute(_OLD, {"j": jurisdiction, "held": list(newest), "new": keys, "n": BATCH})
        rows = cursor.fetchall()
        for entry, field, kek, seed, blob, centre in rows:
            new_id, new_kek = newest[centre]
            old = (kek, store.kek_of(kek))
            made = reseal(Sealed(bytes(seed), bytes(blob)), old=old, new=(new_id, new_kek), aad=field_aad(entry, field))
            cursor.execute(_MOVE, [new_id, made.seed, made.blob, jurisdiction, entry, field, bytes(seed)])
    return len(rows)


def _wait_for_older(until: float) -> None:
    """Until every transaction of this database has ended that is writing now; those of others seal nothing here."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITING)
        older = [row[0] for row in cursor.fetchall()]
        while older and time.monotonic() < until:
            time.sleep(0.1)
            cursor.execute(f"{_WRITING} AND l.transactionid::text = ANY(%s)", [older])
            older = [row[0] for row in cursor.fetchall()]
