"""Faults that are planted to see whether the audit finds them: each in a transaction that is rolled back, one for real.

The real one is a server that acknowledges before it is on disk (fsync and synchronous commit off) and is killed.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from bench import stage
from bench.procfs import family, gone
from bench.workers import Workers
from tests.crash.audit import Ack, Finding, audit
from tianping.config.postgres import Cluster, PostgresError

Owner = psycopg.Connection[Any]
_LAST = "(SELECT id FROM entry WHERE step = 'register' ORDER BY recorded_at DESC LIMIT 1)"
_MATTER = "(SELECT matter_id FROM entry WHERE step = 'triage' ORDER BY recorded_at DESC LIMIT 1)"
_COPY_MATTER = """INSERT INTO matter SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'number', 'twice',
 'number_seq', 0))).* FROM matter m WHERE id = """
_COPY_STEP = """INSERT INTO entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'key_digest', NULL,
 'seq', (SELECT max(seq) + 1 FROM entry x WHERE x.matter_id = e.matter_id)))).* FROM entry e WHERE step = 'triage' AND matter_id = """

# name -> (kind of finding, statement)
STATEMENTS: dict[str, tuple[str, str]] = {
    "an acknowledged report is gone": ("lost", f"DELETE FROM entry WHERE id = {_LAST}"),
    "an acknowledged step belongs to another matter": (
        "lost",
        f"UPDATE entry SET matter_id = gen_random_uuid() WHERE id = {_LAST}",
    ),
    "a report twice": ("duplicate", _COPY_MATTER + _MATTER),
    "a step twice": ("duplicate", _COPY_STEP + _MATTER),
    "an entry fed twice": (
        "duplicate",
        """DROP INDEX feed_matter; INSERT INTO feed SELECT (jsonb_populate_record(f,
       jsonb_build_object('position', (SELECT max(position) + 1 FROM feed)))).* FROM feed f WHERE position = 1""",
    ),
    "an entry read twice": ("duplicate", "INSERT INTO crash_seen SELECT * FROM crash_seen WHERE position = 1"),
    "an entry never read": ("orphans", "DELETE FROM crash_seen WHERE position = 1"),
    "a sealed value without entry": (
        "orphans",
        f"UPDATE sealed SET entry_id = gen_random_uuid() WHERE entry_id = {_LAST}",
    ),
    "a term without proceeding": (
        "orphans",
        f"UPDATE term SET proceeding_id = gen_random_uuid() WHERE matter_id = {_MATTER}",
    ),
    "a to-do row of a closed proceeding": (
        "orphans",
        f"UPDATE proceeding SET closed_at = now() WHERE matter_id = {_MATTER}",
    ),
    "a to-do row that is missing": ("orphans", f"DELETE FROM todo WHERE matter_id = {_MATTER}"),
    "a feed with a gap": (
        "orphans",
        "UPDATE feed SET position = position + 1 WHERE position = (SELECT max(position) FROM feed)",
    ),
    "a row left in the outbox": (
        "orphans",
        f"""INSERT INTO outbox (jurisdiction, matter_id, seq, entry_id, procedure, step, to_state)
       SELECT jurisdiction, matter_id, seq, id, procedure, step, to_state FROM entry WHERE id = {_LAST}""",
    ),
    "a number missing in a chain": ("orphans", f"UPDATE entry SET seq = seq + 1 WHERE id = {_LAST}"),
    "a head that was set back": ("orphans", f"UPDATE matter SET head_seq = head_seq - 1 WHERE id = {_MATTER}"),
    "an edited body": ("orphans", f"UPDATE entry SET body = overlay(body placing '\\x20' from 20) WHERE id = {_LAST}"),
    "a state without its entry": ("orphans", f"UPDATE matter SET state = 'closed' WHERE id = {_MATTER}"),
}


def planted(owner: Owner, acks: list[Ack]) -> Iterator[tuple[str, bool]]:
    """Each control's name, and whether the audit has found what was planted."""
    owner.execute("SET session_replication_role = replica")  # so that a fault can be planted at all
    for name, (kind, statement) in STATEMENTS.items():
        yield name, kind in _with(owner, lambda statement=statement: owner.execute(statement), acks)  # type: ignore[misc]
    early = Ack(str(uuid4()), "report", uuid4(), uuid4())
    yield "a client that acknowledged before the commit", "lost" in _with(owner, lambda: None, [*acks, early])
    other = Ack(acks[0].key, acks[0].what, acks[1].entry, acks[1].matter)
    yield "a key that was answered with two entries", "duplicate" in _with(owner, lambda: None, [*acks, other])


def _with(owner: Owner, plant: Callable[[], Any], acks: Iterable[Ack]) -> set[str]:
    """The kinds of findings while it is planted."""
    with owner.transaction(force_rollback=True):
        plant()
        found = audit(owner, acks)
    return {kind for kind in ("lost", "duplicate", "orphans") if getattr(found, kind)}


def careless(folder: Path) -> Finding:
    """A server that says yes before anything is on disk, killed under load: reports that it acknowledged are gone."""
    with stage.stage(durable=False) as cluster:
        _lazily(cluster)
        url = cluster.url("postgres", stage.DATABASE)
        log = folder / "careless.log"
        workers = Workers("tests.crash.hasty", 2, [str(log)], stage.environment(url, stage.keys(cluster)))
        for process in workers.processes:
            print("go", file=process.stdin, flush=True)
        time.sleep(1.5)
        _kill_all(cluster)
        for process in workers.processes:
            process.kill()
            process.wait()
            process.stdin.close()  # type: ignore[union-attr]
            process.stdout.close()  # type: ignore[union-attr]
        start_again(cluster, durable=False)
        with psycopg.connect(url, autocommit=True) as owner:
            stored = {row[0] for row in owner.execute("SELECT id FROM entry")}
        return Finding(lost=[a.key for a in read_log(log) if a.entry not in stored])


def _lazily(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        admin.execute("ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
        admin.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)


def _kill_all(cluster: Cluster) -> None:
    """As a machine that loses its power: nobody may write what is still in memory."""
    postmaster = postmaster_of(cluster)
    everyone = family(postmaster)
    os.kill(postmaster, signal.SIGSTOP)  # nobody is started anew meanwhile
    for pid in (*everyone[1:], postmaster):
        os.kill(pid, signal.SIGKILL)


def postmaster_of(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def start_again(cluster: Cluster, *, durable: bool = True, seconds: float = 60) -> None:
    """Start the server after a kill; what still holds its memory ends by itself."""
    gone(postmaster_of(cluster))
    until = time.monotonic() + seconds
    while True:
        try:
            cluster.start(durable=durable)
            psycopg.connect(cluster.url("postgres", stage.DATABASE)).close()
        except (PostgresError, psycopg.OperationalError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def read_log(*files: Path) -> list[Ack]:
    """The acknowledgements in clients' logs."""
    found = []
    for file in files:
        for line in file.read_text().splitlines() if file.exists() else []:
            key, what, entry, matter = line.split("\t")
            found.append(Ack(key, what, UUID(entry), UUID(matter)))
    return found
