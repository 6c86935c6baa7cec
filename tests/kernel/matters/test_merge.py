"""Several reports, one handling: joined, answered, never seen by each other."""

from uuid import uuid4

import pytest

from tests.people import actor
from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Matter, Proceeding
from tianping.kernel.service import actor_for_code, advance, progress, show

pytestmark = pytest.mark.django_db


def test_a_report_joins_a_handling_and_both_chains_say_so(road):
    leader, follower = road().to("handling"), road(reporter_name="陈建军")
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    with acting(actor("dispatcher")):
        assert Matter.objects.get(id=follower.matter).leader == leader.matter
        assert Matter.objects.get(id=leader.matter).followers == 1
    steps = [e.step for e in show(actor("dispatcher"), leader.matter, "handling").entries]
    assert steps[0] == "absorb"


def test_a_matter_does_not_join_itself(road):
    one = road()
    with pytest.raises(RefusedError):
        one.take("merge", "dispatcher", other_matter=str(one.matter))


def test_a_matter_does_not_join_one_that_is_answered(road):
    leader, late = road().to("answered"), road()
    with pytest.raises(RefusedError, match="不能再并进去"):
        late.take("merge", "dispatcher", other_matter=str(leader.matter))


def test_a_reporter_sees_nothing_of_the_other_reporter(road):
    leader, follower = road().to("handling"), road(reporter_name="陈建军")
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    reporter = actor_for_code("990101", follower.receipt.code)
    assert progress(reporter).matter == follower.matter
    with pytest.raises(RefusedError):
        progress(reporter, leader.matter)


def test_joined_and_parted_again(road):
    leader, follower = road().to("handling"), road()
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    follower.take("unmerge", "dispatcher", reason="是另一幢楼的事")
    with acting(actor("dispatcher")):
        assert Matter.objects.get(id=follower.matter).leader is None


def test_a_split_opens_another_matter_with_the_same_parties(road):
    one = road().to("handling")
    one.take("split", "handler", description="楼道灯也不亮", title="楼道灯不亮")
    view = show(actor("dispatcher"), one.matter, "handling")
    ((twin, _number, title),) = view.links
    assert title == "楼道灯不亮"
    assert {p.role for p in show(actor("dispatcher"), twin, "handling").parties} == {"reporter"}


def test_joint_handling_waits_for_every_office(road):
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu", "zhifa"])
    with acting(actor("dispatcher")):
        children = {p.holder: p.id for p in Proceeding.objects.filter(matter_id=one.matter, procedure="assist")}
    water, street = children["qingxi.shuiwu."], children["qingxi.zhifa."]
    for child, who in ((water, "dugang"), (street, "tianliang")):
        with acting(actor("dispatcher")):
            assert Matter.objects.get(id=one.matter).state == "joint"
        advance(child, "accept", actor=actor(who), form={}, key=str(uuid4()))
        advance(child, "report", actor=actor(who), form={"result": "办完了"}, key=str(uuid4()))
    with acting(actor("dispatcher")):
        assert Matter.objects.get(id=one.matter).state == "handling"
