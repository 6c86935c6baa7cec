"""Two requests at the same moment: with one key there is one entry, and whoever came second learns of the first."""

import threading
import time
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connections

from tests.conftest import CLUSTER
from tests.kernel.matters.conftest import LEAK
from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.advance import advance, report
from tianping.kernel.matters.models import Entry, Matter

J = "990101"


@pytest.fixture
def owner(fresh):
    with psycopg.connect(CLUSTER.url("postgres", fresh), autocommit=True) as connection:
        yield connection
    connections["default"].close()


def at_once(owner, *calls):
    """Run the calls so that each has read before any has written: they wait for one table until all stand there."""
    answers = [None] * len(calls)

    def run(number):
        try:
            answers[number] = calls[number]()
        except (RefusedError, IntegrityError) as error:
            answers[number] = error
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    with owner.transaction():
        owner.execute("LOCK TABLE entry IN SHARE MODE")
        for thread in threads:
            thread.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'entry'::regclass"
        until = time.monotonic() + 20
        while owner.execute(waiting).fetchone() != (len(calls),):
            assert time.monotonic() < until, answers
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    return answers


def stored(model, **where):
    with acting(system_actor(J)):
        return list(model.objects.filter(**where))


def told(key, **more):
    return lambda: report(actor=guest(), form=LEAK | more, key=key)


def noted(receipt, key, note="问过了", who="dispatcher"):
    return lambda: advance(receipt.proceeding, "note", actor=actor(who), form={"note": note}, key=key)


def test_two_identical_reports_at_once_are_one_matter_with_one_receipt(owner):
    first, second = sorted(at_once(owner, told("k"), told("k")), key=lambda r: r.repeated)
    assert (first.repeated, second.repeated) == (False, True)
    assert (second.matter, second.entry, second.proceeding) == (first.matter, first.entry, first.proceeding)
    assert (second.number, second.code) == (first.number, first.code)
    assert [m.id for m in stored(Matter)] == [first.matter]


def test_two_reports_that_differ_under_one_key_leave_the_first_and_refuse_the_other(owner):
    answers = at_once(owner, told("k"), told("k", title="另一件事"))
    (refused,) = [a for a in answers if isinstance(a, RefusedError)]
    (kept,) = [a for a in answers if not isinstance(a, RefusedError)]
    assert refused.reason == "key"
    assert [m.id for m in stored(Matter)] == [kept.matter]


def test_one_key_for_two_matters_at_once_is_refused_for_the_later(owner):
    one, other = told("a")(), told("b")()
    answers = at_once(owner, noted(one, "k"), noted(other, "k"))
    (refused,) = [a for a in answers if isinstance(a, Exception)]
    assert isinstance(refused, RefusedError)
    assert refused.reason == "key"
    assert len(stored(Entry, step="note")) == 1


def test_the_same_step_pressed_twice_at_once_is_one_entry(owner):
    one = told("a")()
    answers = [None, None]
    barrier = threading.Barrier(2)

    def press(number):
        barrier.wait()
        answers[number] = noted(one, "k")()
        connections["default"].close()

    threads = [threading.Thread(target=press, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.repeated for a in answers) == [False, True]
    assert answers[0].entry == answers[1].entry
    assert len(stored(Entry, step="note")) == 1


def test_another_broken_rule_of_the_database_is_not_taken_for_a_repetition(owner):
    one = told("a")()
    owner.execute("ALTER TABLE entry ADD CONSTRAINT only_small_chains CHECK (seq < 2) NOT VALID")
    owner.execute("ALTER TABLE matter ADD CONSTRAINT no_letters CHECK (channel <> 'letter')")
    with pytest.raises(IntegrityError, match="no_letters"):
        told(str(uuid4()), channel="letter")()
    with pytest.raises(IntegrityError, match="only_small_chains"):
        noted(one, "k")()


def test_a_clock_that_was_set_back_never_runs_a_chain_backward(owner):
    one = told("a")()
    owner.execute("UPDATE matter SET changed_at = clock_timestamp() + interval '2 hours'")
    noted(one, "k")()
    (matter,), (note,) = stored(Matter), stored(Entry, step="note")
    assert note.recorded_at == matter.changed_at
    assert note.recorded_at > stored(Entry, step="register")[0].recorded_at
