"""What an erasure destroys and what it must leave; a date that was unknown; one person with two posts."""

from datetime import UTC

import msgspec
import pytest
from django.utils import timezone

from tests.kernel.matters.conftest import LEAK, OTHER
from tests.kernel.matters.stored import J, moments, row, rows, subject_of
from tests.people import actor, guest
from tianping.kernel.agencies.acting import system_actor
from tianping.kernel.agencies.models import Appointment, Post
from tianping.kernel.matters.advance import report
from tianping.kernel.matters.chains import replay
from tianping.kernel.matters.models import Entry, Erasure, Fact, Matter, Sealed, Term, Todo
from tianping.kernel.matters.readers import due
from tianping.kernel.parties.models import Identifier
from tianping.kernel.service import Query, worklist

pytestmark = pytest.mark.django_db


def found_by(one):
    return {(r["subject_id"], r["kind"]) for r in rows(Identifier, matter_id=one.matter)}


def open_fields(one):
    return {r["field"] for r in rows(Sealed, matter_id=one.matter) if r["blob"] is not None}


@pytest.fixture
def two(road):
    return [road(other_name="楼上住户", other_phone=OTHER) for _n in range(2)]


def test_one_value_goes_with_its_key_and_its_way_to_be_found_and_nothing_else(two):
    one, other = two
    before, ways, left = open_fields(one), found_by(one), (open_fields(other), found_by(other))
    one.take("erase", "supervisor", concept="reporter_phone", reason="本人申请")
    assert open_fields(one) == (before - {"reporter_phone"}) | {"reason"}
    assert found_by(one) == ways - {(subject_of(one, "reporter"), "phone")}
    assert (open_fields(other), found_by(other)) == left
    current = {r["concept"] for r in rows(Fact, matter_id=one.matter, superseded_by=None)}
    assert {"title", "reporter_name", "other_phone"} <= current
    assert "reporter_phone" not in current
    assert replay(J) == (1, 0)  # carried out again it changes nothing more, of this matter or of another
    assert open_fields(one) == (before - {"reporter_phone"}) | {"reason"}
    assert found_by(one) == ways - {(subject_of(one, "reporter"), "phone")}
    assert (open_fields(other), found_by(other)) == left


def test_the_register_says_what_was_erased_by_whom_when_and_under_which_law(two):
    one, _other = two
    one.take("erase", "supervisor", concept="reporter_phone", reason="本人申请")
    entry, register = rows(Entry, "seq", matter_id=one.matter)[-1], row(Erasure)
    at = moments(one)[-1]
    assert (register["matter_id"], register["concept"], register["entry_id"]) == (
        one.matter,
        "reporter_phone",
        entry["id"],
    )
    assert register["erased_at"] == at
    assert msgspec.json.decode(register["record"]) == {
        "v": "1",
        "matter": str(one.matter),
        "concept": "reporter_phone",
        "entry": str(entry["id"]),
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "by": str(actor("supervisor").user),
        "law": "个人信息保护法第47条",
    }


def test_a_corrected_name_is_found_by_the_new_one_alone_and_the_phone_as_before(two):
    one, other = two
    left, phones = rows(Identifier, matter_id=other.matter), rows(Identifier, matter_id=one.matter, kind="phone")
    one.take("correct", "dispatcher", concept="reporter_name", value="周桂芳", reason="听错了")
    assert rows(Identifier, matter_id=other.matter) == left
    assert rows(Identifier, matter_id=one.matter, kind="phone") == phones
    names = {r["subject_id"]: (r["field"], r["entry_id"]) for r in rows(Identifier, matter_id=one.matter, kind="name")}
    correct = rows(Entry, "seq", matter_id=one.matter)[-1]["id"]
    assert names == {
        subject_of(one, "reporter"): ("value", correct),
        subject_of(one, "other"): ("other_name", one.receipt.entry),
    }


def test_only_dates_that_are_unknown_are_reckoned_and_the_earliest_is_the_works(road, owned):
    one = road().to("accepting")
    known = {r["name"]: (r["due_at"], r["alarm_at"]) for r in rows(Term, status="running")}
    first = min(d for d, _alarm in known.values())
    owned("UPDATE term SET due_at = NULL, alarm_at = NULL WHERE status = 'running'")
    owned("UPDATE matter SET due_at = NULL")
    owned("UPDATE todo SET due_at = '9999-12-31'")
    due._tried.clear()
    assert due.scan(J) == 2
    assert {r["name"]: (r["due_at"], r["alarm_at"]) for r in rows(Term, status="running")} == known
    assert row(Matter, id=one.matter)["due_at"] == first
    assert {r["due_at"] for r in rows(Todo)} == {first}
    owned("UPDATE term SET due_at = NULL WHERE status = 'running' AND name = 'answer'")
    due._tried.clear()
    assert due.scan(J) == 1
    assert due.scan(J) == 0
    due._tried.clear()


def test_who_holds_two_posts_finds_one_row_with_the_steps_of_both(road):
    one = road()
    who = actor("dispatcher")
    registrar = Post.objects.get(path=who.agency, kind="registrar")
    Appointment.objects.create(
        jurisdiction=J, post_id=registrar.id, user_id=who.user, title="登记员", since=timezone.localdate()
    )
    both = actor("dispatcher")
    assert {f"dispatcher@{who.agency}", f"registrar@{who.agency}"} <= both.keys
    (found,) = worklist(both, Query()).rows
    assert found.matter == one.matter
    assert len(found.steps) == len(set(found.steps))
    assert {"triage", "supplement", "decline"} <= set(found.steps)


def test_the_same_words_as_a_key_are_not_the_same_key_for_somebody_else():
    receipts = [report(actor=who, form=LEAK, key="k") for who in (guest(), system_actor(J), actor("registrar"))]
    assert len({r.matter for r in receipts}) == 3
    assert not any(r.repeated for r in receipts)
