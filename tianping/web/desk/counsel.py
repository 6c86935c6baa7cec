"""Who should have it, with the reasons: declared routing, what was done with such things before, until when it would be due."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from tianping.kernel.service import Actor, MatterView, Precedent, loads, people_at, precedents, promise
from tianping.web.desk.names import Names
from tianping.web.templatetags._dates import date_text
from tianping.web.templatetags._terms import left_words

SHOWN: Final = 9  # a figure key each
NOT_SENT_TO: Final = frozenset({"county", "centre"})  # they send, they do not handle
USUAL: Final = 20  # what an office can take, where the pack declares nothing


@dataclass(slots=True)
class Counsel:
    """`first`: what stands pinned, chosen by a person or suggested. `offices`: suggested ones first, then who did such things,
    then the busiest, then all; the first nine have a number."""

    first: dict[str, Any] | None = None
    path: str = ""
    offices: list[dict[str, Any]] = field(default_factory=list)


def counsel(actor: Actor, names: Names, view: MatterView, *, category: str, grade: str, office: str) -> Counsel:
    """`office`: the path that a person picked; without it the best suggestion is pinned."""
    sent_back = {e.agency for e in view.entries if e.step in {"return", "return_third"} and not e.undone}
    returned = {o.path for o in names.offices.values() if o.short in sent_back}
    suggested = _suggested(names, view, category)
    suggested = dict(
        sorted(suggested.items(), key=lambda s: s[0] in returned)
    )  # who sent it back comes after the others
    before = precedents(actor, category)
    load = loads(actor)
    order = [*suggested, *sorted(before, key=lambda p: -before[p].taken), *sorted(load, key=lambda p: -load[p][0])]
    able = [p for p, o in names.offices.items() if o.kind not in NOT_SENT_TO]
    paths = [p for p in dict.fromkeys([*order, *able]) if p in able]
    picked = office if office in names.offices else ""
    pinned = picked or next(iter(suggested), "")
    return Counsel(
        first=_pinned(
            names, view, pinned, suggested.get(pinned, []), before.get(pinned), grade, again=pinned in returned
        )
        if pinned
        else None,
        path=pinned,
        offices=[
            {
                "n": n if n <= SHOWN else "",
                "path": p,
                "name": names.office(p),
                "why": _why(suggested.get(p), before.get(p), again=p in returned),
                "busy": load.get(p, (0, 0))[0],
                "capacity": names.offices[p].capacity or USUAL,
                "late": load.get(p, (0, 0))[1],
                "current": p == pinned,
            }
            for n, p in enumerate(paths, 1)
        ],
    )


def _suggested(names: Names, view: MatterView, category: str) -> dict[str, list[str]]:
    """Path -> why, best first. An office that is complained of is never among them."""
    text = f"{view.facts.get('title', '')}\n{view.facts.get('description', '')}"
    complained = view.state.facts.get("complained_agency")
    paths = {o.code: o.path for o in names.offices.values()}
    found = names.book.routing(
        category or None, view.row["grid"] or None, text, exclude=[str(complained)] if complained else ()
    )
    return {paths[s.agency_code]: list(s.reasons) for s in found if s.agency_code in paths}


def _why(reasons: list[str] | None, before: Precedent | None, *, again: bool) -> str:
    told = [_("退回过这一件")] if again else []
    told += [reasons[-1]] if reasons else []
    if before:
        told.append(_("近90天办过同类%(n)s件") % {"n": before.taken})
    return _("，").join(told)


def _pinned(
    names: Names, view: MatterView, path: str, reasons: list[str], before: Precedent | None, grade: str, *, again: bool
) -> dict[str, Any]:
    """Without reasons it was picked by hand."""
    labels = [_("地点"), _("事由"), _("职责")]
    skipped = len(labels) - min(len(reasons), len(labels))  # the last reason is always what the rule says
    told = [{"label": labels[n + skipped], "text": text} for n, text in enumerate(reasons[: len(labels)])]
    if not reasons:
        told.append({"label": _("职责"), "text": _("您选的；规则没有说归它管")})
    nobody = not any(p.path == path for p in people_at(names.jurisdiction, path))
    if nobody:
        told.append({"label": _("注意"), "text": _("这里现在没有人接，派去会没有人看到")})
    if again:
        told.append({"label": _("注意"), "text": _("退回过这一件，派前先问清楚")})
    if before:
        told.append({"label": _("前例"), "text": _precedent(before)})
    if term := _term(names.jurisdiction, view, grade):
        told.append({"label": _("答复期"), "text": term})
    return {"agency": names.office(path), "value": path, "reasons": told, "by_hand": not reasons, "nobody": nobody}


def _precedent(found: Precedent) -> str:
    text = _("近90天同类%(taken)s件，办结%(closed)s件") % {"taken": found.taken, "closed": found.closed}
    if found.median is not None and found.closed:
        text += _("，中位数%(days)s天") % {"days": max(1, round(found.median))}
    return text


def _term(jurisdiction: str, view: MatterView, grade: str) -> str:
    """今天派出去，12月1日 周二前答复."""
    due = promise(jurisdiction, dict(view.state.facts) | {"grade": grade}) if grade else None
    if due is None or due.at is None:
        return ""
    _state, words, _count = left_words(
        {"remaining": due.rule.amount, "unit": _unit(due), "at": None, "held": None}, soon=0
    )
    return _("承办单位收到后%(length)s，现在派就是%(date)s前") % {"length": words, "date": date_text(due.at, "short")}


def _unit(due: Any) -> str:
    return {"working_day": "workday", "hour": "hour"}.get(str(due.rule.unit), "day")
