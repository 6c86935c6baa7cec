"""More time, before it is given: the form of an extension says until when, and its button names the day."""

import json
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _

from tianping.kernel.clock.rules import Amount
from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.service import MatterView, ProceedingView, TermView, lengthened
from tianping.web.templatetags._dates import date_text, time_text

Dates = dict[str, list[str]]


def offer(view: MatterView, found: ProceedingView, declared: Step, form: forms.Form) -> Dates:
    """Prepare the form of a step that lengthens a clock. Term -> the day that 1, 2, … units more lead to; {} for another step.

    Only clocks that can be lengthened are offered. Where none can, the form says why before anything is typed.
    """
    if not declared.extends or view.calendar is None or view.now is None:
        return {}
    rows = [t.row for p in view.proceedings for t in p.terms]
    terms = [t for t in found.terms if t.row.status != "ended" and declared.extends in {"*", t.row.name}]
    dates, hints, reasons = Dates(), [], []
    for term in terms:
        more = lengthened(rows, term.row, view.calendar, view.now)
        if more.ends:
            days = [date_text(e, "day") + (f" {time_text(e)}" if more.unit.exact else "") for e in more.ends]
            dates[term.row.name] = days
            hints.append(_hint(_(term.label), Amount(len(days), more.unit).say(translation), days[-1]))
        elif more.why_not:
            reasons.append(_("%(term)s：%(why)s。") % {"term": _(term.label), "why": more.why_not.say(translation)})
    if said := hints or reasons:
        form.fields["amount"].help_text = " ".join(said)
    if dates:
        _choices(form, terms, dates)
        form.fields["amount"].widget.attrs["data-outcomes"] = json.dumps(
            {name: [outcome(day) for day in days] for name, days in dates.items()}, ensure_ascii=False
        )
    return dates


def outcome(day: str) -> str:
    return _("延到%(day)s") % {"day": day}


def button(declared: Step, raw: dict[str, Any], dates: Dates) -> str:
    """延到12月4日, for what the form holds; "" where that leads to no day."""
    days = dates.get(str(raw.get("term", "")) if declared.extends == "*" else declared.extends, [])
    text = str(raw.get("amount", ""))
    return outcome(days[int(text) - 1]) if text.isascii() and text.isdigit() and 0 < int(text) <= len(days) else ""


def _hint(term: str, most: str, day: str) -> str:
    return _("%(term)s：一次最多延长%(most)s，到%(day)s。") % {"term": term, "most": most, "day": day}


def _choices(form: forms.Form, terms: list[TermView], dates: Dates) -> None:
    """The clocks that can be lengthened; the only one is chosen."""
    field = form.fields.get("term")
    if not isinstance(field, forms.ChoiceField):
        return
    able = [(t.row.name, _(t.label)) for t in terms if t.row.name in dates]
    field.choices = able if len(able) == 1 else [("", "—"), *able]
