"""A citizen's view, part by part: nothing of the matter itself, nothing of what another citizen did in it."""

import pytest

from tests.kernel.matters.conftest import OTHER, PHONE, unknown
from tests.kernel.matters.stored import CENTRE, J, row, subject_of
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.matters.models import Matter
from tianping.kernel.parties.models import Party
from tianping.kernel.service import own_matters, reveal, show

pytestmark = pytest.mark.django_db
SECOND = "13700000002"


@pytest.fixture
def told(road):
    return road(other_name="楼上住户", other_phone=OTHER)


def joins(told, subject, role="reporter"):
    """As if this person had reported the same matter, or stood in it in another role."""
    with acting(system_actor(J)):
        first = Party.objects.filter(matter_id=told.matter).first()
        Party.objects.create(
            jurisdiction=J, matter_id=told.matter, subject_id=subject, role=role, entry_id=first.entry_id
        )
        matter = Matter.objects.get(id=told.matter)
        Matter.objects.filter(id=told.matter).update(audience=sorted({*matter.audience, f"subject:{subject}"}))


def own(told, person):
    return show(person, told.matter, "own")


def test_of_the_matter_itself_only_what_is_on_the_receipt_goes_out(told, proven):
    told.to("handling")
    told.take("supervise", "supervisor", note="请抓紧")
    view, stored = own(told, proven()), row(Matter)
    assert view.row == {n: stored[n] for n in ("id", "number", "opened_at", "changed_at", "closed_at")}
    state = view.state
    assert (state.id, state.centre, state.path, state.protected) == (told.matter, CENTRE, "", False)
    assert (state.facts, state.parties, state.proceedings, state.audience) == ({}, [], {}, set())
    assert (view.links, view.proceedings, view.papers, view.representatives) == ([], [], [], [])


def test_a_protected_one_says_that_it_is_to_who_reported_it_and_is_not_found_by_the_phone_alone(road, proven):
    hidden = road(violence=True)
    subject = subject_of(hidden, "reporter")
    reporter = Actor("citizen", J, subject=subject, keys=frozenset({f"subject:{subject}"}), proof="identity")
    assert own(hidden, reporter).state.protected
    assert unknown(lambda: own(hidden, proven()))


def test_another_citizens_steps_are_not_even_named(told, proven):
    second = proven(SECOND)
    joins(told, second.subject)
    told.take("supplement", "dispatcher", reason="说清楚哪一层")
    told.take("supplied", second, note="我家在五楼")
    assert "supplied" not in [e.step for e in own(told, proven()).entries]
    steps = [e.step for e in own(told, second).entries]
    assert "supplied" in steps
    assert "register" not in steps


def test_the_answer_reaches_everybody_who_reported_and_nobody_elses_words_with_it(told, proven):
    second = proven(SECOND)
    joins(told, second.subject)
    told.to("answered")
    for person in (proven(), second):
        view = own(told, person)
        assert view.facts["answer"] == "已修好"
        (answer,) = [e for e in view.entries if e.step == "answer"]
        assert answer.values == {"answer": "已修好"}
    assert own(told, second).facts == {"answer": "已修好"}


def test_where_a_role_is_shared_no_number_and_no_name_is_taken_for_ones_own(told, proven):
    second = proven(SECOND)
    joins(told, second.subject)
    view = own(told, second)
    assert [(p.role, p.name, p.masked) for p in view.parties] == [("reporter", "", ())]
    alone = own(told, proven())
    assert [(p.role, p.name) for p in alone.parties] == [("reporter", "周桂兰")]


def test_who_shares_only_one_of_two_roles_still_opens_no_number(told, proven):
    """Alone as the other side, one of two as reporter: what the matter knows of the reporter may be the other's."""
    second = proven(SECOND)
    joins(told, second.subject)
    joins(told, second.subject, "witness")
    with pytest.raises(Exception, match="没有登记"):
        reveal(second, told.matter, "reporter_phone", "own")
    assert own(told, second).facts == {}


def test_ones_own_number_is_opened_and_what_was_put_right_replaces_what_was_said(told, proven):
    assert reveal(proven(), told.matter, "reporter_phone", "own") == PHONE
    told.to("accepting")
    told.take("correct", "handler", concept="title", value="六楼漏水", reason="写错了")
    assert own(told, proven()).facts["title"] == "六楼漏水"
    assert [m.title for m in own_matters(proven())] == ["六楼漏水"]
    assert "category" not in own(told, proven()).facts
    assert show(actor("dispatcher"), told.matter, "handling").facts["category"] == "neighbour.leak"
