"""A citizen proves who they are: a code sent to their phone, or an OIDC provider. What was proven opens what is theirs."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tianping.kernel.agencies.models import User
from tianping.kernel.agencies.sessions import SINCE
from tianping.kernel.parties.identifiers import mask_phone
from tianping.web.accounts import citizens, codes
from tianping.web.accounts.forms import CodeForm, PhoneForm
from tianping.web.accounts.oidc import CITIZEN
from tianping.web.accounts.onward import first_page, safe, wanted
from tianping.web.accounts.views import provider
from tianping.web.limits import address

WAITING: Final = "proof"  # the session's key while a code is on its way: id, masked phone, where to go then


@never_cache
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone and send a code. The answer is the same whether anybody has reported from it or not."""
    if isinstance(request.user, User):
        return HttpResponseRedirect(wanted(request) or first_page(request.user))
    form = PhoneForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                ident, code = codes.send(form.cleaned_data["phone"], address(request))
            except codes.TooManyError:
                form.add_error("phone", _("要验证码要得太多了，请过一会儿再来"))
                status = 429
            except codes.NotSentError:
                form.add_error("phone", _("短信没有发出去。请过一会儿再试，或者带身份证到县综治中心窗口"))
                status = 503
            else:
                request.session[WAITING] = {
                    "id": str(ident),
                    "shown": mask_phone(form.cleaned_data["phone"]),
                    "next": wanted(request),
                } | ({"code": code} if settings.DEMO else {})
                return HttpResponseRedirect(reverse("accounts:identity-code"))
    context = {"form": form, "next": wanted(request), "provider": provider(CITIZEN)}
    return render(request, "web/accounts/identity.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that came; a right one logs in."""
    waiting = request.session.get(WAITING)
    if waiting is None:
        return HttpResponseRedirect(reverse("accounts:identity"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        blind = codes.check(UUID(waiting["id"]), form.cleaned_data["code"], address(request))
        user = citizens.by_phone(blind) if blind is not None else None
        if user is not None and user.is_active:
            del request.session[WAITING]
            enter(request, user)
            going = waiting["next"]
            return HttpResponseRedirect(going if safe(request, going) else first_page(user))
        form.add_error("code", _("验证码不对，或者过了五分钟。请核对，或者重新要一个"))
    context = {
        "form": form,
        "shown": waiting["shown"],
        "demo_code": waiting.get("code", "") if settings.DEMO else "",
        "back_url": reverse("accounts:identity"),
    }
    return render(request, "web/accounts/identity_code.html", context, status=422 if form.is_bound else 200)


def enter(request: HttpRequest, user: User) -> None:
    """Log a proven citizen in; the session gets a new key."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[SINCE] = timezone.now().timestamp()
