"""What the pages of administration share: who may open them, their tabs, and how a change is asked for and answered."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tianping.kernel.agencies.administer import AUDITOR, SECURITY, SYSTEM
from tianping.kernel.service import RefusedError
from tianping.web.accounts.asking import posts_of_request
from tianping.web.accounts.guards import View, post_required
from tianping.web.desk.steps import sheet, to
from tianping.web.forms import said, sentences

EDITOR = "pack_editor"
# Tab: its route and whose it is; the first that somebody may open is their home.
TABS = (
    ("desk:admin-offices", "offices", (SYSTEM, SECURITY, AUDITOR)),
    ("desk:admin-people", "people", (SECURITY, SYSTEM, AUDITOR)),
    ("desk:admin-tokens", "tokens", (SECURITY, AUDITOR)),
    ("desk:admin-packs", "packs", (EDITOR, SYSTEM, AUDITOR)),
    ("desk:admin-changes", "changes", (AUDITOR, SYSTEM, SECURITY)),
)


def labels() -> dict[str, str]:
    return {
        "offices": _("单位和岗位"),
        "people": _("人员"),
        "tokens": _("令牌"),
        "packs": _("规则和数据"),
        "changes": _("改动记录"),
    }


def kinds_of(request: HttpRequest) -> frozenset[str]:
    return frozenset(p.kind for p in posts_of_request(request))


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    held = kinds_of(request)
    return [
        {"label": labels()[name], "url": reverse(route), "current": name == current, "count": None}
        for route, name, kinds in TABS
        if held & set(kinds)
    ]


def admins(*kinds: str) -> Callable[[View], View]:
    """A page for holders of these posts; nothing of it is kept by the browser."""

    def decorate(view: View) -> View:
        return post_required(*kinds)(never_cache(view))

    return decorate


@admins(SYSTEM, SECURITY, AUDITOR, EDITOR)
def home(request: HttpRequest) -> HttpResponse:
    held = kinds_of(request)
    order = ((SECURITY, "desk:admin-people"), (SYSTEM, "desk:admin-offices"), (EDITOR, "desk:admin-packs"))
    return HttpResponseRedirect(reverse(next((r for k, r in order if k in held), "desk:admin-changes")))


def data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def change(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    back: str,
    done: str,
    button: str = "",
) -> HttpResponse:
    """Ask, act, answer: a refusal stands beside its field; what does not exist is 404."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except RefusedError as error:
            if error.reason in {"unknown", "right"}:
                raise Http404 from error
            refuse(form, error)
        else:
            messages.success(request, done)
            return to(request, back)
    return sheet(request, form, title, request.get_full_path(), back, button=button, cancel=_("不改了"))


def refuse(form: forms.Form, error: RefusedError) -> None:
    told = sentences(error)
    for name, text in told.items():
        form.add_error(name if name in form.fields else None, text)
    if not told:
        form.add_error(None, said(error.sentence, error.values))
