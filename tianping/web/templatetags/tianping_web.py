"""Tags and filters of the pages: icons, statuses, dates, masks, figures, fields, and what is drawn as SVG.

The content security policy allows no inline style, so what has a width of its own is an SVG with attributes.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import segno
from django import template
from django.forms import BaseForm, BoundField
from django.forms.widgets import CheckboxInput, Select, Textarea
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tianping.web.templatetags._dates import ENGLISH_WEEKDAYS as ENGLISH
from tianping.web.templatetags._dates import WEEKDAYS, date_text, day_of, english, local, range_parts, time_text
from tianping.web.templatetags._icons import ICONS, SHAPES
from tianping.web.templatetags._terms import Day, left_of, left_words, month_rows

register = template.Library()
LONG = 30  # options from which a list gets a field that narrows it


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A line icon, read aloud when it has a label. KeyError on an unknown name."""
    inner = mark_safe(ICONS[name])  # noqa: S308  our own constants
    if label:
        start = format_html('<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">', label)
    else:
        start = mark_safe('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">')
    return start + inner + mark_safe("</svg>")


@register.simple_tag
def shape(state: str) -> SafeString:
    """The shape of overdue, soon, done, suspended or running without a word; nothing for another state."""
    if state not in SHAPES:
        return SafeString("")
    inner = mark_safe(SHAPES[state])  # noqa: S308  our own constants
    return format_html('<svg class="shape {}" viewBox="0 0 12 12" aria-hidden="true">{}</svg>', state, inner)


@register.simple_tag
def status(state: str, text: str, tag: bool = False) -> SafeString:
    """A shape and a word; `tag` sets it on its wash. A state without a shape gives the word alone."""
    kind = "tag" if tag else "status"
    return format_html('<span class="{} {}">{}{}</span>', kind, state, shape(state), text)


@register.simple_tag
def due(value: object, tag: bool = False, soon: int = 1) -> SafeString:
    """What is left of a term, as lists say it: ◆逾期2天, ▲今天17:30, ▲明天, 3个工作日, ‖暂停：等鉴定.

    `value` is a number of working days, or a mapping or object with remaining, unit, at, held (see `Left`).
    """
    state, text, _count = left_words(left_of(value), soon)
    return status(state, text, tag) if text else SafeString("")


@register.simple_tag
def left(value: object, soon: int = 1) -> SafeString:
    """The same as a header says it: 还有3个工作日."""
    state, text, count = left_words(left_of(value), soon)
    if count:
        text = _("还有%(left)s") % {"left": text}
    return status(state, text) if text else SafeString("")


@register.filter
def zh_date(value: date | None, form: str = "full") -> str:
    """2026年11月24日 周二, in English 24 Nov 2026, Tue, on one line; "" for None.

    `form`: full; short (11月24日 周二); day (12月1日); long (2026年12月1日); plain (full, without markup).
    """
    if not value:
        return ""
    if form == "plain":
        return date_text(value)
    text = date_text(value, form)
    return format_html('<time class="nb" datetime="{}">{}</time>', day_of(value).isoformat(), text)


@register.filter
def zh_time(value: date | None) -> str:
    """14:30; "" for None or a date without a time."""
    return time_text(value) if value else ""


@register.filter
def zh_moment(value: datetime | None) -> str:
    """今天 10:12, 昨天 16:40, else 11月19日 周四 (with the year when it is another one)."""
    if not value:
        return ""
    d, today = day_of(value), timezone.localdate()
    near = {today: _("今天"), today - timedelta(days=1): _("昨天")}.get(d)
    if near is None:
        return zh_date(value, "short" if d.year == today.year else "full")
    stamp = f"{local(value):%Y-%m-%dT%H:%M}"
    return format_html('<time class="nb" datetime="{}">{} {}</time>', stamp, near, time_text(value))


@register.simple_tag
def daterange(start: date | None, end: date | None) -> SafeString:
    """2026年11月4日至11月27日, each date on one line; the year once when it is the same; an open end says 起 or 止."""
    sentence, first, last = range_parts(start or None, end or None)
    return mark_safe(conditional_escape(sentence) % {"first": nb(first), "last": nb(last)})  # noqa: S308  escaped above


