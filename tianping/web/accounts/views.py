"""Log-in and log-out of staff."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tianping.kernel.agencies.models import User
from tianping.web.accounts.adapters import REFUSED
from tianping.web.accounts.forms import LoginForm
from tianping.web.accounts.oidc import STAFF
from tianping.web.accounts.onward import first_page, wanted


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@rate_limit(action="login")  # type: ignore[untyped-decorator]  # allauth has no types
def sign_in(request: HttpRequest) -> HttpResponse:
    """The password; allauth then asks for the second factor where there is one."""
    if isinstance(request.user, User):
        return HttpResponseRedirect(wanted(request) or first_page(request.user))
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = {"username": form.cleaned_data["username"].strip(), "password": form.cleaned_data["password"]}
        try:
            user = get_adapter(request).authenticate(request, **given)
        except ValidationError as error:
            form.add_error(None, error)
            status = 429
        else:
            if isinstance(user, User) and user.kind == "staff":
                login = Login(user=user, redirect_url=wanted(request) or None)
                answer: HttpResponse = perform_password_login(request, given, login)
                return answer
            form.add_error(None, str(REFUSED))
            status = 422
    context = {
        "form": form,
        "heading": _("工作人员登录"),
        "button": _("登录"),
        "next": wanted(request),
        "passkey_url": reverse("mfa_login_webauthn"),
        "provider": provider(STAFF),
    }
    return render(request, "web/accounts/login.html", context, status=status)


def provider(kind: str) -> dict[str, str] | None:
    """Name and address of the OIDC provider for `staff` or `citizen`, if the operator has named one."""
    for app in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
        if app["provider_id"] == kind:
            return {"name": app["name"], "url": reverse("openid_connect_login", args=[kind])}
    return None


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    citizen = isinstance(request.user, User) and request.user.kind == "citizen"
    logout(request)
    return HttpResponseRedirect(reverse("citizen:home" if citizen else "accounts:login"))
