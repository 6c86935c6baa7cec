"""When a session of the browser counts: the same rule for pages, files and live updates."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from tianping.kernel.agencies.models import User

SHOWN: Final = "second"  # the session's key: whose second factor was shown in it
SINCE: Final = "since"  # the session's key: when it was opened, in seconds since 1970


def pending(session: Mapping[str, Any], user: User) -> bool:
    """Whether this person still has to show or set up a second factor before anything is opened to them."""
    if user.kind != "staff" or settings.SECOND_FACTOR != "required":
        return False
    return bool(session.get(SHOWN) != str(user.pk))


def over(session: Mapping[str, Any]) -> bool:
    """A session ends `SESSION_COOKIE_AGE` seconds after log-in, however busy it was."""
    since = session.get(SINCE)
    return since is not None and timezone.now().timestamp() - since > settings.SESSION_COOKIE_AGE
