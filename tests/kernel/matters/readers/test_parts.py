"""One part of the worker: when it goes on at once, when it waits, and what wakes it. And what the sequencer says of itself."""

import sys
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connections

from tests.conftest import CLUSTER
from tests.kernel.matters.readers.conftest import J
from tests.kernel.matters.readers.test_due import begun
from tests.kernel.matters.stored import row, rows
from tianping.kernel.matters.models import Matter, Outbox, Proceeding, Term
from tianping.kernel.matters.readers.cursor import Reader
from tianping.kernel.matters.readers.due import scan
from tianping.kernel.matters.readers.sequencer import CHANNEL, sequence, waiting
from tianping.kernel.matters.readers.work import Part, parts

WHILE = 0.4  # seconds in which what waits must not have run again


class Rounds:
    """Answers each round with the next of `counts`, then with 0; an exception is raised."""

    def __init__(self, *counts):
        self.counts = list(counts)
        self.ran = 0

    def __call__(self):
        self.ran += 1
        count = self.counts.pop(0) if self.counts else 0
        if isinstance(count, Exception):
            raise count
        return count

    def until(self, ran):
        end = time.monotonic() + 10
        while self.ran < ran and time.monotonic() < end:
            time.sleep(0.01)
        return self.ran


@pytest.fixture
def kept():
    """`kept(part)`: the part at work in a thread of its own, as the worker has it."""
    stop, started = threading.Event(), []

    def start(part):
        thread = threading.Thread(target=part.keep, args=(stop,), daemon=True)
        thread.start()
        started.append((part, thread))
        return part

    yield start
    stop.set()
    for part, thread in started:
        part.wake.set()
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_a_part_goes_on_at_once_while_there_is_work_and_then_waits_until_woken(kept):
    rounds = Rounds(5, 5, 5)
    part = kept(Part("busy", rounds, idle=60.5))
    assert rounds.until(4) == 4
    time.sleep(WHILE)
    assert (rounds.ran, part.done, part.failures) == (4, 15, 0)
    part.wake.set()
    assert rounds.until(5) == 5
    time.sleep(WHILE)
    assert rounds.ran == 5


def test_after_nothing_it_looks_again_in_its_own_time(kept):
    rounds = Rounds()
    kept(Part("idle", rounds, idle=0.05))
    assert rounds.until(4) >= 4


def test_after_a_round_that_was_not_full_it_waits_until_woken(kept):
    rounds = Rounds(50, 50, 49, 50)
    part = kept(Part("reader", rounds, idle=60.5, full=50))
    assert rounds.until(3) == 3
    time.sleep(WHILE)
    assert (rounds.ran, part.done) == (3, 149)
    part.wake.set()
    assert rounds.until(5) == 5


def test_the_scan_of_due_terms_waits_whatever_it_did_and_readers_go_on_after_a_full_batch():
    full = {part.name: part.full for part in parts(J)}
    assert full.pop("due") == sys.maxsize
    assert full.pop("sequencer") == 2000
    beside = {name: count for name, count in full.items() if name.endswith(": beside")}
    assert beside
    assert set(beside.values()) == {1}
    assert {count for name, count in full.items() if name not in beside} == {500}


def test_what_failed_waits_longer_each_time_and_is_well_again_after_one_success(kept, caplog):
    rounds = Rounds(ValueError("on purpose"), ValueError("again"), 3)
    part = kept(Part("weak", rounds, idle=60.5))
    assert rounds.until(1) == 1
    time.sleep(WHILE)
    assert (rounds.ran, part.failures, part.done) == (1, 1, 0)
    part.wake.set()
    assert rounds.until(2) == 2
    time.sleep(WHILE)
    assert (rounds.ran, part.failures) == (2, 2)
    part.wake.set()
    assert rounds.until(4) == 4
    assert (part.failures, part.done) == (0, 3)
    assert "weak: failed, will be tried again" in caplog.text


def test_after_a_failure_it_tries_again_by_itself_within_seconds(kept):
    rounds = Rounds(ValueError("on purpose"))
    kept(Part("weak", rounds, idle=60.5))
    began = time.monotonic()
    assert rounds.until(2) == 2
    assert time.monotonic() - began < 8


# ── the sequencer ──
def test_it_counts_what_waits_in_its_own_jurisdiction_and_says_how_far_it_came(fresh, road):
    road().to("dispatch")
    with psycopg.connect(CLUSTER.url("postgres", fresh), autocommit=True) as owner:
        owner.execute(
            "INSERT INTO outbox (jurisdiction, matter_id, seq, entry_id, procedure, step, to_state)"
            " VALUES ('990199', gen_random_uuid(), 1, gen_random_uuid(), 'intake', 'note', 'triage')"
        )
        assert (waiting(J), waiting("990199"), waiting("990100")) == (2, 1, 0)
        owner.execute(f"LISTEN {CHANNEL}")
        assert sequence(J) == 2
        (told,) = owner.notifies(timeout=5, stop_after=1)
        assert told.payload == f"{J} 2"
        assert sequence(J) == 0
        assert (waiting(J), waiting("990199")) == (0, 1)
        assert list(owner.notifies(timeout=0.2)) == []
    connections["default"].close()


# ── alarms ──
class Ears(Reader):
    name = "ears"

    def __init__(self):
        self.heard = []

    def alarm(self, alarm):
        self.heard.append(alarm)


@pytest.mark.django_db
def test_an_alarm_says_which_clock_of_what_since_when_and_for_whom(road):
    one, ears = road(), Ears()
    begun(one.matter, "triage", timedelta(hours=21))
    term = row(Term)
    scan(J, [ears])
    (alarm,) = ears.heard
    assert alarm.id == f"alarm:{term['id']}:{term['due_at'].isoformat()}:-4:dispatcher"
    assert (alarm.jurisdiction, alarm.matter, alarm.proceeding) == (J, one.matter, one.receipt.proceeding)
    assert (alarm.term, alarm.label, alarm.due_at) == ("triage", "分类派单", term["due_at"])
    assert (alarm.offset, alarm.to, alarm.keys) == (-4, "dispatcher", ("dispatcher@qingxi.zongzhi.",))
    assert alarm.why
    assert row(Term)["alarm_at"] == term["due_at"]


@pytest.mark.django_db
def test_a_window_that_lapses_closes_only_its_own_matter(road):
    over, still = road().to("answered"), road().to("answered")
    begun(over.matter, "rate_window", timedelta(days=400))
    assert scan(J) >= 1
    states = {m["id"]: (m["procedure"], m["state"]) for m in rows(Matter)}
    assert states == {over.matter: ("archive", "checking"), still.matter: ("intake", "answered")}
    assert row(Proceeding, id=over.receipt.proceeding)["counts"]["close_window"] == 1
    assert scan(J) == 0


@pytest.mark.django_db
def test_a_step_recorded_by_the_scan_is_fed_like_any_other(road):
    one = road()
    begun(one.matter, "triage", timedelta(hours=30))
    scan(J)
    assert [r["step"] for r in rows(Outbox)] == ["register", "escalate"]
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    assert [r["seq"] for r in rows(Outbox)] == [1, 2, 3]
