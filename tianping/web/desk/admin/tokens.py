"""Tokens of programs: the security administrator issues and revokes them, the auditor sees the register."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tianping.kernel.agencies import accounts
from tianping.kernel.agencies.administer import AUDITOR, SECURITY
from tianping.kernel.service import RefusedError
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import fresh_required
from tianping.web.api.document import SCOPES_SAID
from tianping.web.api.granting import Listed, grant, register, take_back
from tianping.web.api.tokens import LONGEST_DAYS, SCOPES
from tianping.web.desk.admin.frame import admins, change, data, kinds_of, refuse, tabs
from tianping.web.desk.admin.staff import WhyForm
from tianping.web.desk.steps import sheet


def scope_labels() -> dict[str, str]:
    return {name: _(said) for name, said in SCOPES_SAID.items()}


@admins(SECURITY, AUDITOR)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every token, what it may do, until when; never its text."""
    may = SECURITY in kinds_of(request)
    context = {
        "tabs": tabs(request, "tokens"),
        "tokens": [_row(t, may=may) for t in register(actor_of(request))],
        "issue_url": reverse("desk:admin-token-issue") if may else "",
        "may": may,
    }
    return render(request, "web/desk/admin/tokens.html", context)


def _row(token: Listed, *, may: bool) -> dict[str, Any]:
    labels = scope_labels()
    works = token.standing == "works"
    return {
        "name": token.name,
        "person": f"{token.person}（{token.username}）" if token.person else "—",
        "scopes": "、".join(labels.get(s, s) for s in token.scopes),
        "narrow": token.post is not None,
        "until": token.expires_at,
        "used": token.last_used_at,
        "standing": {"works": _("在用"), "over": _("过期了"), "revoked": _("停用了")}[token.standing],
        "works": works,
        "revoke_url": reverse("desk:admin-token-revoke", args=[token.id]) if may and works else "",
    }


class TokenForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("给哪个程序用"),
        max_length=80,
        error_messages={"required": gettext_lazy("写明给哪个程序用")},
    )
    user = forms.ChoiceField(
        label=gettext_lazy("用谁的名义办事"),
        help_text=gettext_lazy("程序只能办这个人能办的事，记录上也是这个人。他会收到通知。"),
        error_messages={"required": gettext_lazy("选一个人")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("可以做什么"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("至少选一样")},
    )
    days = forms.IntegerField(
        label=gettext_lazy("管多少天"),
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=90,
        error_messages={"required": gettext_lazy("写天数")},
    )


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest) -> HttpResponse:
    """A new token; its text is shown once, to be handed over."""
    actor, back = actor_of(request), reverse("desk:admin-tokens")
    form = TokenForm(data(request))
    people = [(str(p.user), f"{p.name}（{p.username}）") for p in accounts.people(actor, most=2_000) if p.active]
    form.fields["user"].choices = [("", "—"), *people]  # type: ignore[attr-defined]
    labels = scope_labels()
    form.fields["scopes"].choices = [(s, f"{labels[s]}（{s}）") for s in SCOPES]  # type: ignore[attr-defined]
    if form.is_valid():
        new = form.cleaned_data
        try:
            made = grant(actor, UUID(new["user"]), new["name"], new["scopes"], new["days"])
        except RefusedError as error:
            refuse(form, error)
        else:
            context = {
                "label": _("%(name)s的令牌") % {"name": new["name"]},
                "value": made.token,
                "note": _("只显示这一次，库里只存摘要。请现在就交给那个程序。"),
                "back": back,
                "drawer": "HX-Request" in request.headers,
            }
            return render(request, "web/desk/admin/password.html", context)
    return sheet(request, form, _("发令牌"), request.path, back, button=_("发"), cancel=_("不发了"))


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, token: UUID) -> HttpResponse:
    """Take one back, with a reason; what is revoked already does not exist here."""
    actor = actor_of(request)
    found = next((t for t in register(actor) if t.id == token and t.standing == "works"), None)
    if found is None:
        raise Http404

    def act(new: dict[str, Any]) -> None:
        take_back(actor, token, new["why"])

    form = WhyForm(data(request))
    form.fields["why"].help_text = _("马上停用，不能恢复；程序要再用就另发一个。")
    title = _("停用“%(name)s”的令牌") % {"name": found.name}
    return change(
        request, form, act, title=title, back=reverse("desk:admin-tokens"), done=_("停用了"), button=_("停用")
    )
