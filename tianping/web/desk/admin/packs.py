"""The packs, to be read: what rules hold today, where each comes from and how it was verified."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tianping.kernel.agencies.administer import AUDITOR, SYSTEM
from tianping.kernel.packs import browse
from tianping.web.accounts.asking import actor_of
from tianping.web.desk.admin.frame import EDITOR, admins, tabs
from tianping.web.desk.present import with_query


def labels() -> dict[str, str]:
    return {
        "address": _("地址"), "agency": _("单位"), "answer_template": _("答复模板"), "calendar": _("日历"), "category": _("类别"),
        "case_type_mark": _("案件类型代字"), "city_component": _("部件"), "city_matter": _("城管事件"), "civil_cause": _("民事案由"),
        "division": _("区划"), "event_scale": _("分级"), "event_type": _("事件分类"), "grade": _("等级"), "grid": _("网格"),
        "office_name": _("机关名称"), "retention": _("保管期限"), "routing": _("派单规则"), "term_rule": _("时限规则"),
    }  # fmt: skip


def marks() -> dict[str, tuple[str, str]]:
    """Verified how: the shape and the word."""
    return {"V": ("done", _("对过原文")), "V2": ("", _("对过转载")), "U": ("soon", _("没有核实"))}


@admins(EDITOR, SYSTEM, AUDITOR)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    jurisdiction = actor_of(request).jurisdiction
    kinds = browse.kinds(jurisdiction)
    known = {kind for kind, _count, _unsure in kinds}
    kind = request.GET.get("kind", "")
    kind = kind if kind in known else "term_rule" if "term_rule" in known else next(iter(sorted(known)), "")
    text = request.GET.get("q", "").strip()[:40]
    unsure = request.GET.get("unsure") == "1"
    lines = browse.lines(jurisdiction, kind, text, unsure=unsure)
    context = {
        "tabs": tabs(request, "packs"),
        "kinds": [
            {"label": labels().get(k, k), "url": with_query(request.path, kind=k), "count": count, "current": k == kind}
            for k, count, _unsure in kinds
        ],
        "label": labels().get(kind, kind),
        "kind": kind,
        "lines": [_line(line) for line in lines],
        "more": len(lines) == browse.PAGE,
        "text": text,
        "unsure": unsure,
        "unsure_count": next((u for k, _count, u in kinds if k == kind), 0),
        "unsure_url": with_query(request.path, kind=kind, unsure="" if unsure else "1"),
        "releases": browse.releases(jurisdiction),
    }
    return render(request, "web/desk/admin/packs.html", context)


def _line(line: browse.PackLine) -> dict[str, Any]:
    shape, word = marks().get(line.verified, ("", line.verified))
    hidden = {"code", "name", "title", "source", "verified", "effective_from", "effective_to"}
    rest = {k: v for k, v in line.body.items() if k not in hidden and v not in (None, "", [], {})}
    return {
        "code": line.code,
        "name": line.name,
        "since": line.since,
        "until": line.until,
        "source": line.source,
        "shape": shape,
        "word": word,
        "pack": line.pack,
        "rest": json.dumps(rest, ensure_ascii=False, indent=1) if rest else "",
    }
