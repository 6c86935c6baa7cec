"""What allauth asks of this house: who may come in, what it says, where it goes on, how it keeps secrets."""

import base64
import secrets
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tianping.kernel.agencies.models import User
from tianping.kernel.agencies.sessions import SINCE
from tianping.kernel.matters.vault import vault
from tianping.kernel.service import home
from tianping.web.accounts.onward import first_page
from tianping.web.limits import address
from tianping.web.templatetags._dates import date_text

REFUSED: Final = gettext_lazy("登录名或密码不对")
SLOW_DOWN: Final = gettext_lazy("试得太多了，请过十分钟再来")
WRONG_CODE: Final = gettext_lazy("没有对上，请再试一次")
# allauth tells what happened by the names of templates; what it does not have to tell is left out.
_TOLD: Final = {
    "mfa/messages/totp_activated.txt": gettext_lazy("验证器已经设好，下次登录就用它"),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("验证器已经停用"),
    "mfa/messages/webauthn_added.txt": gettext_lazy("通行密钥已经加好"),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("通行密钥已经删去"),
    "account/messages/password_changed.txt": gettext_lazy("密码改好了，您在别处的登录都已退出"),
}
_RECENT_SECONDS: Final = 300


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """No sign-up, one sentence for every refusal, our own addresses."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": REFUSED,
        "incorrect_password": gettext_lazy("密码不对，请再输一遍"),
        "enter_current_password": gettext_lazy("现在的密码不对，请再输一遍"),
        "too_many_login_attempts": SLOW_DOWN,
        "rate_limited": SLOW_DOWN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address behind our own proxies; of IPv6 the /64. "0.0.0.0" when there is none (a socket)."""
        found = address(request).partition("/")[0]
        return "0.0.0.0" if found == "?" else found  # noqa: S104  # no address is bound here

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        if user.jurisdiction != settings.JURISDICTION:
            clear_login(request)
            return self.respond_user_inactive(request, user)
        answer: HttpResponse | None = super().pre_login(request, user, **more)
        return answer

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:  # noqa: ARG002
        """The same words as for a wrong password: that the account was closed is nobody else's business."""
        messages.error(request, REFUSED)
        return HttpResponseRedirect(reverse("account_login"))

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SINCE] = timezone.now().timestamp()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return first_page(request.user)  # type: ignore[arg-type]  # asked for only when somebody is logged in

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("accounts:me")

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Who has just logged in has just shown who they are; nobody types a password twice in five minutes."""
        records = get_authentication_records(context.request, context.request.user)
        if records and timezone.now().timestamp() - records[-1]["at"] < _RECENT_SECONDS:
            return False
        return bool(super().is_reauthentication_required(app=app, **more))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002  # allauth's signature
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if text := message or _TOLD.get(message_template or ""):
            messages.add_message(request, level, str(text), extra_tags=extra_tags)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Factors: their secrets lie under the county's key, which is outside the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": gettext_lazy("这一项不能停用"),
        "cannot_generate_recovery_codes": gettext_lazy("请先设好验证器或通行密钥"),
    }

    def encrypt(self, text: str) -> str:
        kek_id, kek = vault().store.kek(home(settings.JURISDICTION).root)
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(kek).encrypt(nonce, text.encode(), _bound(kek_id))
        return f"{kek_id} {base64.b64encode(sealed).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        kek_id, _space, coded = encrypted_text.rpartition(" ")
        sealed = base64.b64decode(coded)
        return AESGCM(vault().store.kek_of(kek_id)).decrypt(sealed[:12], sealed[12:], _bound(kek_id)).decode()

    def get_totp_issuer(self) -> str:
        return f"{_('天平')} {home(settings.JURISDICTION).name}"

    def get_totp_label(self, user: User) -> str:
        return user.username

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002, ARG002  # allauth's signature
        """The day it was added: enough to tell two apart, and it tells nothing of the device."""
        return _("%(day)s添加的通行密钥") % {"day": date_text(timezone.localdate(), "long")}


def display(user: User) -> str:
    """How allauth names a person, to the person's own authenticator."""
    return user.name


def _bound(kek_id: str) -> bytes:
    return b"tianping.factor\0" + kek_id.encode()
