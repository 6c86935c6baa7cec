"""One answer for every follower: each on its own chain, exactly once, and only for who had joined by then."""

import pytest

from tests.kernel.matters.readers.conftest import J, drain
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.after import destroy
from tianping.kernel.matters.chains import verify_chains
from tianping.kernel.matters.models import Cursor, Entry, Matter, Proceeding
from tianping.kernel.matters.readers.followers import Followers
from tianping.kernel.service import actor_for_code, progress, show

pytestmark = pytest.mark.django_db


def state(one):
    with acting(system_actor(J)):
        return Matter.objects.get(id=one.matter).state


def joined(road, leader, count=3):
    followers = [road(reporter_name="陈建军") for _ in range(count)]
    for follower in followers:
        follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    return followers


def again():
    """As after a kill before the cursor was moved: the whole feed comes once more."""
    with acting(system_actor(J)):
        Cursor.objects.filter(reader="followers").update(position=0)
    drain(Followers())


def taken(one, step):
    with acting(system_actor(J)):
        return Entry.objects.filter(matter_id=one.matter, step=step).count()


def finish(leader, answer="已修好"):
    for step, who, form in (
        ("finish", "handler", {"outcome": "settled", "result": "修好了"}),
        ("verify", "dispatcher", {"on_site": "不漏了"}),
        ("answer", "handler", {"answer": answer}),
    ):
        leader.take(step, who, **form)


def test_an_answer_reaches_every_follower_once(road):
    leader = road().to("handling")
    followers = joined(road, leader)
    finish(leader, "已修好，三天后再看一次")
    drain(Followers())
    again()
    for follower in followers:
        assert state(follower) == "answered"
        assert taken(follower, "follow_answer") == 1
        assert show(actor("dispatcher"), follower.matter, "handling").facts["answer"] == "已修好，三天后再看一次"
        assert progress(actor_for_code(J, follower.receipt.code)).state == "answered"
    assert not verify_chains(J).faults


def test_a_declined_leader_declines_its_followers(road):
    leader = road()
    followers = joined(road, leader, 1)
    leader.take("decline", "dispatcher", reason="法院已经受理")
    drain(Followers())
    assert taken(followers[0], "follow_decline") == 1


def test_who_was_parted_is_left_alone(road):
    leader = road().to("handling")
    parted, stays = joined(road, leader, 2)
    parted.take("unmerge", "dispatcher", reason="是另一幢楼的事")
    finish(leader)
    drain(Followers())
    assert state(parted) == "dispatch"
    assert state(stays) == "answered"


def test_who_joins_after_the_answer_waits_for_the_next_one(road):
    leader = road().to("handling")
    finish(leader)
    leader.take("reopen", "supervisor", reason="又漏了")
    (late,) = joined(road, leader, 1)
    drain(Followers())
    assert state(late) == "following"
    leader.take("answer_directly", "dispatcher", answer="这次换了管子")
    drain(Followers())
    assert show(actor("dispatcher"), late.matter, "handling").facts["answer"] == "这次换了管子"


def test_an_erased_answer_leaves_the_follower_with_the_dispatcher(road, caplog):
    leader = road().to("handling")
    (follower,) = joined(road, leader, 1)
    finish(leader)
    with acting(system_actor(J)):
        destroy(J, leader.matter, "answer", "")
    drain(Followers())
    assert state(follower) == "following"
    assert "does not take follow_answer" in caplog.text


def test_a_follower_whose_scene_was_taken_out_keeps_nobody_waiting(road):
    leader = road().to("handling")
    old, stays = joined(road, leader, 2)
    with acting(system_actor(J)):
        Proceeding.objects.filter(matter_id=old.matter).update(version=99)
    finish(leader)
    drain(Followers())
    assert (state(old), state(stays)) == ("following", "answered")
