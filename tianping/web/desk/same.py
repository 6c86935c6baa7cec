"""One person under two registrations: what looks alike, side by side with the reasons, made one or parted again."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tianping.kernel.lifecycle.concepts import ROLES
from tianping.kernel.matters import merging
from tianping.kernel.matters.merging import APART, KEEPER, REASONS, WHY, Someone
from tianping.kernel.service import RefusedError
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.desk.admin.frame import refuse
from tianping.web.desk.steps import sheet, to

SHOWN: Final = 3  # matters of one person; the rest is a number


class WhyForm(forms.Form):
    use_required_attribute = False
    why = forms.ChoiceField(
        label=gettext_lazy("理由"), widget=forms.RadioSelect, error_messages={"required": gettext_lazy("请选一项理由")}
    )

    def __init__(self, reasons: dict[str, str], *args: Any) -> None:
        super().__init__(*args)
        self.fields["why"].choices = [(code, _(text)) for code, text in reasons.items()]  # type: ignore[attr-defined]


@post_required(KEEPER)
@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    pairs = [
        {
            "one": shown(p.one),
            "other": shown(p.other),
            "why": "、".join(_(REASONS[r]) for r in p.reasons),
            "url": reverse("desk:same-merge", args=[p.one.id, p.other.id]),
        }
        for p in merging.probable(actor)
    ]
    done = [
        {"one": shown(into), "other": shown(one), "url": reverse("desk:same-part", args=[one.id])}
        for one, into in merging.merged(actor)
    ]
    return render(request, "web/desk/same.html", {"pairs": pairs, "merged": done})


def shown(someone: Someone) -> dict[str, Any]:
    roles = dict(ROLES)
    parts = [
        {
            "number": p.number,
            "title": p.title or _("（没有标题）"),
            "role": _(roles.get(p.role, p.role)),
            "url": reverse("desk:matter", args=[p.matter]),
        }
        for p in someone.parts
    ]
    return {"parts": parts[:SHOWN], "more": len(parts[SHOWN:]), "names": "、".join(someone.names)}


@post_required(KEEPER)
@never_cache
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, one: UUID, other: UUID) -> HttpResponse:
    """Both with their names, which is a recorded read; a reason makes them one."""
    actor, back = actor_of(request), reverse("desk:same")
    form = WhyForm(WHY, request.POST if request.method == "POST" else None)
    try:
        people = merging.compare(actor, one, other)
        if form.is_valid():
            merging.merge(actor, one, other, form.cleaned_data["why"])
            messages.success(request, _("合成一个人了，用哪边的电话、证件都找得到。认错了可以分开。"))
            return to(request, back)
    except RefusedError as error:
        _hidden(error)
        refuse(form, error)
        people = merging.compare(actor, one, other)
    context = {"form": form, "one": shown(people[0]), "other": shown(people[1]), "back": back}
    return render(request, "web/desk/same_merge.html", context, status=422 if form.is_bound else 200)


@post_required(KEEPER)
@never_cache
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, subject: UUID) -> HttpResponse:
    """They are two, after all."""
    actor, back = actor_of(request), reverse("desk:same")
    form = WhyForm(APART, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            merging.part(actor, subject, form.cleaned_data["why"])
        except RefusedError as error:  # nobody, or not merged: there is no such page
            raise Http404 from error
        messages.success(request, _("分开了，各是各的。"))
        return to(request, back)
    return sheet(request, form, _("分开，不是同一个人"), request.path, back, button=_("分开"), cancel=_("不改了"))


def _hidden(error: RefusedError) -> None:
    if error.reason in {"unknown", "right"}:
        raise Http404 from error
