"""What is one's own, once proven: matters, content, who read it, correction, erasure, a copy to take along.

个人信息保护法 articles 45 to 47.
"""

from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tianping.capabilities.notices.store import inbox, mark_read
from tianping.kernel.service import Actor, Progress, RefusedError, own_matters, progress
from tianping.web import representatives
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import View, proof_required
from tianping.web.citizen import own
from tianping.web.citizen.acting import take
from tianping.web.citizen.export import bundle
from tianping.web.citizen.standing import where

LETTERS: Final = 10
END: Final = "end_representation"


def citizens_only(view: View) -> View:
    """A proven citizen; a guest is led to the proof, and somebody logged in for work is told how to get here."""
    proven = proof_required("identity")(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return at_work(request) if actor_of(request).kind == "staff" else proven(request, *args, **kwargs)

    return guarded


def at_work(request: HttpRequest) -> HttpResponse:
    """Who is logged in for work has no matters of their own here."""
    context = {
        "title": _("您现在用的是工作账号"),
        "paragraphs": [_("自己的事要用自己的手机号来看。请先退出工作账号，再从首页进来。")],
        "button": _("回去办事"),
        "url": reverse("desk:worklist"),
    }
    return render(request, "web/citizen/words.html", context)


@never_cache
@require_GET
@citizens_only
def page(request: HttpRequest) -> HttpResponse:
    """One's own matters, newest first, and what came; what is shown counts as read the next time."""
    actor = actor_of(request)
    letters = inbox(actor, limit=LETTERS)
    mark_read(actor, [one.id for one in letters if not one.read_at])
    return render(request, "web/citizen/mine.html", {"matters": own_matters(actor), "letters": letters})


@never_cache
@require_GET
@citizens_only
def one(request: HttpRequest, matter: UUID) -> HttpResponse:
    """What I told, what I was answered, who opened it, and what I may do."""
    actor, seen = _seen(request, matter)
    try:
        told = own.read(actor, matter)
    except RefusedError as error:
        raise Http404 from error
    context = where(seen, "citizen:own-act", [matter])
    ending = reverse("citizen:own-act", args=[matter, END])
    may_end = any(a["url"] == ending for a in context["actions"])
    context |= {
        "title": told.title,
        "actions": [a for a in context["actions"] if a["url"] != ending],
        "representatives": [
            representatives.told(r)
            | {"end_url": f"{ending}?representation={r.id}" if may_end and r.standing != "ended" else ""}
            for r in told.representatives
        ],
        "facts": told.facts,
        "answer": told.answer,
        "answered_at": told.answered_at,
        "proof_url": "",
        "entries": told.entries,
        "readers": told.readers,
        "back_url": reverse("citizen:mine"),
    }
    return render(request, "web/citizen/own.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@citizens_only
def act(request: HttpRequest, matter: UUID, name: str) -> HttpResponse:
    """A step of my own: rate, reopen, ask for a correction or for erasure."""
    return take(request, *_seen(request, matter), name, reverse("citizen:own", args=[matter]))


@never_cache
@require_GET
@citizens_only
def export(request: HttpRequest) -> HttpResponse:
    """Everything that is here about me, as one file."""
    stamp = f"{timezone.localdate():%Y%m%d}"
    made = bundle(actor_of(request))
    return FileResponse(made, as_attachment=True, filename=f"tianping-{stamp}.zip")  # type: ignore[return-value]


def _seen(request: HttpRequest, matter: UUID) -> tuple[Actor, Progress]:
    actor = actor_of(request)
    try:
        return actor, progress(actor, matter)
    except RefusedError as error:
        raise Http404 from error
