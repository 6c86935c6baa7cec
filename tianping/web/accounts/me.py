"""One's own account: factors, sessions, password; and the page that asks for a second factor before anything else."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tianping.kernel.agencies.models import User
from tianping.web.accounts.factors import end_sessions, enrolled, factors_of, sessions_of
from tianping.web.accounts.guards import View, account_required
from tianping.web.accounts.onward import first_page, via, wanted


@never_cache
@require_GET
@account_required
def page(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I log in with, where I am logged in."""
    user = _user(request)
    if user.kind == "citizen":
        return render(request, "web/accounts/me_citizen.html", {"shown": user.name})
    context: dict[str, Any] = factors_of(user) | {
        "enrolled": enrolled(user),
        "sessions": sessions_of(user),
        "has_password": user.has_usable_password(),
    }
    return render(request, "web/accounts/me.html", context)


@require_POST
@account_required
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of my sessions, or with `all` every one but this."""
    if request.POST.get("all"):
        ended = end_sessions(_user(request), all_but=request.session.session_key)
    else:
        number = request.POST.get("session", "")
        one = int(number) if number.isdecimal() and len(number) < 19 else 0
        ended = end_sessions(_user(request), one=one)
        if not ended:
            raise Http404
    messages.success(request, _("已经退出%(n)s处登录") % {"n": ended})
    return HttpResponseRedirect(reverse("accounts:me"))


@never_cache
@require_GET
@account_required
def enrol(request: HttpRequest) -> HttpResponse:
    """Before the first page: choose a second factor."""
    user = _user(request)
    if user.kind != "staff":
        raise Http404
    if not getattr(request, "enrolling", False) and enrolled(user):
        return HttpResponseRedirect(wanted(request) or first_page(user))
    return render(request, "web/accounts/enrol.html", {"must": getattr(request, "enrolling", False)})


@account_required
def change_password(request: HttpRequest) -> HttpResponse:
    if not _user(request).has_usable_password():
        raise Http404  # who comes through an OIDC provider has none here
    answer: HttpResponse = account.password_change(request)
    return answer


@account_required
def again(request: HttpRequest) -> HttpResponse:
    """Before something sensitive: the password once more; whoever has none shows the second factor."""
    answer: HttpResponse = account.reauthenticate(request)
    return answer


@never_cache
def second(request: HttpRequest) -> HttpResponse:
    """The second factor at log-in."""
    answer: HttpResponse = mfa.authenticate(request)
    return answer


def for_staff(view: View) -> View:
    """A page about factors: citizens have none."""

    @never_cache
    @account_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _user(request).kind != "staff":
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def to_me(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Where allauth's own overviews would stand."""
    return HttpResponseRedirect(via("accounts:me", ""))


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
