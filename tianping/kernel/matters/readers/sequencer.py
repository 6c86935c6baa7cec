"""The sequencer: committed outbox rows into `feed`, in an order that never changes.

Ids, sequences and xids show in which order transactions began, not in which they became visible; a reader that rests on one of
them loses rows. One sequencer a jurisdiction gives positions to what it can see, so a position is visible before the next one
exists. Positions are counted from the feed itself: no gap, and a dump carries them on.
"""

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor

CHANNEL = "tp_feed"  # one NOTIFY a batch; its payload is "jurisdiction position"
BATCH = 2000

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('tp_sequencer ' || %s, 0))"
# A matter's rows are fed up to its first missing seq: what precedes is always fed before. The first rows by id come first,
# because they have waited longest; the order within the feed does not rest on it.
_FEED = """WITH waiting AS (
   SELECT o.*, row_number() OVER (PARTITION BY o.matter_id ORDER BY o.seq) AS nth
   FROM (SELECT * FROM outbox WHERE jurisdiction = %(j)s ORDER BY id LIMIT %(n)s) o),
 fed AS (
   SELECT w.matter_id, coalesce((SELECT max(f.seq) FROM feed f WHERE f.jurisdiction = %(j)s AND f.matter_id = w.matter_id), 0) AS seq
   FROM (SELECT DISTINCT matter_id FROM waiting) w),
 ready AS (SELECT w.* FROM waiting w JOIN fed ON fed.matter_id = w.matter_id WHERE w.seq = fed.seq + w.nth),
 gone AS (DELETE FROM outbox o USING ready r WHERE o.id = r.id),
 last AS (SELECT coalesce(max(position), 0) AS position FROM feed WHERE jurisdiction = %(j)s),
 new AS (INSERT INTO feed (jurisdiction, position, matter_id, seq, entry_id, procedure, step, to_state, fed_at)
   SELECT r.jurisdiction, last.position + row_number() OVER (ORDER BY r.matter_id, r.seq), r.matter_id, r.seq, r.entry_id,
     r.procedure, r.step, r.to_state, clock_timestamp() FROM ready r, last
   RETURNING position)
 SELECT count(*), max(position) FROM new"""


def sequence(jurisdiction: str, limit: int = BATCH) -> int:
    """Feed up to `limit` waiting rows of the jurisdiction; returns how many. 0 when another sequencer is at it.

    One transaction: killed at any point, a row is in the outbox or in the feed, never in both or in neither.
    """
    with acting(system_actor(jurisdiction, "sequencer")), connection.cursor() as cursor:
        cursor.execute(_LOCK, [jurisdiction])
        if not cursor.fetchone()[0]:
            return 0
        # A later statement: one that began before the lock was got would not see what the last sequencer fed.
        count, position = _feed(jurisdiction, limit)
        if not count and limit < _waiting(jurisdiction):
            count, position = _feed(jurisdiction, None)
        if count:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{jurisdiction} {position}"])
        return count


def _feed(jurisdiction: str, limit: int | None) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_FEED, {"j": jurisdiction, "n": limit})
        count, position = cursor.fetchone()
        return count, position or 0


def _waiting(jurisdiction: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox WHERE jurisdiction = %s", [jurisdiction])
        return int(cursor.fetchone()[0])


def waiting(jurisdiction: str) -> int:
    """How many entries wait to be fed; more than a moment's worth means that no worker runs."""
    with acting(system_actor(jurisdiction, "sequencer")):
        return _waiting(jurisdiction)
