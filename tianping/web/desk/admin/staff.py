"""Accounts of those who work here: added and closed by the security administrator. And what was changed, by whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tianping.capabilities.notices.contacts import set_phone, with_phone
from tianping.kernel.agencies import accounts
from tianping.kernel.agencies.administer import AUDITOR, POSTS, SECURITY, SYSTEM
from tianping.kernel.service import RefusedError, acting
from tianping.web.accounts import factors
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import fresh_required
from tianping.web.choices import english
from tianping.web.desk.admin.frame import admins, change, data, kinds_of, refuse, tabs
from tianping.web.desk.present import with_query
from tianping.web.desk.steps import sheet


@admins(SYSTEM, SECURITY, AUDITOR)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    may = SECURITY in kinds_of(request)
    actor = actor_of(request)
    found = accounts.people(actor, text)
    bare = factors.without([p.user for p in found])
    with acting(actor):
        phones = with_phone(actor.jurisdiction)
    context = {
        "tabs": tabs(request, "people"),
        "people": [
            {
                "name": p.name,
                "username": p.username,
                "email": p.email,
                "posts": "、".join(_post(*post) for post in p.posts),
                "active": p.active,
                "second": p.user not in bare,
                "phone": p.user in phones,
                "url": reverse("desk:admin-person", args=[p.user]) if may else "",
                "phone_url": reverse("desk:admin-phone", args=[p.user]) if may else "",
                "second_url": reverse("desk:admin-second", args=[p.user]) if may and p.user not in bare else "",
            }
            for p in found
        ],
        "text": text,
        "more": len(found) == accounts.PAGE,
        "add_url": reverse("desk:admin-person-add") if may else "",
        "sheet_url": reverse("desk:admin-sheet", args=["people"]) if may else "",
        "bring_url": reverse("desk:admin-import", args=["people"]) if may else "",
        "may": may,
    }
    return render(request, "web/desk/admin/people.html", context)


def _post(short: str, name_en: str, title: str, kind: str) -> str:
    if english():
        return f"{name_en or short}: {_(POSTS.get(kind, kind))}"
    return f"{short} {title}"


class PersonForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=60, error_messages={"required": gettext_lazy("写姓名")}
    )
    username = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=60,
        help_text=gettext_lazy("小写字母和数字，比如 wangfang。"),
        error_messages={"required": gettext_lazy("写登录名")},
    )
    email = forms.EmailField(
        label=gettext_lazy("邮箱"), required=False, error_messages={"invalid": gettext_lazy("邮箱写得不对")}
    )


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new account; its first password is shown once, to be handed over."""
    form = PersonForm(data(request))
    back = reverse("desk:admin-people")
    if form.is_valid():
        try:
            password = accounts.add_person(actor_of(request), **form.cleaned_data)
        except RefusedError as error:
            refuse(form, error)
        else:
            context = {
                "label": _("%(name)s的第一个密码") % {"name": form.cleaned_data["name"]},
                "value": password,
                "note": _("只显示这一次。请当面交给本人，第一次登录后马上改掉。"),
                "back": back,
                "drawer": "HX-Request" in request.headers,
            }
            return render(request, "web/desk/admin/password.html", context)
    return sheet(request, form, _("添加人员"), request.path, back, button=_("添加"), cancel=_("不加了"))


class WhyForm(forms.Form):
    use_required_attribute = False
    why = forms.CharField(
        label=gettext_lazy("为什么"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("写一句原因，会记下来")},
    )


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, user: UUID) -> HttpResponse:
    """Close an account, or open it again."""
    actor, found = actor_of(request), _found(request, user)
    title = _("停用%(name)s的账号") if found.active else _("恢复%(name)s的账号")
    form = WhyForm(data(request))
    if found.active:
        waiting = accounts.waiting_for(actor.jurisdiction, user)
        told = [_("停用后马上不能登录。他的任职不会自动结束，请到单位里安排别人。")]
        if waiting:
            told.append(_("他手里还有%(n)s件没办结，请先让负责人改派。") % {"n": waiting})
        form.fields["why"].help_text = " ".join(told)

    def act(new: dict[str, Any]) -> None:
        accounts.set_active(actor, user, active=not found.active, why=new["why"])

    done = _("停用了") if found.active else _("恢复了")
    button = _("停用") if found.active else _("恢复")
    back = reverse("desk:admin-people")
    return change(request, form, act, title=title % {"name": found.name}, back=back, done=done, button=button)


