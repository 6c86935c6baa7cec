from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tianping.kernel.clock.calendar import CalendarYearMissing, WorkCalendar
from tianping.kernel.clock.counting import DayMark, TermError
from tianping.kernel.clock.engine import due
from tianping.kernel.clock.rules import RuleBook


@pytest.mark.parametrize(
    ("amount", "unit", "started", "expected"),
    [
        # National Day 2026: 1-7 October off, Saturday 10 October and Sunday 20 September worked.
        (1, "working_day", "2026-09-30", "2026-10-08"),
        (5, "working_day", "2026-09-29", "2026-10-12"),
        (4, "working_day", "2026-09-29", "2026-10-10"),
        (3, "working_day", "2026-09-17", "2026-09-21"),
        # Spring Festival 2026: 15-23 February off, Saturdays 14 and 28 February worked.
        (5, "working_day", "2026-02-12", "2026-02-26"),
        (7, "working_day", "2026-02-12", "2026-02-28"),
        (1, "working_day", "2026-11-28", "2026-11-30"),
        (15, "working_day", "2026-11-04", "2026-11-25"),
        (1, "day", "2026-11-24", "2026-11-25"),
        (15, "day", "2026-09-18", "2026-10-08"),
        (30, "day", "2026-01-24", "2026-02-24"),
        (5, "day", "2026-02-09", "2026-02-14"),
        (10, "day", "2026-10-01", "2026-10-12"),
        (1, "day", "2026-10-09", "2026-10-10"),
        (1, "day", "2026-11-13", "2026-11-16"),
        (60, "day", "2026-03-02", "2026-05-06"),
        (1, "month", "2026-01-31", "2026-02-28"),
        (1, "month", "2025-01-31", "2025-02-28"),
        (1, "month", "2024-01-31", "2024-02-29"),
        (6, "month", "2025-08-31", "2026-02-28"),
        (3, "month", "2026-07-05", "2026-10-08"),
        (1, "month", "2025-12-15", "2026-01-15"),
        (11, "month", "2025-01-15", "2025-12-15"),
        (1, "year", "2024-02-29", "2025-02-28"),
        (4, "year", "2020-02-29", "2024-02-29"),
        (2, "year", "2024-10-08", "2026-10-08"),
        (20, "year", "2005-11-24", "2025-11-24"),
    ],
)
def test_whole_days_end_with_the_due_day(t, amount, unit, started, expected):
    found = t.due(amount, unit, started)
    assert found.at == t.end(expected)
    assert (found.day, found.open_ended) == (date.fromisoformat(expected), False)
    assert t.spans_every_day(found)
    assert (found.days[0].kind, found.days[-1].kind) == ("start", "due")


@pytest.mark.parametrize(
    ("amount", "unit", "started", "expected"),
    [
        (24, "hour", "2026-10-01 23:30", "2026-10-02 23:30"),
        (72, "hour", "2026-11-27 09:00", "2026-11-30 09:00"),
        (2, "hour", "2026-11-28 23:00", "2026-11-29 01:00"),
        (30, "minute", "2026-11-24 23:50", "2026-11-25 00:20"),
        (24, "hour", "2026-12-31 10:00", "2027-01-01 10:00"),  # no calendar is asked
    ],
)
def test_exact_terms_end_to_the_minute_and_are_not_moved(t, amount, unit, started, expected):
    assert t.due(amount, unit, started).at == t.at(expected)


def test_the_time_of_day_of_the_start_does_not_matter_in_whole_days(t):
    ends = {t.due(3, "day", f"2026-11-03 {clock}").at for clock in ("00:00", "12:00", "23:59")}
    assert ends == {t.end("2026-11-06")}


def test_the_start_day_is_the_local_day(t):
    late = datetime(2026, 11, 3, 17, 0, tzinfo=UTC)  # 01:00 on the 4th in Shanghai
    assert due(t.rule(1, "day"), late, calendar=t.calendar).day == date(2026, 11, 5)
    urumqi = due(t.rule(1, "day"), late, calendar=t.calendar, tz=ZoneInfo("Asia/Urumqi"))
    assert (urumqi.day, str(urumqi.started.tzinfo)) == (date(2026, 11, 4), "Asia/Urumqi")


