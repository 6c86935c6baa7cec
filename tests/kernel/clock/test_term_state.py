from datetime import date, timedelta

import pytest

from tianping.kernel.clock.calendar import CalendarYearMissing
from tianping.kernel.clock.engine import (
    ExtensionRefused,
    Remaining,
    alarms,
    check_extension,
    next_alarm,
    remaining,
    state,
)
from tianping.kernel.clock.rules import Escalation, Extension, Unit

WEEK = tuple(
    Escalation(at, to, "请办理") for at, to in ((-3, "handler"), (-1, "handler"), (0, "head"), (2, "supervisor"))
)


@pytest.mark.parametrize(
    ("amount", "unit", "started", "now", "expected"),
    [
        (15, "working_day", "2026-11-06", "2026-11-24", (False, 3, "working_day")),
        (15, "working_day", "2026-11-06", "2026-11-27 23:59", (False, 0, "working_day")),
        (15, "working_day", "2026-11-06", "2026-11-28", (True, 1, "day")),
        (15, "working_day", "2026-11-06", "2026-11-29", (True, 2, "day")),
        (15, "working_day", "2026-11-06", "2026-12-01", (True, 2, "working_day")),
        (10, "day", "2026-11-02", "2026-11-02", (False, 10, "day")),
        (2, "day", "2026-11-12", "2026-11-14", (False, 2, "day")),
        (2, "day", "2026-11-12", "2026-11-20", (True, 4, "day")),
        (1, "month", "2026-10-12", "2026-11-10", (False, 2, "day")),
        (1, "year", "2025-11-12", "2026-11-10", (False, 2, "day")),
        (24, "hour", "2026-11-04 10:00", "2026-11-05 07:30", (False, 2, "hour")),
        (24, "hour", "2026-11-04 10:00", "2026-11-05 09:30", (False, 30, "minute")),
        (24, "hour", "2026-11-04 10:00", "2026-11-05 10:00", (False, 0, "minute")),
        (24, "hour", "2026-11-04 10:00", "2026-11-05 10:40", (True, 40, "minute")),
        (24, "hour", "2026-11-04 10:00", "2026-11-06 12:00", (True, 26, "hour")),
        (90, "minute", "2026-11-04 10:00", "2026-11-04 10:05", (False, 85, "minute")),
    ],
)
def test_what_remains_is_told_in_the_rules_unit(t, amount, unit, started, now, expected):
    overdue, left, word = expected
    found = remaining(t.due(amount, unit, started), t.at(now), t.calendar)
    assert found == Remaining(overdue, left, Unit(word))


def test_lateness_in_an_unknown_year_is_told_in_days(t):
    assert remaining(t.due(1, "working_day", "2026-12-30"), t.at("2027-01-05"), t.calendar) == Remaining(
        overdue=True, amount=5, unit=Unit.DAY
    )


def test_days_that_stand_still_ahead_do_not_remain(t):
    found = t.due(10, "day", "2026-11-02", pauses=[t.pause("2026-11-05", "2026-11-09")])
    assert remaining(found, t.at("2026-11-05"), t.calendar).amount == 8  # the 9th to the 16th
    exact = t.due(24, "hour", "2026-11-04 10:00", pauses=[t.pause("2026-11-04 12:00", "2026-11-04 22:00")])
    assert remaining(exact, t.at("2026-11-04 15:00"), t.calendar).amount == 22


def test_what_remains_while_it_stands_still_is_what_was_not_counted(t):
    found = t.due(15, "working_day", "2026-11-04", pauses=[t.pause("2026-11-16")])
    assert remaining(found, t.at("2026-12-24"), t.calendar) == Remaining(overdue=False, amount=7, unit=Unit.WORKING_DAY)
    assert remaining(found, t.at("2026-11-05"), t.calendar).amount == 14
    month = t.due(1, "month", "2026-10-12", pauses=[t.pause("2026-10-15")])
    assert remaining(month, t.at("2026-12-24"), t.calendar) == Remaining(overdue=False, amount=28, unit=Unit.DAY)
    exact = t.due(24, "hour", "2026-11-04 10:00", pauses=[t.pause("2026-11-04 15:00")])
    assert remaining(exact, t.at("2026-11-30"), t.calendar) == Remaining(overdue=False, amount=19, unit=Unit.HOUR)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-06", "running"),
        ("2026-11-24 23:59", "running"),
        ("2026-11-25 00:00", "soon"),
        ("2026-11-27 23:59", "soon"),
        ("2026-11-28 00:00", "overdue"),
    ],
)
def test_soon_begins_with_the_day_and_overdue_after_the_last_one(t, now, expected):
    assert state(t.due(15, "working_day", "2026-11-06", soon=2), t.at(now), t.calendar) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-05 07:59", "running"),
        ("2026-11-05 08:00", "soon"),
        ("2026-11-05 10:00", "soon"),
        ("2026-11-05 10:01", "overdue"),
    ],
)
def test_exact_terms_are_soon_and_overdue_to_the_minute(t, now, expected):
    assert state(t.due(24, "hour", "2026-11-04 10:00", soon=2), t.at(now), t.calendar) == expected


