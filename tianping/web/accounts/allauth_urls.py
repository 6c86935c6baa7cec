"""Those pages of allauth that this house has, under its addresses and allauth's names. There is no sign-up among them."""

from allauth.mfa.base.views import reauthenticate
from allauth.mfa.recovery_codes.views import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import add_webauthn, login_webauthn, reauthenticate_webauthn, remove_webauthn
from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tianping.web.accounts import me, views

urlpatterns = [
    path("login/", views.sign_in, name="account_login"),
    path("login/second/", me.second, name="mfa_authenticate"),
    path("login/passkey/", never_cache(login_webauthn), name="mfa_login_webauthn"),
    path("login/again/", me.again, name="account_reauthenticate"),
    path("login/again/second/", me.for_staff(reauthenticate), name="mfa_reauthenticate"),
    path("login/again/passkey/", me.for_staff(reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("me/password/", me.change_password, name="account_change_password"),
    path("me/factors/", me.to_me, name="mfa_index"),
    path("me/passkeys/", me.to_me, name="mfa_list_webauthn"),
    path("me/passkeys/add/", me.for_staff(add_webauthn), name="mfa_add_webauthn"),
    path("me/passkeys/<int:pk>/remove/", me.for_staff(remove_webauthn), name="mfa_remove_webauthn"),
    path("me/totp/", me.for_staff(activate_totp), name="mfa_activate_totp"),
    path("me/totp/off/", me.for_staff(deactivate_totp), name="mfa_deactivate_totp"),
    path("me/codes/", me.for_staff(view_recovery_codes), name="mfa_view_recovery_codes"),
    path("me/codes/new/", me.for_staff(generate_recovery_codes), name="mfa_generate_recovery_codes"),
    # Begun by a button of ours, never by a link from elsewhere.
    path("oidc/<slug:provider_id>/login/", require_POST(login), name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", callback, name="openid_connect_callback"),
]
