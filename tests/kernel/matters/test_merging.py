"""Two registrations of one person: suggested with reasons, merged by whoever has the right, parted again, on the record."""

from uuid import uuid4

import pytest
from django.db import connection

from tests.kernel.matters.conftest import PHONE
from tests.kernel.matters.test_subjects import id_number, subject_of
from tests.people import actor
from tianping.capabilities.search.find import find
from tianping.kernel.agencies.accounts import changes
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.merging import compare, merge, merged, part, probable
from tianping.kernel.matters.reads import relations
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.models import Subject
from tianping.kernel.service import own_matters, show

pytestmark = pytest.mark.django_db
SECOND = "13700000001"
WHO = "dispatcher"


@pytest.fixture
def number():
    return id_number(40)


@pytest.fixture
def twice(road, number):
    """One person who reported from two telephones, once as 周桂兰 and once as 周桂蘭."""
    return road(reporter_id_number=number), road(
        reporter_id_number=number, reporter_phone=SECOND, reporter_name="周桂蘭"
    )


def ids(*roads):
    return tuple(subject_of(r).id for r in roads)


def merged_into(subject):
    with acting(system_actor("990101")):
        return Subject.objects.get(id=subject).merged_into


def reason_of(call):
    with pytest.raises(RefusedError) as refused:
        call()
    return refused.value.reason


def test_the_same_number_is_a_suggestion_and_nothing_more(twice):
    (pair,) = probable(actor(WHO))
    assert (pair.one.id, pair.other.id, pair.reasons) == (*ids(*twice), ("id_number",))
    assert [p.role for p in pair.one.parts] == ["reporter"]
    assert pair.one.names == ()
    assert merged_into(pair.other.id) is None


def test_telephone_and_name_together_are_a_reason_one_alone_is_none(road):
    one = road()
    road(reporter_phone=SECOND)  # the name alone
    road(reporter_name="李建国")  # the telephone alone
    assert probable(actor(WHO)) == []
    same = road(reporter_name="周 桂兰")
    (pair,) = probable(actor(WHO))
    assert (pair.one.id, pair.other.id, pair.reasons) == (*ids(one, same), ("phone",))


def test_protected_people_are_in_no_suggestion(road, number):
    road(reporter_id_number=number)
    road(reporter_id_number=number, violence=True)
    assert probable(actor(WHO)) == []


def test_who_acts_for_many_is_in_no_suggestion(road, proven):
    for phone, name in ((PHONE, "周桂兰"), (SECOND, "李建国")):
        agent = {"representative_name": "陈律师", "representative_phone": "13700000007"}
        one = road(reporter_phone=phone, reporter_name=name)
        one.take("entrust_agent", proven(phone), authority="view", valid_until="2099-12-31", **agent)
    assert probable(actor(WHO)) == []


def test_what_is_out_of_sight_is_not_compared(twice, road):
    assert reason_of(lambda: compare(actor(WHO), ids(twice[0])[0], uuid4())) == "unknown"
    hidden = road(violence=True)
    assert reason_of(lambda: compare(actor(WHO), *ids(twice[0], hidden))) == "unknown"
    assert reason_of(lambda: merge(actor(WHO), *ids(twice[0], hidden), "checked")) == "unknown"
    assert reason_of(lambda: merge(actor(WHO), *ids(twice[0], twice[0]), "checked")) == "unknown"


@pytest.mark.parametrize("who", ["registrar", "supervisor", "handler", "security_admin", "system_admin"])
def test_it_is_the_dispatcher_s_to_decide(twice, who):
    one, other = ids(*twice)
    for call in (
        lambda: probable(actor(who)),
        lambda: merged(actor(who)),
        lambda: compare(actor(who), one, other),
        lambda: merge(actor(who), one, other, "checked"),
        lambda: part(actor(who), other, "mistaken"),
    ):
        assert reason_of(call) == "right"


def test_the_names_are_opened_for_the_comparison_and_the_read_is_recorded(twice):
    one, other = compare(actor(WHO), *ids(*twice))
    assert (one.names, other.names) == (("周桂兰",), ("周桂蘭",))
    with acting(system_actor("990101")):
        read = AccessRecord.objects.filter(purpose="identity", matter_id=twice[1].matter).get()
    assert read.what == ["reporter_name"]


