"""A write that is sent twice is done once: `report` and `advance` see to it themselves, everything else comes through here."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Status

from tianping.kernel.matters.vault import vault
from tianping.kernel.service import Actor
from tianping.web.api.answers import Claim, claim, keep
from tianping.web.api.callers import caller_of
from tianping.web.api.problems import Problem

Answer = dict[str, Any]


def once(
    request: HttpRequest,
    key: str,
    asked: Any,
    write: Callable[[], Answer],
    hide: Callable[[Answer], Answer] | None = None,
) -> Status[Answer]:
    """201 with what `write` answers; 200 with the same and `repeated` when this caller sent the key before.

    One transaction: what `write` refuses leaves nothing, and the key may be used again. `hide` takes secrets out of what is
    kept: a repeated request gets them empty. Raises Problem("key") when the key was used to ask for something else.
    Answers are kept for seven days.
    """
    actor = caller_of(request).actor
    owner = _owner(actor)
    whose = f"{actor.jurisdiction}|{owner}|{request.method} {request.path}|{key}"
    plain = msgspec.json.encode(asked, order="deterministic")
    mine = Claim(owner, hashlib.sha256(whose.encode()).digest(), hmac.digest(vault().key("request"), plain, "sha256"))
    with transaction.atomic():
        seen = claim(actor, mine)
        if seen is not None:
            return _again(mine, *seen)
        answer = {"repeated": False, **write()}
        keep(actor, mine, hide(answer) if hide else answer)
    return Status(201, answer)


def _again(mine: Claim, request: bytes, body: Answer) -> Status[Answer]:
    if request != mine.request:
        raise Problem("key", _("同一个请求号已经用来办了别的事，请换一个新的"))
    return Status(200, body | {"repeated": True})


def _owner(actor: Actor) -> str:
    """Whose key it is: the person, or a guest's own mark on their files."""
    return f"person:{actor.user}" if actor.user else next(k for k in sorted(actor.keys) if k.startswith("upload:"))
