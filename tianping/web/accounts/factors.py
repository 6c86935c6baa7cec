"""The second factor: who needs one, whether this session has shown it; and where somebody is logged in."""

from typing import Any, Final
from uuid import UUID

from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models.signals import post_save
from django.http import HttpRequest
from django.utils import timezone
from uuid_utils.compat import uuid7

from tianping.capabilities.notices.contacts import with_phone
from tianping.capabilities.notices.store import add
from tianping.capabilities.notices.words import SECOND_RESET, Notice
from tianping.kernel.agencies.accounts import note_reset
from tianping.kernel.agencies.models import User
from tianping.kernel.agencies.sessions import SHOWN
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.service import Actor, RefusedError, acting, system_actor

# What somebody may open who has given a password but still has to set up a second factor. By the routes' names.
ENROLMENT: Final = frozenset(
    {"enrol", "logout", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "mfa_index"}
)

_SHOWABLE: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are no factor


def enrolled(user: User) -> bool:
    """Whether the person has a factor beside the password; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=_SHOWABLE).exists())


def factors_of(user: User) -> dict[str, Any]:
    """`totp` and `codes` (the row or None), `passkeys` (list of {id, name}), oldest first."""
    kinds = Authenticator.Type
    found = list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at"))
    return {
        "totp": next((a for a in found if a.type == kinds.TOTP), None),
        "codes": next((a for a in found if a.type == kinds.RECOVERY_CODES), None),
        "passkeys": [{"id": a.pk, "name": str(a)} for a in found if a.type == kinds.WEBAUTHN],
    }


def sessions_of(user: User) -> list[UserSession]:
    """Where the person is logged in; rows of sessions that are over are removed."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return found


def end_sessions(user: User, *, one: int | None = None, all_but: str | None = None) -> int:
    """End the session with that row, or all but the one with that key. How many ended; 0 when the row is not theirs."""
    mine = UserSession.objects.filter(user_id=user.pk)
    chosen = list(mine.filter(pk=one) if one is not None else mine.exclude(session_key=all_but))
    for session in chosen:
        session.end()
    return len(chosen)


def without(users: list[UUID]) -> set[UUID]:
    """Who of these has no second factor."""
    held = Authenticator.objects.filter(user_id__in=users, type__in=_SHOWABLE).values_list("user_id", flat=True)
    return set(users) - set(held)


def reset(actor: Actor, user: UUID, why: str) -> None:
    """Take away every factor of somebody who has lost theirs, end their sessions, write it on the record and tell them.

    All of it or nothing. Raises RefusedError: for oneself, for somebody unknown, for somebody who has none.
    """
    with transaction.atomic():
        with acting(actor):
            held = Authenticator.objects.filter(user_id=user)
            factors, sessions = held.count(), list(UserSession.objects.filter(user_id=user))
            note_reset(actor, user, why=why, factors=factors, sessions=len(sessions))
            if not factors:
                raise RefusedError(_("还没有设第二道验证，不用重设"), "form")
            held.delete()
            for session in sessions:
                session.end()
        with acting(system_actor(actor.jurisdiction, "accounts")):  # letters are the system's
            email = User.objects.get(id=user).email
            ways = {"in_app": True, "email": bool(email), "sms": user in with_phone(actor.jurisdiction)}
            source, key = f"second:{uuid7()}", f"person:{user}"
            letters = [
                Notice(source, key, way, "account", SECOND_RESET, {}, None) for way, there in ways.items() if there
            ]
            add(actor.jurisdiction, letters, timezone.now())


def _used(*, request: HttpRequest, user: User, method: str, **_more: Any) -> None:
    """A code or a passkey was accepted at log-in."""
    if method == "mfa":
        request.session[SHOWN] = str(user.pk)


def _set_up(*, instance: Authenticator, created: bool, **_more: Any) -> None:
    """One was set up in this request: with a code or a passkey that the person has just shown."""
    request = context.request
    if created and instance.type in _SHOWABLE and request is not None and request.user.pk == instance.user_id:
        request.session[SHOWN] = str(instance.user_id)


def connect() -> None:
    """Called once at start-up."""
    authentication_step_completed.connect(_used, dispatch_uid="second factor used")
    post_save.connect(_set_up, sender=Authenticator, dispatch_uid="second factor set up")
