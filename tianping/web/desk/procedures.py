"""How a procedure goes, as it is declared: its states, who takes which step, which clocks run."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tianping.kernel.lifecycle.diagram import svg
from tianping.kernel.lifecycle.vocabulary import (
    OPEN,
    START,
    Assigned,
    Children,
    Guest,
    Kernel,
    Lapse,
    Leader,
    Party,
    Post,
)
from tianping.kernel.service import registry
from tianping.web.accounts.guards import staff_required


@staff_required
@require_GET
def procedures(request: HttpRequest, name: str = "") -> HttpResponse:
    """A procedure as it is declared: states in order, who takes which step, which clocks run."""
    rules = registry()
    if not name:
        return HttpResponseRedirect(reverse("desk:procedure", args=["intake"]))
    if not rules.has(name):
        raise Http404
    found = rules.procedure(name)
    steps = [
        {
            "label": _(s.label),
            "name": s.name,
            "from": "、".join(_state(found.states, x) for x in s.sources),
            "to": _state(found.states, s.target) if s.target else _("不变"),
            "by": "、".join(dict.fromkeys(_by(b) for b in s.by)),
        }
        for s in found.steps
    ]
    clocks = [
        {
            "label": _(t.label),
            "rule": t.rule,
            "runs": "、".join(_(found.states[s]) for s in found.states if s in t.runs),
            "pauses": "、".join(_(found.states[s]) for s in found.states if s in t.pauses),
        }
        for t in found.terms
    ]
    others = [
        {"label": _(p.label), "url": reverse("desk:procedure", args=[p.name]), "current": p.name == name, "count": None}
        for p in rules.procedures()
    ]
    return render(
        request,
        "web/desk/procedure.html",
        {
            "procedure": found,
            "label": _(found.label),
            "drawing": mark_safe(svg(found, _)),  # noqa: S308  drawn here, every word escaped
            "steps": steps,
            "clocks": clocks,
            "others": others,
        },
    )


def _state(states: Any, name: str) -> str:
    return {START: _("开始"), OPEN: _("任何时候"), "@back": _("原来的环节")}.get(name) or _(states.get(name, name))


def _by(by: Any) -> str:
    where = {
        "centre": _("中心"),
        "holder": _("承办单位"),
        "opener": _("牵头单位"),
        "root": _("全县"),
        "place": _("当地"),
    }
    posts = {
        "dispatcher": _("派单员"),
        "registrar": _("登记员"),
        "handler": _("经办人"),
        "head": _("负责人"),
        "supervisor": _("督办员"),
        "leader": _("领导"),
        "grid_worker": _("网格员"),
        "protector": _("保护专员"),
        "archivist": _("档案员"),
    }
    match by:
        case Post(kind, at):
            return f"{where[at]}{posts.get(kind, kind)}"
        case Assigned():
            return _("指定的承办人")
        case Party():
            return _("反映人")
        case Guest():
            return _("任何人")
        case Lapse():
            return _("到期自动")
        case Children() | Leader() | Kernel():
            return _("系统")
    return ""