def test_the_picture_of_the_mediation_clock(t):
    """受理 4日, 送鉴定 16日, 时限恢复 19日: 17 and 18 stand still, 19 counts, the fifteenth is the 27th."""
    found = t.due(15, "working_day", "2026-11-04", pauses=[t.pause("2026-11-16", "2026-11-19 09:00")])
    assert found.at == t.end("2026-11-27")
    assert t.marks(found) == "sccrrcccccrrcppccrrccccd"
    numbers = {mark.day.day: mark.number for mark in found.days if mark.number}
    assert numbers == {
        5: 1,
        6: 2,
        9: 3,
        10: 4,
        11: 5,
        12: 6,
        13: 7,
        16: 8,
        19: 9,
        20: 10,
        23: 11,
        24: 12,
        25: 13,
        26: 14,
        27: 15,
    }
    assert found.days[3] == DayMark(date(2026, 11, 7), "rest", None, "周六")


def test_a_day_moved_off_the_weekend_keeps_its_number_where_it_was_reached(t):
    found = t.due(2, "day", "2026-11-12")
    assert found.days == (
        DayMark(date(2026, 11, 12), "start"),
        DayMark(date(2026, 11, 13), "counted", 1),
        DayMark(date(2026, 11, 14), "counted", 2, "周六"),
        DayMark(date(2026, 11, 15), "rest", None, "周日"),
        DayMark(date(2026, 11, 16), "due"),
    )


@pytest.mark.parametrize(
    ("amount", "unit", "started", "pauses", "expected"),
    [
        # Thursday 5th to Tuesday 10th: 6, 7, 8, 9 stand still.
        (5, "working_day", "2026-11-02", [("2026-11-05", "2026-11-10")], "2026-11-11"),
        (10, "day", "2026-11-02", [("2026-11-05", "2026-11-09")], "2026-11-16"),
        (10, "day", "2026-11-03", [("2026-11-05", "2026-11-09")], "2026-11-16"),
        (10, "day", "2026-11-04", [("2026-11-05", "2026-11-09")], "2026-11-17"),
        # Within a day or overnight nothing is lost.
        (3, "working_day", "2026-11-02", [("2026-11-03 09:00", "2026-11-03 18:00")], "2026-11-05"),
        (3, "working_day", "2026-11-02", [("2026-11-03", "2026-11-04")], "2026-11-05"),
        # Two pauses that meet leave their day to the count, two that overlap do not.
        (5, "day", "2026-11-03", [("2026-11-05", "2026-11-09"), ("2026-11-09", "2026-11-11")], "2026-11-12"),
        (5, "day", "2026-11-03", [("2026-11-05", "2026-11-09"), ("2026-11-07", "2026-11-11")], "2026-11-13"),
        # Before the start and after the due day a pause costs nothing.
        (3, "day", "2026-11-03", [("2026-10-20", "2026-11-03")], "2026-11-06"),
        (3, "day", "2026-11-03", [("2026-11-06", None)], "2026-11-06"),
        (3, "day", "2026-11-03", [("2026-10-20", "2026-11-05")], "2026-11-09"),
        # Over a holiday that would not have counted either.
        (1, "working_day", "2026-09-30", [("2026-09-30", "2026-10-08")], "2026-10-08"),
        # Full on Saturday 14th, moved to Monday, but Monday and Tuesday stand still.
        (12, "day", "2026-11-02", [("2026-11-15", "2026-11-18")], "2026-11-18"),
        # A month is as long as it was, and the lost days are added.
        (1, "month", "2026-10-12", [("2026-10-19", "2026-10-23")], "2026-11-16"),
        (1, "month", "2026-10-12", [("2026-10-19", "2026-10-22")], "2026-11-16"),
        (1, "month", "2026-10-12", [("2026-10-19", "2026-10-21")], "2026-11-13"),
    ],
)
def test_days_that_stand_still_are_not_counted(t, amount, unit, started, pauses, expected):
    found = t.due(amount, unit, started, pauses=[t.pause(*pause) for pause in pauses])
    assert found.at == t.end(expected)
    assert t.spans_every_day(found)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([("2026-11-04 20:00", "2026-11-05 08:00")], "2026-11-05 22:00"),
        ([("2026-11-04 20:00", "2026-11-05 08:00"), ("2026-11-05 07:00", "2026-11-05 09:00")], "2026-11-05 23:00"),
        ([("2026-11-04 20:00", "2026-11-05 08:00"), ("2026-11-04 21:00", "2026-11-05 07:00")], "2026-11-05 22:00"),
        ([("2026-11-04 12:00", "2026-11-04 13:00"), ("2026-11-04 15:00", "2026-11-04 17:00")], "2026-11-05 13:00"),
        ([("2026-11-04 08:00", "2026-11-04 11:00")], "2026-11-05 11:00"),
        ([("2026-11-03 08:00", "2026-11-03 11:00")], "2026-11-05 10:00"),
        ([("2026-11-05 10:00", "2026-11-05 11:00")], "2026-11-05 10:00"),
        ([("2026-11-05 10:00", None)], "2026-11-05 10:00"),
    ],
)
def test_an_exact_term_leaves_out_exactly_the_pauses(t, pauses, expected):
    found = t.due(24, "hour", "2026-11-04 10:00", pauses=[t.pause(*pause) for pause in pauses])
    assert found.at == t.at(expected)


