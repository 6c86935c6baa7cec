from datetime import date

import pytest

from tianping.kernel.clock.calendar import CalendarRowError, CalendarYearMissing, WorkCalendar

SOURCE = "演示"


@pytest.mark.parametrize(
    ("day", "working", "why"),
    [
        (date(2026, 11, 24), True, "周二"),
        (date(2026, 11, 28), False, "周六"),
        (date(2026, 11, 29), False, "周日"),
        (date(2026, 10, 1), False, "国庆节"),
        (date(2026, 10, 10), True, "调休上班"),
        (date(2026, 2, 14), True, "调休上班"),
        (date(2026, 2, 23), False, "春节"),
        (date(2026, 9, 25), False, "中秋节"),
        (date(2026, 1, 1), False, "元旦"),
        (date(2015, 9, 3), False, "抗战胜利70周年纪念日"),
        (date(2004, 1, 1), False, "元旦"),
        (date(2026, 12, 31), True, "周四"),
        (date(2024, 12, 31), True, "周二"),
    ],
)
def test_known_years_follow_the_notices(day, working, why):
    calendar = WorkCalendar()
    assert (calendar.is_working(day), calendar.why(day)) == (working, why)


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2003, 12, 31), date(2027, 1, 3)])
def test_an_unknown_year_is_an_error_that_says_what_to_do(day):
    calendar = WorkCalendar()
    assert not calendar.knows(day.year)
    for ask in (calendar.is_working, calendar.why):
        with pytest.raises(CalendarYearMissing) as caught:
            ask(day)
        assert caught.value.year == day.year
        assert str(caught.value) == f"还没有{day.year}年的节假日安排，请先导入这一年的放假和调休日期"


def test_rows_win_over_what_is_known():
    calendar = WorkCalendar(
        [
            {"date": "2026-11-24", "working": False, "name": " 县庆 ", "source": SOURCE},
            {"date": "2026-11-28", "working": True, "name": "补班", "source": SOURCE},
        ]
    )
    assert (calendar.is_working(date(2026, 11, 24)), calendar.why(date(2026, 11, 24))) == (False, "县庆")
    assert (calendar.is_working(date(2026, 11, 28)), calendar.why(date(2026, 11, 28))) == (True, "补班")


def test_a_complete_year_of_rows_becomes_known():
    calendar = WorkCalendar(
        [
            {"year": 2027, "complete": True, "source": SOURCE},
            {"date": "2027-01-01", "working": False, "name": "元旦", "source": SOURCE},
        ]
    )
    assert calendar.knows(2027)
    assert [calendar.is_working(date(2027, 1, n)) for n in (1, 2, 3, 4)] == [False, False, False, True]
    assert [calendar.why(date(2027, 1, n)) for n in (1, 2)] == ["元旦", "周六"]


def test_single_rows_do_not_make_a_year_known():
    calendar = WorkCalendar([{"date": "2027-01-01", "working": False, "name": "元旦", "source": SOURCE}])
    with pytest.raises(CalendarYearMissing):
        calendar.is_working(date(2027, 1, 1))
    with pytest.raises(CalendarYearMissing):
        calendar.why(date(2027, 1, 1))


DAY = {"date": "2027-01-01", "working": False, "name": "元旦", "source": SOURCE}
YEAR = {"year": 2027, "complete": True, "source": SOURCE}


def test_of_several_faults_the_first_field_by_name_is_told():
    with pytest.raises(CalendarRowError) as caught:
        WorkCalendar([DAY | {f"more{n}": n for n in range(30)} | {"a": 1, "b": 2}])
    assert caught.value.field == "a"
    with pytest.raises(CalendarRowError) as caught:
        WorkCalendar([DAY | {"name": "", "source": ""}])
    assert caught.value.field == "name"


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        (DAY | {"date": "1月1日"}, "date", "2026-11-24的样子"),
        (DAY | {"date": 20270101}, "date", "2026-11-24的样子"),
        (DAY | {"working": "no"}, "working", "只能填true或false"),
        (DAY | {"name": ""}, "name", "请填写文字"),
        (DAY | {"source": None}, "source", "请填写文字"),
        (DAY | {"weekday": 5}, "weekday", "没有这个字段"),
        ({"date": "2027-01-01", "working": False, "name": "元旦"}, "source", "没有填写"),
        (DAY | {"date": "2026-11-24"}, "date", "这一天前面已经填过"),
        (YEAR | {"year": "2027"}, "year", "请填写整数"),
        (YEAR | {"year": True}, "year", "请填写整数"),
        (YEAR | {"complete": False}, "complete", "只有全年都填好了"),
        (YEAR | {"source": " "}, "source", "请填写文字"),
    ],
)
def test_a_bad_row_is_named_with_its_field(row, field, says):
    first = {"date": "2026-11-24", "working": False, "name": "县庆", "source": SOURCE}
    with pytest.raises(CalendarRowError, match="第2行") as caught:
        WorkCalendar([first, row])
    assert (caught.value.row, caught.value.field) == (2, field)
    assert says in str(caught.value)
