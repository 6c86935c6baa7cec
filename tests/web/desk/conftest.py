"""A desk to sit at, and matters on their way."""

import re

import pytest
from django.test import Client

from tests.kernel.matters.conftest import Road
from tests.people import WHO
from tianping.kernel.agencies.models import User
from tianping.web.desk import names


class Desk(Client):
    """The pages as one person sees them; `text` is what a page says, without its markup."""

    def text(self, path, **query):
        answer = self.get(path, query)
        assert answer.status_code == 200, (path, answer.status_code)
        return words(answer)

    def page(self, path, **query):
        return self.get(path, query).content.decode()


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture(autouse=True)
def _fresh_names():
    names.forget()
    yield
    names.forget()


@pytest.fixture
def desk(db):
    """`desk("dispatcher")`: a client that has logged in; a name of tests.people or a log-in name."""

    def enter(who):
        client = Desk()
        client.force_login(
            User.objects.get(username=WHO.get(who, who)), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return enter


@pytest.fixture
def road(db):
    return Road
