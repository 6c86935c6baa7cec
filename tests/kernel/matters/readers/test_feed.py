"""The feed under concurrent commits, and the cursors that it replaces failing the same checks."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest
from django.db import connection

from tests.conftest import CLUSTER
from tests.kernel.matters.readers.conftest import ByXid, Collector, J, Naive, drain, inversions, steps_from_threads
from tianping.config.database import ensure_database
from tianping.config.postgres import Cluster
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Cursor, Feed, Outbox
from tianping.kernel.matters.readers.cursor import Reader, behind, run_once
from tianping.kernel.matters.readers.sequencer import sequence, waiting

HERE = Path(__file__).resolve().parent


def positions():
    with acting(system_actor(J)):
        return list(Feed.objects.filter(jurisdiction=J).order_by("position").values_list("position", flat=True))


def test_eight_writers_lose_nothing_and_keep_order_while_naive_cursors_do_not(log):
    stop = threading.Event()
    writers = [threading.Thread(target=log.write, args=(2.5, stop)) for _ in range(8)]
    collector = Collector()
    with Naive(log.url) as naive, ByXid(log.url) as by_xid:
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            sequence(J)
            run_once(collector, J)
            naive.look()
            by_xid.look()
        drain(collector)
        naive.look()
        until = time.monotonic() + 30  # a transaction of another test on this server holds such a reader back meanwhile
        while len(by_xid.seen) < log.written and time.monotonic() < until:
            by_xid.look()
    every = log.all()
    assert len(every) == log.written > 500
    assert set(collector.seen) == every
    assert len(collector.seen) == len(every)
    assert inversions(collector.seen) == 0
    assert positions() == list(range(1, len(every) + 1))
    assert every - set(naive.seen), "the naive reader must lose rows here, or this test shows nothing"
    assert inversions(by_xid.seen), "the xid reader must see rows out of order here, or this test shows nothing"


def test_a_row_is_never_fed_before_the_one_that_precedes_it(log):
    with psycopg.connect(log.url) as writer:
        log.append(writer, log.matters[0])
        log.append(writer, log.matters[0])
        writer.execute("DELETE FROM outbox WHERE seq = 1")
    assert sequence(J) == 0
    assert waiting(J) == 1
    with psycopg.connect(log.url) as writer:
        writer.execute(
            "INSERT INTO outbox (jurisdiction, matter_id, seq, entry_id, procedure, step, to_state)"
            " VALUES (%s, %s, 1, gen_random_uuid(), 'intake', 'note', 'triage')",
            [J, log.matters[0]],
        )
    assert sequence(J, limit=1) == 2, "a late row is looked for beyond the limit"
    collector = Collector()
    run_once(collector, J)
    assert [seq for _matter, seq in collector.seen] == [1, 2]


def test_a_second_sequencer_steps_aside(log):
    with psycopg.connect(log.url) as writer:
        log.append(writer, log.matters[0])
    with psycopg.connect(log.url) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('tp_sequencer ' || %s, 0))", [J])
        assert sequence(J) == 0
    assert sequence(J) == 1


def test_a_batch_is_told_once(log):
    with psycopg.connect(log.url) as writer:
        for matter in log.matters:
            log.append(writer, matter)
    with psycopg.connect(log.url, autocommit=True) as listener:
        listener.execute("LISTEN tp_feed")
        sequence(J)
        assert [n.payload for n in listener.notifies(timeout=0.5)] == [f"{J} {len(log.matters)}"]


def test_a_long_writer_elsewhere_and_a_prepared_transaction_hide_nothing(log):
    with (
        psycopg.connect(CLUSTER.url("postgres", "postgres")) as elsewhere,
        psycopg.connect(log.url, autocommit=True) as here,
    ):
        elsewhere.execute("SELECT pg_current_xact_id()")
        here.execute("BEGIN")
        log.append(here, log.matters[1])
        here.execute("PREPARE TRANSACTION 'forgotten'")
        collector = Collector()
        try:
            log.append(here, log.matters[0])
            drain(collector)
            with ByXid(log.url) as by_xid:
                by_xid.look()
            assert collector.seen == [(log.matters[0], 1)]
            assert by_xid.seen == [], "an xid cursor waits for both; if not, this test shows nothing"
        finally:
            here.execute("COMMIT PREPARED 'forgotten'")
        drain(collector)
        assert collector.seen == [(log.matters[0], 1), (log.matters[1], 1)]


def test_positions_survive_a_dump_into_a_fresh_cluster(log, fresh):
    collector = Collector()
    with psycopg.connect(log.url) as writer:
        writer.execute("SELECT pg_current_xact_id()")
        for _ in range(3):
            log.append(writer, log.matters[0])
    drain(collector)
    with psycopg.connect(log.url) as writer:
        log.append(writer, log.matters[0])
    sequence(J)
    with psycopg.connect(log.url) as writer:
        log.append(writer, log.matters[0])
    new = Cluster(CLUSTER.data.parent / f"restored-{os.getpid()}")
    dump = CLUSTER.socket / f"{fresh}.dump"
    settings = connection.settings_dict
    before = settings["HOST"]
    try:
        new.start(durable=False)
        CLUSTER.run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", log.url)
        ensure_database(new.url("postgres", fresh), "tianping_app")
        new.run("pg_restore", "--no-owner", f"--dbname={new.url('postgres', fresh)}", str(dump), check=False)
        connection.close()
        settings["HOST"] = str(new.socket)
        again = Collector()
        with ByXid(new.url("postgres", fresh)) as by_xid:
            by_xid.look()
        drain(again)
        assert again.seen == [(log.matters[0], 4), (log.matters[0], 5)], "the reader goes on where it was"
        assert positions() == [1, 2, 3, 4, 5]
        assert by_xid.seen == [], "the new cluster's xids are younger than the dump's; if not, this test shows nothing"
    finally:
        connection.close()
        settings["HOST"] = before
        new.stop("immediate")
        dump.unlink(missing_ok=True)
        shutil.rmtree(new.data, ignore_errors=True)
        shutil.rmtree(new.socket, ignore_errors=True)


def test_a_reader_killed_between_its_work_and_the_commit_has_done_nothing(log, database_url):
    with psycopg.connect(log.url) as writer:
        for matter in log.matters:
            log.append(writer, matter)
    sequence(J)
    env = os.environ | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tianping.config.settings"}
    command = [sys.executable, str(HERE / "slow_reader.py")]
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "read, not committed\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    tally = "SELECT coalesce(sum(value), 0) FROM counter WHERE key = 'test'"
    with psycopg.connect(log.url, autocommit=True) as admin:
        assert admin.execute(tally).fetchone() == (0,)
        done = subprocess.run([*command, "quick"], env=env, stdout=subprocess.PIPE, text=True, check=True)
        assert done.stdout.splitlines() == ["read, not committed", f"{len(log.matters)}", "0"]
        assert admin.execute(tally).fetchone() == (len(log.matters),)


@pytest.mark.django_db
def test_what_a_reader_raises_leaves_its_cursor(road):
    class Broken(Collector):
        name = "broken"

        def read(self, batch):
            raise ValueError("no")

    road()
    sequence(J)
    with pytest.raises(ValueError, match="no"):
        run_once(Broken(), J)
    assert run_once(Collector(), J) > 0
    with acting(system_actor(J)):
        assert not Cursor.objects.filter(reader="broken").exclude(position=0).exists()
    assert behind(J)["collector"] == 0


@pytest.mark.django_db
def test_every_step_of_a_matter_is_fed_in_its_order(road):
    one = road().to("answered")
    collector = Collector()
    drain(collector)
    mine = [seq for matter, seq in collector.seen if matter == one.matter]
    assert mine == list(range(1, 8))
    with acting(system_actor(J)):
        assert not Outbox.objects.filter(jurisdiction=J).exists()


def test_real_steps_from_eight_threads_are_all_fed_in_order(fresh):
    steps = steps_from_threads(8, 6)
    collector = Collector()
    drain(collector)
    assert len(collector.seen) == len(set(collector.seen)) == steps
    assert inversions(collector.seen) == 0


@pytest.mark.django_db
def test_a_reader_that_only_asks_which_matters_changed_gets_each_once(road):
    class Changed(Reader):
        name = "changed"
        got: ClassVar = []

        def handle(self, jurisdiction, matters):
            self.got += [(jurisdiction, matter) for matter in matters]

    one = road().to("handling")
    sequence(J)
    assert run_once(Changed(), J) >= 4
    assert Changed.got.count((J, one.matter)) == 1


@pytest.mark.django_db
def test_a_reader_must_say_what_it_reads(road):
    class Nothing(Reader):
        name = "nothing"

    road()
    sequence(J)
    with pytest.raises(NotImplementedError):
        run_once(Nothing(), J)
    assert Nothing().tend(J) == 0


def test_a_second_worker_does_not_read_what_the_first_has_in_hand(log):
    with psycopg.connect(log.url) as writer:
        log.append(writer, log.matters[0])
    sequence(J)
    collector = Collector()
    run_once(collector, J, limit=1)
    with psycopg.connect(log.url) as writer:
        log.append(writer, log.matters[0])
    sequence(J)
    with psycopg.connect(log.url) as first:
        first.execute("SELECT 1 FROM cursor WHERE reader = 'collector' FOR UPDATE")
        assert run_once(collector, J) == 0
    assert run_once(collector, J) == 1
