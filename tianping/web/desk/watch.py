"""Over the whole: what is late, returned, reopened, supervised; the figures; who read what; how a procedure goes."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

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
from tianping.kernel.service import PURPOSES, Query, audit, figures, registry, worklist
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required, staff_required
from tianping.web.desk.present import list_rows, with_query

PERIODS = {"7": 7, "30": 30, "90": 90, "365": 365}
BULK_ROWS, BULK_MATTERS, BULK_MINUTES = 100, 60, 10


@post_required("supervisor", "leader")
@require_GET
def supervise(request: HttpRequest) -> HttpResponse:
    """Four lists side by side, each with the way to all of it."""
    actor = actor_of(request)
    now = timezone.now()
    parts = [
        (_("逾期"), Query(view="sight", late="overdue", limit=10), "overdue"),
        (_("快到期"), Query(view="sight", late="soon", limit=10), "soon"),
        (_("退回过"), Query(view="sight", returned=True, limit=10), "returned"),
        (_("正在督办"), Query(view="sight", supervised=True, limit=10), "supervised"),
    ]
    lists = [
        {
            "name": name,
            "rows": list_rows(worklist(actor, query).rows, actor, now, ""),
            "url": with_query(reverse("desk:worklist"), scope="sight", view=view),
        }
        for name, query, view in parts
    ]
    return render(request, "web/desk/supervise.html", {"lists": lists})


@post_required("supervisor", "leader", "dispatcher")
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    chosen = request.GET.get("days", "30")
    days = PERIODS.get(chosen, 30)
    until = timezone.now()
    tiles = [
        {
            "figure": _percent(f.part, f.whole) if f.whole is not None else f.part,
            "unit": "%" if f.whole is not None else _(f.unit),
            "name": _(f.name),
            "url": f"{reverse('desk:worklist')}?{f.query}",
            "meaning": _(f.meaning),
            "state": "",
            "change": _("%(part)s件，共%(whole)s件") % {"part": f.part, "whole": f.whole}
            if f.whole is not None
            else "",
        }
        for f in figures(actor, until - timedelta(days=days), until)
    ]
    periods = [
        {"label": _("近%(n)s天") % {"n": n}, "url": f"?days={d}", "current": n == days, "count": None}
        for d, n in PERIODS.items()
    ]
    return render(request, "web/desk/figures.html", {"tiles": tiles, "periods": periods})


def _percent(part: int, whole: int | None) -> str:
    return f"{100 * part / whole:.1f}" if whole else "—"


@post_required("auditor")
@require_GET
def readers(request: HttpRequest) -> HttpResponse:
    """The auditor's page: who read what, for what, and who read unusually much."""
    actor = actor_of(request)
    found = audit(
        actor,
        person=request.GET.get("person", ""),
        purpose=request.GET.get("purpose", ""),
        number=request.GET.get("number", ""),
        day=request.GET.get("day", ""),
        before=request.GET.get("before", ""),
    )
    if request.GET.get("format") == "csv":
        return _csv(found.rows)
    following = with_query(
        request.path,
        **{k: request.GET[k] for k in ("person", "purpose", "number", "day") if request.GET.get(k)},
        before=found.next,
    )
    return render(
        request,
        "web/desk/audit.html",
        {
            "rows": [r | {"purpose": _(PURPOSES.get(r["purpose"], r["purpose"]))} for r in found.rows],
            "alarms": found.alarms,
            "purposes": [(k, _(v)) for k, v in PURPOSES.items()],
            "asked": request.GET,
            "next_url": following if found.next else "",
            "csv_url": with_query(
                request.path,
                format="csv",
                **{k: request.GET[k] for k in ("person", "purpose", "number", "day") if request.GET.get(k)},
            ),
        },
    )


def _csv(rows: list[dict[str, Any]]) -> HttpResponse:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([_("时间"), _("谁"), _("单位"), _("用途"), _("编号"), _("看了什么"), _("行数")])
    for row in rows:
        cells = [
            timezone.localtime(row["at"]).isoformat(),
            row["name"],
            row["agency"],
            _(PURPOSES.get(row["purpose"], row["purpose"])),
            row["number"],
            " ".join(row["what"]),
            str(row["rows"]),
        ]
        writer.writerow(["'" + c if c[:1] in "=+-@" else c for c in cells])
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


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
            "by": "、".join(_by(b) for b in s.by),
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
            "states": [(s, _(t), s in found.final) for s, t in found.states.items()],
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
