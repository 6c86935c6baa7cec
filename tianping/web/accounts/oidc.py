"""Log-in at an OIDC provider: staff are matched to the account they have, citizens get one. Claims are not kept."""

from typing import Any, Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tianping.kernel.agencies.models import User
from tianping.web.accounts import citizens

STAFF: Final = "staff"
CITIZEN: Final = "citizen"


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The provider is asked once who it is; after that the account is known by the provider's `sub` alone."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:  # noqa: ARG002
        """Takes the claims off the row before it is written: no name, number or address of a person stays here."""
        found = sociallogin.account.extra_data
        sociallogin.claims = found.get("userinfo") or found.get("id_token") or {}
        sociallogin.account.extra_data = {}
        sociallogin.email_addresses = []
        user: User = sociallogin.user
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Raises ImmediateHttpResponse, in the same words for everybody who has no account here."""
        kind = sociallogin.account.provider
        if sociallogin.state.get("process") == "connect" or kind not in {STAFF, CITIZEN}:
            raise _refused(request, kind)
        if sociallogin.is_existing:
            if sociallogin.user.kind != kind:
                raise _refused(request, kind)
            return
        if kind == STAFF:
            user = citizens.staff_by_claims(sociallogin.claims)
            if user is None:
                raise _refused(request, kind)
        else:
            user = citizens.by_claim(kind, sociallogin.account.uid)
        sociallogin.connect(request, user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:  # noqa: ARG002
        return False  # `staff_by_claims` does, among staff alone

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,  # noqa: ARG002
        exception: Exception | None = None,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        raise _refused(request, getattr(provider, "sub_id", STAFF))


def _refused(request: HttpRequest, kind: str) -> ImmediateHttpResponse:
    messages.error(request, _("没有登录成功。请换一种办法，或者请管理员看看您的账号"))
    return ImmediateHttpResponse(
        HttpResponseRedirect(reverse("accounts:identity" if kind == CITIZEN else "account_login"))
    )
