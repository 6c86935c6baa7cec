"""What waits, what is in sight, page by page; every filter narrows, none widens."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.kernel.matters.conftest import LEAK
from tests.people import actor, guest
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.lists import Query, worklist
from tianping.kernel.service import report as service_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def located_road():
    """A matter whose place was matched to its grid, as the door does it."""

    def open_at(place):
        return service_report(actor=guest(), form=LEAK | {"place": place}, key=str(uuid4())).matter

    return open_at


def ids(who, **query):
    return {r.matter for r in worklist(actor(who), Query(**query)).rows}


def test_it_waits_for_whoever_may_take_the_next_step(road):
    fresh, sent, done = road(), road().to("accepting"), road().to("answered")
    assert ids("dispatcher") == {fresh.matter}
    assert ids("handler") == {sent.matter}
    assert done.matter not in ids("handler") | ids("dispatcher")


def test_a_person_with_two_keys_sees_a_matter_once(road):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    rows = [r for r in worklist(actor("handler"), Query()).rows if r.matter == one.matter]
    assert len(rows) == 1
    assert "finish" in rows[0].steps


def test_the_county_sees_all_and_an_office_what_was_sent_to_it(road):
    here, there = road(), road().to("handling")
    assert ids("leader", view="sight") == {here.matter, there.matter}
    assert ids("handler", view="sight") == {there.matter}
    assert ids("other_handler", view="sight") == set()


def test_the_head_of_a_town_s_office_sees_the_town(located_road):
    inside, elsewhere = located_road("城东街道锦绣社区锦绣花园2幢"), located_road("柳溪镇桥头村")
    assert actor("qiulan").lo == "qingxi.chengdong."
    assert inside in ids("qiulan", view="sight")
    assert elsewhere not in ids("qiulan", view="sight")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"states": ("handling",)}, True),
        ({"states": ("triage",)}, False),
        ({"categories": ("neighbour",)}, True),
        ({"categories": ("neighbour.leak",)}, True),
        ({"categories": ("traffic",)}, False),
        ({"grades": ("3",)}, True),
        ({"grades": ("1",)}, False),
        ({"channels": ("web",)}, True),
        ({"channels": ("phone",)}, False),
        ({"holder": "qingxi.zhujian."}, True),
        ({"holder": "qingxi.shuiwu."}, False),
        ({"late": "overdue"}, False),
        ({"late": "soon"}, False),
        ({"returned": True}, False),
        ({"supervised": True}, False),
        ({"place_path": "qingxi."}, True),
        ({"place_path": "qingxi.nanmen."}, False),
        ({"opened_from": timezone.now() - timedelta(days=1)}, True),
        ({"opened_until": timezone.now() - timedelta(days=1)}, False),
        ({"ids": ()}, False),
    ],
)
@pytest.mark.parametrize(("who", "view"), [("handler", "todo"), ("dispatcher", "sight")])
def test_each_filter(road, query, found, who, view):
    one = road().to("handling")
    assert (one.matter in ids(who, view=view, **query)) is found


def test_what_a_search_found_is_narrowed_further(road):
    one, other = road().to("handling"), road().to("handling")
    assert ids("handler", ids=(one.matter,)) == {one.matter}
    assert ids("dispatcher", view="sight", ids=(one.matter, other.matter)) == {one.matter, other.matter}


def test_closed_ones_only_when_asked_for(road):
    one = road()
    one.take("decline", "dispatcher", reason="法院已经受理")
    assert one.matter not in ids("dispatcher", view="sight")
    assert one.matter in ids("dispatcher", view="sight", open_only=False)


@pytest.mark.parametrize(
    ("who", "view", "sort"),
    [
        ("dispatcher", "todo", "due"),
        ("dispatcher", "sight", "due"),
        ("dispatcher", "sight", "opened"),
        ("dispatcher", "sight", "changed"),
    ],
)
def test_pages_show_everything_once(road, who, view, sort):
    there = {road().matter for _n in range(7)}
    seen, cursor = [], ""
    while True:
        page = worklist(actor(who), Query(view=view, sort=sort, cursor=cursor, limit=3))
        seen += [r.matter for r in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == there


@pytest.mark.parametrize("cursor", ["x", "eHg=", "MjAyNi0xMS0yNHxh"])
def test_a_broken_page_mark_is_refused(cursor):
    with pytest.raises(RefusedError, match="翻页"):
        worklist(actor("dispatcher"), Query(cursor=cursor))


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_has_its_limits(limit):
    with pytest.raises(RefusedError):
        worklist(actor("dispatcher"), Query(limit=limit))


def test_a_list_takes_few_statements(road, django_assert_max_num_queries):
    for _n in range(5):
        road()
    person = actor("dispatcher")
    with django_assert_max_num_queries(4):
        worklist(person, Query())
    with django_assert_max_num_queries(4):
        worklist(person, Query(view="sight", categories=("neighbour",), sort="opened"))


def test_the_key_of_a_hidden_matter_changes_nothing(road):
    road()
    assert ids("other_handler", view="sight", ids=(uuid4(),)) == set()
