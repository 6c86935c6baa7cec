from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.clock.counting import Pause
from tianping.kernel.clock.engine import SHANGHAI, Granted, due, remaining, state
from tianping.kernel.clock.rules import Unit

# Everything stays inside the years whose holidays are known: starts to 2022, and some 1,400 days at most.
moments = st.datetimes(datetime(2005, 1, 1), datetime(2022, 12, 31)).map(lambda d: d.replace(tzinfo=SHANGHAI))  # noqa: DTZ001
day_units = st.sampled_from(["day", "working_day"])
whole_units = st.sampled_from(["day", "working_day", "month"])
units = st.sampled_from(["minute", "hour", "day", "working_day", "month"])
amounts = st.integers(1, 20)


@st.composite
def terms(draw, units=units):
    """A start, a unit, an amount, and up to three pauses that have ended, around the start and after it."""
    started = draw(moments)
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        since = started + timedelta(hours=draw(st.integers(-100, 1000)))
        pauses.append(Pause(since, since + timedelta(hours=draw(st.integers(0, 400))), "等鉴定"))
    return started, draw(units), draw(amounts), pauses


def granted(amount, unit):
    return Granted(amount, Unit(unit), "head", "情况复杂", datetime(2026, 1, 1, tzinfo=SHANGHAI))


@given(terms(), amounts)
def test_more_time_is_never_earlier(t, term, more):
    started, unit, amount, pauses = term
    first, second = (
        due(t.rule(n, unit), started, calendar=t.calendar, pauses=pauses).at for n in (amount, amount + more)
    )
    assert first <= second


@given(terms(), st.integers(0, 10_000))
def test_a_later_start_is_never_due_earlier(t, term, minutes):
    started, unit, amount, pauses = term
    later = started + timedelta(minutes=minutes)
    first, second = (due(t.rule(amount, unit), s, calendar=t.calendar, pauses=pauses).at for s in (started, later))
    assert first <= second


@given(terms())
def test_pauses_never_make_it_earlier(t, term):
    started, unit, amount, pauses = term
    rule = t.rule(amount, unit)
    ends = [due(rule, started, calendar=t.calendar, pauses=pauses[:n]).at for n in range(len(pauses) + 1)]
    assert ends == sorted(ends)


@given(terms(day_units), st.lists(st.tuples(amounts, day_units), max_size=2))
def test_the_numbered_days_are_the_amount_and_its_extensions(t, term, extensions):
    started, unit, amount, pauses = term
    found = due(
        t.rule(amount, unit), started, calendar=t.calendar, pauses=pauses, extensions=[granted(*e) for e in extensions]
    )
    total = amount + sum(n for n, _unit in extensions)
    numbers = [mark.number for mark in found.days if mark.number is not None]
    assert numbers == list(range(1, total + 1))
    assert found.length == total


@given(terms(whole_units))
def test_whole_days_end_on_a_working_day_and_leave_no_gap(t, term):
    started, unit, amount, pauses = term
    found = due(t.rule(amount, unit), started, calendar=t.calendar, pauses=pauses)
    assert t.calendar.is_working(found.day)
    assert t.spans_every_day(found)
    assert [found.days[0].day, found.days[-1].day] == [started.date(), found.day]
    assert [mark.kind for mark in found.days].count("due") == 1
    if unit == "working_day":
        assert all(
            t.calendar.is_working(mark.day) is (mark.kind != "rest")
            for mark in found.days
            if mark.kind in {"counted", "rest"}
        )


@given(terms())
def test_an_outer_term_caps_and_is_otherwise_not_seen(t, term):
    started, unit, amount, pauses = term
    outer = due(t.rule(15, "day"), started - timedelta(days=3), calendar=t.calendar)
    free = due(t.rule(amount, unit), started, calendar=t.calendar, pauses=pauses)
    capped = due(t.rule(amount, unit), started, calendar=t.calendar, pauses=pauses, outer=outer)
    assert capped.at == min(free.at, outer.at)
    assert (capped.days == free.days) or free.at > outer.at


@given(terms(), st.integers(-50, 3000))
def test_state_and_remainder_agree(t, term, hours):
    started, unit, amount, pauses = term
    found = due(t.rule(amount, unit, soon=1), started, calendar=t.calendar, pauses=pauses)
    now = started + timedelta(hours=hours)
    assert (state(found, now, t.calendar) == "overdue") is remaining(found, now, t.calendar).overdue is (now > found.at)


@given(terms())
def test_a_pause_without_end_stops_the_term_or_comes_too_late(t, term):
    started, unit, amount, pauses = term
    open_pause = Pause(started + timedelta(hours=30), None, "等鉴定")
    free = due(t.rule(amount, unit), started, calendar=t.calendar, pauses=pauses)
    found = due(t.rule(amount, unit), started, calendar=t.calendar, pauses=[*pauses, open_pause])
    assert found.open_ended or found.at == free.at
