"""A browser without a screen, before the second factor is set up and after."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.conftest import PASSWORD
from tianping.kernel.agencies.models import User


@pytest.fixture(autouse=True)
def strict(settings):
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def staff(db):
    return User.objects.get(username="caoyong")


@pytest.fixture
def visit(db):
    """One browser, which checks forgery tokens only where a test asks for it."""
    return Client()


def password(client, username="caoyong", word=PASSWORD, next_="", **more):
    return client.post(f"/login/{next_}", {"username": username, "password": word}, **more)


def code_of(secret, step=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


@pytest.fixture
def set_up():
    """Log in with the password and set up an authenticator; its secret."""

    def do(client):
        password(client)
        client.get("/me/totp/")
        secret = client.session["mfa.totp.secret"]
        answer = client.post("/me/totp/", {"code": code_of(secret)})
        assert answer.headers["Location"] == "/me/codes/", answer.content.decode()
        return secret

    return do
