"""The second factor: who needs one, and whether this session has shown it."""

from typing import Any, Final

from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.http import HttpRequest

from tianping.kernel.agencies.models import User

SHOWN: Final = "second"  # the session's key: whose second factor was shown in it
# What somebody may open who has given a password but still has to set up a second factor. By the routes' names.
ENROLMENT: Final = frozenset(
    {"enrol", "logout", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "mfa_index"}
)


def pending(request: HttpRequest, user: User) -> bool:
    """Whether this person still has to show or set up a second factor before anything is opened to them."""
    if user.kind != "staff" or settings.SECOND_FACTOR != "required":
        return False
    return bool(request.session.get(SHOWN) != str(user.pk))


def enrolled(user: User) -> bool:
    """Whether the person has a factor beside the password; recovery codes alone are none."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists())


def _shown(*, request: HttpRequest, user: User, method: str = "mfa", **_more: Any) -> None:
    """A code or passkey was accepted, at log-in or when it was set up: either shows that it is in the person's hands."""
    if method == "mfa":
        request.session[SHOWN] = str(user.pk)


def connect() -> None:
    """Called once at start-up."""
    authentication_step_completed.connect(_shown, dispatch_uid="second factor used")
    authenticator_added.connect(_shown, dispatch_uid="second factor set up")
