"""Staff: lists, one matter, its entries and steps. Each read of personal data names its purpose and leaves a record."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Query as QueryParam
from ninja import Router, Status

from tianping.kernel.service import Query, advance, reveal, show, worklist
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


def _query(view: str, filters: Filters) -> Query:
    asked = filters.model_dump()
    many = {
        f"{name}s" if name != "category" else "categories": tuple(asked.pop(name))
        for name in ("state", "category", "grade", "channel")
    }
    texts = {name: asked.pop(name) or "" for name in ("holder", "place_path", "late")}
    return Query(view=view, **many, **texts, **asked)  # type: ignore[arg-type]


def _page(request: HttpRequest, query: Query) -> dict[str, Any]:
    page = worklist(caller_of(request).actor, query)
    return {"items": page.rows, "next": page.next}


@router.get("/worklist", auth=READ, response=Rows)
def waits_for_me(request: HttpRequest, filters: QueryParam[Filters]) -> dict[str, Any]:
    """What waits for the caller, most urgent first."""
    return _page(request, _query("todo", filters))


@router.get("/matters", auth=READ, response=Rows)
def in_sight(request: HttpRequest, filters: QueryParam[SightFilters]) -> dict[str, Any]:
    """What the caller's post looks over, or what was sent to it."""
    return _page(request, _query("sight", filters))


@router.get("/matters/{uuid:matter}", auth=READ, response=Matter)
def one_matter(request: HttpRequest, matter: UUID, purpose: Purpose) -> dict[str, Any]:
    """One matter with facts, proceedings, clocks and what may be done. The read is recorded with its purpose."""
    return shaping.matter(show(caller_of(request).actor, matter, purpose))


@router.get("/matters/{uuid:matter}/entries", auth=READ, response=Entries)
def entries(request: HttpRequest, matter: UUID, purpose: Purpose) -> dict[str, Any]:
    """Every step that was taken, newest first. The read is recorded with its purpose."""
    view = show(caller_of(request).actor, matter, purpose)
    return {"items": [shaping.entry(e) for e in view.entries]}


@router.post("/matters/{uuid:matter}/reveal", auth=READ, response=Revealed)
def reveal_value(request: HttpRequest, matter: UUID, body: RevealIn) -> dict[str, Any]:
    """One masked value (a phone, a number of identity), opened for a purpose and recorded."""
    return {
        "concept": body.concept,
        "value": reveal(caller_of(request).actor, matter, body.concept, body.purpose, body.entry),
    }


@router.get("/matters/{uuid:matter}/offers", auth=READ, response=list[ProceedingOffers])
def offered(request: HttpRequest, matter: UUID) -> list[dict[str, Any]]:
    """What the caller may do in each open proceeding."""
    return offers_of(caller_of(request).actor, matter)


@router.get("/matters/{uuid:matter}/verify", auth=READ, response=Verified)
def verify(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """Whether the chain of its entries is whole, computed now from the stored bytes."""
    found = faults_of(caller_of(request).actor, matter)
    faults = [
        {"kind": f.kind, "seq": f.seq, "last_seq": f.last_seq, "entry": f.entry_id, "sentence": gettext(f.sentence)}
        for f in found
    ]
    return {"whole": not faults, "faults": faults}


@router.post(
    "/proceedings/{uuid:proceeding}/steps/{step}", auth=Access("advance"), response={201: Receipt, 200: Receipt}
)
def take_step(
    request: HttpRequest, proceeding: UUID, step: str, body: StepIn, key: str = KEY
) -> Status[dict[str, Any]]:
    """Take one step. Which form it takes stands in the procedure's declaration."""
    actor = caller_of(request).actor
    return receipt(
        advance(proceeding, named(step), actor=actor, form=plain(body.form), key=key, happened_at=body.happened_at)
    )