def _found(request: HttpRequest, user: UUID) -> accounts.Account:
    found = next((p for p in accounts.people(actor_of(request), most=10_000) if p.user == user), None)
    if found is None:
        raise Http404
    return found


class PhoneForm(forms.Form):
    use_required_attribute = False
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("加密保存，谁也看不到，只在要紧的事来时发短信用。空着就是不要了。"),
    )


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest, user: UUID) -> HttpResponse:
    """Write somebody's mobile number anew; what stood there is not shown."""
    actor, found = actor_of(request), _found(request, user)
    title, back = _("%(name)s的手机号") % {"name": found.name}, reverse("desk:admin-people")

    def act(new: dict[str, Any]) -> None:
        set_phone(actor, user, new["phone"])

    return change(request, PhoneForm(data(request)), act, title=title, back=back, done=_("记下了"), button=_("记下"))


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest, user: UUID) -> HttpResponse:
    """For somebody who has lost their telephone and their codes: they set up a new factor at the next log-in."""
    actor, found = actor_of(request), _found(request, user)
    form = WhyForm(data(request))
    form.fields["why"].help_text = _(
        "先核对是本人。他各处的登录都会退出，下次登录时重新设；他会收到通知，原因会记下来。"
    )

    def act(new: dict[str, Any]) -> None:
        factors.reset(actor, user, new["why"])

    title = _("重设%(name)s的第二道验证") % {"name": found.name}
    return change(
        request, form, act, title=title, back=reverse("desk:admin-people"), done=_("重设了"), button=_("重设")
    )


def words() -> dict[str, str]:
    return {
        "office.add": _("加单位"),
        "office.change": _("改单位"),
        "post.add": _("设岗位"),
        "appointment.add": _("安排任职"),
        "appointment.end": _("结束任职"),
        "appointment.leave": _("请假"),
        "person.add": _("添加人员"),
        "person.close": _("停用账号"),
        "person.open": _("恢复账号"),
        "person.change": _("改人员"),
        "person.phone": _("改手机号"),
        "person.second": _("重设第二道验证"),
        "subject.merge": _("认定是同一个人"),
        "subject.part": _("认定不是同一个人"),
        "token.issue": _("发令牌"),
        "token.revoke": _("停用令牌"),
    }


@admins(SYSTEM, SECURITY, AUDITOR)
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    try:
        before = datetime.fromisoformat(request.GET["before"]) if request.GET.get("before") else None
    except ValueError:
        before = None
    found = accounts.changes(actor_of(request), before)
    context = {
        "tabs": tabs(request, "changes"),
        "changes": [
            {
                "at": c.at,
                "name": c.name,
                "what": words().get(c.what, c.what),
                "about": c.about,
                "said": _said(c.before, c.after),
            }
            for c in found
        ],
        "next_url": with_query(request.path, before=found[-1].at.isoformat()) if len(found) == accounts.PAGE else "",
    }
    return render(request, "web/desk/admin/changes.html", context)


def _said(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """Only what is different: `phone: 1 → 2`."""
    old, new = before or {}, after or {}
    parts = []
    for name in new:
        value = _(POSTS.get(new[name], new[name])) if name == "kind" else new[name]
        if before is None and value not in (None, "", False):
            parts.append(f"{name}: {value}")
        elif before is not None and old.get(name) != new[name]:
            parts.append(
                f"{name}: {'—' if old.get(name) is None else old.get(name)} → {'—' if value is None else value}"
            )
    return "；".join(parts)
