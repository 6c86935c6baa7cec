"""One matter: the page, the pane beside the list, its steps, and numbers shown for a purpose."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tianping.capabilities.search.find import find
from tianping.kernel.lifecycle.vocabulary import START, Step
from tianping.kernel.service import (
    PURPOSES,
    Actor,
    MatterView,
    ProceedingView,
    RefusedError,
    advance,
    registry,
    report,
    reveal,
    show,
    store,
    verify_here,
)
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk import present
from tianping.web.forms import StepForm, uploads

HEADLINE = (
    "description",
    "place",
    "reporter_name",
    "other_name",
    "external_number",
    "answer",
    "retention",
    "archive_number",
)


def _view(request: HttpRequest, matter: UUID, purpose: str = "handling") -> MatterView:
    try:
        return show(actor_of(request), matter, purpose)
    except RefusedError as error:
        raise Http404 from error


@staff_required
@never_cache
@require_GET
def page(request: HttpRequest, matter: UUID) -> HttpResponse:
    view = _view(request, matter)
    return render(request, "web/desk/matter.html", _context(request, view))


@staff_required
@never_cache
@require_GET
def pane(request: HttpRequest, matter: UUID) -> HttpResponse:
    """The matter beside the list; without htmx, its page."""
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(reverse("desk:matter", args=[matter]))
    view = _view(request, matter)
    context = _context(request, view)
    return render(
        request,
        "web/desk/pane.html",
        context | {"url": reverse("desk:matter", args=[matter]), "close_url": reverse("desk:worklist")},
    )


def _context(request: HttpRequest, view: MatterView) -> dict[str, Any]:
    actor = actor_of(request)
    main = present.main_of(view)
    now = view.now or timezone.now()
    running = [t for p in view.proceedings for t in p.terms if t.row.status != "ended" and t.due is not None]
    first = min((t for t in running if t.due and t.due.at), key=lambda t: t.due.at, default=None)  # type: ignore[union-attr,arg-type,return-value]
    left = present.left_of(first.due, view.calendar, now) if first else None
    steps, others = present.buttons(view, main)
    only = request.GET.get("road", "")
    address = reverse("desk:matter", args=[view.state.id])
    papers = sum(1 for p in view.papers if p.entry)
    return {
        "crumb": {"url": reverse("desk:worklist"), "label": _("我的待办")},
        "number": view.row["number"],
        "procedure": _(main.procedure.label),
        "title": view.facts.get("title") or view.row["title"] or _("（没有标题）"),
        "tags": present.tags(view, main, left, actor.jurisdiction),
        "steps": steps,
        "others": others,
        "left": left,
        "due": first.due.at if first and first.due else None,
        "holder": main.assigned.get("handler") or main.holder_name,
        "mine": main.state.assigned.get("handler") == str(actor.user),
        "facts": _facts(view),
        "entries": present.timeline(view, only),
        "chained": len(view.entries),
        "verify_url": reverse("desk:verify", args=[view.state.id]),
        "road_views": [
            {"label": _("全部"), "url": address, "count": len(view.entries), "current": only == ""},
            {"label": _("只看办理"), "url": f"{address}?road=steps", "current": only == "steps"},
            {"label": _("只看材料"), "url": f"{address}?road=papers", "count": papers, "current": only == "papers"},
        ],
        "note_url": _step_url(view, main, "note"),
        "terms": present.clocks((t for p in view.proceedings for t in p.terms), view.calendar, now, first_open=True),
        "parties": _parties(view),
        "papers": [_paper(p) for p in view.papers],
        "links": view.links,
        "children": _children(view),
        "live_url": present.live_url(f"?matter={view.state.id}"),
    }


def _step_url(view: MatterView, proceeding: ProceedingView, name: str) -> str:
    offered = any(o.step.name == name and not o.refusal for o in proceeding.offers)
    return reverse("desk:step", args=[view.state.id, proceeding.state.id, name]) if offered else ""


def _facts(view: MatterView) -> list[dict[str, str]]:
    concepts = registry().concepts
    return [
        {"label": _(concepts[c].label), "value": str(view.facts[c])}
        for c in HEADLINE
        if view.facts.get(c) and c in concepts
    ]


def _parties(view: MatterView) -> list[dict[str, Any]]:
    roles = {"reporter": _("反映人"), "other": _("对方")}
    made = []
    for party in view.parties:
        concept = next(iter(party.masked), "")
        made.append(
            {
                "name": party.name or _("没有留姓名"),
                "role": roles.get(party.role, party.role),
                "text": "",
                "phone": "***********" if concept else "",
                "reveal_url": reverse("desk:reveal", args=[view.state.id, concept]) if concept else "",
            }
        )
    return made


def _paper(paper: Any) -> dict[str, Any]:
    return {
        "name": paper.name,
        "url": reverse("files:download", args=[paper.id]),
        "kind": paper.mime.partition("/")[2].upper(),
        "pages": paper.pages,
        "by": "",
        "at": paper.created_at,
    }


def _children(view: MatterView) -> list[dict[str, Any]]:
    """Proceedings beside the main one: joint offices, each with its own buttons."""
    main = present.main_of(view)
    made: list[dict[str, Any]] = []
    for proceeding in view.proceedings:
        if proceeding.state.id == main.state.id or not proceeding.open:
            continue
        steps, others = present.buttons(view, proceeding)
        made.append(
            {
                "id": f"child-{len(made)}",
                "name": _(proceeding.procedure.label),
                "state": _(proceeding.state_label),
                "holder": proceeding.holder_name,
                "steps": steps,
                "others": others,
            }
        )
    return made


# ── taking a step ────────────────────────────────────────────────────────────────────────────────────────────────
@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, matter: UUID, proceeding: UUID, name: str) -> HttpResponse:
    """The form of one step and what comes of it. The buttons, this form and the API come from the same declaration."""
    actor = actor_of(request)
    view = _view(request, matter)
    found = next((p for p in view.proceedings if p.state.id == proceeding), None)
    offer = next((o for o in found.offers if o.step.name == name), None) if found else None
    if found is None or offer is None:
        return _gone(request, matter)
    data = request.POST if request.method == "POST" else None
    form = StepForm(offer.step, actor.jurisdiction, data=data, view=view, holder=found.state.holder, key=str(uuid4()))
    if data is not None:
        try:
            _take(request, actor, found, offer.step, form)
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(request, _("办好了：%(step)s") % {"step": _(offer.step.label)})
            return _onward(request, matter)
    return _sheet(request, form, _(offer.step.label), reverse("desk:step", args=[matter, proceeding, name]), matter)


def _take(request: HttpRequest, actor: Actor, found: ProceedingView, declared: Step, form: StepForm) -> None:
    raw = form.raw()
    if "other_matter" in raw:
        raw["other_matter"] = _matter_by_words(actor, raw["other_matter"])
    if sent := uploads(request):
        field = next((f.name for f in declared.form.fields if f.concept == "files"), None)
        if field:
            raw[field] = [str(store(actor, f.name or "file", f, f.size or 0).id) for f in sent]
    advance(found.state.id, declared.name, actor=actor, form=raw, key=form.data.get("key") or str(uuid4()))


def _matter_by_words(actor: Actor, text: str) -> str:
    """A clerk types a number; the parser wants the id."""
    try:
        return str(UUID(text))
    except ValueError:
        hits = find(actor, text, 2)
        return str(hits[0]) if len(hits) == 1 else text


def _sheet(
    request: HttpRequest, form: forms.Form, title: str, action: str, matter: UUID, button: str = ""
) -> HttpResponse:
    drawer = "HX-Request" in request.headers
    context = {
        "title": title,
        "form": form,
        "action": action,
        "button": button or title,
        "cancel": _("不办了"),
        "still": not drawer,
        "cancel_url": reverse("desk:matter", args=[matter]),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "web/components/drawer.html" if drawer else "web/desk/sheet.html", context, status=status)


def _onward(request: HttpRequest, matter: UUID) -> HttpResponse:
    address = reverse("desk:matter", args=[matter])
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _gone(request: HttpRequest, matter: UUID) -> HttpResponse:
    """Somebody else was faster: say so, on the matter as it stands now."""
    messages.warning(request, _("这件事已经到了别的环节，这一步现在不用办了"))
    return _onward(request, matter)


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("看这个号码做什么"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项用途")},
        help_text=gettext_lazy("谁、什么时候、为什么看的，都会记下来；本人可以查到。"),
    )


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, matter: UUID, concept: str) -> HttpResponse:
    """A masked number, asked for with a purpose, shown once and recorded."""
    actor = actor_of(request)
    form = PurposeForm(request.POST or None)
    form.fields["purpose"].choices = [(p, _(PURPOSES[p])) for p in ("contact", "handling", "verify")]  # type: ignore[attr-defined]
    value = ""
    if form.is_valid():
        try:
            value = reveal(actor, matter, concept, form.cleaned_data["purpose"])
        except RefusedError as error:
            raise Http404 from error
    else:
        _view(request, matter)
    label = registry().concepts[concept].label if concept in registry().concepts else concept
    if value:
        return render(
            request,
            "web/desk/number.html",
            {
                "label": _(label),
                "value": value,
                "back": reverse("desk:matter", args=[matter]),
                "drawer": "HX-Request" in request.headers,
            },
        )
    return _sheet(request, form, _(label), reverse("desk:reveal", args=[matter, concept]), matter, _("看号码"))


@staff_required
@require_GET
def verify(request: HttpRequest, matter: UUID) -> HttpResponse:
    """Whether the chain of this matter holds, and how anybody can check it."""
    view = _view(request, matter)
    return render(
        request,
        "web/desk/verify.html",
        {
            "faults": verify_here(actor_of(request), matter),
            "count": len(view.entries),
            "number": view.row["number"],
            "back": reverse("desk:matter", args=[matter]),
            "title": view.facts.get("title") or view.row["title"],
        },
    )


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A clerk registers what somebody came, rang or wrote about: the START step's form on one page."""
    actor = actor_of(request)
    start = next(s for s in registry().procedure("intake").starts if START in s.sources)
    data = request.POST if request.method == "POST" else None
    form = StepForm(start, actor.jurisdiction, data=data, key=str(uuid4()))
    if data is not None:
        raw = form.raw()
        try:
            if sent := uploads(request):
                raw["files"] = [str(store(actor, f.name or "file", f, f.size or 0).id) for f in sent]
            raw.setdefault("title", _first_words(str(raw.get("description", ""))))
            receipt = report(actor=actor, form=raw, key=form.data.get("key") or str(uuid4()))
        except RefusedError as error:
            form.refuse(error)
        else:
            return render(
                request, "web/desk/registered.html", {"receipt": receipt, "seen": _seen(actor, receipt.matter)}
            )
    context = {
        "form": form,
        "title": _("登记"),
        "action": reverse("desk:new"),
        "button": _("登记"),
        "cancel": _("不登记了"),
        "still": True,
        "cancel_url": reverse("desk:worklist"),
    }
    return render(request, "web/desk/sheet.html", context, status=422 if form.is_bound and form.errors else 200)


def _seen(actor: Actor, matter: UUID) -> bool:
    """A protected matter leaves the sight of whoever registered it."""
    try:
        show(actor, matter, "handling")
    except RefusedError:
        return False
    return True


def _first_words(text: str, most: int = 30) -> str:
    """A title from the first sentence, so that nobody is asked for one."""
    line = text.strip().splitlines()[0] if text.strip() else ""
    for mark in "。！？；!?;":
        line = line.partition(mark)[0]
    return line if len(line) <= most else line[: most - 1] + "…"
