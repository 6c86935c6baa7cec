"""Tokens with which programs act for a person. The token is shown once; the database keeps its SHA-256 digest."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tianping.kernel.agencies.models import User
from tianping.web.models import ApiToken

SCOPES: Final = ("report", "read", "advance", "files", "export", "own", "admin.read", "admin.write")
LONGEST_DAYS: Final = 400
_SHAPE = re.compile(r"tp_[A-Za-z0-9_-]{43}")
_USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Issued:
    """`token` is the only copy."""

    id: UUID
    token: str
    expires_at: datetime


def issue(user: User, name: str, scopes: tuple[str, ...] | list[str], days: int, *, post: UUID | None = None) -> Issued:
    """A new token that acts for `user`, within `scopes`, for `days` from now; with `post`, for that post alone.

    ValueError when a scope is unknown, none is given, or the days are not 1 to 400.
    """
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"scopes are some of {', '.join(SCOPES)}")
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"a token lives 1 to {LONGEST_DAYS} days")
    token = "tp_" + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        jurisdiction=user.jurisdiction,
        digest=_digest(token),
        user_id=user.id,
        name=name[:80],
        scopes=sorted(set(scopes)),
        post_id=post,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return Issued(made.id, token, made.expires_at)


def revoke(token_id: UUID, jurisdiction: str = settings.JURISDICTION) -> bool:
    """The token works no more, from the next request on. False when there is no such token or it was revoked before."""
    found = ApiToken.objects.filter(jurisdiction=jurisdiction, id=token_id, revoked_at=None)
    return bool(found.update(revoked_at=timezone.now()))


def issued(jurisdiction: str) -> list[ApiToken]:
    """All tokens of the jurisdiction, newest first; what they were is not stored."""
    return list(ApiToken.objects.filter(jurisdiction=jurisdiction).order_by("-created_at")[:500])


def find(text: str) -> tuple[ApiToken, User] | None:
    """The valid token and its person; None alike when malformed, unknown, expired, revoked, or of somebody gone."""
    if not _SHAPE.fullmatch(text):
        return None
    digest = _digest(text)
    now = timezone.now()
    token = ApiToken.objects.filter(
        Q(revoked_at=None), jurisdiction=settings.JURISDICTION, digest=digest, expires_at__gt=now
    ).first()
    if token is None or not hmac.compare_digest(bytes(token.digest), digest):
        return None
    user = User.objects.filter(id=token.user_id, is_active=True, jurisdiction=token.jurisdiction).first()
    if user is None:
        return None
    if token.last_used_at is None or token.last_used_at < now - _USED_EVERY:
        ApiToken.objects.filter(jurisdiction=token.jurisdiction, id=token.id).update(last_used_at=now)
    return token, user


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
