"""A clerk registers what somebody came, rang or wrote about: the START step's form on one page, keyboard first."""

from typing import Any, Final
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tianping.kernel.lifecycle.vocabulary import START, Step
from tianping.kernel.service import Actor, Alike, RefusedError, alike_to, first_words, registry, report, show, store
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.desk.names import state_label
from tianping.web.desk.steps import step_form
from tianping.web.forms import StepForm, uploads

RECEIVING: Final = ("registrar", "dispatcher", "grid_worker")
CHANNEL: Final = "channel"  # the session's key: who sits at the telephone registers calls all day
# The declared fields as a clerk hears them; a field that no group names stands in the last one.
GROUPS: Final = (
    ("what", ("description", "title", "place", "files")),
    (
        "who",
        (
            "channel",
            "reporter_name",
            "reporter_phone",
            "reporter_id_number",
            "reporter_uscc",
            "other_name",
            "other_phone",
            "other_uscc",
            "external_number",
        ),
    ),
    ("care", ("danger", "violence", "minor", "complained_agency")),
)


@post_required(*RECEIVING)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    data = request.POST if request.method == "POST" else None
    form = step_form(actor, _start(), data)
    if data is not None:
        try:
            receipt = _report(request, actor, form)
        except RefusedError as error:
            form.refuse(error)
        else:
            request.session[CHANNEL] = str(form.raw().get("channel", ""))[:16]
            title = form.raw().get("title") or first_words(str(form.raw().get("description", "")))
            context = {"receipt": receipt, "seen": _seen(actor, receipt.matter), "title": title}
            return render(request, "web/desk/registered.html", context)
    elif "channel" in form.fields:
        form.fields["channel"].initial = request.session.get(CHANNEL) or "phone"
    form.fields["description"].widget.attrs |= {"autofocus": True, "rows": 5}
    context = {"form": form, "groups": _groups(form)}
    return render(request, "web/desk/register.html", context, status=422 if form.is_bound and form.errors else 200)


def _start() -> Step:
    return next(s for s in registry().procedure("intake").starts if START in s.sources)


def _groups(form: StepForm) -> list[dict[str, Any]]:
    titles = {"what": _("什么事"), "who": _("谁说的"), "care": _("要不要紧"), "rest": _("还有")}
    shown = [f.name for f in form.visible_fields()]
    named = {name for _key, names in GROUPS for name in names}
    groups = [*GROUPS, ("rest", tuple(n for n in shown if n not in named))]
    return [
        {"key": key, "title": titles[key], "fields": [form[n] for n in names if n in shown]}
        for key, names in groups
        if any(n in shown for n in names)
    ]


def _report(request: HttpRequest, actor: Actor, form: StepForm) -> Any:
    raw = form.raw()
    if sent := uploads(request):
        raw["files"] = [str(store(actor, f.name or "file", f, f.size or 0).id) for f in sent]
    return report(actor=actor, form=raw, key=form.data.get("key") or str(uuid4()))


def _seen(actor: Actor, matter: UUID) -> bool:
    """A protected matter leaves the sight of whoever registered it."""
    try:
        show(actor, matter, "handling")
    except RefusedError:
        return False
    return True


@post_required(*RECEIVING)
@never_cache
@require_POST
def hints(request: HttpRequest) -> HttpResponse:
    """While it is being written down: what was registered already and may be the same. A part of a page, for htmx."""
    given = {name: request.POST.get(field, "") for name, field in
             (("description", "description"), ("phone", "reporter_phone"), ("place", "place"))}  # fmt: skip
    return render(request, "web/desk/hints.html", {"alike": [shown(a) for a in alike_to(actor_of(request), **given)]})


def shown(found: Alike) -> dict[str, Any]:
    """One likeness as the pages tell it: what, since when, where it stands, and why it may be the same."""
    return {
        "id": found.matter,
        "number": found.number,
        "title": found.title or _("（没有标题）"),
        "state": state_label(found.procedure, found.state),
        "at": found.opened_at,
        "why": "、".join(_(r) for r in found.reasons),
        "url": reverse("desk:matter", args=[found.matter]),
        "following": found.following,
        "closed": found.closed,
    }
