"""The caller: who they are, a citizen's own matters, and, for the security administrator, the tokens there are."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router

from tianping.kernel.service import PURPOSES, own_matters, posts_of, progress, readers_of
from tianping.web.api import shaping, tokens
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.own_shapes import OwnContent, Owns
from tianping.web.api.problems import Problem
from tianping.web.api.schemas import Me, Progress, Reads, Tokens
from tianping.web.citizen import own

router = Router(tags=["people"])
OWN = Access("read", kind="citizen")


@router.get("/me", auth=Access(), response=Me)
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


@router.get("/mine", auth=OWN, response=Owns)
def mine(request: HttpRequest) -> dict[str, Any]:
    """The caller's own matters, and those of the parties they act for; newest first."""
    found = own_matters(caller_of(request).actor)
    return {"items": found}


@router.get("/mine/{uuid:matter}", auth=OWN, response=Progress)
def one_of_mine(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """Where one of them stands."""
    return shaping.progress(progress(caller_of(request).actor, matter))


@router.get("/mine/{uuid:matter}/content", auth=OWN, response=OwnContent)
def content_of_mine(request: HttpRequest, matter: UUID) -> dict[str, Any]:
    """What the caller told and was answered. The read is recorded."""
    found = own.read(caller_of(request).actor, matter)
    entries = [
        {n: e[n] for n in ("at", "what", "who", "text", "undone", "hash")} | {"files": [f["id"] for f in e["files"]]}
        for e in found.entries
    ]
    names = ("number", "title", "facts", "representatives", "papers", "answer", "answered_at")
    return {name: getattr(found, name) for name in names} | {"entries": entries}


@router.get("/mine/{uuid:matter}/readers", auth=OWN, response=Reads)
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


@router.get("/tokens", auth=Access("admin.read", kind="staff"), response=Tokens)
def all_tokens(request: HttpRequest) -> dict[str, Any]:
    """The tokens of the jurisdiction, never their text."""
    actor = caller_of(request).actor
    if not any(key.startswith("security_admin@") for key in actor.keys):
        raise Problem("right", _("这一项归安全管理员看"))
    found = tokens.issued(actor.jurisdiction)
    return {
        "items": [
            {
                "id": t.id,
                "name": t.name,
                "user": t.user_id,
                "scopes": t.scopes,
                "created_at": t.created_at,
                "expires_at": t.expires_at,
                "revoked_at": t.revoked_at,
                "last_used_at": t.last_used_at,
            }
            for t in found
        ]
    }
