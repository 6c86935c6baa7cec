"""Staff: lists, one matter, its entries and steps. Each read of personal data names its purpose and leaves a record."""

from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query as QueryParam
from ninja import Router, Status

from tianping.capabilities.search.find import find
from tianping.kernel.matters.proof.words import said
from tianping.kernel.service import Actor, Query, advance, behind, reveal, show, worklist
from tianping.web.api import shaping
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.forms import named, plain
from tianping.web.api.reads import faults_of, offers_of
from tianping.web.api.reports import KEY, receipt
from tianping.web.api.schemas import (
    Entries,
    Filters,
    Matter,
    ProceedingOffers,
    Purpose,
    Receipt,
    Revealed,
    RevealIn,
    Rows,
    SightFilters,
    StepIn,
    Verified,
)

router = Router(tags=["matters"])
READ = Access("read", kind="staff")


def query_of(
    actor: Actor, view: Literal["todo", "sight"], filters: Filters, apart: frozenset[str] | set[str] = frozenset()
) -> Query:
    """What is asked of a list. `apart`: fields of `filters` that are not the query's."""
    asked = filters.model_dump(exclude=set(apart))
    many = {
        f"{name}s" if name != "category" else "categories": tuple(asked.pop(name))
        for name in ("state", "category", "grade", "channel")
    }
    texts = {name: asked.pop(name) or "" for name in ("holder", "place_path", "late")}
    words, figure = asked.pop("q").strip(), asked.pop("of", None)
    query = Query(view=view, **many, **texts, **asked)  # type: ignore[arg-type]
    if words:
        return replace(query, ids=tuple(find(actor, words)))
    if figure:
        ids = behind(actor, figure, query.opened_from, query.opened_until)
        return replace(query, ids=tuple(ids), open_only=False, opened_from=None, opened_until=None)
    return query


def _page(request: HttpRequest, view: Literal["todo", "sight"], filters: Filters) -> dict[str, Any]:
    actor = caller_of(request).actor
    page = worklist(actor, query_of(actor, view, filters))
    return {"items": page.rows, "next": page.next}


@router.get("/worklist", auth=READ, response=Rows, summary=_("等我办的，急的在前"))
def waits_for_me(request: HttpRequest, filters: QueryParam[Filters]) -> dict[str, Any]:
    """What waits for the caller, most urgent first."""
    return _page(request, "todo", filters)


@router.get("/matters", auth=READ, response=Rows, summary=_("看得见的事项"))
def in_sight(request: HttpRequest, filters: QueryParam[SightFilters]) -> dict[str, Any]:
    """What the caller's post looks over, or what was sent to it."""
    return _page(request, "sight", filters)


@router.get("/matters/{uuid:matter}", auth=READ, response=Matter, summary=_("一件事：要素、程序、时限、能办什么"))
def one_matter(request: HttpRequest, matter: UUID, purpose: Purpose) -> dict[str, Any]:
    """One matter with facts, proceedings, clocks and what may be done. The read is recorded with its purpose."""
    return shaping.matter(show(caller_of(request).actor, matter, purpose))


@router.get("/matters/{uuid:matter}/entries", auth=READ, response=Entries, summary=_("一件事的流转记录，新的在前"))
def entries(request: HttpRequest, matter: UUID, purpose: Purpose) -> dict[str, Any]:
    """Every step that was taken, newest first. The read is recorded with its purpose."""
    view = show(caller_of(request).actor, matter, purpose)
    return {"items": [shaping.entry(e) for e in view.entries]}


@router.post(
    "/matters/{uuid:matter}/reveal",
    auth=READ,
    response=Revealed,
    summary=_("打开一项遮住的内容（电话、证件号），留下记录"),
)
def reveal_value(request: HttpRequest, matter: UUID, body: RevealIn) -> dict[str, Any]:
    """One masked value (a phone, a number of identity), opened for a purpose and recorded."""
    return {
        "concept": body.concept,
        "value": reveal(caller_of(request).actor, matter, body.concept, body.purpose, body.entry),
    }


@router.get("/matters/{uuid:matter}/offers", auth=READ, response=list[ProceedingOffers], summary=_("现在能办哪些步骤"))
def offered(request: HttpRequest, matter: UUID) -> list[dict[str, Any]]:
    """What the caller may do in each open proceeding."""
    return offers_of(caller_of(request).actor, matter)


@router.get("/matters/{uuid:matter}/verify", auth=READ, response=Verified, summary=_("核验这件事的记录有没有被改过"))
def verify(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """Whether the chain of its entries is whole, computed now from the stored bytes."""
    found = faults_of(caller_of(request).actor, matter)
    faults = [
        {"kind": f.kind, "seq": f.seq, "last_seq": f.last_seq, "entry": f.entry_id, "sentence": said(f, gettext)}
        for f in found
    ]
    return {"whole": not faults, "faults": faults}


@router.post(
    "/proceedings/{uuid:proceeding}/steps/{step}",
    auth=Access("advance"),
    response={201: Receipt, 200: Receipt},
    summary=_("办一步；表单看程序的声明"),
)
def take_step(
    request: HttpRequest, proceeding: UUID, step: str, body: StepIn, key: str = KEY
) -> Status[dict[str, Any]]:
    """Take one step. Which form it takes stands in the procedure's declaration."""
    actor = caller_of(request).actor
    return receipt(
        advance(proceeding, named(step), actor=actor, form=plain(body.form), key=key, happened_at=body.happened_at)
    )
