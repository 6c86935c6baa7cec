"""Who may open a page. What is hidden does not exist: 404, never a 403 that tells."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from tianping.web.accounts.asking import actor_of, posts_of_request

View = Callable[..., HttpResponseBase]


def staff_required(view: View) -> View:
    """Somebody with an account of the house; others are led to the log-in and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if actor.kind == "staff":
            return view(request, *args, **kwargs)
        if actor.kind == "citizen":
            raise Http404
        return HttpResponseRedirect(f"{reverse('accounts:login')}?{urlencode({'next': request.get_full_path()})}")

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
