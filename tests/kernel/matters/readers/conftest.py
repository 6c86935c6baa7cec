"""Writers that contend for matters as `advance` does, and the readers that are tried on them."""

import random
import threading
import time
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests.conftest import CLUSTER
from tests.people import actor, guest
from tianping.kernel.matters.advance import advance, report
from tianping.kernel.matters.readers.cursor import Reader, run_once
from tianping.kernel.matters.readers.sequencer import sequence

J = "990101"
# `log` is what a reader without a sequencer would read: rows that stay, with an id and the xid that wrote them.
_LOG = """CREATE TABLE log (id bigserial PRIMARY KEY, matter uuid, seq int, xid xid8 DEFAULT pg_current_xact_id());
 CREATE TABLE head (matter uuid PRIMARY KEY, seq int NOT NULL);"""


class Collector(Reader):
    """Keeps what it was given, in order."""

    name = "collector"

    def __init__(self):
        self.seen = []

    def read(self, batch):
        self.seen += [(row.matter, row.seq) for row in batch.rows]


class Log:
    """A database in which writers write the outbox and, beside it, a log for the naive readers."""

    def __init__(self, name):
        self.url = CLUSTER.url("postgres", name)
        self.matters = [uuid4() for _ in range(12)]
        self.written = 0
        with psycopg.connect(self.url) as admin:
            admin.execute(_LOG)
            for matter in self.matters:
                admin.execute("INSERT INTO head VALUES (%s, 0)", [matter])

    def append(self, connection, matter):
        """Lock the head; then, in a later statement, append. As `advance` does."""
        ((seq,),) = connection.execute("SELECT seq FROM head WHERE matter = %s FOR UPDATE", [matter]).fetchall()
        connection.execute("UPDATE head SET seq = %s WHERE matter = %s", [seq + 1, matter])
        connection.execute("INSERT INTO log (matter, seq) VALUES (%s, %s)", [matter, seq + 1])
        connection.execute(
            "INSERT INTO outbox (jurisdiction, matter_id, seq, entry_id, procedure, step, to_state)"
            " VALUES (%s, %s, %s, gen_random_uuid(), 'intake', 'note', 'triage')",
            [J, matter, seq + 1],
        )

    def write(self, seconds, stop):
        chance = random.Random(threading.get_ident())
        until = time.monotonic() + seconds
        with psycopg.connect(self.url) as connection:
            while time.monotonic() < until and not stop.is_set():
                with connection.transaction():
                    if chance.random() < 0.5:  # something was written before the head was locked
                        connection.execute("SELECT pg_current_xact_id()")
                    self.append(connection, chance.choice(self.matters))
                    time.sleep(chance.random() * 0.004)
                self.written += 1

    def all(self):
        with psycopg.connect(self.url) as admin:
            return set(admin.execute("SELECT matter, seq FROM log").fetchall())


class Negative:
    """A reader without a sequencer."""

    def __init__(self, url):
        self.connection = psycopg.connect(url, autocommit=True)
        self.at, self.seen = (0, 0), []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.connection.close()


class Naive(Negative):
    """`id > cursor`: what commits late with a lower id is never seen."""

    def look(self):
        for ident, matter, seq in self.connection.execute(
            "SELECT id, matter, seq FROM log WHERE id > %s ORDER BY id", [self.at[0]]
        ).fetchall():
            self.at = (ident, 0)
            self.seen.append((matter, seq))


class ByXid(Negative):
    """(xid, id) below the oldest running transaction: nothing is lost, but the order is that of beginnings."""

    def look(self):
        for xid, ident, matter, seq in self.connection.execute(
            "SELECT xid::text::bigint, id, matter, seq FROM log WHERE (xid, id) > (%s::text::xid8, %s)"
            " AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id",
            [str(self.at[0]), self.at[1]],
        ).fetchall():
            self.at = (xid, ident)
            self.seen.append((matter, seq))


def inversions(seen):
    """How many rows came after a later one of their matter, or twice."""
    last, count = {}, 0
    for matter, seq in seen:
        count += seq <= last.get(matter, 0)
        last[matter] = max(seq, last.get(matter, 0))
    return count


def drain(*readers):
    """Feed and read until nothing is left."""
    while sequence(J) + sum(run_once(reader, J) for reader in readers):
        pass


def steps_from_threads(threads, rounds):
    """Real steps: each thread reports and notes on matters of all; returns how many were taken."""
    dispatcher, reports, taken = actor("dispatcher"), [], []
    for _ in range(3):
        reports.append(report(actor=guest(), form={"description": "路灯不亮"}, key=str(uuid4())))
        taken.append(1)

    def walk():
        try:
            for _ in range(rounds):
                for one in random.sample(reports, len(reports)):
                    advance(one.proceeding, "note", actor=dispatcher, form={"note": "问过了"}, key=str(uuid4()))
                    taken.append(1)
        finally:
            connection.close()

    running = [threading.Thread(target=walk) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return len(taken)


@pytest.fixture
def log(fresh):
    return Log(fresh)
