"""What an entry of the road tells beyond its step: to whom, which choice, until when. From its effects and its form."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tianping.kernel.clock.rules import Amount, Unit
from tianping.kernel.lifecycle.vocabulary import START
from tianping.kernel.service import MASKED, EntryView, MatterView, registry
from tianping.web.desk.names import Names
from tianping.web.templatetags._dates import date_text, time_text

# What was written, beneath the line, in this order.
WORDS = ("description", "note", "reason", "result", "on_site", "minutes", "answer")
NAMED = {"rating": gettext_noop("评价")}  # where the label is a question to the citizen
OBVIOUS = frozenset({"channel"})  # stands among what is known
LATE = 60  # seconds after which an entry counts as recorded later


def words(entry: EntryView) -> str:
    corrected = _corrected(entry)
    return "\n".join(str(entry.values[c]) for c in WORDS if entry.values.get(c) and c != corrected)


def recorded(entry: EntryView) -> str:
    """21:33的事，11月25日 01:58补记; "" for what was recorded at once."""
    if abs((entry.recorded_at - entry.happened_at).total_seconds()) < LATE:
        return ""
    when = f"{date_text(entry.recorded_at, 'day')} {time_text(entry.recorded_at)}"
    return _("%(time)s的事，%(when)s补记") % {"time": time_text(entry.happened_at), "when": when}


def told(entry: EntryView, view: MatterView, names: Names) -> str:
    """One line: 派给住建局；类别：漏水. "" where the step alone says all."""
    lines = [line for effect in entry.effects if (line := _effect(entry, effect, view, names))]
    lines += _asked(entry, view, names)
    corrected = _corrected(entry)
    lines += [line for c, v in entry.values.items() if c != corrected and (line := _value(entry, c, v, view, names))]
    return _("；").join(lines)


def _asked(entry: EntryView, view: MatterView, names: Names) -> list[str]:
    """The office that a proceeding beside the road was opened at."""
    if entry.from_state != START:
        return []
    beside = (p.state for p in view.proceedings if p.state.id == entry.proceeding and p.state.parent)
    return [names.office(p.holder) for p in beside if p.holder and p.holder != view.state.centre]


def _corrected(entry: EntryView) -> str:
    return next((str(e["concept"]) for e in entry.effects if e["do"] == "correct"), "")


def _effect(entry: EntryView, effect: dict[str, Any], view: MatterView, names: Names) -> str:
    match effect["do"]:
        case "hold":
            back = effect["to"] == view.state.centre
            return (_("交回%(office)s") if back else _("派给%(office)s")) % {"office": names.office(effect["to"])}
        case "assign" if effect["to"]:
            return _("由%(name)s承办") % {"name": view.names.get(effect["to"], "")}
        case "extend":
            return _extended(entry, effect, view)
        case "correct":
            return _("更正了%(what)s") % {"what": _labelled(entry, effect["concept"], view, names)}
        case "erase":
            return _("删除了%(what)s") % {"what": _label(effect["concept"])}
        case "link" | "split":
            return _other(
                effect["matter"], view, _("关联%(number)s") if effect["do"] == "link" else _("拆出%(number)s")
            )
        case "lead" if effect["to"]:
            return _other(effect["to"], view, _("并到%(number)s"))
        case "undo":
            step = next((e.label for e in view.entries if str(e.id) == effect["entry"]), effect["step"])
            return _("撤回了：%(step)s") % {"step": _(step)}
    return ""


def _other(matter: str, view: MatterView, words: str) -> str:
    """Another matter by its number, where it is in sight."""
    number = next((number for i, number, _title in view.links if i == UUID(matter)), "")
    return words % {"number": number} if number else ""


def _extended(entry: EntryView, effect: dict[str, Any], view: MatterView) -> str:
    terms = [t for p in view.proceedings if p.state.id == entry.proceeding for t in p.terms]
    for term in terms:
        for granted in term.row.extensions if term.row.name == effect["term"] else ():
            if datetime.fromisoformat(granted["at"]) == entry.recorded_at:
                amount = Amount(granted["amount"], Unit(granted["unit"])).say(translation)
                return _("%(term)s延长%(amount)s") % {"term": _(term.label), "amount": amount}
    return ""


def _value(entry: EntryView, concept: str, value: Any, view: MatterView, names: Names) -> str:
    """A choice, an office or a day that the form gave, unless an effect has told it already."""
    if concept in OBVIOUS or (concept == "agency" and any(e["do"] == "hold" for e in entry.effects)):
        return ""
    if concept == "assignee" and any(e["do"] == "assign" for e in entry.effects):
        return ""
    declared = registry().concepts.get(concept)
    if declared is None or declared.type not in {"choice", "boolean", "agency", "agencies", "person", "date"}:
        return ""
    return _labelled(entry, concept, view, names) if value else ""


def _labelled(entry: EntryView, concept: str, view: MatterView, names: Names) -> str:
    """类别：漏水; the label alone for what is masked or was erased."""
    value = entry.values.get(concept)
    if concept in MASKED or value in (None, ""):
        return _label(concept)
    text = said(concept, value, view, names)
    return _("%(label)s：%(value)s") % {"label": _label(concept), "value": text} if text else _label(concept)


def _label(concept: str) -> str:
    found = registry().concepts.get(concept)
    return _(NAMED.get(concept, found.label)) if found else concept


def said(concept: str, value: Any, view: MatterView, names: Names) -> str:
    """A value in words; "" where its label says all (a yes)."""
    declared = registry().concepts[concept]
    match declared.type:
        case "boolean":
            return "" if value in (True, "true") else _("否")
        case "choice":
            own = dict(declared.choices).get(str(value))
            by_source = {"category": names.category, "grade": names.grade}.get(declared.source)
            return _(own) if own else (by_source(str(value)) if by_source else "") or str(value)
        case "agency":
            return names.office(str(value))
        case "agencies":
            return _join(names.office(str(path)) for path in value)
        case "person":
            return view.names.get(str(value), "")
        case "date":
            return date_text(date.fromisoformat(str(value)), "long")
    return str(value)


def _join(parts: Iterable[str]) -> str:
    return _("、").join(part for part in parts if part)
