"""The second factor: who needs one, and whether this session has shown it."""

from typing import Any, Final

from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models.signals import post_save
from django.http import HttpRequest

from tianping.kernel.agencies.models import User

SHOWN: Final = "second"  # the session's key: whose second factor was shown in it
# What somebody may open who has given a password but still has to set up a second factor. By the routes' names.
ENROLMENT: Final = frozenset(
    {"enrol", "logout", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "mfa_index"}
)

_SHOWABLE: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are no factor


def pending(request: HttpRequest, user: User) -> bool:
    """Whether this person still has to show or set up a second factor before anything is opened to them."""
    if user.kind != "staff" or settings.SECOND_FACTOR != "required":
        return False
    return bool(request.session.get(SHOWN) != str(user.pk))


def enrolled(user: User) -> bool:
    """Whether the person has a factor beside the password; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=_SHOWABLE).exists())


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