@register.filter
def weekday(number: str) -> str:
    """一 for "1" (Monday) to 日 for "7"; Mon to Sun in English."""
    index = int(number) - 1
    return ENGLISH[index] if english() else WEEKDAYS[index]


@register.filter
def is_today(value: date) -> bool:
    return day_of(value) == timezone.localdate()


@register.filter
def mask(value: str | None, kind: str = "phone") -> str:
    """A phone as 138****2207, an identity number (id) as 3301**********1234, a name as 周**; "" for nothing.

    What is too short to show its ends is hidden whole. Hiding is for the eye: who may not read never gets it.
    """
    text = value or ""
    if kind == "name":
        return text[:1] + "*" * max(len(text) - 1, 0)
    head, tail = (3, 4) if kind == "phone" else (4, 4)
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


@register.filter
def nb(value: object) -> SafeString:
    """Keeps a figure with its unit, or a matter's number, on one line."""
    return format_html('<span class="nb">{}</span>', value)


@register.filter
def unit(value: object, name: str) -> SafeString:
    """`36|unit:"件"`: figure and unit on one line, thousands grouped; English sets a space between."""
    figure = f"{value:,}" if isinstance(value, int) else str(value)
    return format_html('<span class="nb">{}{}{}</span>', figure, " " if english() else "", name)


@register.filter
def percent(value: float | None, whole: float | None) -> int:
    """`value` of `whole` in 0..100, for the width of a bar; 0 when nothing is known."""
    return min(100, round(100 * (value or 0) / whole)) if whole else 0


@register.filter
def numbers(n: int) -> range:
    """1 to n, for a loop."""
    return range(1, int(n) + 1)


@register.filter
def cat(left_part: object, right_part: object) -> str:
    return f"{left_part}{right_part}"


@register.filter
def weeks(days: Sequence[Day]) -> list[list[Day]]:
    return month_rows(days)


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code (ISO/IEC 18004, error level M) as inline SVG, dark on white in every theme, read aloud as `label`."""
    code = segno.make(text, error="m", micro=False)
    path = []
    for y, row in enumerate(code.matrix_iter(border=0)):
        x, cells = 0, bytes(row)
        while (x := cells.find(1, x)) >= 0:
            stop = cells.find(0, x)
            stop = len(cells) if stop < 0 else stop
            path.append(f"M{x} {y}h{stop - x}v1H{x}z")
            x = stop
    return format_html(
        '<svg viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges"><path d="{2}"/></svg>',
        code.symbol_size(border=0)[0],
        label,
        "".join(path),
    )


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A field's control in the pages' own class; Django adds aria-invalid and the ids of hint and error."""
    widget = field.field.widget
    attrs: dict[str, str | bool] = {}
    if not isinstance(widget, CheckboxInput):
        attrs["class"] = f"{widget.attrs.get('class', '')} input".strip()
    if isinstance(widget, Textarea):
        attrs["rows"] = str(widget.attrs.get("rows", 3))
    if isinstance(widget, Select) and len(list(field)) > LONG:
        attrs["data-find"] = _("打几个字，挑出来")
    if not isinstance(widget, Textarea | Select | CheckboxInput):
        attrs.setdefault("autocomplete", str(widget.attrs.get("autocomplete", "off")))
    return field.as_widget(attrs=attrs)


@register.simple_tag
def form_errors(form: BaseForm | None, errors: Sequence[dict[str, str]] | None = None) -> list[dict[str, str]]:
    """What is wrong with a form, one line a field with the id to go to; `errors` are given lines of {id, text}."""
    if not form:
        return list(errors or [])
    whole = [{"id": "", "text": str(text)} for text in form.non_field_errors()]
    fields = [f for f in form if f.errors]  # the first error of each: one thing at a time
    ids = {f.name: f.auto_id if f.use_fieldset else f.id_for_label for f in fields}
    return whole + [{"id": str(ids[f.name]), "text": str(f.errors[0])} for f in fields]
