"""What everybody may know: procedures with steps, forms, clocks and rights; categories, grades, offices; places."""

# ruff: noqa: ARG001  # the framework hands every view its request

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.vocabulary import Assigned, By, Children, Guest, Kernel, Lapse, Leader, Party, Post, Step
from tianping.kernel.packs.schema import local
from tianping.kernel.service import book, locate, offices, registry
from tianping.web.api import reads, shapes
from tianping.web.api.callers import Access
from tianping.web.api.forms import schema_of
from tianping.web.api.problems import Problem
from tianping.web.limits import LOOK_UPS

router = Router(tags=["declarations"])
places = Router(tags=["places"])
ANYBODY = Access(guests=True)


def _by(by: By) -> dict[str, Any]:
    """One clause of the permission table."""
    match by:
        case Post(kind, at):
            return {"who": "post", "kind": kind, "at": at}
        case Assigned(role):
            return {"who": "assigned", "kind": role}
        case Party(role, every, proof):
            return {"who": "party", "kind": role, "every": every, "proof": proof}
        case Guest():
            return {"who": "anybody"}
        case Lapse(term):
            return {"who": "clock", "kind": term}
        case Children(slot, outcomes, every):
            return {"who": "children", "kind": slot, "outcomes": sorted(outcomes), "every": every}
        case Leader(steps):
            return {"who": "leader", "outcomes": sorted(steps)}
        case Kernel():
            return {"who": "kernel"}


def _step(step: Step, codes: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "name": step.name,
        "label": gettext(step.label),
        "sources": list(step.sources),
        "target": step.target,
        "automatic": step.automatic,
        "danger": step.danger,
        "reversible": step.reversible,
        "public": gettext(step.public) if step.public else "",
        "guards": [gettext(registry().guards[name].refusal) for name in step.guards],
        "by": [_by(b) for b in step.by],
        "form": schema_of(step, registry(), codes),
    }


def _summary(procedure: Procedure) -> dict[str, Any]:
    return {
        "name": procedure.name,
        "label": gettext(procedure.label),
        "version": procedure.version,
        "digest": procedure.digest,
        "states": [
            {"name": name, "label": gettext(label), "final": procedure.final.get(name, "")}
            for name, label in procedure.states.items()
        ],
    }


@router.get("/procedures", auth=ANYBODY, response=shapes.Procedures, summary=_("有哪些程序"))
def procedures(request: HttpRequest) -> dict[str, Any]:
    """The procedures of this deployment, newest versions."""
    return {"items": [_summary(p) for p in registry().procedures()]}


@router.get(
    "/procedures/{name}",
    auth=ANYBODY,
    response=shapes.Procedure,
    summary=_("一个程序的全部声明：环节、步骤、表单、时限"),
)
def procedure(request: HttpRequest, name: str) -> dict[str, Any]:
    """One declaration whole: states, steps with their forms and who may take them, and clocks."""
    if not registry().has(name):
        raise Problem("unknown", _("没有这个程序"))
    found = registry().procedure(name)
    codes = reads.codes(settings.JURISDICTION)
    terms = [
        {
            "name": t.name,
            "label": gettext(t.label),
            "rule": t.rule,
            "runs": sorted(t.runs),
            "pauses": sorted(t.pauses),
            "restarts": sorted(t.restarts),
            "promised": t.promised,
        }
        for t in found.terms
    ]
    return _summary(found) | {"steps": [_step(s, codes) for s in found.steps], "terms": terms}


@router.get("/categories", auth=ANYBODY, response=shapes.Categories, summary=_("事项类别，连同对应的标准代码"))
def categories(request: HttpRequest) -> dict[str, Any]:
    """Classes and leaves of today's taxonomy, with the standards' codes they map to and how far these were checked."""
    found = book(settings.JURISDICTION).categories()
    return {
        "items": [
            {
                "code": c.code,
                "name": local(c, "name"),
                "parent": c.parent,
                "event_type": c.event_type,
                "city_matter": c.city_matter,
                "civil_cause": c.civil_cause,
                "protected": c.protected,
                "dispute": c.dispute,
                "source": c.source,
                "verified": c.verified,
            }
            for c in found
        ]
    }


@router.get("/grades", auth=ANYBODY, response=shapes.Grades, summary=_("事项等级"))
def grades(request: HttpRequest) -> dict[str, Any]:
    """Grades of matters, most urgent first; never of people."""
    found = book(settings.JURISDICTION).grades()
    return {
        "items": [
            {
                "code": g.code,
                "name": local(g, "name"),
                "label": local(g, "label"),
                "criteria": local(g, "criteria"),
                "term": g.term,
            }
            for g in found
        ]
    }


@router.get("/agencies", auth=ANYBODY, response=shapes.Agencies, summary=_("单位"))
def agencies(request: HttpRequest) -> dict[str, Any]:
    """The offices, by path."""
    english = (get_language() or "").startswith("en")
    return {
        "items": [
            {
                "code": a.code,
                "path": a.path,
                "name": (english and a.name_en) or a.name,
                "short_name": a.short,
                "kind": a.kind,
                "phone": a.phone,
            }
            for a in offices(settings.JURISDICTION)
        ]
    }


@places.get(
    "/locate",
    auth=Access(guests=True, limit=LOOK_UPS),
    response=shapes.Place,
    summary=_("一个点或一句地点归哪个网格、哪个单位"),
)
def find_place(request: HttpRequest, where: Query[shapes.Where]) -> dict[str, Any]:
    """The grid and office of a point, or of words for a place; 404 where neither says enough."""
    point = [str(where.lon), str(where.lat)] if where.lon is not None and where.lat is not None else None
    if point is None and not where.words:
        raise Problem("form", _("请给出经纬度，或者地点的文字"), {"words": _("请填写这一项")})
    found = locate(settings.JURISDICTION, point, where.words)
    if found is None:
        raise Problem("unknown", _("没有认出这个地点，请说得再细一些"))
    return {
        "grid": found.grid,
        "agency_path": found.agency_path,
        "address": found.address,
        "reason": gettext(found.reason),
    }