def test_the_days_of_exact_terms(t):
    assert t.marks(t.due(2, "hour", "2026-11-04 10:00")) == "d"
    assert t.marks(t.due(72, "hour", "2026-11-04 10:00")) == "sccd"
    stood = t.due(24, "hour", "2026-11-04 10:00", pauses=[t.pause("2026-11-04 12:00", "2026-11-07 12:00")])
    assert (t.marks(stood), stood.at) == ("sppcd", t.at("2026-11-08 10:00"))
    stands = t.due(24, "hour", "2026-11-04 10:00", pauses=[t.pause("2026-11-05 09:00")])
    assert (t.marks(stands), stands.open_ended) == ("scp", True)


@pytest.mark.parametrize("unit", ["day", "working_day", "hour"])
def test_a_term_that_stands_still_has_no_due_date(t, unit):
    found = t.due(60, unit, "2026-11-02", pauses=[t.pause("2026-11-04"), t.pause("2026-11-05")])
    assert (found.at, found.day, found.open_ended) == (None, None, True)


def test_the_days_of_a_term_that_stands_still_end_with_the_first_day_lost(t):
    found = t.due(10, "day", "2026-11-02", pauses=[t.pause("2026-11-05"), t.pause("2026-11-03", "2026-11-05")])
    assert t.marks(found) == "scpcp"
    assert found.days[-1].day == date(2026, 11, 6)


@pytest.mark.parametrize(
    ("amount", "unit", "started", "extensions", "expected"),
    [
        (60, "day", "2026-03-02", [(30, "day")], "2026-06-01"),  # on from 1 May, not from 6 May
        (15, "working_day", "2026-11-04", [(10, "working_day")], "2026-12-09"),
        (6, "month", "2025-08-31", [(6, "month")], "2026-08-31"),
        (6, "month", "2025-08-31", [(1, "year"), (10, "day")], "2027-03-10"),
        (2, "working_day", "2026-11-05", [(3, "day")], "2026-11-12"),
        (2, "working_day", "2026-11-05", [(5, "day")], "2026-11-16"),
        (3, "day", "2026-11-04", [(2, "working_day")], "2026-11-10"),
        (1, "month", "2026-10-12", [(5, "day")], "2026-11-17"),
    ],
)
def test_extensions_are_added_at_the_end(t, amount, unit, started, extensions, expected):
    calendar = WorkCalendar([{"year": 2027, "complete": True, "source": "只为测试"}])
    granted = [t.grant(*extension) for extension in extensions]
    found = due(t.rule(amount, unit), t.at(started), calendar=calendar, extensions=granted)
    assert found.at == t.end(expected)


def test_exact_terms_extend_exactly(t):
    assert t.due(30, "minute", "2026-11-04 10:00", extensions=[t.grant(2, "hour")]).at == t.at("2026-11-04 12:30")


def test_an_inner_term_is_never_later_than_the_outer_one(t):
    outer = t.due(30, "day", "2026-10-20", title="特别程序审结")
    assert outer.day == date(2026, 11, 19)
    inner = t.due(15, "day", "2026-11-06", outer=outer)
    assert (inner.at, inner.days[-1]) == (outer.at, DayMark(date(2026, 11, 19), "due", 13))
    assert t.spans_every_day(inner)
    assert t.due(13, "day", "2026-11-06", outer=outer).reasons[-1].code == "reached"
    assert t.due(3, "working_day", "2026-11-06", outer=outer).day == date(2026, 11, 11)


def test_an_outer_term_that_stands_still_caps_nothing(t):
    outer = t.due(30, "day", "2026-10-20", pauses=[t.pause("2026-10-21")])
    assert t.due(15, "working_day", "2026-11-04", outer=outer).day == date(2026, 11, 25)


def test_an_inner_term_that_stands_still_is_due_with_the_outer_one(t):
    outer = t.due(30, "day", "2026-10-20")
    found = t.due(15, "day", "2026-11-06", pauses=[t.pause("2026-11-09")], outer=outer)
    assert (found.at, found.open_ended) == (outer.at, False)
    assert t.marks(found) == "scccpppppppppd"


