"""A leader counts who follows it: right after any order of joining, parting and answering, and whoever may see it."""

import random
import threading
from uuid import uuid4

import pytest
from django.db import connections

from tests.kernel.matters.readers.conftest import drain
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters import advance as road_of
from tianping.kernel.matters.chains import verify_chains
from tianping.kernel.matters.models import Entry, Link, Matter
from tianping.kernel.matters.readers.followers import Followers
from tianping.kernel.service import actor_for_code, advance, progress, show

J = "990101"


def stored(matter):
    with acting(system_actor(J)):
        return Matter.objects.get(id=matter)


def merged(road, leader):
    one = road(reporter_name="陈建军")
    one.take("merge", "dispatcher", other_matter=str(leader.matter))
    return one


@pytest.mark.django_db
def test_who_parts_is_counted_no_longer(road):
    leader = road().to("handling")
    one, other = merged(road, leader), merged(road, leader)
    assert stored(leader.matter).followers == 2
    changed = stored(leader.matter).head_seq
    one.take("unmerge", "dispatcher", reason="是另一幢楼的事")
    assert (stored(leader.matter).followers, stored(one.matter).leader) == (1, None)
    assert stored(leader.matter).head_seq == changed  # its chain is untouched: what it counts is derived
    assert stored(other.matter).leader == leader.matter
    with acting(system_actor(J)):
        assert not Link.objects.filter(matter_id=one.matter).exists()


@pytest.mark.django_db
def test_who_was_answered_with_it_follows_no_longer_and_stays_linked(road):
    leader = road().to("handling")
    one = merged(road, leader)
    for step, who, form in (
        ("finish", "handler", {"outcome": "settled", "result": "修好了"}),
        ("verify", "dispatcher", {"on_site": "不漏了"}),
        ("answer", "handler", {"answer": "已修好"}),
    ):
        leader.take(step, who, **form)
    drain(Followers())
    assert (stored(one.matter).state, stored(one.matter).leader, stored(leader.matter).followers) == (
        "answered",
        None,
        0,
    )
    for here, there in ((one, leader), (leader, one)):
        assert [link[0] for link in show(actor("dispatcher"), here.matter, "handling").links] == [there.matter]


@pytest.mark.django_db
def test_it_may_join_the_same_handling_again(road):
    """Linked twice is linked once."""
    leader = road().to("handling")
    one = merged(road, leader)
    for _round in range(2):
        one.take("link", "dispatcher", other_matter=str(leader.matter))
    one.take("unmerge", "dispatcher", reason="先分开")
    one.take("merge", "dispatcher", other_matter=str(leader.matter))
    assert stored(leader.matter).followers == 1


@pytest.mark.django_db
def test_who_parts_from_what_they_may_no_longer_see_is_counted_down_all_the_same(road):
    leader = road().to("handling")
    one = merged(road, leader)
    with acting(system_actor(J)):
        Matter.objects.filter(id=leader.matter).update(path="", audience=["protector@qingxi.zongzhi."], protected=True)
    with pytest.raises(RefusedError):
        show(actor("dispatcher"), leader.matter, "handling")
    one.take("unmerge", "dispatcher", reason="那一件受保护了")
    assert stored(leader.matter).followers == 0
    with pytest.raises(RefusedError):
        show(actor("dispatcher"), leader.matter, "handling")


@pytest.mark.django_db
def test_a_leader_that_is_exchanged_again_and_again_is_refused_in_the_end(road, monkeypatch):
    leader = road().to("handling")
    one = merged(road, leader)
    true = road_of.lock
    monkeypatch.setattr(
        road_of, "lock", lambda j, matters, p, **more: true(j, [m for m in matters if m != leader.matter], p, **more)
    )
    with pytest.raises(RefusedError, match="再试一次"):
        one.take("unmerge", "dispatcher", reason="分开")
    assert stored(leader.matter).followers == 1


def test_whatever_happens_at_once_the_count_is_right(fresh, road):
    """Joining, parting, answering and steps of the leader itself, from threads that start together."""
    leaders = [road().to("handling") for _n in range(2)]
    followers = [road(reporter_name="陈建军") for _n in range(6)]
    dispatcher, handler = actor("dispatcher"), actor("handler")
    start, errors = threading.Barrier(len(followers) + len(leaders)), []

    def told(call):
        try:
            call()
        except RefusedError:
            pass
        except Exception as error:
            errors.append(error)

    def follow(one, dice):
        start.wait()
        for _round in range(6):
            leader = dice.choice(leaders)
            told(lambda leader=leader: take(one, "merge", dispatcher, other_matter=str(leader.matter)))
            told(lambda: take(one, "unmerge", dispatcher, reason="分开"))
        connections["default"].close()

    def lead(one):
        start.wait()
        for _round in range(6):
            told(lambda: take(one, "note", handler, note="在办"))
        connections["default"].close()

    threads = [threading.Thread(target=follow, args=(f, random.Random(n))) for n, f in enumerate(followers)]
    threads += [threading.Thread(target=lead, args=(one,)) for one in leaders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with acting(system_actor(J)):
        for leader in leaders:
            counted = Matter.objects.get(id=leader.matter).followers
            assert counted == Matter.objects.filter(leader=leader.matter).count()
        taken = set(Entry.objects.filter(step="unmerge").values_list("matter_id", flat=True))
    assert taken  # some of them did part
    assert verify_chains(J).faults == []
    connections["default"].close()


def take(one, step, who, **form):
    return advance(one.receipt.proceeding, step, actor=who, form=form, key=str(uuid4()))


# ── what a follower's reporter is told of the leader ─────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_the_followers_reporter_is_told_the_leaders_day_and_nothing_else(road):
    leader = road(description="秘密的前因后果", reporter_name="王秘密").to("handling")
    promised = progress(actor_for_code(J, leader.receipt.code)).promised.at
    one = merged(road, leader)
    seen = progress(actor_for_code(J, one.receipt.code))
    assert (seen.with_leader, seen.promised) == (promised, None)
    assert all(word not in repr(seen) for word in ("秘密", str(leader.matter), stored(leader.matter).number))
    one.take("unmerge", "dispatcher", reason="分开")
    assert progress(actor_for_code(J, one.receipt.code)).with_leader is None


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["protected", "untold"])
def test_no_day_is_told_where_none_may_be_or_none_runs(road, why):
    leader = road() if why == "untold" else road().to("handling")
    one = merged(road, leader)
    if why == "protected":
        with acting(system_actor(J)):
            Matter.objects.filter(id=leader.matter).update(protected=True)
    assert progress(actor_for_code(J, one.receipt.code)).with_leader is None


@pytest.mark.django_db
def test_what_became_protected_tells_its_followers_nothing(road):
    leader = road().to("handling")
    one = merged(road, leader)
    for step, who, form in (
        ("finish", "handler", {"outcome": "settled", "result": "修好了"}),
        ("verify", "dispatcher", {"on_site": "不漏了"}),
        ("answer", "handler", {"answer": "只给本人的话"}),
    ):
        leader.take(step, who, **form)
    with acting(system_actor(J)):
        Matter.objects.filter(id=leader.matter).update(protected=True)
    drain(Followers())
    assert stored(one.matter).state == "following"
