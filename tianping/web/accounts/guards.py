"""Who may open a page. What is hidden does not exist: 404, never a 403 that tells."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.vocabulary import PROOFS, Proof
from tianping.web.accounts.asking import actor_of, posts_of_request
from tianping.web.accounts.onward import via

View = Callable[..., HttpResponseBase]


def _to(route: str, request: HttpRequest) -> HttpResponse:
    """There and back; a form that was sent is not sent again, so it comes back to the first page."""
    return HttpResponseRedirect(via(route, request.get_full_path() if request.method == "GET" else ""))


def staff_required(view: View) -> View:
    """Somebody with an account of the house; others are led to the log-in and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if actor.kind == "staff":
            return view(request, *args, **kwargs)
        if actor.kind == "citizen":
            raise Http404
        enrolling = getattr(request, "enrolling", False)
        return _to("accounts:enrol" if enrolling else "accounts:login", request)

    return guarded


def post_required(*kinds: str) -> Callable[[View], View]:
    """Somebody who holds a post of one of these kinds."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(p.kind in kinds for p in posts_of_request(request)):
                raise Http404
            return view(request, *args, **kwargs)

        return staff_required(guarded)

    return decorate


def proof_required(level: Proof) -> Callable[[View], View]:
    """A citizen who has proved at least this much; others are led to the proof and back. For staff it does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if actor.kind == "staff":
                raise Http404
            if PROOFS.index(actor.proof) < PROOFS.index(level):
                return _to("accounts:identity", request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def account_required(view: View) -> View:
    """Anybody who is logged in, also while the second factor is still to be set up."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User):
            return view(request, *args, **kwargs)
        return _to("accounts:login", request)

    return guarded


def fresh_required(view: View) -> View:
    """For what is sensitive: the password or second factor was given within five minutes, else it is asked for again."""
    guarded: View = reauthentication_required(view)
    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Whether a page that is `fresh_required` would open now."""
    try:
        fresh_required(lambda _request: HttpResponse())(request)
    except ReauthenticationRequired:
        return False
    return True
