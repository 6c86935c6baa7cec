"""What staff do beside one matter: advice, bulk steps, a list taken out, lists and notices of their own."""

from typing import Any, Final
from uuid import UUID, uuid5

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query as QueryParam
from ninja import Router, Status

from tianping.kernel.service import Alike, Query, RefusedError, Row, advance, alike, alike_to, drawn, show, worklist
from tianping.web.api import desk_shapes as shapes
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.document import binary_answer
from tianping.web.api.forms import named, plain
from tianping.web.api.matters import query_of
from tianping.web.api.once import Answer, once
from tianping.web.api.problems import NOT_FOUND, Problem
from tianping.web.api.reports import KEY
from tianping.web.desk import query as asking
from tianping.web.desk.bulk import told
from tianping.web.desk.counsel import counsel
from tianping.web.desk.exporting import MOST, XLSX, book_of
from tianping.web.desk.keeping import drop, keep, saved_of
from tianping.web.desk.names import Names
from tianping.web.desk.register import RECEIVING
from tianping.web.desk.saved import LONGEST
from tianping.web.desk.saved import MOST as MOST_SAVED

router = Router(tags=["desk"])
OWN: Final = Access("own", kind="staff")


@router.get(
    "/matters/{uuid:matter}/counsel",
    auth=Access("read", kind="staff", posts=("dispatcher",)),
    response=shapes.Counsel,
    summary=_("这件事派给谁合适，连同理由"),
)
def advice(request: HttpRequest, matter: UUID, asked: QueryParam[shapes.CounselFor]) -> dict[str, Any]:
    """As the dispatcher's board tells it. The matter is read for it, which is recorded."""
    actor = caller_of(request).actor
    view = show(actor, matter, "dispatch")
    found = counsel(
        actor,
        Names(actor.jurisdiction),
        view,
        category=asked.category or view.row["category"],
        grade=asked.grade or view.row["grade"],
        office=asked.office or "",
    )
    first = found.first and {
        "path": found.path,
        "agency": found.first["agency"],
        "by_hand": found.first["by_hand"],
        "reasons": found.first["reasons"],
    }
    return {"suggestion": first, "offices": found.offices}


@router.get(
    "/matters/{uuid:matter}/alike",
    auth=Access("read", kind="staff"),
    response=shapes.Likenesses,
    summary=_("可能说的是同一件事的"),
)
def alike_here(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """In the caller's sight, with the reason. Nobody but a person joins them."""
    return {"items": [_likeness(a) for a in alike(caller_of(request).actor, matter)]}


@router.post(
    "/alike",
    auth=Access("read", kind="staff", posts=RECEIVING),
    response=shapes.Likenesses,
    summary=_("登记之前查一查：是不是早就登记过"),
)
def alike_before(request: HttpRequest, body: shapes.AlikeIn) -> dict[str, Any]:
    """By words, telephone or place. A search by telephone is recorded; nothing is changed."""
    return {"items": [_likeness(a) for a in alike_to(caller_of(request).actor, **body.model_dump())]}


def _likeness(found: Alike) -> dict[str, Any]:
    columns = ("matter", "number", "title", "procedure", "state", "opened_at", "closed", "following")
    return {name: getattr(found, name) for name in columns} | {"reasons": [gettext(r) for r in found.reasons]}


@router.post(
    "/bulk",
    auth=Access("advance", kind="staff"),
    response=shapes.Bulk,
    summary=_("同一步办许多件，一件一件各算各的"),
)
def bulk(request: HttpRequest, body: shapes.BulkIn, key: str = KEY) -> dict[str, Any]:
    """Up to 200 of what waits for the caller. A key of its own for each, made of yours: sent again, nothing is done twice."""
    actor, step, form = caller_of(request).actor, named(body.step), plain(body.form)
    wanted = list(dict.fromkeys(body.matters))
    rows: dict[UUID, Row] = {
        r.matter: r for r in worklist(actor, Query(ids=tuple(wanted), limit=200, open_only=False)).rows if r.proceeding
    }
    done, refused = [], []
    for matter in wanted:
        row = rows.get(matter)
        if row is None or row.proceeding is None:
            refused.append({"matter": matter, "number": "", "detail": gettext(NOT_FOUND)})
            continue
        try:
            receipt = advance(row.proceeding, step, actor=actor, form=form, key=str(uuid5(row.proceeding, key)))
        except RefusedError as error:
            refused.append({"matter": matter, "number": row.number, "detail": told(error)})
        else:
            done.append({"matter": matter, "proceeding": row.proceeding, "entry": receipt.entry, "number": row.number})
    return {"done": done, "refused": refused}


@router.get(
    "/export",
    auth=Access("export", kind="staff"),
    response={200: None},
    summary=_("把清单取成 Excel，留下导出记录"),
    openapi_extra=binary_answer(XLSX),
)
def export(request: HttpRequest, filters: QueryParam[shapes.ExportFilters]) -> HttpResponseBase:
    """Up to 10,000 rows in the list's own order; how many, by whom and what for is recorded first."""
    actor, view, purpose = caller_of(request).actor, filters.view, filters.purpose
    query = query_of(actor, view, filters, apart={"view", "purpose"})
    return book_of(drawn(actor, query, purpose=purpose, what=["title", "place"], most=MOST), actor.jurisdiction)


# ── lists of one's own ───────────────────────────────────────────────────────────────────────────────────────────
@router.get("/saved", auth=OWN, response=shapes.SavedLists, summary=_("自己存的常用清单"))
def saved(request: HttpRequest) -> dict[str, Any]:
    """A name and the question, never its answer."""
    return {"items": saved_of(caller_of(request).actor)}


@router.post(
    "/saved", auth=OWN, response={201: shapes.Kept, 200: shapes.Kept}, summary=_("存一个常用清单，同名的换成新的")
)
def save(request: HttpRequest, body: shapes.SavedIn, key: str = KEY) -> Status[Answer]:
    """Words of a search may be somebody's name: they are left out."""
    actor = caller_of(request).actor
    get = asking.asked(body.address)
    for name in asking.NOT_SAVED:
        get.pop(name, None)
    address, name = get.urlencode(), body.name.strip()

    def write() -> Answer:
        if len(address) > LONGEST:
            raise Problem("form", _("太长了"), {"address": _("太长了")})
        held = {s.name for s in saved_of(actor)}
        if len(held) >= MOST_SAVED and name not in held:
            raise Problem("form", _("最多存12个，先去掉一个不用的"), {"name": _("最多存12个，先去掉一个不用的")})
        keep(actor, name, address)
        return {"name": name, "address": address}

    return once(request, key, body.model_dump(), write)


@router.delete(
    "/saved/{uuid:saved}", auth=OWN, response={201: shapes.Dropped, 200: shapes.Dropped}, summary=_("去掉一个常用清单")
)
def forget(request: HttpRequest, saved: UUID, key: str = KEY) -> Status[Answer]:
    """One of one's own; somebody else's does not exist."""
    actor = caller_of(request).actor

    def write() -> Answer:
        if all(s.id != saved for s in saved_of(actor)):
            raise Problem("unknown", _("没有这个清单"))
        drop(actor, saved)
        return {"id": str(saved)}

    return once(request, key, {}, write)
