"""The columns of a list's row, the counts of its saved views, and what leaves the house with a record."""

from datetime import timedelta

import pytest

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.lists import MOST, Query, Row, worklist
from tianping.kernel.matters.models import Matter
from tianping.kernel.matters.tallies import LOOKED, Tally, drawn, listing

pytestmark = pytest.mark.django_db
J, CENTRE, ZHUJIAN = "990101", "qingxi.zongzhi.", "qingxi.zhujian."


def stored(one):
    with acting(system_actor(J)):
        return Matter.objects.values().get(id=one.matter)


def only(who, **query):
    (row,) = worklist(actor(who), Query(**query)).rows
    return row


def test_a_row_says_all_that_a_list_shows(road):
    one = road(place="滨河社区3幢").to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    one.take("supervise", "supervisor", note="请抓紧")
    m = stored(one)
    row = Row(
        matter=one.matter,
        proceeding=one.receipt.proceeding,
        number=one.receipt.number,
        title="楼上漏水",
        category="neighbour.leak",
        grade="3",
        channel="web",
        place="滨河社区3幢",
        place_path=CENTRE,
        procedure="intake",
        state="handling",
        holder=ZHUJIAN,
        holder_name="县住建局",
        assignee=actor("handler").user,
        assignee_name=actor("handler").name,
        due_at=m["due_at"],
        opened_at=m["opened_at"],
        changed_at=m["changed_at"],
        protected=False,
        supervised=True,
        returns=0,
        followers=0,
        told_at=m["happened_at"],
        steps=("finish",),
    )
    told = only("handler")
    assert {f: getattr(told, f) for f in Row.__slots__ if f != "holder_name"} == {
        f: getattr(row, f) for f in Row.__slots__ if f != "holder_name"
    }
    assert "住建局" in told.holder_name
    seen = only("leader", view="sight")
    assert (seen.proceeding, seen.steps, seen.due_at, seen.assignee_name) == (None, (), row.due_at, row.assignee_name)


def test_without_a_person_or_a_date_both_are_empty(road):
    one = road().to("dispatch")
    one.take("merge", "dispatcher", other_matter=str(road().to("handling").matter))
    for row in (only("dispatcher", ids=(one.matter,)), only("dispatcher", view="sight", ids=(one.matter,))):
        assert (row.assignee, row.assignee_name, row.due_at) == (None, "", None)


def test_two_proceedings_of_one_matter_are_two_rows_of_work(road):
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["zhujian", "shuiwu"])
    rows = worklist(actor("handler"), Query()).rows
    assert {(r.matter, r.procedure) for r in rows} == {(one.matter, "intake"), (one.matter, "assist")}


@pytest.mark.parametrize("view", ["todo", "sight"])
def test_the_edges_of_a_page(road, view):
    for _n in range(3):
        road()
    assert len(worklist(actor("dispatcher"), Query(view=view, limit=1)).rows) == 1
    assert len(worklist(actor("dispatcher"), Query(view=view, limit=MOST)).rows) == 3
    exact = worklist(actor("dispatcher"), Query(view=view, limit=3))
    assert (len(exact.rows), exact.next) == (3, "")
    for limit in (0, -1, MOST + 1):
        with pytest.raises(RefusedError):
            worklist(actor("dispatcher"), Query(view=view, limit=limit))


@pytest.mark.parametrize("view", ["todo", "sight"])
def test_the_edges_of_the_days_asked_for(road, view):
    one = road()
    at = stored(one)["opened_at"]
    tick = timedelta(microseconds=1)
    for query, there in (
        ({"opened_from": at}, True),
        ({"opened_from": at + tick}, False),
        ({"opened_until": at}, False),
        ({"opened_until": at + tick}, True),
    ):
        assert bool(worklist(actor("dispatcher"), Query(view=view, **query)).rows) is there


@pytest.fixture
def due_in(owned):
    def move(one, text):
        owned(f"UPDATE matter SET due_at = clock_timestamp() + interval '{text}' WHERE id = %s", [one.matter])
        owned(f"UPDATE todo SET due_at = clock_timestamp() + interval '{text}' WHERE matter_id = %s", [one.matter])

    return move


@pytest.mark.parametrize("view", ["todo", "sight"])
def test_overdue_and_soon_and_neither(road, due_in, view):
    late, soon, far = road(), road(), road()
    for one, text in ((late, "-1 hour"), (soon, "47 hours"), (far, "49 hours")):
        due_in(one, text)
    for which, matter in (("overdue", late), ("soon", soon)):
        assert only("dispatcher", view=view, late=which).matter == matter.matter
    assert listing(actor("dispatcher"), Query(view=view)).tally == Tally(3, 1, 1, 0, 0)


@pytest.mark.parametrize("view", ["todo", "sight"])
def test_the_counts_are_of_the_list_without_its_own_narrowing(road, view):
    back = road().to("accepting")
    back.take("return", "handler", reason="不归我们管")
    watched = road()
    watched.take("supervise", "supervisor", note="请抓紧")
    road(channel="phone")
    found = listing(actor("dispatcher"), Query(view=view, returned=True))
    assert [r.matter for r in found.page.rows] == [back.matter]
    assert found.tally == Tally(3, 0, 3, 1, 1)
    assert found.calendar is not None
    assert listing(actor("dispatcher"), Query(view=view, channels=("phone",))).tally.everything == 1
    least = listing(actor("dispatcher"), Query(view=view), looked=2).tally
    assert (least.everything, least.least) == (2, True)
    assert not listing(actor("dispatcher"), Query(view=view), looked=4).tally.least
    assert LOOKED == 1000


def test_a_person_counts_what_waits_for_them_once(road):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    assert listing(actor("handler"), Query()).tally.everything == 1
    assert listing(actor("other_handler"), Query()).tally == Tally()


def test_a_list_that_leaves_the_house_is_recorded_with_its_rows(road):
    for _n in range(3):
        road()
    who = actor("dispatcher")
    rows = drawn(who, Query(limit=1), purpose="export", what=["title", "place"], most=10)
    assert len(rows) == 3
    with acting(system_actor(J)):
        (record,) = AccessRecord.objects.all()
    assert (record.purpose, record.what, record.rows, record.user_id) == ("export", ["place", "title"], 3, who.user)
    assert len(drawn(who, Query(), purpose="export", what=[], most=2)) == 2


def test_without_a_purpose_no_list_leaves_the_house(road):
    road()
    with pytest.raises(RefusedError) as refused:
        drawn(actor("dispatcher"), Query(), purpose="", what=["title"], most=10)
    assert refused.value.reason == "purpose"
    with acting(system_actor(J)):
        assert not AccessRecord.objects.exists()
    assert drawn(guest(), Query(), purpose="own", what=[], most=10) == []


def test_a_class_of_categories_finds_its_leaves_and_nothing_that_only_begins_alike(road):
    road().to("dispatch")
    for view in ("todo", "sight"):
        for categories, there in (
            (("neighbour",), True),
            (("neighbour.leak",), True),
            (("neigh",), False),
            (("labour", "neighbour"), True),
        ):
            assert bool(worklist(actor("dispatcher"), Query(view=view, categories=categories)).rows) is there
