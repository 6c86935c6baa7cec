"""The borders of sight and of a list: the first path and the last, rows without a date or an office, steps of several keys."""

import pytest

from tests.kernel.matters.stored import J
from tests.people import actor
from tianping.kernel.agencies.models import Agency
from tianping.kernel.matters.lists import Query, worklist

pytestmark = pytest.mark.django_db
TOWN = "qingxi.chengdong."


@pytest.fixture
def at(road, owned):
    """`at(path)`: a matter whose place belongs to that office."""

    def make(path):
        one = road()
        owned("UPDATE matter SET path = %s, place_path = %s WHERE id = %s", [path, path, one.matter])
        owned("UPDATE todo SET place_path = %s WHERE matter_id = %s", [path, one.matter])
        return one.matter

    return make


def ids(who, **query):
    return {r.matter for r in worklist(actor(who), Query(**query)).rows}


def test_the_sight_of_a_town_begins_with_the_town_itself_and_ends_with_its_last_grid(at):
    inside = {at(TOWN), at(f"{TOWN}jinxiu."), at(f"{TOWN}zzz.")}
    for beside in ("qingxi.", "qingxi.chengdon.", "qingxi.chengdong2.", "qingxi.chengdonh."):
        at(beside)
    assert ids("qiulan", view="sight") == inside
    assert ids("dispatcher", view="sight", place_path=TOWN) == inside
    assert ids("dispatcher", view="todo", place_path=TOWN) == inside


def test_a_row_of_work_carries_the_steps_of_every_key_that_holds_it(road, owned):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    owned("UPDATE todo SET steps = %s WHERE matter_id = %s AND key LIKE 'person:%%'", [["finish", "mine"], one.matter])
    owned("UPDATE todo SET steps = %s WHERE matter_id = %s AND key LIKE 'handler@%%'", [["finish", "post"], one.matter])
    (row,) = worklist(actor("handler"), Query()).rows
    assert sorted(row.steps) == ["finish", "mine", "post"]


@pytest.mark.parametrize("view", ["todo", "sight"])
def test_rows_without_a_date_come_last_and_are_paged_like_the_others(road, owned, view):
    there = [road() for _n in range(4)]
    for one in there[1:]:
        owned("UPDATE matter SET due_at = NULL WHERE id = %s", [one.matter])
        owned("UPDATE todo SET due_at = '9999-12-31T00:00Z' WHERE matter_id = %s", [one.matter])
    seen, cursor = [], ""
    for _page in range(4):
        page = worklist(actor("dispatcher"), Query(view=view, cursor=cursor, limit=1))
        seen += page.rows
        cursor = page.next
    assert cursor == ""
    assert seen[0].matter == there[0].matter
    assert {r.matter for r in seen} == {one.matter for one in there}
    assert [r.due_at is None for r in seen] == [False, True, True, True]


@pytest.mark.parametrize(("view", "who"), [("todo", "handler"), ("sight", "dispatcher")])
def test_a_row_whose_office_is_gone_has_no_name_for_it(road, view, who):
    one = road().to("handling")
    assert worklist(actor(who), Query(view=view)).rows[0].holder_name == "住建局"
    person = actor(who)
    Agency.objects.filter(jurisdiction=J, path="qingxi.zhujian.").update(path="qingxi.moved.")
    (row,) = worklist(person, Query(view=view)).rows
    assert (row.matter, row.holder, row.holder_name, row.assignee, row.assignee_name) == (
        one.matter, "qingxi.zhujian.", "", None, "",
    )  # fmt: skip
