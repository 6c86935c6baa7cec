"""One-time codes by SMS: six digits, five minutes, five tries, used once. The database keeps a keyed digest."""

import hmac
import secrets
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from tianping.kernel.matters.vault import vault
from tianping.web.limits import limited
from tianping.web.models import ProofCode

LIFE: Final = timedelta(minutes=5)
TRIES: Final = 5
# For one phone: few in a quarter of an hour and few a day, since each is a chance to guess and costs somebody a message.
_PER_PHONE: Final = ((3, 900.0), (10, 86_400.0))
_PER_ADDRESS: Final = (20, 3600.0)
_GUESSES: Final = (30, 600.0)

_TRY = """UPDATE proof_code SET tries = tries + 1 WHERE id = %s AND tries < %s AND expires_at > clock_timestamp()
 RETURNING digest, blind"""


class Sender(Protocol):
    """How a code reaches a phone. `settings.CODE_SENDER` names the class."""

    def send_code(self, phone: str, code: str) -> None:
        """Hand the code over. Raises NotSentError."""


class NotSentError(Exception):
    """The gateway did not take the message, or there is none."""


class TooManyError(Exception):
    """Too many codes for this phone or from this address."""


class OnPage:
    """For the demo: nothing leaves the house, the page itself shows the code."""

    def send_code(self, phone: str, code: str) -> None:  # noqa: ARG002  # the page has it
        if not settings.DEMO:
            raise NotSentError


class Gateway:
    """The operator's SMS gateway, the same that notices use."""

    def send_code(self, phone: str, code: str) -> None:
        channels = "tianping.capabilities.notices.channels"
        if not settings.TIANPING_SMS_URL:
            raise NotSentError
        words = _("验证码%(code)s，五分钟内有效。不是您本人操作，请不要理会，也不要告诉别人。") % {"code": code}
        try:
            import_string(f"{channels}.send_sms")(str(uuid7()), phone, words)
        except import_string(f"{channels}.SendError") as error:
            raise NotSentError from error


def send(phone: str, address: str) -> tuple[UUID, str]:
    """Send a new code to a normalised mobile number. Its id, which the session keeps, and the code, for the demo's page.

    Raises TooManyError, NotSentError. Whether anybody has reported from this phone makes no difference.
    """
    blind = vault().blind("phone", phone)
    over = limited(f"proof-from:{address}", *_PER_ADDRESS)
    for most, seconds in _PER_PHONE:
        over = limited(f"proof:{blind.hex()}:{seconds}", most, seconds) or over
    if over:
        raise TooManyError
    code, ident = f"{secrets.randbelow(1_000_000):06d}", uuid7()
    sender: Sender = import_string(settings.CODE_SENDER)()
    sender.send_code(phone, code)
    ProofCode.objects.filter(expires_at__lt=timezone.now()).delete()
    ProofCode.objects.create(id=ident, blind=blind, digest=_digest(ident, code), expires_at=timezone.now() + LIFE)
    return ident, code


def check(ident: UUID, code: str, address: str) -> bytes | None:
    """The blind index of the phone, once, when the code is right; None when it is wrong, old, used or tried too often.

    The try is counted before the code is looked at, in one statement: a hundred guesses at once are still five.
    """
    if limited(f"proof-guess:{address}", *_GUESSES):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [ident, TRIES])
        found = cursor.fetchone()
        if found is None or not hmac.compare_digest(bytes(found[0]), _digest(ident, code)):
            return None
        cursor.execute("DELETE FROM proof_code WHERE id = %s RETURNING id", [ident])
        return bytes(found[1]) if cursor.fetchone() else None


def _digest(ident: UUID, code: str) -> bytes:
    return salted_hmac("tianping.proof", f"{ident}:{code}", algorithm="sha256").digest()
