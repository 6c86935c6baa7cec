"""What a receipt shows: where it stands, who has it, until when, and the steps that the reporter may know of."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import Agency
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.matters.advance import advance, report
from tianping.kernel.matters.models import Entry, Matter, Proceeding, Term
from tianping.kernel.matters.progress import own_matters
from tianping.kernel.parties.models import Party
from tianping.kernel.service import actor_for_code, alike, progress, show

pytestmark = pytest.mark.django_db
J = "990101"


def seen(one):
    return progress(actor_for_code(J, one.receipt.code))


def term(one, name):
    with acting(system_actor(J)):
        return Term.objects.filter(matter_id=one.matter, name=name).latest("started_at")


def citizen(one, role="reporter"):
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role=role).subject_id
    keys = frozenset({f"subject:{subject}"})
    return Actor(kind="citizen", jurisdiction=J, subject=subject, keys=keys, proof="identity")


# ── progress ──
def test_a_fresh_report_is_with_the_centre_and_has_no_answer_date_yet(road):
    one = road()
    found = seen(one)
    centre = Agency.objects.get(path="qingxi.zongzhi.")
    assert (found.matter, found.proceeding, found.number) == (one.matter, one.receipt.proceeding, one.receipt.number)
    assert (found.state, found.procedure, found.state_label) == ("triage", "intake", "待分类")
    assert (found.office, found.office_phone) == (centre.name, centre.phone)
    assert (found.promised, found.with_leader, found.protected) == (None, None, False)
    assert found.next_due.at == term(one, "triage").due_at
    assert [(s.sentence, s.office) for s in found.steps] == [("收到了", "")]
    with acting(system_actor(J)):
        matter = Matter.objects.get(id=one.matter)
    assert (found.opened_at, found.steps[0].at) == (matter.opened_at, matter.opened_at)
    assert found.now > matter.opened_at


def test_what_is_handled_names_its_office_its_date_and_the_public_steps_newest_first(road):
    one = road().to("handling")
    found = seen(one)
    zhujian = Agency.objects.get(path="qingxi.zhujian.")
    assert (found.office, found.office_phone) == (zhujian.name, zhujian.phone)
    assert found.promised.at == term(one, "answer").due_at
    assert found.next_due.at == term(one, "answer").due_at
    assert [t.row.name for t in found.terms] == ["answer"]
    assert [(s.sentence, s.office) for s in found.steps] == [
        ("承办单位接手了", zhujian.name),
        ("交给承办单位", zhujian.name),
        ("收到了", ""),
    ]


def test_a_return_is_told_and_names_who_has_it_now(road):
    one = road().to("accepting")
    one.take("return", "handler", reason="不归我们管")
    returned = seen(one).steps[0]
    assert returned.sentence == "承办单位退回了，正在重新安排"
    assert returned.office == Agency.objects.get(path="qingxi.zongzhi.").name


def test_the_next_date_is_the_first_of_those_that_run(road):
    one = road().to("accepting")
    found = seen(one)
    assert {t.row.name for t in found.terms} == {"accept", "answer"}
    assert found.next_due.at == min(term(one, "accept").due_at, term(one, "answer").due_at)
    assert found.promised.at == term(one, "answer").due_at


def test_an_undone_step_and_the_offices_own_business_are_not_told(road):
    one = road().to("accepting")
    one.take("accept", "handler")
    one.take("undo", "handler", reason="点错了")
    one.take("note", "handler", note="内部记录")
    assert [s.sentence for s in seen(one).steps] == ["交给承办单位", "收到了"]


def test_who_follows_another_handling_is_told_its_date_and_nothing_else(road):
    leader, follower = road(title="主办的一件").to("handling"), road()
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    found = seen(follower)
    assert found.with_leader == term(leader, "answer").due_at
    assert (found.promised, found.terms) == (None, [])
    assert leader.receipt.number not in repr(found)
    leader.take("finish", "handler", outcome="settled", result="修好了")
    leader.take("verify", "dispatcher", on_site="不漏了")
    leader.take("answer", "handler", answer="已修好")
    assert seen(follower).with_leader is None


def test_a_leader_that_is_not_graded_yet_promises_nothing(road):
    leader, follower = road(), road()
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    assert seen(follower).with_leader is None


def test_a_receipt_opens_its_own_matter_and_no_other(road):
    one, other = road(), road()
    code = actor_for_code(J, one.receipt.code)
    assert progress(code).matter == one.matter
    for matter in (other.matter, uuid4()):
        with pytest.raises(RefusedError) as refused:
            progress(code, matter)
        assert refused.value.reason == "unknown"
    with pytest.raises(RefusedError) as refused:
        progress(guest())
    assert refused.value.reason == "unknown"


@pytest.mark.parametrize(("text", "reason"), [("ABCD", "form"), ("0" * 26, "unknown")])
def test_a_code_that_is_none_or_nobodys_is_refused_with_its_field(text, reason):
    with pytest.raises(RefusedError) as refused:
        actor_for_code(J, text)
    assert (refused.value.reason, list(refused.value.fields)) == (reason, ["code"])


def test_a_citizens_own_matters_are_those_they_reported_newest_first(road):
    one = road(title="第一件", other_name="楼上住户")
    person = citizen(one)
    second = report(actor=person, form={"description": "又漏了", "title": "第二件"}, key="k")
    found = own_matters(person)
    assert [(m.matter, m.number, m.title) for m in found] == [
        (second.matter, second.number, "第二件"),
        (one.matter, one.receipt.number, "第一件"),
    ]
    assert own_matters(citizen(one, "other")) == []


# ── merging ──
def merge(one, leader):
    return one.take("merge", "dispatcher", other_matter=str(leader.matter))


@pytest.mark.parametrize("why", ["follows", "protected", "answered", "archived"])
def test_what_cannot_lead_is_refused_as_a_leader(road, why):
    leader, one = road(violence=why == "protected"), road()
    if why == "follows":
        merge(leader, road())
    elif why != "protected":
        leader.to("answered")
    if why == "archived":
        leader.take("rate", actor_for_code(J, leader.receipt.code), rating="5")
        leader.take("close", "dispatcher")
    with pytest.raises(RefusedError) as refused:
        merge(one, leader)
    assert refused.value.reason in {"guard", "unknown"}
    with acting(system_actor(J)):
        assert Matter.objects.get(id=one.matter).leader is None


def test_who_leads_does_not_follow_and_counts_its_followers(road):
    leader, one, two = road(), road(), road()
    merge(one, leader)
    merge(two, leader)
    with acting(system_actor(J)):
        assert Matter.objects.get(id=leader.matter).followers == 2
    with pytest.raises(RefusedError):
        merge(leader, road())


# ── likeness ──
def reasons(one, who="dispatcher"):
    return {a.matter: a.reasons for a in alike(actor(who), one.matter)}


def test_each_likeness_is_found_by_its_own_reason(road):
    base = {"description": "甲", "reporter_phone": "13800000001", "place": "滨河社区1幢"}
    one = road(**base)
    words = road(description=" 甲 ", reporter_phone="13800000002", place="别处")
    phone = road(description="乙", reporter_phone="13800000001", place="别处二")
    place = road(description="丙", reporter_phone="13800000003", place="滨河社区1幢")
    road(description="丁", reporter_phone="13800000004", place="别处三", reporter_name="周桂兰")
    assert reasons(one) == {words.matter: ("文字一样",), phone.matter: ("同一个电话",), place.matter: ("同一地点",)}
    both = road(description="甲", reporter_phone="13800000001", place="别处四")
    assert reasons(one)[both.matter] == ("文字一样", "同一个电话")


def test_no_more_are_suggested_than_fit_on_the_page_and_the_open_ones_first(road):
    one = road()
    done = road()
    done.take("decline", "dispatcher", reason="法院已经受理")
    for _n in range(7):
        road()
    found = alike(actor("dispatcher"), one.matter)
    assert len(found) == 6
    assert done.matter not in {a.matter for a in found}
    assert not any(a.closed or a.following for a in found)


def test_an_old_report_from_the_same_place_says_nothing_any_more(road, owned):
    base = {"place": "滨河社区1幢", "reporter_phone": ""}
    one, old = road(description="甲", **base), road(description="乙", **base)
    assert old.matter in reasons(one)
    owned("UPDATE matter SET opened_at = clock_timestamp() - interval '91 days' WHERE id = %s", [old.matter])
    assert reasons(one) == {}


# ── splitting, and the children's rows ──
def test_what_is_split_off_is_a_matter_of_its_own_with_its_own_beginning(road):
    one = road(place="滨河社区3幢", other_name="楼上住户").to("handling")
    one.take("split", "handler", description="楼道灯也不亮", title="楼道灯不亮")
    ((twin, number, title),) = show(actor("dispatcher"), one.matter, "handling").links
    with acting(system_actor(J)):
        new, old = Matter.objects.get(id=twin), Matter.objects.get(id=one.matter)
        first = Entry.objects.get(matter_id=twin)
        split = Entry.objects.get(matter_id=one.matter, step="split")
    assert (new.state, new.number, new.title, title, number) == ("triage", number, "楼道灯不亮", title, new.number)
    assert (new.opened_at, new.happened_at, new.head_seq) == (split.recorded_at, split.recorded_at, 1)
    assert (old.title, old.state) == ("楼上漏水", "handling")
    assert (first.actor_kind, first.actor, first.agency, first.key_digest) == ("system", None, "", None)
    assert msgspec.json.decode(bytes(first.body))["actor"] == {"kind": "system"}


def test_joint_offices_are_children_with_a_parent_a_slot_and_a_holder(road):
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu", "zhifa"])
    with acting(system_actor(J)):
        rows = Proceeding.objects.filter(parent=one.receipt.proceeding).order_by("holder")
        assert [(p.slot, p.holder, p.state) for p in rows] == [
            ("assist", "qingxi.shuiwu.", "asked"),
            ("assist", "qingxi.zhifa.", "asked"),
        ]
        matter = Matter.objects.get(id=one.matter)
    assert (matter.procedure, matter.state) == ("intake", "joint")
    assert {"agency:qingxi.shuiwu.", "agency:qingxi.zhifa."} <= set(matter.audience)
    child = rows[0].id
    advance(child, "refuse", actor=actor("dugang"), form={"reason": "不归我们管"}, key=str(uuid4()))
    with acting(system_actor(J)):
        over = Proceeding.objects.get(id=child)
        assert over.closed_at == Entry.objects.get(proceeding_id=child, step="refuse").recorded_at
        assert over.closed_at - over.opened_at < timedelta(minutes=1)
        assert Proceeding.objects.get(id=one.receipt.proceeding).closed_at is None
