"""One person under two registrations: suggestions with reasons, made one or parted again. For the dispatcher."""

from typing import Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema, Status

from tianping.kernel.matters import merging
from tianping.kernel.matters.merging import REASONS
from tianping.web.api.admin_shapes import Changed
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.once import Answer, once
from tianping.web.api.reports import KEY
from tianping.web.api.schemas import Strict

router = Router(tags=["people"])
READ, CHANGE = Access("read", kind="staff"), Access("advance", kind="staff")
MADE: Final = {201: Changed, 200: Changed}


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


@router.get("/subjects/alike", auth=READ, response=Pairs, summary=_("可能登记了两遍的同一个人，连同理由"))
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


@router.get("/subjects/merged", auth=READ, response=Merged, summary=_("已经认定是同一个人的"))
def merged(request: HttpRequest) -> dict[str, Any]:
    """Those in sight who were merged into another."""
    return {"items": [one for one, _into in merging.merged(caller_of(request).actor)]}


@router.get(
    "/subjects/{uuid:one}/beside/{uuid:other}", auth=READ, response=Compared, summary=_("两份登记并排看，留下查看记录")
)
def compare(request: HttpRequest, one: UUID, other: UUID) -> dict[str, Any]:
    """Both with the names they gave. The read is recorded for each of their matters."""
    found = merging.compare(caller_of(request).actor, one, other)
    return {"one": found[0], "other": found[1]}


@router.post("/subjects/merge", auth=CHANGE, response=MADE, summary=_("认定是同一个人，写明理由"))
def merge(request: HttpRequest, body: MergeIn, key: str = KEY) -> Status[Answer]:
    """One person from now on, found by the identifiers of both. It stands in the record of changes."""
    actor = caller_of(request).actor

    def write() -> Answer:
        merging.merge(actor, body.keep, body.other, body.why)
        return {"id": str(body.keep)}

    return once(request, key, body.model_dump(mode="json"), write)


@router.post("/subjects/{uuid:subject}/part", auth=CHANGE, response=MADE, summary=_("认定不是同一个人，写明理由"))
def part(request: HttpRequest, subject: UUID, body: PartIn, key: str = KEY) -> Status[Answer]:
    """Two persons after all: this one stands for itself again."""
    actor = caller_of(request).actor

    def write() -> Answer:
        merging.part(actor, subject, body.why)
        return {"id": str(subject)}

    return once(request, key, body.model_dump(mode="json"), write)
