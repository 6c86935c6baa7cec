"""Sentences that wait for their reader: a Chinese msgid and named values, put into words when read."""

import gettext as _std
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from tianping.kernel.lifecycle.text import gettext_noop as _

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
        form = _("%(year)s年%(month)s月%(day)s日") if self.year else _("%(month)s月%(day)s日")
        names = {
            "year": self.day.year,
            "month": self.day.month,
            "day": self.day.day,
            "month_name": MONTHS[self.day.month - 1],
        }
        return catalog.gettext(form) % names


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
