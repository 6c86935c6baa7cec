"""One person under two registrations: suggestions with reasons, made one or parted again. For the dispatcher."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Router, Schema, Status

from tianping.kernel.matters import merging
from tianping.kernel.matters.merging import REASONS
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.schemas import Strict

router = Router(tags=["people"])
READ, CHANGE = Access("read", kind="staff"), Access("advance", kind="staff")


class Part(Schema):
    matter: UUID
    number: str
    title: str
    role: str


class Someone(Schema):
    """`names` are told only where two are compared."""

    id: UUID
    kind: str
    merged_into: UUID | None
    parts: list[Part]
    names: list[str]


class Reason(Schema):
    code: str
    label: str


class Pair(Schema):
    one: Someone
    other: Someone
    reasons: list[Reason]


class Pairs(Schema):
    items: list[Pair]


class Merged(Schema):
    items: list[Someone]


class Compared(Schema):
    one: Someone
    other: Someone


class MergeIn(Strict):
    keep: UUID
    other: UUID
    why: Literal["checked", "asked", "papers"]


class PartIn(Strict):
    why: Literal["mistaken", "asked", "checked"]


@router.get("/subjects/alike", auth=READ, response=Pairs)
def alike(request: HttpRequest) -> dict[str, Any]:
    """Who may be one person, and why; the newest first. The look is recorded."""
    pairs = merging.probable(caller_of(request).actor)
    return {
        "items": [
            {
                "one": p.one,
                "other": p.other,
                "reasons": [{"code": r, "label": gettext(REASONS[r])} for r in p.reasons],
            }
            for p in pairs
        ]
    }


@router.get("/subjects/merged", auth=READ, response=Merged)
def merged(request: HttpRequest) -> dict[str, Any]:
    """Those in sight who were merged into another."""
    return {"items": [one for one, _into in merging.merged(caller_of(request).actor)]}


@router.get("/subjects/{uuid:one}/beside/{uuid:other}", auth=READ, response=Compared)
def compare(request: HttpRequest, one: UUID, other: UUID) -> dict[str, Any]:
    """Both with the names they gave. The read is recorded for each of their matters."""
    found = merging.compare(caller_of(request).actor, one, other)
    return {"one": found[0], "other": found[1]}


@router.post("/subjects/merge", auth=CHANGE, response={204: None})
def merge(request: HttpRequest, body: MergeIn) -> Status[None]:
    """One person from now on, found by the identifiers of both. It stands in the record of changes."""
    merging.merge(caller_of(request).actor, body.keep, body.other, body.why)
    return Status(204, None)


@router.post("/subjects/{uuid:subject}/part", auth=CHANGE, response={204: None})
def part(request: HttpRequest, subject: UUID, body: PartIn) -> Status[None]:
    """Two persons after all: this one stands for itself again."""
    merging.part(caller_of(request).actor, subject, body.why)
    return Status(204, None)
