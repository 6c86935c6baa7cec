"""The dispatcher's board: what waits, the one that is open with who should have it, the offices with their load."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tianping.kernel.packs.suggest import categories_for
from tianping.kernel.service import (
    Actor,
    MatterView,
    Query,
    RefusedError,
    Row,
    advance,
    alike,
    book,
    loads,
    offices,
    registry,
    show,
    worklist,
)
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.choices import categories, category_label, grade_label, label_of
from tianping.web.desk import present

WAITING = ("triage", "dispatch")
SHOWN_OFFICES = 9
TARGET = 30  # minutes in which a report should be dispatched: the board's own aim, not a term


class SortForm(forms.Form):
    """Category and grade, so that one press sorts and sends."""

    use_required_attribute = False
    category = forms.ChoiceField(label=gettext_lazy("类别"), error_messages={"required": gettext_lazy("请选类别")})
    grade = forms.ChoiceField(label=gettext_lazy("等级"), error_messages={"required": gettext_lazy("请选等级")})

    def __init__(self, jurisdiction: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "—"), *categories(jurisdiction)]  # type: ignore[attr-defined]
        self.fields["grade"].choices = [("", "—"), *((g.code, label_of(g)) for g in book(jurisdiction).grades())]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["form"] = "dispatch"


@post_required("dispatcher")
@never_cache
@require_http_methods(["GET", "POST"])
def board(request: HttpRequest, matter: UUID | None = None) -> HttpResponse:
    actor = actor_of(request)
    waiting = worklist(actor, Query(states=WAITING, limit=60)).rows
    row = next((r for r in waiting if r.matter == matter), None) or (waiting[0] if waiting and matter is None else None)
    view = _open(actor, row)
    form = _form(request, actor, view)
    if request.method == "POST" and view is not None and row is not None and form is not None and form.is_valid():
        refusal = _send(request, actor, row, view, form)
        if refusal is None:
            return HttpResponseRedirect(reverse("desk:board"))
        form.add_error(None, refusal)
    return render(request, "web/desk/board.html", _context(actor, waiting, row, view, form))


def _open(actor: Actor, row: Row | None) -> MatterView | None:
    try:
        return show(actor, row.matter, "dispatch") if row else None
    except RefusedError:
        return None


def _form(request: HttpRequest, actor: Actor, view: MatterView | None) -> SortForm | None:
    if view is None:
        return None
    guess = categories_for(
        book(actor.jurisdiction), str(view.facts.get("title", "")), str(view.facts.get("description", ""))
    )
    initial = {"category": view.row["category"] or (guess[0].code if guess else ""), "grade": view.row["grade"] or "3"}
    return SortForm(actor.jurisdiction, request.POST if request.method == "POST" else None, initial=initial)


def _send(request: HttpRequest, actor: Actor, row: Row, view: MatterView, form: SortForm) -> str | None:
    """Sort it if that is not done, then send it; the sentence of a refusal."""
    values, office = form.cleaned_data, request.POST.get("agency", "")
    proceeding = present.main_of(view).state
    try:
        if proceeding.state == "triage":
            advance(
                proceeding.id,
                "triage",
                actor=actor,
                key=str(uuid4()),
                form={"category": values["category"], "grade": values["grade"]},
            )
        advance(proceeding.id, "dispatch", actor=actor, form={"agency": office}, key=str(uuid4()))
    except RefusedError as error:
        return "；".join([_(error.sentence), *(_(t) for t in error.fields.values())])
    name = next((o.name for o in offices(actor.jurisdiction) if office in {o.path, o.code}), office)
    messages.success(request, _("%(number)s派给了%(office)s") % {"number": row.number, "office": name})
    return None


def _context(
    actor: Actor,
    waiting: list[Row],
    row: Row | None,
    view: MatterView | None,
    form: SortForm | None,
) -> dict[str, Any]:
    now = timezone.now()
    longest = max((int((now - r.opened_at).total_seconds() // 60) for r in waiting), default=0)
    context: dict[str, Any] = {
        "waiting": [_waiting(actor, r, now, current=row is not None and r.matter == row.matter) for r in waiting],
        "waiting_count": f"{len(waiting)}",
        "pace": _("最久%(longest)s，目标%(target)s分") % {"longest": _span(longest), "target": TARGET},
        "more": _("往下还有，派完这些再看") if len(waiting) == 60 else "",
        "form": form,
        "empty": {"title": _("没有等派的事"), "reason": _("新的会自己出现在这里。")},
        "offices": [],
        "live_url": present.live_url("?list=1"),
    }
    if view is None or row is None:
        return context
    suggestions = _suggest(actor, view, form)
    return context | {
        "case": _case(actor, view, row),
        "suggestion": suggestions[0] if suggestions else None,
        "suggestion_none": _("没有规则能定归谁管，请从右边选一个单位。"),
        "offices": _offices(actor, suggestions),
        "others": _others(view),
    }


def _span(minutes: int) -> str:
    if minutes < 60:
        return _("%(n)s分") % {"n": minutes}
    return _("%(n)s小时") % {"n": minutes // 60} if minutes < 60 * 48 else _("%(n)s天") % {"n": minutes // 1440}


def _waiting(actor: Actor, row: Row, now: Any, *, current: bool) -> dict[str, Any]:
    minutes = int((now - row.opened_at).total_seconds() // 60)
    channel = dict(registry().concepts["channel"].choices).get(row.channel, "")
    return {
        "url": reverse("desk:board-matter", args=[row.matter]),
        "title": row.title or _("（没有标题）"),
        "waited": _("等了%(span)s") % {"span": _span(minutes)} if minutes else _("刚到"),
        "late": row.due_at is not None and row.due_at < now,
        "where": f"{_(channel) if channel else ''} {row.place}".strip(),
        "grade": grade_label(actor.jurisdiction, row.grade),
        "current": current,
    }


def _case(actor: Actor, view: MatterView, row: Row) -> dict[str, Any]:
    place = str(view.facts.get("place", ""))
    found = view.row["grid"]
    grids = {g.code: g.name for g in book(actor.jurisdiction).rows("grid")}
    channel = dict(registry().concepts["channel"].choices).get(row.channel, "")
    main = present.main_of(view)
    small = [
        {"label": _(o.step.label), "url": reverse("desk:step", args=[view.state.id, main.state.id, o.step.name])}
        for o in main.offers
        if o.step.name in {"supplement", "merge", "decline"} and not o.refusal
    ]
    return {
        "number": row.number,
        "source": _(channel) if channel else "",
        "at": timezone.localtime(row.opened_at).strftime("%m-%d %H:%M"),
        "title": view.facts.get("title") or row.title,
        "who": f"{view.facts.get('reporter_name', '')} {place}".strip(),
        "place_ok": _("地点已对上%(grid)s") % {"grid": grids.get(found, found)} if found else "",
        "text": view.facts.get("description", ""),
        "files": [present.file_of(p) for p in view.papers],
        "steps": small,
        "alike": [
            {
                "number": a.number,
                "title": a.title,
                "why": "、".join(_(r) for r in a.reasons),
                "label": _("看看"),
                "url": reverse("desk:matter", args=[a.matter]),
            }
            for a in alike(actor, view.state.id)
        ],
    }


def _suggest(actor: Actor, view: MatterView, form: SortForm | None) -> list[dict[str, Any]]:
    """What the declared rules say, each with its reasons. A person presses."""
    chosen = form["category"].value() if form else ""
    text = f"{view.facts.get('title', '')}\n{view.facts.get('description', '')}"
    complained = view.state.facts.get("complained_agency")
    names = {o.code: o for o in offices(actor.jurisdiction)}
    labels = (_("地点"), _("事由"), _("职责"))
    made = []
    for found in book(actor.jurisdiction).routing(
        chosen or None, view.row["grid"] or None, text, exclude=[complained] if complained else ()
    ):
        office = names.get(found.agency_code)
        if office is not None:
            reasons = [
                {"label": labels[min(n, 2)] if len(found.reasons) > 2 else labels[n + 1], "text": r}
                for n, r in enumerate(found.reasons[:3])
            ]
            made.append(
                {
                    "agency": office.name,
                    "value": office.path,
                    "reasons": reasons,
                    "action": reverse("desk:board-matter", args=[view.state.id]),
                    "why": found.reasons[-1] if found.reasons else "",
                }
            )
    return made


def _offices(actor: Actor, suggestions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Suggested offices first, then the busiest others; 1–9 chooses one."""
    load = loads(actor)
    names = {o.path: o for o in offices(actor.jurisdiction)}
    order = [s["value"] for s in suggestions] + sorted(load, key=lambda p: -load[p][0])
    paths = [p for p in dict.fromkeys(order) if p in names][:SHOWN_OFFICES]
    why = {s["value"]: s["why"] for s in suggestions}
    return [
        {
            "n": n,
            "value": p,
            "name": names[p].name,
            "why": why.get(p, ""),
            "busy": load.get(p, (0, 0))[0],
            "capacity": names[p].capacity or 20,
            "late": load.get(p, (0, 0))[1],
            "current": n == 1 and bool(suggestions),
        }
        for n, p in enumerate(paths, 1)
    ]


def _others(view: MatterView) -> list[dict[str, str]]:
    main = present.main_of(view)
    joint = next((o for o in main.offers if o.step.name == "dispatch_jointly" and not o.refusal), None)
    if joint is None:
        return []
    return [
        {
            "label": _("几家一起办"),
            "key": "+",
            "url": reverse("desk:step", args=[view.state.id, main.state.id, "dispatch_jointly"]),
        }
    ]


__all__ = ["board", "category_label"]