def test_without_a_warning_only_the_due_day_is_soon(t):
    found = t.due(3, "day", "2026-11-03")
    assert [state(found, t.at(f"2026-11-0{n}"), t.calendar) for n in (5, 6, 7)] == ["running", "soon", "overdue"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-04 11:00", "running"),
        ("2026-11-16 10:12", "paused"),
        ("2026-11-18", "paused"),
        ("2026-11-19 09:00", "running"),
        ("2026-11-28", "overdue"),
    ],
)
def test_a_term_is_paused_from_the_pause_to_the_resumption(t, now, expected):
    found = t.due(15, "working_day", "2026-11-04", pauses=[t.pause("2026-11-16", "2026-11-19 09:00")])
    assert state(found, t.at(now), t.calendar) == expected


def test_a_term_that_stands_still_is_paused_for_good(t):
    for unit in ("working_day", "hour"):
        found = t.due(30, unit, "2026-11-04", soon=1, pauses=[t.pause("2026-11-05")])
        assert state(found, t.at("2026-11-04 11:00"), t.calendar) == "running"
        assert state(found, t.at("2028-01-01"), t.calendar) == "paused"


def test_a_pause_on_the_due_day_comes_too_late(t):
    found = t.due(3, "day", "2026-11-03", pauses=[t.pause("2026-11-06")])
    assert [state(found, t.at(f"2026-11-0{n} 11:00"), t.calendar) for n in (6, 7)] == ["soon", "overdue"]
    exact = t.due(24, "hour", "2026-11-04 10:00", pauses=[t.pause("2026-11-05 10:00")])
    assert state(exact, t.at("2026-11-05 10:00"), t.calendar) == "soon"


def test_an_exact_term_is_paused_at_once(t):
    found = t.due(24, "hour", "2026-11-04 10:00", pauses=[t.pause("2026-11-05 09:00", "2026-11-05 11:00")])
    assert state(found, t.at("2026-11-05 09:30"), t.calendar) == "paused"


def test_a_paused_term_under_an_outer_one_becomes_overdue_with_it(t):
    outer = t.due(10, "day", "2026-11-03")
    found = t.due(15, "day", "2026-11-03", pauses=[t.pause("2026-11-05")], outer=outer)
    assert [state(found, t.at(f"2026-11-{n}"), t.calendar) for n in (12, 14)] == ["paused", "overdue"]


def moments(t, found, after):
    return [(f"{when:%m-%d %H:%M}", step.to) for when, step in alarms(found, t.at(after), t.calendar)]


@pytest.mark.parametrize(
    ("amount", "unit", "started", "expected"),
    [
        (15, "working_day", "2026-11-06", ["11-24 00:00", "11-26 00:00", "11-27 23:59", "12-01 23:59"]),
        (4, "working_day", "2026-09-29", ["09-30 00:00", "10-09 00:00", "10-10 23:59", "10-13 23:59"]),
        (12, "day", "2026-11-02", ["11-13 00:00", "11-15 00:00", "11-16 23:59", "11-18 23:59"]),
        (1, "month", "2026-10-12", ["11-09 00:00", "11-11 00:00", "11-12 23:59", "11-14 23:59"]),
        (24, "hour", "2026-11-04 10:00", ["11-05 07:00", "11-05 09:00", "11-05 10:00", "11-05 12:00"]),
        (30, "minute", "2026-11-04 10:00", ["11-04 10:27", "11-04 10:29", "11-04 10:30", "11-04 10:32"]),
    ],
)
def test_alarms_fall_around_the_due_date_in_the_rules_unit(t, amount, unit, started, expected):
    found = t.due(amount, unit, started, escalate=WEEK)
    assert [when for when, _to in moments(t, found, started)] == expected


def test_alarms_before_the_start_are_left_out(t):
    assert moments(t, t.due(2, "working_day", "2026-11-03", escalate=WEEK), "2026-11-03") == [
        ("11-04 00:00", "handler"),
        ("11-05 23:59", "head"),
        ("11-09 23:59", "supervisor"),
    ]
    assert moments(t, t.due(2, "hour", "2026-11-03 10:00", escalate=WEEK), "2026-11-03 10:00")[0][0] == "11-03 11:00"


