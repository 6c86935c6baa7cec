"""The caller: who they are, and, of a citizen, what is their own: matters, content, who read it, steps, a copy to take along."""

from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from tianping.kernel.service import PURPOSES, advance, own_matters, posts_of, progress, readers_of
from tianping.web.api import shaping
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.document import binary_answer
from tianping.web.api.forms import named, plain
from tianping.web.api.own_shapes import OwnContent, Owns
from tianping.web.api.reports import KEY, receipt
from tianping.web.api.schemas import Me, OwnStepIn, Progress, Reads, Receipt
from tianping.web.citizen import own
from tianping.web.citizen.export import bundle

router = Router(tags=["people"])
OWN: Final = Access("read", kind="citizen")
ZIP: Final = "application/zip"


@router.get("/me", auth=Access(), response=Me, summary=_("我是谁、在哪些岗位、令牌有哪些范围"))
def me(request: HttpRequest) -> dict[str, Any]:
    """Who the caller is, with the posts they hold today and the scopes of the token."""
    caller = caller_of(request)
    held = posts_of(caller.user) if caller.user is not None and caller.user.kind == "staff" else []
    posts = [
        {"id": p.id, "kind": p.kind, "title": p.title, "path": p.path, "agency": p.agency, "deputy": p.deputy}
        for p in held
    ]
    return {
        "kind": caller.actor.kind,
        "name": caller.actor.name,
        "scopes": sorted(caller.scopes),
        "agency": caller.actor.agency,
        "posts": posts,
    }


@router.get("/mine", auth=OWN, response=Owns, summary=_("自己的事项和代理的事项"))
def mine(request: HttpRequest) -> dict[str, Any]:
    """The caller's own matters, and those of the parties they act for; newest first."""
    found = own_matters(caller_of(request).actor)
    return {"items": found}


@router.get(
    "/mine/export",
    auth=Access("export", kind="citizen"),
    response={200: None},
    summary=_("关于自己的全部内容，打成一个压缩包带走"),
    openapi_extra=binary_answer(ZIP),
)
def take_along(request: HttpRequest) -> FileResponse:
    """个人信息保护法 article 45: data.json, a page to read, and the files."""
    return FileResponse(bundle(caller_of(request).actor), as_attachment=True, filename="tianping.zip", content_type=ZIP)


@router.get("/mine/{uuid:matter}", auth=OWN, response=Progress, summary=_("自己的一件事办到哪了、现在能办什么"))
def one_of_mine(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """Where one of them stands."""
    return shaping.progress(progress(caller_of(request).actor, matter))


@router.get("/mine/{uuid:matter}/content", auth=OWN, response=OwnContent, summary=_("自己说过的和得到的答复"))
def content_of_mine(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """What the caller told and was answered. The read is recorded."""
    found = own.read(caller_of(request).actor, matter)
    entries = [
        {n: e[n] for n in ("at", "what", "who", "text", "undone", "hash")} | {"files": [f["id"] for f in e["files"]]}
        for e in found.entries
    ]
    names = ("number", "title", "facts", "representatives", "papers", "answer", "answered_at")
    return {name: getattr(found, name) for name in names} | {"entries": entries}


@router.post(
    "/mine/{uuid:matter}/steps/{step}",
    auth=Access("advance", kind="citizen"),
    response={201: Receipt, 200: Receipt},
    summary=_("凭证实的身份办自己的一步：补充、评价、重办、更正、删除"),
)
def step_of_mine(
    request: HttpRequest, matter: UUID, step: str, body: OwnStepIn, key: str = KEY
) -> Status[dict[str, Any]]:
    """What is offered now stands in the matter's `offers`."""
    actor = caller_of(request).actor
    proceeding = progress(actor, matter).proceeding
    return receipt(advance(proceeding, named(step), actor=actor, form=plain(body.form), key=key))


@router.get("/mine/{uuid:matter}/readers", auth=OWN, response=Reads, summary=_("谁看过我的内容"))
def who_read(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """Who opened personal data of it: when, which office, for what."""
    actor = caller_of(request).actor
    progress(actor, matter)  # not theirs: not found
    found = readers_of(actor, matter)
    return {
        "items": [
            {"at": at, "office": o, "purpose": p, "purpose_label": gettext(PURPOSES.get(p, p))} for at, o, p in found
        ]
    }
