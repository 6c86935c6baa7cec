"""Who calls: a token, a logged-in browser, or nobody; and what that lets them do here."""

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja.utils import check_csrf

from tianping.kernel.agencies.models import User
from tianping.kernel.service import Actor, citizen, guest_actor, posts_of, staff_actor
from tianping.web.accounts.guards import is_fresh
from tianping.web.api.problems import UNPROVED, Problem
from tianping.web.api.tokens import SCOPES, find
from tianping.web.limits import Limit

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOAD_KEY: Final = "X-Upload-Key"
_UPLOAD_KEY: Final = re.compile(r"[A-Za-z0-9_-]{32,100}")
OVER_LIMIT: Final = _("来得太多了，请过一会儿再试")


@dataclass(frozen=True, slots=True)
class Caller:
    """`scopes` bound a token; a logged-in person has all of them. `user` is None for a guest."""

    actor: Actor
    scopes: frozenset[str]
    user: User | None = None
    by_token: bool = False


class Access:
    """What a route asks of its caller: a scope ("" any), perhaps a kind of person or one of `posts`, or, for `guests`, nothing.

    Guests are counted by address against `limit`. `fresh`: a browser must have shown lately who sits there; a token with the
    scope is enough. Raises Problem, in the same words for every token that does not work.
    """

    def __init__(
        self,
        scope: str = "",
        *,
        guests: bool = False,
        kind: str = "",
        posts: tuple[str, ...] = (),
        limit: Limit | None = None,
        fresh: bool = False,
    ) -> None:
        self.scope, self.guests, self.kind, self.limit = scope, guests, kind, limit
        self.posts, self.fresh = posts, fresh

    def __call__(self, request: HttpRequest) -> Caller:
        caller = _caller(request)
        if caller.user is None:
            if not self.guests:
                raise Problem("token", UNPROVED)
            if self.limit is not None and self.limit.reached(request):
                raise Problem("rate", OVER_LIMIT, headers={"Retry-After": str(self.limit.seconds)})
        elif self.scope and self.scope not in caller.scopes:
            raise Problem("scope", _("这个令牌没有这项权限，请换一个令牌"))
        elif (self.kind and caller.user.kind != self.kind) or not self._at_post(caller.actor):
            raise Problem("right", _("这一项不是给您这类账号用的"))
        elif self.fresh and not caller.by_token and not is_fresh(request):
            raise Problem("proof", _("请先在网页上再验证一次身份，五分钟内办这一项"))
        mark = request.headers.get(UPLOAD_KEY)
        if mark is not None and not _UPLOAD_KEY.fullmatch(mark):
            raise Problem("form", _("X-Upload-Key要32到100个字：字母、数字、下划线或连字符"))
        return caller

    def _at_post(self, actor: Actor) -> bool:
        return not self.posts or any(key.partition("@")[0] in self.posts for key in actor.keys)


def _caller(request: HttpRequest) -> Caller:
    """A named token must work: it never falls back to the browser's log-in or to nobody."""
    if (header := request.headers.get("Authorization")) is not None:
        return _by_token(header)
    user = request.user
    if not isinstance(user, User) or not user.is_active or user.jurisdiction != settings.JURISDICTION:
        return Caller(_guest(request), frozenset())
    if request.method not in _SAFE and check_csrf(request, _checked) is not None:
        raise Problem("csrf", _("这一页放得太久了，请刷新后再试"))
    post = request.session.get("post")
    return Caller(_actor(user, _uuid(post), narrow=False), frozenset(SCOPES), user)


def _by_token(header: str) -> Caller:
    kind, _space, text = header.partition(" ")
    found = find(text.strip()) if kind.lower() == "bearer" else None
    if found is None:
        raise Problem("token", UNPROVED)
    token, user = found
    return Caller(
        _actor(user, token.post_id, narrow=token.post_id is not None), frozenset(token.scopes), user, by_token=True
    )


def _guest(request: HttpRequest) -> Actor:
    """Nobody; with a mark of their own the files that they sent under it are theirs until the report is sent."""
    mark = request.headers.get(UPLOAD_KEY, "")
    guest = guest_actor(settings.JURISDICTION)
    if not _UPLOAD_KEY.fullmatch(mark):
        return guest
    return replace(guest, keys=guest.keys | {f"upload:{hashlib.sha256(mark.encode()).hexdigest()[:32]}"})


def _actor(user: User, post: UUID | None, *, narrow: bool) -> Actor:
    """`narrow`: only that post's rights, as a token for one post has them; none when the post is no longer held."""
    if user.kind == "citizen":
        return citizen(user)
    held = posts_of(user)
    if narrow:
        held = [p for p in held if p.id == post]
        if not held:
            raise Problem("token", UNPROVED)
    return staff_actor(user, held, post)


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _checked() -> None:
    """Stands for the view in the CSRF check: not exempt."""


def caller_of(request: HttpRequest) -> Caller:
    """The caller that `Access` let in."""
    return request.auth  # type: ignore[attr-defined,no-any-return]
