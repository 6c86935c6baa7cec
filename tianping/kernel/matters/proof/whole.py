"""What shows only across the whole record: gaps of the feed, readers ahead of it, followers that are not there, numbers left out."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tianping.kernel.ledger.faults import Fault
from tianping.kernel.matters.proof import words

_GAPS = """SELECT before + 1, position - 1 FROM (
   SELECT position, lag(position, 1, 0::bigint) OVER (ORDER BY position) AS before FROM feed WHERE jurisdiction = %s) f
 WHERE position <> before + 1 ORDER BY position"""
_AHEAD = """SELECT c.reader, c.position, f.last FROM cursor c,
   (SELECT coalesce(max(position), 0) AS last FROM feed WHERE jurisdiction = %s) f
 WHERE c.jurisdiction = %s AND c.position > f.last ORDER BY c.reader"""
_FOLLOWED = """SELECT l.id, l.head_seq, l.followers, coalesce(f.n, 0) FROM matter l
 LEFT JOIN (SELECT leader, count(*) AS n FROM matter WHERE jurisdiction = %s AND leader IS NOT NULL GROUP BY leader) f
   ON f.leader = l.id
 WHERE l.jurisdiction = %s AND l.followers <> coalesce(f.n, 0) ORDER BY l.id"""
_LEFT_OUT = """SELECT number_year, before + 1, number_seq - 1 FROM (
   SELECT number_year, number_seq, lag(number_seq, 1, 0::bigint) OVER (PARTITION BY number_year ORDER BY number_seq) AS before
   FROM matter WHERE jurisdiction = %s) m
 WHERE number_seq <> before + 1 ORDER BY number_year, number_seq"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Numbers that no matter has. A report that was refused leaves one too: so this is a hint and no fault."""

    year: int
    first: int
    last: int


def faults_across(jurisdiction: str) -> list[Fault]:
    """Inside the caller's `acting`, in the snapshot in which the matters are read."""
    found: list[Fault] = []
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, [jurisdiction])
        found += [_feed(words.FEED_GAP, first=str(a), last=str(b)) for a, b in cursor.fetchall()]
        cursor.execute(_AHEAD, [jurisdiction, jurisdiction])
        found += [
            _feed(words.FEED_CUT, reader=reader, position=str(position), last=str(last))
            for reader, position, last in cursor.fetchall()
        ]
        cursor.execute(_FOLLOWED, [jurisdiction, jurisdiction])
        found += [_followed(*row) for row in cursor.fetchall()]
    return found


def _feed(sentence: str, **values: str) -> Fault:
    return Fault("feed", None, 0, None, sentence, 0, values)


def _followed(matter: UUID, seq: int, found: int, told: int) -> Fault:
    values = {"found": str(found), "told": str(told)}
    return Fault("derived", matter, seq, None, words.FOLLOWERS, seq, values)


def left_out(jurisdiction: str) -> list[LeftOut]:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_OUT, [jurisdiction])
        return [LeftOut(*row) for row in cursor.fetchall()]
