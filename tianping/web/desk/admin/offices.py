"""The tree of offices, their posts, and who holds them."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tianping.kernel.agencies import administer
from tianping.kernel.agencies.accounts import people
from tianping.kernel.agencies.administer import AUDITOR, KINDS, POSTS, SECURITY, SYSTEM, OfficeRow
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import fresh_required
from tianping.web.choices import english
from tianping.web.desk import names
from tianping.web.desk.admin.frame import admins, change, data, kinds_of, tabs
from tianping.web.desk.present import with_query

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def here(path: str) -> str:
    return with_query(reverse("desk:admin-offices"), at=path)


@admins(SYSTEM, SECURITY, AUDITOR)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    all_offices = administer.tree(actor)
    at = request.GET.get("at", "")
    office = next((o for o in all_offices if o.path == at), all_offices[0] if all_offices else None)
    held = kinds_of(request)
    context = {
        "tabs": tabs(request, "offices"),
        "offices": [_line(o, office) for o in all_offices],
        "office": office,
        "called": names.office_name(office) if office else "",
        "kind": _(KINDS.get(office.kind, office.kind)) if office else "",
        "posts": _posts(request, office, held) if office else [],
        "edit_url": with_query(reverse("desk:admin-office-edit"), at=office.path) if office and SYSTEM in held else "",
        "add_url": with_query(reverse("desk:admin-office-add"), at=office.path) if office and SYSTEM in held else "",
        "post_url": with_query(reverse("desk:admin-post-add"), at=office.path) if office and SYSTEM in held else "",
        "sheets": _sheets(held),
    }
    return render(request, "web/desk/admin/offices.html", context)


def _line(office: OfficeRow, chosen: OfficeRow | None) -> dict[str, Any]:
    return {
        "name": names.office_name(office),
        "code": office.code,
        "url": here(office.path),
        "depth": min(office.path.count(".") - 1, 3),
        "active": office.active,
        "current": office is chosen,
    }


def _sheets(held: frozenset[str]) -> list[dict[str, str]]:
    kinds = (("offices", _("单位"), SYSTEM), ("appointments", _("任职"), SECURITY))
    return [
        {
            "label": label,
            "export_url": reverse("desk:admin-sheet", args=[kind]),
            "import_url": reverse("desk:admin-import", args=[kind]) if owner in held else "",
        }
        for kind, label, owner in kinds
    ]


def _posts(request: HttpRequest, office: OfficeRow, held: frozenset[str]) -> list[dict[str, Any]]:
    standing = {"now": "", "later": _("还没开始"), "over": _("已经到期"), "away": _("请假")}

    def holder(h: administer.Holder) -> dict[str, Any]:
        may = SECURITY in held and h.standing != "over"
        return {
            "name": h.name,
            "username": h.username,
            "title": "" if english() else h.title,  # the heading says the kind of post in both languages
            "since": h.since,
            "until": h.until,
            "deputy": h.deputy,
            "away_from": h.away_from if h.standing != "over" else None,
            "away_until": h.away_until,
            "standing": standing[h.standing],
            "end_url": reverse("desk:admin-appointment", args=[h.appointment, "end"]) if may else "",
            "leave_url": reverse("desk:admin-appointment", args=[h.appointment, "leave"]) if may else "",
        }

    return [
        {
            "label": _(POSTS.get(p.kind, p.kind)),
            "holders": [holder(h) for h in p.holders],
            "empty": not any(h.standing == "now" for h in p.holders),
            "add_url": with_query(reverse("desk:admin-appoint", args=[p.id]), at=office.path)
            if SECURITY in held
            else "",
        }
        for p in administer.posts_at(actor_of(request), office.path)
    ]


class OfficeForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=80, error_messages={"required": gettext_lazy("写名称")}
    )
    short = forms.CharField(
        label=gettext_lazy("短名"),
        max_length=20,
        help_text=gettext_lazy("列表里用，几个字。"),
        error_messages={"required": gettext_lazy("写短名")},
    )
    name_en = forms.CharField(label=gettext_lazy("英文名"), max_length=120, required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=30, required=False)
    capacity = forms.IntegerField(
        label=gettext_lazy("同时能办多少件"),
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy("派单时看。"),
    )

    def clean_capacity(self) -> int:
        return self.cleaned_data["capacity"] or 0


class EditForm(OfficeForm):
    active = forms.ChoiceField(
        label=gettext_lazy("还在用吗"),
        choices=[("1", gettext_lazy("在用")), ("0", gettext_lazy("停用"))],
        widget=forms.RadioSelect,
    )

    def clean_active(self) -> bool:
        return bool(self.cleaned_data["active"] == "1")


class NewForm(OfficeForm):
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=40,
        help_text=gettext_lazy("小写字母和数字，定了就不能改。"),
        error_messages={"required": gettext_lazy("写代码")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("类型"), error_messages={"required": gettext_lazy("选类型")})
    field_order = ("code", "name", "short", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *((k, _(v)) for k, v in KINDS.items())]  # type: ignore[attr-defined]


def _asked(request: HttpRequest) -> OfficeRow:
    found = next((o for o in administer.tree(actor_of(request)) if o.path == request.GET.get("at")), None)
    if found is None:
        raise Http404
    return found


@admins(SYSTEM)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    office = _asked(request)
    first = {n: getattr(office, n) for n in ("name", "short", "name_en", "phone", "capacity")} | {
        "active": "1" if office.active else "0"
    }
    form = EditForm(data(request), initial=first)

    def act(new: dict[str, Any]) -> None:
        administer.change_office(actor_of(request), office.path, **new)
        names.forget()

    return change(request, form, act, title=_("改单位"), back=here(office.path), done=_("改好了"), button=_("保存"))


@admins(SYSTEM)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    above = _asked(request)

    def act(new: dict[str, Any]) -> None:
        administer.add_office(actor_of(request), parent=above.path, **new)
        names.forget()

    title = _("在%(name)s下面加一个单位") % {"name": names.short_name(above)}
    return change(
        request, NewForm(data(request)), act, title=title, back=here(above.path), done=_("加好了"), button=_("添加")
    )


class PostForm(forms.Form):
    use_required_attribute = False
    kind = forms.ChoiceField(label=gettext_lazy("什么岗位"), error_messages={"required": gettext_lazy("选岗位")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *((k, _(v)) for k, v in POSTS.items())]  # type: ignore[attr-defined]


@admins(SYSTEM)
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest) -> HttpResponse:
    office = _asked(request)

    def act(new: dict[str, Any]) -> None:
        administer.add_post(actor_of(request), office.path, new["kind"])

    return change(
        request,
        PostForm(data(request)),
        act,
        title=_("设岗位"),
        back=here(office.path),
        done=_("设好了"),
        button=_("设岗位"),
    )


class AppointForm(forms.Form):
    use_required_attribute = False
    user = forms.ChoiceField(label=gettext_lazy("谁"), error_messages={"required": gettext_lazy("选一个人")})
    title = forms.CharField(label=gettext_lazy("称呼"), max_length=60, required=False)
    since = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=DATE, error_messages={"required": gettext_lazy("写日期")}
    )
    until = forms.DateField(
        label=gettext_lazy("到哪天"), widget=DATE, required=False, help_text=gettext_lazy("不填就一直到有人改。")
    )
    deputy = forms.ChoiceField(
        label=gettext_lazy("正式还是代理"),
        choices=[("", gettext_lazy("正式")), ("1", gettext_lazy("代理，本人都不在时才顶上"))],
        widget=forms.RadioSelect,
        required=False,
    )


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, post: UUID) -> HttpResponse:
    office = _asked(request)
    actor = actor_of(request)
    kind = next((p.kind for p in administer.posts_at(actor, office.path) if p.id == post), None)
    if kind is None:
        raise Http404
    form = AppointForm(
        data(request), initial={"since": timezone.localdate(), "title": _(POSTS.get(kind, kind)), "deputy": ""}
    )
    options = [(str(p.user), f"{p.name}（{p.username}）") for p in people(actor, most=2_000) if p.active]
    form.fields["user"].choices = [("", "—"), *options]  # type: ignore[attr-defined]

    def act(new: dict[str, Any]) -> None:
        more = {"title": new["title"] or _(POSTS.get(kind, kind)), "since": new["since"], "until": new["until"]}
        administer.appoint(actor, post, UUID(new["user"]), deputy=bool(new["deputy"]), **more)

    title = _("%(office)s %(post)s") % {"office": names.short_name(office), "post": _(POSTS.get(kind, kind))}
    return change(
        request, form, act, title=title, back=here(office.path), done=_("安排好了，马上生效"), button=_("安排")
    )


class EndForm(forms.Form):
    use_required_attribute = False
    until = forms.DateField(
        label=gettext_lazy("最后一天"), widget=DATE, error_messages={"required": gettext_lazy("写日期")}
    )


class LeaveForm(forms.Form):
    use_required_attribute = False
    away_from = forms.DateField(
        label=gettext_lazy("从哪天起不在"),
        widget=DATE,
        required=False,
        help_text=gettext_lazy("两格都空着，就是回来了。"),
    )
    away_until = forms.DateField(label=gettext_lazy("到哪天（含）"), widget=DATE, required=False)


@admins(SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def appointment(request: HttpRequest, appointment: UUID, what: str) -> HttpResponse:
    """An appointment ends, or its holder is away and the deputies stand in."""
    if what not in {"end", "leave"}:
        raise Http404
    form = (
        EndForm(data(request), initial={"until": timezone.localdate()}) if what == "end" else LeaveForm(data(request))
    )

    def act(new: dict[str, Any]) -> None:
        administer.change_appointment(actor_of(request), appointment, what, **new)

    title = _("结束任职") if what == "end" else _("请假")
    return change(
        request, form, act, title=title, back=reverse("desk:admin-offices"), done=_("记好了，马上生效"), button=title
    )
