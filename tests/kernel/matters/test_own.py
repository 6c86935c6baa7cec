"""A citizen sees what they told and were answered; never another party's, never what the offices keep for themselves."""

from uuid import UUID

import pytest

from tests.kernel.matters.conftest import OTHER, PAPER, PHONE, paper, unknown
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Entry, Matter
from tianping.kernel.parties.keys import KeyNotHeld
from tianping.kernel.parties.models import Party
from tianping.kernel.service import actor_for_code, open_paper, own_matters, progress, readers_of, reveal, show

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture
def told(road):
    return road(other_name="楼上住户", other_phone=OTHER)


def test_a_phone_that_is_proven_takes_the_steps_of_its_party(told, proven):
    told.to("answered")
    told.take("rate", proven(), rating="5")
    assert progress(proven(), told.matter).state == "rated"
    with acting(system_actor("990101")):
        assert Entry.objects.get(matter_id=told.matter, step="rate").actor_kind == "citizen"


def test_a_step_that_is_not_there_is_told_so_to_the_party_too(told, proven):
    with pytest.raises(RefusedError, match="没有这一步"):
        told.take("nonsense", proven())


def test_who_has_no_part_in_it_takes_no_step(told, proven):
    assert unknown(lambda: told.take("ask_erasure", proven("13700000000"), note="删掉"))


def test_of_the_words_only_their_own_and_the_answer_are_shown(told, proven):
    told.take("note", "dispatcher", note="内部记录")
    told.to("answered")
    view = show(proven(), told.matter, "own")
    assert {"description", "reporter_name", "other_name", "answer"} <= set(view.facts)
    assert not {"category", "grade"} & set(view.facts)
    assert "内部记录" not in repr(view)
    assert OTHER not in repr(view)
    assert [e.step for e in view.entries if e.values] == ["answer", "register"]
    assert view.links == view.proceedings == []


def test_what_the_office_put_right_is_shown_as_it_stands_now(told, proven):
    told.to("accepting")
    told.take("correct", "handler", concept="reporter_name", value="周桂兰兰", reason="听错了")
    assert show(proven(), told.matter, "own").facts["reporter_name"] == "周桂兰兰"


def test_a_citizen_reads_for_themselves_whatever_purpose_is_named(told, proven):
    show(proven(), told.matter, "handling")
    assert [purpose for _at, _office, purpose in readers_of(proven(), told.matter)] == ["own"]


@pytest.mark.parametrize("concept", ["other_phone", "note", "description", "reporter_id_number"])
def test_a_citizen_opens_no_number_but_their_own(told, proven, concept):
    told.take("note", "dispatcher", note="内部记录")
    assert unknown(lambda: reveal(proven(), told.matter, concept, "own"))
    assert reveal(proven(), told.matter, "reporter_phone", "own") == PHONE


def test_of_the_files_their_own_and_those_of_the_answer(road, proven):
    sent, kept, answered = paper(proven()), paper(actor("dispatcher")), paper(actor("handler"))
    told = road()
    told.take("note", "dispatcher", note="现场照片", files=[kept])
    told.take("supplement", "dispatcher", reason="请拍张照片")
    told.take("supplied", proven(), note="拍了", files=[sent])
    told.to("handling")
    told.take("answer_at_once", "handler", answer="修好了", files=[answered])
    assert {str(p.id) for p in show(proven(), told.matter, "own").papers} == {sent, answered}
    for own in (sent, answered):
        assert b"".join(open_paper(proven(), UUID(own), "own")[1]) == PAPER
    assert unknown(lambda: open_paper(proven(), UUID(kept), "own"))
    assert b"".join(open_paper(actor("dispatcher"), UUID(kept), "handling")[1]) == PAPER


def test_a_receipt_code_alone_opens_no_file(road, proven):
    sent = paper(proven())
    told = road()
    told.take("supplement", "dispatcher", reason="请拍张照片")
    told.take("supplied", proven(), note="拍了", files=[sent])
    code = actor_for_code("990101", told.receipt.code)
    with pytest.raises(RefusedError) as refused:
        open_paper(code, UUID(sent), "own")
    assert refused.value.reason == "proof"


@pytest.mark.parametrize("step", ["", "merge"])
def test_who_is_only_named_in_it_is_not_told_of_it(road, told, proven, step):
    if step:
        told.take(step, "dispatcher", other_matter=str(road().to("handling").matter))
    respondent = proven(OTHER)
    assert own_matters(respondent) == []
    for call in (
        lambda: show(respondent, told.matter, "own"),
        lambda: progress(respondent, told.matter),
        lambda: reveal(respondent, told.matter, "other_phone", "own"),
        lambda: readers_of(respondent, told.matter),
        lambda: told.take("note", respondent, note="我也说一句"),
    ):
        assert unknown(call)


def test_a_merged_reporter_sees_their_own_report_and_the_answer_alone(road, proven):
    leader = road().to("handling")
    follower = road(reporter_phone="13700000001", description="我家也漏", title="我家也漏")
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    other = proven("13700000001")
    assert unknown(lambda: show(other, leader.matter, "own"))
    assert "楼上602" not in repr(show(other, follower.matter, "own"))
    assert [m.matter for m in own_matters(other)] == [follower.matter]


def second_reporter(told, subject):
    """Another reporter of the same matter, as a scene with several would have one."""
    with acting(system_actor("990101")):
        entry = Entry.objects.get(matter_id=told.matter, seq=1)
        Party.objects.create(
            jurisdiction="990101", matter_id=told.matter, subject_id=subject, role="reporter", entry_id=entry.id
        )
        row = Matter.objects.get(id=told.matter)
        Matter.objects.filter(id=told.matter).update(audience=[*row.audience, f"subject:{subject}"])


def test_even_in_sight_of_the_matter_the_other_side_reads_nothing(told, proven):
    respondent = proven(OTHER)
    with acting(system_actor("990101")):
        row = Matter.objects.get(id=told.matter)
        subject = Party.objects.get(matter_id=told.matter, role="other").subject_id
        Matter.objects.filter(id=told.matter).update(audience=[*row.audience, f"subject:{subject}"])
    assert unknown(lambda: show(respondent, told.matter, "own"))
    assert unknown(lambda: reveal(respondent, told.matter, "other_phone", "own"))


def test_of_several_reporters_each_reads_what_they_themselves_told(told, proven):
    other = proven("13700000002")
    second_reporter(told, other.subject)
    told.take("supplement", "dispatcher", reason="说清楚哪一层")
    told.take("supplied", other, note="我家在五楼")
    first, second = show(proven(), told.matter, "own"), show(other, told.matter, "own")
    assert "我家在五楼" not in repr(first)
    assert first.facts["reporter_name"] == "周桂兰"
    assert "周桂兰" not in repr(second)
    assert second.facts == {}
    assert [e.step for e in second.entries if e.values] == ["supplied"]
    assert unknown(lambda: reveal(other, told.matter, "reporter_phone", "own"))


def test_where_a_key_is_held_elsewhere_nothing_is_taken_for_ones_own(told, proven, monkeypatch):
    def away(*_args):
        raise KeyNotHeld("court")

    monkeypatch.setattr("tianping.kernel.matters.vault.Vault.open", away)
    assert show(proven(), told.matter, "own").facts == {}


def test_somebody_on_both_sides_acts_as_the_side_that_has_the_step(road, proven):
    told = road(other_phone=PHONE, other_name="周桂兰").to("answered")
    told.take("rate", proven(), rating="1")
    assert {p.role for p in show(proven(), told.matter, "own").parties} == {"reporter", "other"}
