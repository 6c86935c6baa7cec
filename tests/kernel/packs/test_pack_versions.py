"""A pack may be loaded again and again; the past is never rewritten."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.packs.reader import Item
from tianping.kernel.packs.schema import EventScale
from tianping.kernel.packs.versions import Stored, digest, plan

DAY = dt.date(2026, 1, 1)


def item(code="01", name="x", day=0, until=None):
    since = DAY + dt.timedelta(days=day)
    end = None if until is None else DAY + dt.timedelta(days=until)
    return Item("event_scale", code, since, end, "s", "U", "f.json", 1, EventScale(code=code, name=name))


def apply(stored, made):
    """What the table holds after a plan."""
    rows = {(s.code, s.effective_from): s for s in stored}
    for version, end in made.end:
        key = (version.code, version.effective_from)
        rows[key] = replace(rows[key], effective_to=end)
    for new, end in made.add:
        key = (new.code, new.effective_from)
        assert key not in rows
        rows[key] = Stored(new.kind, new.code, new.effective_from, end, digest(new))
    return list(rows.values())


def after(stored, *items, release=0):
    made = plan(stored, items, DAY + dt.timedelta(days=release))
    assert made.problems == [], [str(p) for p in made.problems]
    return apply(stored, made), made


def periods(rows):
    return [(r.effective_from, r.effective_to) for r in sorted(rows, key=lambda r: r.effective_from)]


def at(day):
    return DAY + dt.timedelta(days=day)


def test_a_changed_row_ends_the_old_version_on_the_day_the_new_one_begins():
    rows, _made = after([], item(name="旧"))
    rows, made = after(rows, item(name="新", day=30))
    assert periods(rows) == [(at(0), at(30)), (at(30), None)]
    assert (made.changed, made.ended) == (1, 0)


def test_a_later_default_date_alone_changes_nothing():
    rows, _made = after([], item())
    _rows, made = after(rows, item(day=30))
    assert (made.add, made.end) == ([], [])


def test_a_change_without_a_new_date_is_refused():
    rows, _made = after([], item(name="旧"))
    assert "生效日期没改" in plan(rows, [item(name="新")], at(0)).problems[0].reason


def test_an_older_pack_is_refused():
    rows, _made = after([], item(name="旧"))
    rows, _made = after(rows, item(name="新", day=30))
    assert "更晚的版本" in plan(rows, [item(name="旧")], at(0)).problems[0].reason
    assert "更晚的版本" in plan(rows, [item(name="旧", day=10)], at(0)).problems[0].reason


def test_a_removed_row_ends_on_the_packs_date():
    rows, _made = after([], item("01"), item("02"))
    assert "effective_from" in plan(rows, [item("01")], at(0)).problems[0].reason
    rows, made = after(rows, item("01"), release=30)
    assert made.ended == 1
    assert after(rows, item("01"), release=30)[1].end == []


def test_a_removed_row_returns_only_with_a_new_date():
    rows, _made = after([], item("01"), item("02"))
    rows, _made = after(rows, item("01"), release=30)
    assert "已经停用" in plan(rows, [item("01"), item("02")], at(30)).problems[0].reason
    rows, made = after(rows, item("01"), item("02", day=40), release=30)
    assert made.changed == 1


def test_an_end_may_be_set_and_moved():
    rows, _made = after([], item())
    rows, _made = after(rows, item(until=50))
    rows, made = after(rows, item(until=80))
    assert (periods(rows), made.ended) == ([(at(0), at(80))], 1)
    rows, _made = after(rows, item(day=60))
    assert periods(rows) == [(at(0), at(60)), (at(60), None)]


def test_a_file_may_hold_the_history_of_a_row():
    history = [item(name="一"), item(name="二", day=30), item(name="三", day=60, until=90)]
    rows, made = after([], *history)
    assert periods(rows) == [(at(0), at(30)), (at(30), at(60)), (at(60), at(90))]
    assert made.changed == 0
    assert after(rows, *history)[1].add == []


@st.composite
def packs(draw):
    """Packs that follow each other: each has a later date than the one before."""
    day, made = 0, []
    for _ in range(draw(st.integers(1, 5))):
        day += draw(st.integers(1, 20))
        names = draw(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["甲", "乙", "丙"])))
        made.append((day, [item(code, name, day) for code, name in names.items()]))
    return made


@given(packs())
def test_loading_twice_changes_nothing_and_no_day_has_two_versions(sequence):
    rows = []
    for day, items in sequence:
        rows, _made = after(rows, *items, release=day)
        _rows, again = after(rows, *items, release=day)
        assert (again.add, again.end) == ([], [])
        on = at(day)
        valid = {r.code: r.digest for r in rows if r.effective_from <= on and (r.effective_to or dt.date.max) > on}
        assert valid == {i.code: digest(i) for i in items}
    for code in "abcd":
        own = periods([r for r in rows if r.code == code])
        assert all(end is not None and end <= since for (_s, end), (since, _e) in pairwise(own))


@given(packs())
def test_what_held_on_a_past_day_holds_for_ever(sequence):
    rows, seen = [], {}
    for day, items in sequence:
        rows, _made = after(rows, *items, release=day)
        seen[day] = {i.code: digest(i) for i in items}
    for day, expected in seen.items():
        on = at(day)
        assert expected == {
            r.code: r.digest for r in rows if r.effective_from <= on and (r.effective_to or dt.date.max) > on
        }
