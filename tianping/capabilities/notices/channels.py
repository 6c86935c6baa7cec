"""How messages leave the house: e-mail through Django, SMS through an operator's gateway over signed HTTP."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

TIMEOUT = 10  # seconds
_HOPELESS = frozenset({400, 422})  # the gateway has read it and will never take it


class SendError(Exception):
    """It did not go out. `hopeless`: trying again would not help."""

    def __init__(self, why: str, *, hopeless: bool = False) -> None:
        super().__init__(why)
        self.hopeless = hopeless


def _gateway() -> tuple[str, str]:
    """Where the operator takes messages, and the secret that signs them; empty where there is none."""
    return settings.TIANPING_SMS_URL, settings.TIANPING_SMS_SECRET


def ready() -> list[str]:
    """The channels that this installation can use; what goes another way waits in the table."""
    found = []
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend != "smtp" or settings.EMAIL_HOST:
        found.append("email")
    if all(_gateway()):
        found.append("sms")
    return found


def send_email(address: str, text: str) -> None:
    message = EmailMessage(
        subject=_("天平：有一条通知"), body=text, to=[address], connection=get_connection(timeout=TIMEOUT)
    )
    try:
        message.send()
    except OSError as error:  # smtplib's errors are OSErrors
        raise SendError(type(error).__name__) from error


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp and body, in hex; what the gateway must compute to know that it is us."""
    return hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).hexdigest()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A telephone number goes where the operator said, nowhere else."""

    def redirect_request(self, *_args: Any) -> None:
        return None


def send_sms(ident: str, phone: str, text: str) -> None:
    """POST {"id", "to", "text"} to the operator's gateway; it answers 2xx when it has taken the message.

    A message that is sent again after a kill carries the same id, so that the gateway can drop it.
    """
    url, secret = _gateway()
    if urlsplit(url).scheme not in {"http", "https"}:
        raise SendError(_("短信网关的地址要以 http 或 https 开头"))
    body = json.dumps({"id": ident, "to": phone, "text": text}, ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310  # the scheme was looked at
    request.add_header("Content-Type", "application/json; charset=utf-8")
    request.add_header("X-Tianping-Timestamp", timestamp)
    request.add_header("X-Tianping-Signature", signature(secret, timestamp, body))
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
            return
    except urllib.error.HTTPError as error:
        with error:
            raise SendError(f"HTTP {error.code}", hopeless=error.code in _HOPELESS) from None
    except (OSError, HTTPException) as error:  # its words may repeat the request, so only its kind is kept
        raise SendError(type(error).__name__) from None
