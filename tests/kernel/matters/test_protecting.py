"""A matter that is under way is put under protection, and taken out of it: who sees it changes with that very step."""

from uuid import uuid4

import pytest
from django.db import connection

from tests.kernel.matters.readers.conftest import drain
from tests.people import actor
from tianping.capabilities.notices.reader import Notices
from tianping.capabilities.search.find import find
from tianping.capabilities.search.reader import SearchReader
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.chains import verify_matter
from tianping.kernel.matters.models import Matter, Proceeding, Term, Todo
from tianping.kernel.matters.readers.counters import Counters, rebuild, standing
from tianping.kernel.parties.models import Subject
from tianping.kernel.service import Query, actor_for_code, advance, progress, sees, show, worklist

pytestmark = pytest.mark.django_db
J = "990101"
WHY = {"reason": "来电说家里动手了", "violence": True}
EVERYBODY = ("dispatcher", "supervisor", "registrar", "leader", "handler", "head", "other_handler", "protector")


def stored(one):
    with acting(system_actor(J)):
        return Matter.objects.get(id=one.matter)


def seen_by(one):
    return {who for who in EVERYBODY if sees(actor(who), one.matter)}


def keys(one):
    with acting(system_actor(J)):
        return set(Todo.objects.filter(matter_id=one.matter).values_list("key", flat=True))


def clocks(one):
    with acting(system_actor(J)):
        return {t.name: t.status for t in Term.objects.filter(matter_id=one.matter)}


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "handler", "head"])
def test_whoever_has_it_in_hand_or_looks_after_it_protects_it_and_sees_it_no_more(road, who):
    one = road(place="滨河社区3幢").to("handling")
    assert {"dispatcher", "supervisor", "handler", "head"} <= seen_by(one)
    one.take("protect", who, **WHY)
    assert seen_by(one) == {"protector"}
    row = stored(one)
    assert (row.state, row.protected, row.path, row.holder) == ("protecting", True, "", "qingxi.zongzhi.")
    assert (row.title, row.place) == ("受保护事项", "")
    assert keys(one) == {"protector@qingxi.zongzhi."}
    assert [r.matter for r in worklist(actor("protector"), Query()).rows] == [one.matter]
    with acting(system_actor(J)):
        assert verify_matter(one.matter, J) == []


def test_the_clocks_of_the_protected_way_begin_and_the_others_end(road):
    """The mandatory report (未成年人保护法 11, 反家庭暴力法 14) is due from the moment somebody knows."""
    one = road().to("handling")
    one.take("protect", "handler", **WHY)
    found = clocks(one)
    assert (found["protect_contact"], found["protect_report"], found["answer"]) == ("running", "running", "ended")
    assert stored(one).due_at is not None


def test_the_protector_is_called_at_once_whatever_the_hour(road):
    one = road().to("handling")
    drain(Notices())
    one.take("protect", "handler", **WHY)
    drain(Notices())
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_key, text, urgent, not_before <= created_at FROM notice WHERE matter_id = %s AND kind = 'protect'"
            " AND channel = 'in_app'",
            [one.matter],
        )
        assert cursor.fetchall() == [("protector@qingxi.zongzhi.", "有一件受保护的事，请现在就联系当事人", True, True)]


def test_who_was_assigned_or_helped_is_let_go(road):
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu"])
    with acting(system_actor(J)):
        child = Proceeding.objects.get(matter_id=one.matter, procedure="assist")
    person = str(actor("dugang").user)
    advance(child.id, "accept", actor=actor("dugang"), form={}, key=str(uuid4()))
    assert sees(actor("dugang"), one.matter)
    one.take("assign", "dispatcher", assignee=str(actor("handler").user))
    one.take("protect", "dispatcher", **WHY)
    with acting(system_actor(J)):
        left = {p.procedure: (p.state, p.assigned) for p in Proceeding.objects.filter(matter_id=one.matter)}
    assert left == {"intake": ("protecting", {}), "assist": ("recalled", {})}
    assert seen_by(one) == {"protector"}
    assert person not in repr(stored(one).audience)


def test_an_assignment_that_is_over_is_let_go_too(road):
    """The child ended before: its row is written all the same."""
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu"])
    with acting(system_actor(J)):
        child = Proceeding.objects.get(matter_id=one.matter, procedure="assist")
    advance(child.id, "assign", actor=actor("yechun"), form={"assignee": str(actor("dugang").user)}, key=str(uuid4()))
    advance(child.id, "accept", actor=actor("dugang"), form={}, key=str(uuid4()))
    advance(child.id, "report", actor=actor("dugang"), form={"result": "关了阀门"}, key=str(uuid4()))
    one.take("protect", "dispatcher", **WHY)
    with acting(system_actor(J)):
        assert Proceeding.objects.get(id=child.id).assigned == {}
    assert not sees(actor("dugang"), one.matter)


