"""Messages from another system's Excel sheet: rows as they stand, and what they say once read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from tianping.kernel.clock.engine import SHANGHAI

# Column headings that are understood, by what they hold. A sheet needs number, text and time.
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("留言编号", "编号", "工单编号"),
    "user": ("留言用户", "用户"),
    "title": ("留言主题", "主题", "标题"),
    "time": ("留言时间", "时间", "受理时间"),
    "text": ("留言详情", "内容", "诉求内容"),
    "answer": ("答复意见", "答复"),
    "answer_time": ("答复时间",),
}
_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


class SheetError(ValueError):
    """The file as a whole cannot be read."""


class RowError(ValueError):
    """One row cannot be used; the message names the column."""


@dataclass(frozen=True, slots=True)
class Message:
    row: int  # as Excel counts
    number: str
    title: str
    text: str
    time: datetime
    answer: str = ""
    answer_time: datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """`rows` are the cells as they stand, without the heading."""

    path: Path
    headings: list[str]
    columns: dict[str, int]
    rows: list[list[Any]]

    def messages(self) -> Iterator[tuple[int, list[Any], Message | RowError]]:
        """Each row's number and cells, and what it says or why it cannot be used."""
        for index, cells in enumerate(self.rows):
            try:
                yield index + 2, cells, self._message(index + 2, cells)
            except RowError as error:
                yield index + 2, cells, error

    def _message(self, row: int, cells: list[Any]) -> Message:
        def cell(name: str) -> Any:
            column = self.columns.get(name)
            return cells[column] if column is not None and column < len(cells) else ""

        number = _number(cell("number"))
        if not number:
            raise RowError(_("缺编号"))
        text = _clean(cell("text"))
        title = " ".join(_clean(cell("title")).split())
        if not text and not title:
            raise RowError(_("主题和内容都是空的"))
        answer = _clean(cell("answer"))
        answered = _time(cell("answer_time"), "answer_time") if answer else None
        time = _time(cell("time"), "time")
        if answered is not None and answered < time:
            raise RowError(_("答复时间早于留言时间"))
        return Message(row, number, title[:60], text or title, time, answer, answered)


def read_sheet(path: Path) -> Sheet:
    """The first sheet of an Excel workbook. Raises SheetError with what to do."""
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError) as error:
        raise SheetError(_("%(name)s 打不开：请存成 .xlsx 再试") % {"name": path.name}) from error
    if not rows:
        raise SheetError(_("%(name)s 是空的") % {"name": path.name})
    headings = [str(h).strip() for h in rows[0]]
    columns = {
        name: headings.index(word) for name, words in HEADINGS.items() for word in reversed(words) if word in headings
    }
    if missing := [HEADINGS[n][0] for n in ("number", "text", "time") if n not in columns]:
        raise SheetError(_("%(name)s 缺这几列：%(columns)s") % {"name": path.name, "columns": "、".join(missing)})
    return Sheet(path, headings, columns, rows[1:])


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _clean(value: Any) -> str:
    lines = (line.strip() for line in str(value).replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def _time(value: Any, name: str) -> datetime:
    """Local time of the source. A day without a time is taken as its beginning."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=SHANGHAI)
    for form in _FORMATS:
        try:
            return datetime.strptime(str(value).strip(), form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    raise RowError(_("%(column)s不是时间：%(value)s") % {"column": HEADINGS[name][0], "value": str(value)[:30]})