def test_once_merged_each_is_found_by_what_the_other_is_found_by(twice, proven):
    merge(actor(WHO), *ids(*twice), "checked")
    both = {r.matter for r in twice}
    assert set(find(actor(WHO), PHONE)) == set(find(actor(WHO), SECOND)) == both
    assert {m.matter for m in own_matters(proven(SECOND))} == {m.matter for m in own_matters(proven())} == both
    assert show(proven(), twice[1].matter, "own").facts["reporter_name"] == "周桂蘭"
    assert probable(actor(WHO)) == []
    ((one, into),) = merged(actor(WHO))
    assert (into.id, one.id) == ids(*twice)


def test_parted_again_everything_is_as_it_was(twice, proven):
    merge(actor(WHO), *ids(*twice), "checked")
    part(actor(WHO), ids(twice[1])[0], "mistaken")
    assert find(actor(WHO), SECOND) == [twice[1].matter]
    assert [m.matter for m in own_matters(proven(SECOND))] == [twice[1].matter]
    assert merged(actor(WHO)) == []
    assert len(probable(actor(WHO))) == 1
    assert reason_of(lambda: part(actor(WHO), ids(twice[1])[0], "mistaken")) == "unknown"
    assert reason_of(lambda: part(actor(WHO), uuid4(), "mistaken")) == "unknown"


def test_both_changes_stand_on_the_record_without_a_word_about_the_person(twice):
    one, other = ids(*twice)
    merge(actor(WHO), one, other, "checked")
    part(actor(WHO), other, "asked")
    parted, joined = changes(actor("auditor"))[:2]
    assert (joined.what, joined.after) == (
        "subject.merge",
        {"subject": str(other), "merged_into": str(one), "why": "checked"},
    )
    assert (parted.what, parted.before["merged_into"], parted.after["why"]) == ("subject.part", str(one), "asked")
    assert joined.about == f"{twice[0].receipt.number} · {twice[1].receipt.number}"
    assert "周" not in repr((parted, joined))


def test_three_registrations_are_one_person_whichever_way_they_were_joined(road, number, proven):
    a, b, c = (road(reporter_id_number=number, reporter_phone=f"1370000000{n}") for n in range(3))
    one, two, three = ids(a, b, c)
    merge(actor(WHO), two, three, "checked")
    merge(actor(WHO), one, three, "papers")  # the root of three moves, and three with it
    assert merged_into(two) == one
    assert merged_into(three) == two
    assert reason_of(lambda: merge(actor(WHO), three, one, "checked")) == "state"
    assert len(own_matters(proven("13700000001"))) == 3
    part(actor(WHO), two, "mistaken")
    assert [len(own_matters(proven(f"1370000000{n}"))) for n in range(3)] == [1, 2, 2]


def test_a_person_and_an_organisation_are_two(road):
    person, firm = road(), road(reporter_uscc="91350100M000100Y43")
    assert reason_of(lambda: merge(actor(WHO), *ids(person, firm), "checked")) == "guard"


@pytest.mark.parametrize("why", ["", "because", "mistaken"])
def test_a_reason_is_chosen_from_the_list(twice, why):
    assert reason_of(lambda: merge(actor(WHO), *ids(*twice), why)) == "form"


def test_a_reason_to_part_is_chosen_from_its_own(twice):
    merge(actor(WHO), *ids(*twice), "checked")
    assert reason_of(lambda: part(actor(WHO), ids(twice[1])[0], "papers")) == "form"


def test_who_is_protected_later_is_reached_by_no_group(twice, proven):
    merge(actor(WHO), *ids(*twice), "checked")
    with acting(system_actor("990101")):
        Subject.objects.filter(id=ids(twice[1])[0]).update(protected=True)
    assert [m.matter for m in own_matters(proven())] == [twice[0].matter]
    assert own_matters(proven(SECOND)) == []


def test_who_must_stand_back_from_one_must_from_the_other(twice):
    handler = actor("handler").user
    with acting(system_actor("990101")), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO recusal (jurisdiction, id, user_id, blind, why, declared_at) VALUES ('990101', %s, %s, %s, '亲属', now())",
            [uuid4(), handler, vault().blind("phone", PHONE)],
        )
        assert relations("990101", [str(handler)], twice[1].matter) == []
    merge(actor(WHO), *ids(*twice), "checked")
    with acting(system_actor("990101")):
        assert relations("990101", [str(handler)], twice[1].matter) == ["亲属"]


def test_a_page_of_suggestions_has_an_end(twice, number, road, monkeypatch):
    monkeypatch.setattr("tianping.kernel.matters.merging.MOST", 1)
    road(reporter_id_number=number, reporter_phone="13700000008")
    assert len(probable(actor(WHO))) == 1