def test_an_outer_term_that_was_over_before_leaves_no_days(t):
    outer = t.due(3, "day", "2026-10-20")
    found = t.due(15, "day", "2026-11-06", outer=outer)
    assert found.days == (DayMark(date(2026, 10, 23), "due"),)


def test_an_exact_outer_term_caps_whole_days_to_its_minute(t):
    outer = t.due(72, "hour", "2026-11-06 15:00")
    found = t.due(1, "working_day", "2026-11-06", outer=outer)
    assert (found.at, found.days[-1]) == (t.at("2026-11-09 15:00"), DayMark(date(2026, 11, 9), "due", 1))
    exact = t.due(80, "hour", "2026-11-06 15:00", outer=outer)
    assert (exact.at, t.marks(exact)) == (outer.at, "sccd")


def test_a_year_without_holidays_is_an_error_and_not_a_guess(t):
    for amount, unit in ((30, "working_day"), (60, "day"), (6, "month")):
        with pytest.raises(CalendarYearMissing) as caught:
            t.due(amount, unit, "2026-11-24")
        assert caught.value.year == 2027


def test_days_need_the_calendar_only_where_they_end(t):
    assert t.due(30, "day", "2026-11-24").day == date(2026, 12, 24)
    outer = t.due(30, "day", "2026-11-24")
    assert t.due(60, "working_day", "2026-11-24", outer=outer).day == date(2026, 12, 24)


def test_an_unknown_year_is_counted_once_its_rows_are_loaded(t):
    rows = [
        {"year": 2027, "complete": True, "source": "只为测试"},
        {"date": "2027-01-01", "working": False, "name": "元旦", "source": "只为测试"},
    ]
    found = due(t.rule(6, "working_day"), t.at("2026-12-28"), calendar=WorkCalendar(rows))
    assert found.day == date(2027, 1, 6)


def test_an_old_matter_is_counted_by_its_old_rule(t):
    row = {
        "code": "x",
        "title": "办结",
        "title_en": "Conclude",
        "unit": "working_day",
        "amount": 15,
        "law": "规则",
        "article": "第九条",
        "text": "",
        "verified": "U",
        "local": True,
        "effective_from": "2025-01-01",
        "effective_to": "2026-11-01",
        "source": "只为测试",
    }
    book = RuleBook.from_rows([row, row | {"amount": 5, "effective_from": "2026-11-01", "effective_to": None}])
    ends = {}
    for started in ("2026-10-30", "2026-11-02"):
        began = t.at(started)
        ends[started] = due(book.pick("x", began.date()), began, calendar=t.calendar).day
    assert ends == {"2026-10-30": date(2026, 11, 20), "2026-11-02": date(2026, 11, 9)}


@pytest.mark.parametrize("unit", ["day", "hour"])
def test_naive_times_are_refused(t, unit):
    with pytest.raises(TermError, match="时区"):
        due(t.rule(3, unit), datetime(2026, 11, 4), calendar=t.calendar)  # noqa: DTZ001  # the point of the test


def test_a_pause_that_ends_before_it_begins_is_refused(t):
    for unit in ("hour", "day"):
        with pytest.raises(TermError, match="恢复的时间不能早于暂停的时间"):
            t.due(72, unit, "2026-11-04", pauses=[t.pause("2026-11-06", "2026-11-05")])


@pytest.mark.parametrize(("unit", "other"), [("day", "hour"), ("minute", "working_day")])
def test_hours_and_days_do_not_extend_each_other(t, unit, other):
    with pytest.raises(TermError, match="不能互相延长"):
        t.due(3, unit, "2026-11-04", extensions=[t.grant(1, other)])


@pytest.mark.parametrize("unit", ["day", "hour", "month"])
def test_nothing_is_no_term(t, unit):
    with pytest.raises(TermError, match="大于零"):
        t.due(0, unit, "2026-11-04")
    with pytest.raises(TermError, match="大于零"):
        t.due(1, unit, "2026-11-04", extensions=[t.grant(0, unit)])


def test_sixty_working_days_take_less_than_a_millisecond(t):
    from time import process_time

    rounds = 50
    t.due(60, "working_day", "2026-03-04")
    best = timedelta.max
    for _ in range(5):
        began = process_time()
        for _ in range(rounds):
            t.due(60, "working_day", "2026-03-04")
        best = min(best, timedelta(seconds=(process_time() - began) / rounds))
    assert best < timedelta(milliseconds=1)
