"""Dates and times as people read them, in Chinese or English after the active language."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

WEEKDAYS = "一二三四五六日"
ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def english() -> bool:
    return (get_language() or "").startswith("en")


def local(value: date) -> date:
    """An aware datetime in the county's time; a naive one or a date as it is."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def day_of(value: date) -> date:
    here = local(value)
    return here.date() if isinstance(here, datetime) else here


def date_text(value: date, form: str = "full") -> str:
    """2026年11月24日 周二, in English 24 Nov 2026, Tue.

    `form`: full; short without the year; day without the weekday too; long with year, without weekday.
    """
    d = day_of(value)
    if english():
        text, year, name = f"{d.day} {ENGLISH_MONTHS[d.month - 1]}", f" {d.year}", f", {ENGLISH_WEEKDAYS[d.weekday()]}"
        texts = {"short": text + name, "day": text, "long": text + year}
        return texts.get(form, text + year + name)
    text, year, name = f"{d.month}月{d.day}日", f"{d.year}年", f" 周{WEEKDAYS[d.weekday()]}"
    texts = {"short": text + name, "day": text, "long": year + text}
    return texts.get(form, year + text + name)


def time_text(value: date | None) -> str:
    """14:30; "" for None or a date without a time."""
    here = None if value is None else local(value)
    return f"{here:%H:%M}" if isinstance(here, datetime) else ""


def range_parts(start: date | None, end: date | None) -> tuple[str, str, str]:
    """A sentence with %(first)s and %(last)s, and the two: 2026年11月4日至11月27日, the year once when it is the same.

    An open end says 起 or 止; without either date all three are empty.
    """
    if start is None or end is None:
        first, last = (date_text(d, "long") if d else "" for d in (start, end))
        return (_("%(first)s起") if start else _("%(last)s止") if end else ""), first, last
    same = day_of(start).year == day_of(end).year
    last = date_text(end, "day" if same else "long")
    return _("%(first)s至%(last)s"), date_text(start, "long"), last
