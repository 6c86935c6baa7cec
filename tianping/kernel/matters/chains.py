"""The ledger over this database: verifying all chains as a stream, and replaying the register of erasures."""

from collections.abc import Callable, Iterator
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.ledger.chain import Row
from tianping.kernel.ledger.faults import Fault
from tianping.kernel.ledger.verify import Report, verify_all
from tianping.kernel.matters.advance import registry
from tianping.kernel.matters.after import destroy

_ROWS = """SELECT matter_id, seq, id, body, hash, prev, joined, sm3, sm3_prev, sm3_joined FROM entry
 WHERE jurisdiction = %s ORDER BY matter_id, seq"""
BATCH = 2000


def verify_chains(jurisdiction: str, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Report:
    """Verify every chain of the jurisdiction against the heads of its matters. Memory stays flat."""
    with acting(system_actor(jurisdiction, "ledger")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, head_seq, head FROM matter WHERE jurisdiction = %s", [jurisdiction])
            heads = {row[0]: (row[1], bytes(row[2])) for row in cursor.fetchall()}
            cursor.execute("SELECT count(*) FROM entry WHERE jurisdiction = %s", [jurisdiction])
            (total,) = cursor.fetchone()
        return verify_all(_rows(jurisdiction), heads, lambda done, _chains: progress(done, total))


def _rows(jurisdiction: str) -> Iterator[Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [jurisdiction])
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                yield Row(*row[:3], *(None if v is None else bytes(v) for v in row[3:]))


def verify_matter(matter: UUID, jurisdiction: str) -> list[Fault]:
    """The faults of one matter's chain, inside the caller's `acting`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT head_seq, head FROM matter WHERE jurisdiction = %s AND id = %s", [jurisdiction, matter])
        found = cursor.fetchone()
        cursor.execute(_ROWS.replace("ORDER BY", "AND matter_id = %s ORDER BY"), [jurisdiction, matter])
        rows = [Row(*row[:3], *(None if v is None else bytes(v) for v in row[3:])) for row in cursor.fetchall()]
    heads = {matter: (found[0], bytes(found[1]))} if found else {}
    return list(verify_all(rows, heads, lambda _done, _total: None).faults)


def replay(jurisdiction: str) -> tuple[int, int]:
    """Carry out every registered erasure again, each in a transaction of its own. (done, failed)"""
    with acting(system_actor(jurisdiction, "erasure")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter_id, concept FROM erasure WHERE jurisdiction = %s ORDER BY erased_at", [jurisdiction]
        )
        register = cursor.fetchall()
    concepts = registry().concepts
    failed = 0
    for matter, concept in register:
        column = concepts[concept].column if concept in concepts else ""
        try:
            with acting(system_actor(jurisdiction, "erasure")):
                destroy(jurisdiction, matter, concept, column)
        except Exception:  # noqa: BLE001  # one that fails must not keep the others from being carried out
            failed += 1
    return len(register), failed
