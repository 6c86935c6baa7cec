"""Signs for doors and grids: whoever scans one reports from that place. Listed, picked, printed several a page."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tianping.kernel.service import book
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.desk.exporting import workbook
from tianping.web.desk.names import Names
from tianping.web.desk.present import with_query

PAGE: Final = 50
MOST: Final = 400  # signs in one print: fifty sheets
A_SHEET: Final = 8
WHO: Final = ("dispatcher", "system_admin")


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    kind: str  # grid or door
    grid: str


def _places(request: HttpRequest) -> tuple[list[Place], dict[str, str]]:
    """Those asked for, grids first; and the names of all grids by code."""
    pack = book(actor_of(request).jurisdiction)
    grids = {row.code: row.name for row in pack.rows("grid")}
    found = [Place(code, name, "grid", code) for code, name in grids.items()]
    found += [Place(row.code, row.address, "door", row.grid) for row in pack.rows("address")]
    words, kind, grid = (request.GET.get(n, "").strip() for n in ("q", "kind", "grid"))
    return [
        p
        for p in found
        if (not words or words in p.name or words in p.code)
        and (kind not in {"grid", "door"} or p.kind == kind)
        and (not grid or p.grid == grid)
    ], grids


def _kept(request: HttpRequest) -> dict[str, str]:
    return {n: request.GET[n] for n in ("q", "kind", "grid") if request.GET.get(n)}


def _address(request: HttpRequest, place: Place) -> str:
    return request.build_absolute_uri(reverse("citizen:at", args=[place.code]))


@post_required(*WHO)
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    places, grids = _places(request)
    if request.GET.get("format") == "xlsx":
        rows = [(p.code, p.name, grids.get(p.grid, ""), _address(request, p)) for p in places]
        return workbook(
            _("门牌.xlsx"), [_("编号"), _("地点"), _("网格"), _("扫码去的地址")], rows, widths={1: 40, 3: 50}
        )
    kept = _kept(request)
    number = max(int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1, 1)
    shown = places[(number - 1) * PAGE : number * PAGE]
    context = {
        "rows": [{"code": p.code, "name": p.name, "grid": grids.get(p.grid, ""), "kind": p.kind} for p in shown],
        "count": len(places),
        "views": _views(kept),
        "grids": sorted(grids.items()),
        "asked": kept,
        "export_url": with_query("", **kept, format="xlsx"),
        "next_url": with_query("", **kept, page=number + 1) if number * PAGE < len(places) else "",
        "previous_url": with_query("", **kept, page=number - 1) if number > 1 and shown else "",
        "most": MOST,
    }
    return render(request, "web/desk/signs.html", context)


def _views(kept: dict[str, str]) -> list[dict[str, Any]]:
    kinds = (("", _("全部")), ("grid", _("网格")), ("door", _("门牌")))
    rest = {n: v for n, v in kept.items() if n != "kind"}
    chosen = kept.get("kind", "")
    return [
        {"label": label, "url": f"?{urlencode(rest | {'kind': kind})}", "count": None, "current": kind == chosen}
        for kind, label in kinds
    ]


@post_required(*WHO)
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """A4, eight a sheet, with all that the list holds or what was ticked of it."""
    places, _grids = _places(request)
    ticked = set(request.GET.getlist("code"))
    if "all" not in request.GET:
        places = [p for p in places if p.code in ticked]
    actor = actor_of(request)
    centre = next((o for o in Names(actor.jurisdiction).offices.values() if o.kind == "centre"), None)
    signs = [{"name": p.name, "code": p.code, "url": _address(request, p), "kind": p.kind} for p in places[:MOST]]
    context = {
        "sheets": [signs[n : n + A_SHEET] for n in range(0, len(signs), A_SHEET)],
        "count": len(signs),
        "left_out": max(len(places) - MOST, 0),
        "phone": centre.phone if centre else "",
        "back": with_query(reverse("desk:signs"), **_kept(request)),
    }
    return render(request, "web/desk/signs_sheet.html", context)
