"""One matter: its page, and the same beside a list. What may be done stands on both, straight from the declaration."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tianping.kernel.lifecycle.vocabulary import OPEN
from tianping.kernel.service import (
    Actor,
    MatterView,
    PaperView,
    ProceedingView,
    RefusedError,
    TermView,
    registry,
    show,
    verify_here,
    worklist,
)
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk import present
from tianping.web.desk import query as asking
from tianping.web.desk.names import Names, channel_label
from tianping.web.desk.present import Here
from tianping.web.desk.telling import said
from tianping.web.representatives import told

# What is known, in the order in which it is read; what a step told stands in the road.
KNOWN = (
    "description",
    "place",
    "reporter_name",
    "reporter_uscc",
    "other_name",
    "other_uscc",
    "external_number",
    "retention",
    "archive_number",
)
BESIDE = ("description", "place", "reporter_name", "other_name")
LISTED = 200  # so far the page counts along its list


def view_of(request: HttpRequest, matter: UUID, purpose: str = "handling") -> MatterView:
    """The matter; 404 for what is not in sight, whether it exists or not."""
    try:
        return show(actor_of(request), matter, purpose)
    except RefusedError as error:
        raise Http404 from error


def here_of(request: HttpRequest) -> Here | None:
    """The list that somebody came from, if they came from one."""
    return Here(asking.asked(request.GET["in"]).urlencode()) if "in" in request.GET else None


@staff_required
@never_cache
@require_GET
def page(request: HttpRequest, matter: UUID) -> HttpResponse:
    here = here_of(request)
    view = view_of(request, matter)
    context = _context(actor_of(request), view, here, only=request.GET.get("road", ""))
    context |= _along(actor_of(request), matter, here) if here else {}
    return render(request, "web/desk/matter.html", context | {"live_url": present.live_url(f"?matter={matter}")})


@staff_required
@never_cache
@require_GET
def pane(request: HttpRequest, matter: UUID) -> HttpResponse:
    """The matter beside the list; without htmx, its page."""
    here = here_of(request) or Here("")
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(here.to(reverse("desk:matter", args=[matter])))
    try:
        return render(request, "web/desk/pane.html", pane_context(request, matter, here))
    except RefusedError as error:
        raise Http404 from error


def pane_context(request: HttpRequest, matter: UUID, here: Here) -> dict[str, Any]:
    """Raises RefusedError for what is not in sight."""
    actor = actor_of(request)
    view = show(actor, matter, "handling")
    context = _context(actor, view, here, beside=True)
    return context | {"url": here.to(reverse("desk:matter", args=[matter])), "close_url": here.address}


def _context(
    actor: Actor, view: MatterView, here: Here | None, *, only: str = "", beside: bool = False
) -> dict[str, Any]:
    main = present.main_of(view)
    names = Names(actor.jurisdiction)
    now = view.now or timezone.now()
    first = _first_due([t for p in view.proceedings for t in p.terms])
    left = present.left_of(first.due, view.calendar, now) if first else None
    steps, others = present.buttons(view, main, here, beside=beside)
    address = reverse("desk:matter", args=[view.state.id])
    if here:
        address = here.to(address)
    return {
        "crumb": _crumb(here),
        "number": view.row["number"],
        "procedure": _(main.procedure.label),
        "title": view.facts.get("title") or view.row["title"] or _("（没有标题）"),
        "tags": present.tags(view, main, names),
        "steps": steps,
        "others": others,
        "left": left,
        "due": first.due.at if first and first.due else None,
        "due_of": _(first.label) if first else "",
        "holder": main.assigned.get("handler") or names.office(main.state.holder) or main.holder_name,
        "mine": main.state.assigned.get("handler") == str(actor.user),
        "next_step": _next_step(main),
        "facts": _facts(view, names, BESIDE if beside else KNOWN),
        "entries": present.timeline(view, names, only),
        "chained": len(view.entries),
        "verify_url": reverse("desk:verify", args=[view.state.id]),
        "road_views": _road_views(view, address, only),
        "note_url": _step_url(view, main, "note", here),
        "link_url": _step_url(view, main, "link", here),
        "terms": _clocks(view, main, names, now),
        "parties": _parties(view),
        "representatives": _representatives(view, main, here),
        "represent_url": _step_url(view, main, "represent", here),
        "papers": [_paper(p) for p in view.papers],
        "links": [
            {"number": number, "title": title, "url": reverse("desk:matter", args=[i])}
            for i, number, title in view.links
        ],
        "followers": view.row["followers"],
        "children": _children(view, main, here, names),
    }


def _clocks(view: MatterView, main: ProceedingView, names: Names, now: datetime) -> list[dict[str, Any]]:
    """The clocks of all proceedings; those of a helping office say whose they are. The first stands open."""
    made: list[dict[str, Any]] = []
    for proceeding in view.proceedings:
        clocks = present.clocks(proceeding.terms, view.calendar, now, first_open=not made)
        if proceeding.state.slot not in {"", "@next"} and proceeding.state.id != main.state.id:
            whose = names.office(proceeding.state.holder) or proceeding.holder_name
            clocks = [c | {"name": _("%(term)s（%(office)s）") % {"term": c["name"], "office": whose}} for c in clocks]
        made += clocks
    return made


def _crumb(here: Here | None) -> dict[str, str]:
    if here is None or not here.query:
        return {"url": reverse("desk:worklist"), "label": _("我的待办")}
    return {"url": here.address, "label": _("回到列表")}


def _first_due(terms: list[TermView]) -> TermView | None:
    """The running clock that ends first; else one that stands still."""
    running = [t for t in terms if t.row.status != "ended" and t.due is not None]
    ending = [t for t in running if t.due is not None and t.due.at is not None]
    first = min(ending, key=lambda t: (t.row.status == "paused", t.due.at), default=None)  # type: ignore[union-attr]
    return first or next(iter(running), None)


def _along(actor: Actor, matter: UUID, here: Here) -> dict[str, Any]:
    """Where in its list the matter stands, and the ones before and after it."""
    get = asking.asked(here.query)
    try:
        found = worklist(actor, asking.read(get, actor, limit=LISTED))
    except RefusedError:
        return {}
    ids = [row.matter for row in found.rows]
    if matter not in ids:
        return {}
    n = ids.index(matter)
    place = _("第%(n)s件，共%(all)s件") if not found.next else _("第%(n)s件")

    def at(index: int) -> str:
        return here.to(reverse("desk:matter", args=[ids[index]])) if 0 <= index < len(ids) else ""

    return {"position": place % {"n": n + 1, "all": len(ids)}, "previous_url": at(n - 1), "next_url": at(n + 1)}


def _next_step(main: ProceedingView) -> str:
    """What the declaration waits for, whoever takes it."""
    if not main.open:
        return ""
    return next(
        (_(s.label) for s in main.procedure.steps_from(main.state.state) if s.work and OPEN not in s.sources), ""
    )


def _road_views(view: MatterView, address: str, only: str) -> list[dict[str, Any]]:
    papers = len({p.entry for p in view.papers if p.entry})
    joint = "&" if "?" in address else "?"
    return [
        {"label": _("全部"), "url": address, "count": len(view.entries), "current": only == ""},
        {"label": _("只看办理"), "url": f"{address}{joint}road=steps", "count": None, "current": only == "steps"},
        {"label": _("只看材料"), "url": f"{address}{joint}road=papers", "count": papers, "current": only == "papers"},
    ]


def _step_url(view: MatterView, proceeding: ProceedingView, name: str, here: Here | None) -> str:
    offered = any(o.step.name == name and not o.refusal for o in proceeding.offers)
    if not offered:
        return ""
    address = reverse("desk:step", args=[view.state.id, proceeding.state.id, name])
    return here.to(address) if here else address


def _facts(view: MatterView, names: Names, wanted: tuple[str, ...]) -> list[dict[str, str]]:
    concepts = registry().concepts
    made = [
        {"label": _(concepts[c].label), "value": str(view.facts[c])}
        for c in wanted
        if view.facts.get(c) and c in concepts
    ]
    if category := names.category(view.row["category"]):
        made.append({"label": _("类别"), "value": category})
    if rating := view.facts.get("rating"):
        made.append({"label": _("评价"), "value": said("rating", rating, view, names)})
    if channel := channel_label(view.row["channel"]):
        made.append({"label": _("来源"), "value": channel})
    return made


def _parties(view: MatterView) -> list[dict[str, Any]]:
    """Names, and for each number that was registered a way to see it; the number itself is not on the page."""
    roles = {"reporter": _("反映人"), "other": _("对方")}
    concepts = registry().concepts
    return [
        {
            "name": party.name or _("没有留姓名"),
            "role": roles.get(party.role, party.role),
            "numbers": [
                {
                    "label": _("看电话") if concept.endswith("_phone") else _("看身份证号"),
                    "url": reverse("desk:reveal", args=[view.state.id, concept]),
                    "aria": _("看%(name)s的%(what)s") % {"name": party.name, "what": _(concepts[concept].label)},
                }
                for concept in party.masked
            ],
        }
        for party in view.parties
    ]


def _representatives(view: MatterView, main: ProceedingView, here: Here | None) -> list[dict[str, Any]]:
    end = _step_url(view, main, "end_representation", here)
    number = reverse("desk:reveal", args=[view.state.id, "representative_phone"])
    return [
        told(held)
        | {
            "number_url": f"{number}?entry={held.entry}",
            "end_url": f"{end}{'&' if '?' in end else '?'}representation={held.id}"
            if end and held.standing != "ended"
            else "",
        }
        for held in view.representatives
    ]


def _paper(paper: PaperView) -> dict[str, Any]:
    return {
        "name": paper.name,
        "url": reverse("files:download", args=[paper.id]),
        "kind": paper.mime.partition("/")[2].upper(),
        "pages": paper.pages,
        "by": "",
        "at": paper.created_at,
    }


def _children(view: MatterView, main: ProceedingView, here: Here | None, names: Names) -> list[dict[str, Any]]:
    """Proceedings beside the main one: joint offices, each with its own buttons."""
    made: list[dict[str, Any]] = []
    for proceeding in view.proceedings:
        if proceeding.state.id == main.state.id or proceeding.state.slot in {"", "@next"}:
            continue
        steps, others = present.buttons(view, proceeding, here, fill=False)
        made.append(
            {
                "id": f"child-{len(made)}",
                "name": _(proceeding.procedure.label),
                "state": _(proceeding.state_label),
                "shape": "running" if proceeding.open else "done",
                "holder": names.office(proceeding.state.holder) or proceeding.holder_name,
                "steps": steps if proceeding.open else [],
                "others": others if proceeding.open else [],
            }
        )
    return made


@staff_required
@never_cache
@require_GET
def verify(request: HttpRequest, matter: UUID) -> HttpResponse:
    """Whether the chain of this matter holds, and how anybody can check it."""
    view = view_of(request, matter)
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
