"""Log-in and log-out of staff."""

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tianping.web.limits import limited

TRIES, SECONDS = 10, 600  # wrong passwords of one name or one address before it has to wait


class LoginForm(forms.Form):
    use_required_attribute = False
    username = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=60,
        error_messages={"required": gettext_lazy("请填登录名")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("请填密码")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        name, address = form.cleaned_data["username"], request.META.get("REMOTE_ADDR", "")
        if limited(f"login:{name}", TRIES, SECONDS) or limited(f"login-from:{address}", TRIES * 5, SECONDS):
            form.add_error(None, _("试得太多了，请过十分钟再来"))
            status = 429
        else:
            user = authenticate(request, username=name, password=form.cleaned_data["password"])
            if user is not None:
                login(request, user)
                return HttpResponseRedirect(_onward(request))
            form.add_error(None, _("登录名或密码不对"))
            status = 422
    context = {"form": form, "heading": _("工作人员登录"), "button": _("登录")}
    return render(request, "web/desk/login.html", context, status=status)


def _onward(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("desk:worklist")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect(reverse("accounts:login"))
