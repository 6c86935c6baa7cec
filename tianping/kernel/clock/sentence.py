"""Sentences that wait for their reader: a Chinese msgid and named values, put into words when read."""

import gettext as _std
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from tianping.kernel.lifecycle.text import gettext_noop as _

MONTHS = (
    *(_("1月"), _("2月"), _("3月"), _("4月"), _("5月"), _("6月")),
    *(_("7月"), _("8月"), _("9月"), _("10月"), _("11月"), _("12月")),
)


class Catalog(Protocol):
    """What translates: `django.utils.translation`, or any catalogue of the standard library's gettext."""

    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, singular: str, plural: str, number: int, /) -> str: ...


class Sayable(Protocol):
    def say(self, catalog: Catalog) -> str: ...


CHINESE: Catalog = _std.NullTranslations()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A msgid and its values. Text as a value is shown as it is; what speaks for itself is translated too."""

    msgid: str
    values: Mapping[str, str | int | Sayable] = field(default_factory=dict)

    def say(self, catalog: Catalog = CHINESE) -> str:
        said = {k: v if isinstance(v, str | int) else v.say(catalog) for k, v in self.values.items()}
        return catalog.gettext(self.msgid) % said


@dataclass(frozen=True, slots=True)
class Day:
    """A date in words: 11月4日, or 2027年1月5日 where the year is not the one in which the term began."""

    day: date
    year: bool = False

    def say(self, catalog: Catalog) -> str:
        form = _("%(year)s年%(month)s%(day)s日") if self.year else _("%(month)s%(day)s日")
        month = Sentence(MONTHS[self.day.month - 1])
        return Sentence(form, {"year": self.day.year, "month": month, "day": self.day.day}).say(catalog)


@dataclass(frozen=True, slots=True)
class Moment:
    """A minute in words, in the time zone that the moment carries."""

    at: datetime
    year: bool = False

    def say(self, catalog: Catalog) -> str:
        values: dict[str, str | int | Sayable] = {"date": Day(self.at.date(), self.year), "time": f"{self.at:%H:%M}"}
        return Sentence(_("%(date)s %(time)s"), values).say(catalog)


class ClockError(Exception):
    """What the clock refuses. `str()` is Chinese, `sentence.say(catalog)` the reader's language."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.say())
        self.sentence = sentence
