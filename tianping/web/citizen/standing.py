"""Where a matter stands, by the code on its receipt: offices, dates and declared sentences. Never content, never names."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tianping.kernel.service import Actor, Progress, RefusedError, TermView, actor_for_code, progress
from tianping.web.citizen.acting import take
from tianping.web.citizen.receipt import CODE, answer_date
from tianping.web.citizen.where import office_name
from tianping.web.desk.present import clock
from tianping.web.limits import WRONG_CODES
from tianping.web.templatetags._dates import date_text, time_text

LONGEST = 60  # characters of a typed code, with blanks and dashes


@never_cache
@require_http_methods(["GET", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """The code is typed; every wrong one gets the same sentence."""
    return _enter(request, request.POST.get("code", "")) if request.method == "POST" else _ask(request)


@never_cache
@require_GET
def scanned(request: HttpRequest, code: str) -> HttpResponse:
    """The address in the QR code: the code moves into the session and out of the address."""
    return _enter(request, code)


def _enter(request: HttpRequest, code: str) -> HttpResponse:
    typed = code[:LONGEST]
    if WRONG_CODES.over(request):
        return _ask(request, typed, _("试错的次数太多了，请过十分钟再来"), 429)
    try:
        actor_for_code(settings.JURISDICTION, typed)
    except RefusedError:
        WRONG_CODES.reached(request)
        return _ask(request, typed, _("没有找到这个查询码，请对照回执再输一遍"), 422 if request.POST else 404)
    request.session[CODE] = typed
    return HttpResponseRedirect(reverse("citizen:standing"))


def _ask(request: HttpRequest, value: str = "", error: str = "", status: int = 200) -> HttpResponse:
    context = {"error": error, "value": value, "action": reverse("citizen:progress")}
    return render(request, "web/citizen/code.html", context, status=status)


def _by_session(request: HttpRequest) -> tuple[Actor, Progress] | None:
    try:
        actor = actor_for_code(settings.JURISDICTION, request.session.get(CODE, ""))
        return actor, progress(actor)
    except RefusedError:
        return None


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The matter of the code that this session has entered."""
    found = _by_session(request)
    if found is None:
        return HttpResponseRedirect(reverse("citizen:progress"))
    return render(request, "web/citizen/progress.html", where(found[1], "citizen:act", []))


@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, name: str) -> HttpResponse:
    """A step that the declaration gives to the party: rate, reopen, add what is missing."""
    found = _by_session(request)
    if found is None:
        return HttpResponseRedirect(reverse("citizen:progress"))
    return take(request, *found, name, reverse("citizen:standing"))


def where(seen: Progress, route: str, args: list[Any]) -> dict[str, Any]:
    """Context of citizen/progress.html; `route` with `args` and a step's name is where that step is taken."""
    told = [t for t in seen.terms if t.promised and t.due] or [
        t for t in seen.terms if t.due and t.due == seen.next_due
    ]
    free = [o for o in seen.offers if not o.refusal]
    first = next((o for o in free if o.step.work), None)
    actions = [
        {"label": _(o.step.label), "url": reverse(route, args=[*args, o.step.name]), "fill": o is first} for o in free
    ]
    shape = "suspended" if seen.state == "suspended" else "running" if seen.terms or not seen.steps else "done"
    return {
        "number": seen.number,
        "proof_url": reverse("citizen:mine") if seen.provable else "",
        "unprovable": not seen.provable,
        "state": shape,
        "state_text": _(seen.state_label),
        "agency": office_name(seen.office),
        "phone": seen.office_phone,
        "entries": [
            {"at": s.at, "what": _(s.sentence), "who": office_name(s.office), "full": True} for s in seen.steps
        ],
        "actions": sorted(actions, key=lambda a: not a["fill"]),
        "terms": [clock(t, seen.calendar, seen.now, opened=True) | {"since": _since(t)} for t in told],
    } | answer_date(seen)


def _since(term: TermView) -> str:
    started = term.due.started if term.due else None
    return _("%(day)s起算") % {"day": f"{date_text(started, 'day')} {time_text(started)}"} if started else ""
