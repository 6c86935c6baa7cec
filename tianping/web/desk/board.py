"""The dispatcher's board: what waits, the one that is open with who should have it, the offices with their load.

The page suggests and says why; a person presses. One key sorts and sends, a figure picks another office first.
"""

from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tianping.kernel.packs.suggest import categories_for
from tianping.kernel.service import Actor, MatterView, Query, RefusedError, Row, advance, alike, show, worklist
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.choices import categories
from tianping.web.desk import present
from tianping.web.desk.counsel import Counsel, counsel
from tianping.web.desk.names import Names, channel_label
from tianping.web.desk.present import with_query
from tianping.web.desk.register import shown
from tianping.web.desk.steps import sheet, to
from tianping.web.forms import said, sentences

WAITING: Final = ("triage", "dispatch")
LISTED: Final = 60
TARGET: Final = "board.dispatch"  # the pack's rule, in minutes, in which a report should be sent on: an aim, not a term
BESIDE: Final = ("supplement", "decline")  # small buttons above the report; merging stands beside what looks alike


class SortForm(forms.Form):
    """Category and grade, so that one press sorts and sends. Sorted already, they are only shown."""

    use_required_attribute = False
    category = forms.ChoiceField(label=gettext_lazy("类别"), error_messages={"required": gettext_lazy("请选类别")})
    grade = forms.ChoiceField(label=gettext_lazy("等级"), error_messages={"required": gettext_lazy("请选等级")})

    def __init__(self, names: Names, *, fixed: bool, address: str, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        grades = [(g.code, names.grade(g.code)) for g in names.book.grades()]
        self.fields["category"].choices = [("", "—"), *categories(names.jurisdiction)]  # type: ignore[attr-defined]
        self.fields["grade"].choices = [("", "—"), *grades]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.disabled = fixed
            field.widget.attrs |= {
                "form": "dispatch",
                "hx-get": address,
                "hx-trigger": "change",
                "hx-include": "[form=dispatch]",
                "hx-target": "#dispatch",
                "hx-select": "#dispatch",
                "hx-swap": "outerHTML",
                "hx-select-oob": "#offices-list",
            }


@post_required("dispatcher")
@never_cache
@require_http_methods(["GET", "POST"])
def board(request: HttpRequest, matter: UUID | None = None) -> HttpResponse:
    actor = actor_of(request)
    waiting = worklist(actor, Query(states=WAITING, limit=LISTED)).rows
    row = next((r for r in waiting if matter in {None, r.matter}), None)
    view = _open(actor, row)
    names = Names(actor.jurisdiction)
    if view is None or row is None:
        if matter is not None and request.method == "GET":
            messages.warning(request, _("这件事已经派走了，或者不归您派"))
            return HttpResponseRedirect(reverse("desk:board"))
        return render(request, "web/desk/board.html", _frame(names, waiting, None))
    form = _form(request, names, view)
    if request.method == "POST" and form.is_valid():
        refusal = send(request, actor, view, form, "dispatch", {"agency": request.POST.get("agency", "")})
        if refusal is None:
            return HttpResponseRedirect(reverse("desk:board"))
        form.add_error(None, refusal)
    advice = counsel(
        actor, names, view, category=_value(form, "category"), grade=_value(form, "grade"), office=_office(request)
    )
    context = _frame(names, waiting, row) | _case(actor, names, view, row, form, advice)
    return render(request, "web/desk/board.html", context, status=422 if form.is_bound and form.errors else 200)


def _value(form: forms.Form, name: str) -> str:
    return str(form[name].value() or "")


def _office(request: HttpRequest) -> str:
    return request.GET.get("office", "") or request.POST.get("agency", "")


def _open(actor: Actor, row: Row | None) -> MatterView | None:
    try:
        return show(actor, row.matter, "dispatch") if row else None
    except RefusedError:
        return None  # somebody else was faster


def _form(request: HttpRequest, names: Names, view: MatterView) -> SortForm:
    fixed = present.main_of(view).state.state != "triage"
    guess = categories_for(names.book, str(view.facts.get("title", "")), str(view.facts.get("description", "")))
    initial = {
        "category": view.row["category"] or (guess[0].code if guess else ""),
        "grade": view.row["grade"] or _ordinary(names),
    }
    if not fixed:
        initial |= {n: request.GET[n] for n in initial if request.GET.get(n)}
    address = reverse("desk:board-matter", args=[view.state.id])
    data = request.POST if request.method == "POST" else None
    return SortForm(names, fixed=fixed, address=address, data=data, initial=initial)


def _ordinary(names: Names) -> str:
    """The grade that most matters have: the last but one. It only stands in the field; a person presses."""
    grades = [g.code for g in names.book.grades()]
    return str(grades[-2]) if len(grades) > 1 else ""


def send(
    request: HttpRequest, actor: Actor, view: MatterView, form: forms.Form, step: str, sent: dict[str, Any]
) -> str | None:
    """Sort it if that is not done, then send it; the sentence of a refusal. The page's key makes a second press the same."""
    main = present.main_of(view)
    key = request.POST.get("key") or str(uuid4())
    values = form.cleaned_data
    try:
        if main.state.state == "triage":
            sorting = {"category": values["category"], "grade": values["grade"]}
            advance(main.state.id, "triage", actor=actor, form=sorting, key=str(uuid5(main.state.id, f"{key} triage")))
        advance(main.state.id, step, actor=actor, form=sent, key=str(uuid5(main.state.id, f"{key} {step}")))
    except RefusedError as error:
        return "；".join(sentences(error).values()) or said(error.sentence, error.values)
    number, office = view.row["number"], Names(actor.jurisdiction).office(sent["agency"]) or sent["agency"]
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a> <a href="{}" data-drawer>{}</a>',
            _("%(number)s派给了%(office)s。") % {"number": number, "office": office},
            reverse("desk:matter", args=[view.state.id]),
            _("看这件事"),
            reverse("desk:step", args=[view.state.id, main.state.id, "undo"]),
            _("撤回"),
        ),
    )
    return None


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _frame(names: Names, waiting: list[Row], row: Row | None) -> dict[str, Any]:
    now = timezone.now()
    longest = max((int((now - r.told_at).total_seconds() // 60) for r in waiting), default=0)
    target = _target(names)
    pace = _("最久%(longest)s，目标%(target)s分") if target else _("最久%(longest)s")
    return {
        "waiting": [
            _waiting(names, r, now, target, current=row is not None and r.matter == row.matter) for r in waiting
        ],
        "waiting_count": f"{len(waiting)}+" if len(waiting) == LISTED else len(waiting),
        "pace": pace % {"longest": _span(longest), "target": target} if waiting else "",
        "more": _("往下还有，派完这些再看") if len(waiting) == LISTED else "",
        "empty": {"title": _("没有等派的事"), "reason": _("新的会自己出现在这里。")},
        "live_url": present.live_url("?list=1"),
    }


def _target(names: Names) -> int:
    """Minutes; 0 where the pack sets no aim."""
    rows = (r for r in names.book.rows("term_rule") if (r["code"], r["unit"]) == (TARGET, "minute"))
    return next((int(r["amount"]) for r in rows), 0)


def _span(minutes: int) -> str:
    if minutes < 60:
        return _("%(n)s分") % {"n": minutes}
    return _("%(n)s小时") % {"n": minutes // 60} if minutes < 60 * 48 else _("%(n)s天") % {"n": minutes // 1440}


def _waiting(names: Names, row: Row, now: Any, target: int, *, current: bool) -> dict[str, Any]:
    minutes = int((now - row.told_at).total_seconds() // 60)
    late = row.due_at is not None and row.due_at < now
    return {
        "url": reverse("desk:board-matter", args=[row.matter]),
        "title": row.title or _("（没有标题）"),
        "waited": _("等了%(span)s") % {"span": _span(minutes)} if minutes else _("刚到"),
        "late": late or minutes > target > 0,
        "where": f"{channel_label(row.channel)} {row.place}".strip(),
        "grade": names.grade(row.grade),
        "current": current,
    }


def _case(actor: Actor, names: Names, view: MatterView, row: Row, form: SortForm, advice: Counsel) -> dict[str, Any]:
    main = present.main_of(view)
    offered = {o.step.name: o for o in main.offers if not o.refusal}
    chosen = {"category": _value(form, "category"), "grade": _value(form, "grade")}
    address = reverse("desk:board-matter", args=[view.state.id])

    def step_url(name: str, **more: Any) -> str:
        return with_query(reverse("desk:step", args=[view.state.id, main.state.id, name]), **more)

    place = str(view.facts.get("place", ""))
    grids = {g.code: g.name for g in names.book.rows("grid")} if view.row["grid"] else {}
    return {
        "form": form,
        "key": uuid4(),
        "refusals": form.non_field_errors(),
        "action": address,
        "change_url": step_url("correct") if form.fields["category"].disabled and "correct" in offered else "",
        "case": {
            "number": row.number,
            "url": reverse("desk:matter", args=[view.state.id]),
            "source": channel_label(row.channel),
            "at": row.opened_at,
            "title": view.facts.get("title") or row.title,
            "who": " ".join(p for p in (str(view.facts.get("reporter_name", "")), place) if p),
            "place_ok": _("地点已对上%(grid)s") % {"grid": grids.get(view.row["grid"], view.row["grid"])}
            if grids
            else "",
            "place_lost": bool(place) and not grids,
            "text": view.facts.get("description", ""),
            "files": [present.file_of(p) for p in view.papers],
            "steps": [{"label": _(offered[n].step.label), "url": step_url(n)} for n in BESIDE if n in offered],
            "returned": next((e for e in present.timeline(view, names) if view.row["returns"] and e["full"]), None),
            "alike": [_alike(a, offered, step_url) for a in alike(actor, view.state.id)],
        },
        "suggestion": advice.first,
        "suggestion_none": _("没有规则能定归谁管，请从右边选一个单位。"),
        "offices": [o | {"url": with_query(address, **chosen, office=o["path"])} for o in advice.offices],
        "joint_url": with_query(reverse("desk:board-joint", args=[view.state.id]), **chosen, office=advice.path)
        if "dispatch_jointly" in offered or main.state.state == "triage"
        else "",
    }


def _alike(found: Any, offered: dict[str, Any], step_url: Any) -> dict[str, Any]:
    """Merge into what is still open and its own master; link what is over."""
    one = shown(found)
    step = "merge" if "merge" in offered and not (found.closed or found.following) else "link"
    if step in offered:
        one |= {"do": _("并案") if step == "merge" else _("关联"), "do_url": step_url(step, other=found.number)}
    return one


# ── several offices together ─────────────────────────────────────────────────────────────────────────────────────
class JointForm(forms.Form):
    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, required=False)
    category = forms.CharField(widget=forms.HiddenInput, required=False)
    grade = forms.CharField(widget=forms.HiddenInput, required=False)
    agency = forms.ChoiceField(
        label=gettext_lazy("牵头单位"), error_messages={"required": gettext_lazy("请选牵头单位")}
    )
    agencies = forms.MultipleChoiceField(
        label=gettext_lazy("协办单位"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("至少勾一个协办单位")},
    )
    note = forms.CharField(label=gettext_lazy("说明"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


@post_required("dispatcher")
@never_cache
@require_http_methods(["GET", "POST"])
def joint(request: HttpRequest, matter: UUID) -> HttpResponse:
    """One leads, others help; each helper gets a proceeding of its own. What is not sorted yet is sorted first."""
    actor = actor_of(request)
    row = next(iter(worklist(actor, Query(states=WAITING, ids=(matter,))).rows), None)
    view = _open(actor, row)
    back = reverse("desk:board")
    if view is None:
        messages.warning(request, _("这件事已经派走了，或者不归您派"))
        return to(request, back)
    names = Names(actor.jurisdiction)
    initial = {n: request.GET.get(n, "") for n in ("category", "grade")} | {
        "agency": request.GET.get("office", ""),
        "key": str(uuid4()),
    }
    form = JointForm(request.POST if request.method == "POST" else None, initial=initial)
    advice = counsel(actor, names, view, category=initial["category"], grade=initial["grade"], office="")
    first = [o["path"] for o in advice.offices]
    order = [*first, *(p for p in names.offices if p not in first)]
    options = [(p, names.office(p)) for p in order if p in names.offices]
    form.fields["agency"].choices = [("", "—"), *options]  # type: ignore[attr-defined]
    form.fields["agencies"].choices = options  # type: ignore[attr-defined]
    if form.is_valid():
        sent = {n: form.cleaned_data[n] for n in ("agency", "agencies", "note") if form.cleaned_data[n]}
        refusal = send(request, actor, view, form, "dispatch_jointly", sent)
        if refusal is None:
            return to(request, back)
        form.add_error(None, refusal)
    return sheet(request, form, _("几家一起办"), request.get_full_path(), back, button=_("派给这几家"))
