"""Before pressing: until when it would have to be answered, who did such things before, how much lies where."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from tests.conftest import CLUSTER
from tests.people import actor
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.matters.chains import replay
from tianping.kernel.packs.models import PackRelease, PackRow
from tianping.kernel.service import actor_for_code, loads, precedents, promise

J = "990101"


def loaded_again():
    PackRelease.objects.create(jurisdiction=J, pack="qingxi", version=str(uuid4())[:8], digest=b"x")


@pytest.mark.django_db
@pytest.mark.parametrize(("grade", "working_days"), [("1", 3), ("2", 7), ("3", 15)])
def test_a_grade_promises_its_days_from_now_on(grade, working_days):
    due = promise(J, {"grade": grade})
    assert due.rule.code == f"intake.answer.{grade}"
    counted = [d.number for d in due.days if d.number]
    assert counted[-1] == working_days
    assert due.at.astimezone(SHANGHAI).date() > timezone.localdate()


@pytest.mark.django_db
def test_nothing_is_promised_without_a_grade_a_promised_clock_or_a_rule():
    assert promise(J, {}) is None
    assert promise(J, {"grade": "3"}, "room") is None
    PackRow.objects.filter(kind="term_rule", code="intake.answer.3").update(effective_to="2026-01-02")
    loaded_again()
    assert promise(J, {"grade": "3"}) is None


@pytest.mark.django_db
def test_nothing_is_promised_over_a_year_whose_holidays_are_unknown():
    PackRow.objects.filter(kind="calendar").delete()
    row = PackRow.objects.get(kind="term_rule", code="intake.answer.3", effective_to=None)
    PackRow.objects.filter(pk=row.pk).update(body=row.body | {"amount": 400})
    loaded_again()
    assert promise(J, {"grade": "3"}) is None


@pytest.mark.django_db
def test_who_did_such_things_before_is_told_by_office_to_who_looks_over_them(road):
    for _n in range(2):
        one = road().to("answered")
        one.take("rate", actor_for_code(J, one.receipt.code), rating="5")
    one.take("close", "dispatcher")
    found = precedents(actor("dispatcher"), "neighbour.leak")
    assert set(found) == {"qingxi.zhujian."}
    zhujian = found["qingxi.zhujian."]
    assert (zhujian.taken, zhujian.closed) == (2, 1)
    assert 0 < zhujian.median < 0.1
    assert precedents(actor("dispatcher"), "") == {}
    assert precedents(actor("dispatcher"), "no.such.category") == {}
    assert precedents(actor_for_code(J, one.receipt.code), "neighbour.leak") == {}


@pytest.mark.django_db
def test_an_office_without_a_closed_matter_has_no_median(road):
    road().to("handling")
    (only,) = precedents(actor("dispatcher"), "neighbour.leak").values()
    assert (only.taken, only.closed, only.median) == (1, 0, None)


def test_the_load_of_an_office_counts_what_is_open_and_what_is_late(fresh, road):
    one, late = road().to("handling"), road().to("handling")
    road()  # at the centre itself: nobody's load
    closed = road().to("answered")
    closed.take("rate", actor_for_code(J, closed.receipt.code), rating="5")
    closed.take("close", "dispatcher")
    past = timezone.now() - timedelta(days=1)
    with psycopg.connect(CLUSTER.url("postgres", fresh), autocommit=True) as owner:
        owner.execute("UPDATE matter SET due_at = %s WHERE id = %s", [past, late.matter])
    assert loads(actor("dispatcher")) == {"qingxi.zhujian.": (2, 1)}
    assert loads(actor("other_handler")) == {}
    assert loads(actor_for_code(J, one.receipt.code)) == {}
    connections["default"].close()


def test_an_erasure_that_cannot_be_carried_out_again_keeps_no_other_from_it(fresh, road):
    """After a restore: the values are back, one table row refuses; the register tells how many failed."""
    first, second = road(), road()
    with psycopg.connect(CLUSTER.url("postgres", fresh), autocommit=True) as owner:
        kept = "SELECT entry_id, field, seed, blob FROM sealed WHERE concept = 'reporter_phone'"
        before = owner.execute(kept).fetchall()
        for one in (first, second):
            one.take("erase", "supervisor", concept="reporter_phone", reason="本人申请")
        for entry, field, seed, blob in before:
            owner.execute(
                "UPDATE sealed SET seed = %s, blob = %s, erased_at = NULL WHERE entry_id = %s AND field = %s",
                [seed, blob, entry, field],
            )
        owner.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken page'; END $$"
        )
        owner.execute(
            f"CREATE TRIGGER refuse BEFORE UPDATE ON sealed FOR EACH ROW WHEN (OLD.matter_id = '{first.matter}') EXECUTE FUNCTION refuse()"
        )
        left = "SELECT matter_id FROM sealed WHERE concept = 'reporter_phone' AND blob IS NOT NULL"
        assert replay(J) == (2, 1)
        assert owner.execute(left).fetchall() == [(first.matter,)]
        owner.execute("DROP TRIGGER refuse ON sealed")
        assert replay(J) == (2, 0)
        assert owner.execute(left).fetchall() == []
    connections["default"].close()