def test_what_was_told_leaves_the_index_of_words(road):
    one = road(title="奇特的漏水", reporter_name="欧阳青竹").to("handling")
    drain(SearchReader())
    assert find(actor("dispatcher"), "奇特的漏水", 5) == [one.matter]
    one.take("protect", "handler", **WHY)
    assert find(actor("dispatcher"), "奇特的漏水", 5) == []
    assert find(actor("dispatcher"), "欧阳青竹", 5) == []
    drain(SearchReader())
    assert find(actor("protector"), "奇特的漏水", 5) == []


def test_who_follows_another_handling_follows_it_no_more(road):
    leader, one = road().to("handling"), road(reporter_name="陈建军")
    one.take("merge", "dispatcher", other_matter=str(leader.matter))
    one.take("protect", "dispatcher", **WHY)
    assert (stored(one).leader, stored(leader).followers, stored(one).state) == (None, 0, "protecting")


def test_it_counts_under_no_office(road):
    one = road().to("handling")
    drain(Counters())
    one.take("protect", "handler", **WHY)
    drain(Counters())
    told = standing(system_actor(J))
    assert told[""]["state.intake.protecting"] == 1
    rebuild(J)
    assert standing(system_actor(J)) == told


def test_the_reporter_goes_on_by_the_code_and_is_recorded_as_protected(road):
    one = road().to("handling")
    one.take("protect", "handler", **WHY)
    assert progress(actor_for_code(J, one.receipt.code)).protected
    with acting(system_actor(J)):
        assert all(s.protected for s in Subject.objects.filter(id=actor_for_code(J, one.receipt.code).subject))


@pytest.mark.parametrize(
    ("form", "word"), [({"reason": "不放心"}, "请选一条为什么要保护"), ({"violence": True}, "补充或修改")]
)
def test_a_reason_and_a_danger_are_named(road, form, word):
    with pytest.raises(RefusedError, match=word):
        road().take("protect", "dispatcher", **form)


def test_a_stranger_protects_nothing_and_nobody_protects_twice(road):
    one = road().to("accepting")
    with pytest.raises(RefusedError):
        one.take("protect", "other_handler", **WHY)
    one.take("protect", "dispatcher", **WHY)
    one.take("contact", "protector", note="打通了")
    form = {"agency": "zhujian", "category": "neighbour.leak", "grade": "1", "assignee": str(actor("handler").user)}
    one.take("entrust", "protector", **form)
    with pytest.raises(RefusedError, match="已经受保护"):
        one.take("protect", "protector", **WHY)


def test_a_complaint_that_comes_out_later_takes_it_from_the_office(road):
    one = road().to("handling")
    one.take("protect", "supervisor", reason="反映的就是承办单位", complained_agency="zhujian")
    one.take("contact", "protector", note="打通了")
    form = {"agency": "zhujian", "category": "neighbour.leak", "grade": "1", "assignee": str(actor("handler").user)}
    with pytest.raises(RefusedError, match="不能交给被反映的单位"):
        one.take("entrust", "protector", **form)
    with pytest.raises(RefusedError, match="反映单位的事项不能解除保护"):
        one.take("ask_unprotect", "protector", reason="没事了")


def asked(road):
    one = road(place="滨河社区3幢").to("handling")
    one.take("protect", "handler", **WHY)
    one.take("contact", "protector", note="是误会")
    one.take("ask_unprotect", "protector", reason="是误会，本人同意")
    return one


def test_only_whoever_is_asked_sees_it_and_only_as_long(road):
    one = asked(road)
    assert seen_by(one) == {"protector", "supervisor"}
    assert clocks(one)["protect_report"] == "running"
    one.take("stay_protected", "supervisor", reason="再看一看")
    assert seen_by(one) == {"protector"}
    assert stored(one).state == "safeguarding"


def test_nobody_but_the_supervisor_ends_it(road):
    one = asked(road)
    for who in ("protector", "dispatcher", "handler", "leader"):
        with pytest.raises(RefusedError):
            one.take("unprotect", who, reason="没事了")
    with pytest.raises(RefusedError, match="补充或修改"):
        one.take("unprotect", "supervisor")


def test_what_is_protected_no_longer_is_sorted_like_any_other(road):
    one = asked(road)
    one.take("unprotect", "supervisor", reason="核实过，是误会")
    row = stored(one)
    assert (row.state, row.protected, row.path) == ("triage", False, "qingxi.zongzhi.")
    assert (row.title, row.place) == ("", "")  # nothing is opened without a purpose
    assert {"dispatcher", "supervisor"} <= seen_by(one)
    assert "handler" not in seen_by(one)
    assert show(actor("dispatcher"), one.matter, "handling").facts["title"] == "楼上漏水"
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3", title="楼上漏水")
    assert stored(one).title == "楼上漏水"
    with acting(system_actor(J)):
        assert not any(s.protected for s in Subject.objects.filter(id=actor_for_code(J, one.receipt.code).subject))
    drain(Counters())
    told = standing(system_actor(J))
    assert told["qingxi.zongzhi."]["state.intake.dispatch"] == 1
