"""Log-in, one's own account, proof of identity. allauth finds its pages by its own names, which stand in `allauth_urls`."""

from django.urls import path

from tianping.web.accounts import identity, me, prefs, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("login/enrol/", me.enrol, name="enrol"),
    path("prefs/", prefs.choose, name="prefs"),
    path("me/", me.page, name="me"),
    path("me/sessions/end/", me.end_session, name="end-session"),
    path("identity/", identity.phone, name="identity"),
    path("identity/code/", identity.code, name="identity-code"),
]
