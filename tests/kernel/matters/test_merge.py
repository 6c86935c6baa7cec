"""Several reports, one handling: joined, answered, never seen by each other."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Matter, Proceeding, Todo
from tianping.kernel.service import actor_for_code, advance, progress, report, show

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


PLACE = "城东街道滨河社区滨河花园1幢"
ADDRESSES = json.loads((Path(__file__).resolve().parents[3] / "packs/qingxi/addresses.json").read_text("utf-8"))


def split(receipt, **form):
    """A matter at PLACE, handled, and the one that is split off from it."""
    for step, who, values in (
        ("triage", "dispatcher", {"category": "neighbour.leak", "grade": "3"}),
        ("split", "dispatcher", {"description": "楼道灯也不亮", "title": "楼道灯不亮"} | form),
    ):
        advance(receipt.proceeding, step, actor=actor(who), form=values, key=str(uuid4()))
    with acting(actor("dispatcher")):
        one = Matter.objects.get(id=receipt.matter)
        twin = Matter.objects.exclude(id=one.id).get(title="楼道灯不亮")
    return one, twin


def told_at(place):
    form = {"description": "漏水", "title": "漏水", "place": place, "reporter_name": "周桂兰"}
    return report(actor=guest(), form=form, key=str(uuid4()))


def test_what_is_split_off_lies_where_the_matter_lies_and_is_seen_from_there():
    one, twin = split(told_at(PLACE))
    assert one.place_path.startswith("qingxi.chengdong.")
    assert (twin.place_path, twin.path, twin.grid) == (one.place_path, one.place_path, one.grid)
    assert show(actor("qiulan"), twin.id, "handling").row["title"] == "楼道灯不亮"  # the town's office
    with pytest.raises(RefusedError):
        show(actor("longfei"), twin.id, "handling")  # the next town's


def test_what_is_split_off_may_lie_elsewhere():
    other = next(a for a in ADDRESSES if a["address"].startswith("南门街道"))
    one, twin = split(told_at(PLACE), place=other["address"])
    assert twin.grid == other["grid"] != one.grid
    assert twin.path == twin.place_path != one.place_path
    assert show(actor("longfei"), twin.id, "handling").row["place"] == other["address"]


@pytest.mark.parametrize(("concept", "value"), [("place", PLACE), ("point", "119.439115,29.986344")])
def test_a_corrected_place_moves_the_matter_to_whose_patch_it_is_at_once(road, concept, value):
    one = road(place="不知道哪里", point="0,0").to("verifying")
    form = {"concept": concept, "value": value, "reason": "写错了"}
    advance(one.receipt.proceeding, "correct", actor=actor("dispatcher"), form=form, key=str(uuid4()))
    with acting(actor("dispatcher")):
        path = Matter.objects.get(id=one.matter).place_path
        assert path.startswith("qingxi.chengdong.")
        assert Todo.objects.filter(matter_id=one.matter, key=f"grid_worker@{path}").exists()


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