def test_the_next_alarm_is_the_first_after_the_last_one(t):
    found = t.due(15, "working_day", "2026-11-06", escalate=WEEK)
    when, step = next_alarm(found, t.at("2026-11-24 00:00"), t.calendar)
    assert (when, step.at) == (t.at("2026-11-26 00:00"), -1)
    assert next_alarm(found, t.end("2026-12-01"), t.calendar) is None
    assert next_alarm(t.due(15, "working_day", "2026-11-06"), t.at("2026-11-06"), t.calendar) is None


def test_two_posts_may_be_told_at_once(t):
    both = (Escalation(0, "head", "今天到期"), Escalation(0, "leader", "今天到期"))
    assert moments(t, t.due(3, "day", "2026-11-03", escalate=both), "2026-11-03") == [
        ("11-06 23:59", "head"),
        ("11-06 23:59", "leader"),
    ]


def test_days_that_stood_still_are_no_alarm_days(t):
    found = t.due(15, "working_day", "2026-11-04", escalate=WEEK, pauses=[t.pause("2026-11-25", "2026-12-01")])
    assert [when for when, _to in moments(t, found, "2026-11-04")][:3] == ["11-20 00:00", "11-24 00:00", "11-25 23:59"]
    lost = t.due(10, "day", "2026-11-02", escalate=WEEK, pauses=[t.pause("2026-11-10", "2026-11-13")])
    assert [when for when, _to in moments(t, lost, "2026-11-02")][:2] == ["11-13 00:00", "11-15 00:00"]


def test_a_term_that_stands_still_raises_no_alarm(t):
    found = t.due(15, "working_day", "2026-11-04", escalate=WEEK, pauses=[t.pause("2026-11-05")])
    assert next_alarm(found, t.at("2026-11-04"), t.calendar) is None


def test_an_unknown_year_matters_only_to_the_alarms_that_fall_in_it(t):
    found = t.due(2, "working_day", "2026-12-29", escalate=WEEK)
    assert next_alarm(found, t.at("2026-12-29"), t.calendar)[0] == t.at("2026-12-30 00:00")
    with pytest.raises(CalendarYearMissing):
        next_alarm(found, t.end("2026-12-31"), t.calendar)


ONCE = Extension(30, Unit.DAY, 1, ("head",))
AGREED = Extension(None, Unit.DAY, None, ("parties",))


def test_what_the_rule_allows_may_be_granted(t):
    check_extension(t.rule(60, "day", extension=ONCE), [], t.grant(30, "day"))
    agreed = t.rule(30, "day", extension=AGREED)
    check_extension(agreed, [t.grant(90, "day", "parties")] * 5, t.grant(900, "day", "parties"))


def test_a_rule_that_says_nothing_of_extensions_allows_none(t):
    with pytest.raises(ExtensionRefused, match="不能延长"):
        check_extension(t.rule(60, "day"), [], t.grant(1, "day"))


def test_what_is_over_is_not_lengthened(t):
    rule = t.rule(60, "day", extension=ONCE)
    wanted = t.grant(5, "day")
    for ends in (None, wanted.at, wanted.at + timedelta(microseconds=1)):
        check_extension(rule, [], wanted, ends)
    with pytest.raises(ExtensionRefused) as refused:
        check_extension(rule, [], wanted, t.at("2026-11-08 23:59"))
    assert str(refused.value) == "“办结”2026年11月8日 23:59已经到期，到期以后不能延长，请尽快办完"


@pytest.mark.parametrize(
    ("extension", "granted", "wanted", "says"),
    [
        (None, 0, (30, "day", "head"), "“办结”不能延长"),
        (ONCE, 0, (30, "day", "handler"), "这个岗位不能批准延长"),
        (ONCE, 1, (30, "day", "head"), "已经延长过1次"),
        (ONCE, 0, (31, "day", "head"), "一次最多延长30天"),
        (ONCE, 0, (0, "day", "head"), "最少1天"),
        (ONCE, 0, (30, "working_day", "head"), "最少1天"),
        (AGREED, 0, (0, "day", "parties"), "最少1天"),
    ],
)
def test_what_the_rule_does_not_allow_is_refused_with_a_sentence(t, extension, granted, wanted, says):
    rule = t.rule(60, "day", extension=extension)
    with pytest.raises(ExtensionRefused, match=says):
        check_extension(rule, [t.grant(1, "day")] * granted, t.grant(*wanted))


def test_an_extension_after_a_pause_on_the_record_moves_the_due_date(t):
    paused = [t.pause("2026-11-16", "2026-11-19")]
    assert t.due(15, "working_day", "2026-11-04", pauses=paused, extensions=[t.grant(5, "working_day")]).day == date(
        2026, 12, 4
    )
