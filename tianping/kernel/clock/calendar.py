"""Which local days are worked. Years that nobody has announced are unknown, and said to be unknown."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from chinese_calendar.constants import holidays, workdays

from tianping.kernel.clock.sentence import ClockError, Sentence
from tianping.kernel.lifecycle.text import gettext_noop as _

WEEKDAYS: Final = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
MADE_UP: Final = _("调休上班")
_NAMES: Final = {
    "New Year's Day": _("元旦"),
    "Spring Festival": _("春节"),
    "Tomb-sweeping Day": _("清明节"),
    "Labour Day": _("劳动节"),
    "Dragon Boat Festival": _("端午节"),
    "National Day": _("国庆节"),
    "Mid-autumn Festival": _("中秋节"),
    "Anti-Fascist 70th Day": _("抗战胜利70周年纪念日"),
}
_HOLIDAY: Final = _("节假日")
# The library holds the State Council's yearly notices from 2004 on, up to what its release knows.
_FIRST, _LAST = min(holidays).year, max(holidays).year
_DAY = timedelta(days=1)


class CalendarYearMissing(ClockError, LookupError):  # noqa: N818  # the public name
    """The holidays of `year` have not been loaded."""

    def __init__(self, year: int) -> None:
        super().__init__(Sentence(_("还没有%(year)s年的节假日安排，请先导入这一年的放假和调休日期"), {"year": year}))
        self.year = year


class CalendarRowError(ClockError, ValueError):
    """A row that cannot be used. `row` counts from 1; `field` is the key to mend."""

    def __init__(self, row: int, field: str, reason: Sentence) -> None:
        super().__init__(
            Sentence(_("第%(row)s行 %(field)s：%(reason)s"), {"row": row, "field": field, "reason": reason})
        )
        self.row = row
        self.field = field


class WorkCalendar:
    """Working days after the State Council's notices and the rows of the packs.

    A row {"date": "2027-02-06", "working": true, "name": "调休上班", "source": …} wins over the rest.
    A row {"year": 2027, "complete": true, "source": …} says that all exceptions of that year are among the
    rows, and makes the year known: Monday to Friday are worked but for them.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """Raises CalendarRowError."""
        self._rows: dict[date, tuple[bool, str]] = {}
        self._complete: set[int] = set()
        self._years: dict[int, list[bool]] = {}
        for number, row in enumerate(rows, 1):
            self._load(number, row)

    def knows(self, year: int) -> bool:
        return _FIRST <= year <= _LAST or year in self._complete

    def is_working(self, day: date) -> bool:
        """Raises CalendarYearMissing where the year is unknown, even on a Sunday: it may be made up for."""
        year = self._years.get(day.year) or self._build(day.year)
        return year[day.timetuple().tm_yday - 1]

    def why(self, day: date) -> str:
        """What makes the day what it is, a msgid: 周六, 国庆节, 调休上班; an ordinary working day's weekday."""
        if not self.knows(day.year):
            raise CalendarYearMissing(day.year)
        if day in self._rows:
            return self._rows[day][1]
        if day in workdays:
            return MADE_UP
        if day in holidays:
            return _NAMES.get(holidays[day], _HOLIDAY)
        return WEEKDAYS[day.weekday()]

    def _build(self, year: int) -> list[bool]:
        if not self.knows(year):
            raise CalendarYearMissing(year)
        first = date(year, 1, 1)
        days = [first + _DAY * n for n in range((date(year, 12, 31) - first).days + 1)]
        self._years[year] = [self._worked(day) for day in days]
        return self._years[year]

    def _worked(self, day: date) -> bool:
        if day in self._rows:
            return self._rows[day][0]
        return day in workdays or (day.weekday() < 5 and day not in holidays)

    def _load(self, number: int, row: Mapping[str, Any]) -> None:
        keys = {"year", "complete", "source"} if "year" in row else {"date", "working", "name", "source"}
        for key in sorted(keys ^ set(row)):
            reason = _("没有填写") if key in keys else _("没有这个字段，请核对拼写")
            raise CalendarRowError(number, key, Sentence(reason))
        for key in sorted(keys & {"name", "source"}):
            if not isinstance(row[key], str) or not row[key].strip():
                raise CalendarRowError(number, key, Sentence(_("请填写文字")))
        if "year" in row:
            if isinstance(row["year"], bool) or not isinstance(row["year"], int):
                raise CalendarRowError(number, "year", Sentence(_("请填写整数")))
            if row["complete"] is not True:
                raise CalendarRowError(number, "complete", Sentence(_("只有全年都填好了才写这一行，填true")))
            self._complete.add(row["year"])
            return
        self._exception(number, row)

    def _exception(self, number: int, row: Mapping[str, Any]) -> None:
        try:
            day = date.fromisoformat(row["date"])
        except (TypeError, ValueError):
            raise CalendarRowError(number, "date", Sentence(_("日期请写成2026-11-24的样子"))) from None
        if not isinstance(row["working"], bool):
            raise CalendarRowError(number, "working", Sentence(_("只能填true或false")))
        if day in self._rows:
            raise CalendarRowError(number, "date", Sentence(_("这一天前面已经填过")))
        self._rows[day] = (row["working"], row["name"].strip())
