"""A desk to sit at, and matters on their way."""

import re
import time
from io import BytesIO

import pytest
import xlsxwriter
from django.test import Client
from django.utils import translation
from python_calamine import load_workbook

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
    with translation.override("zh-hans"):  # whatever language the page before was read in
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
def enter(desk):
    """An administrator who has just shown who they are."""

    def log_in(who):
        client = desk(who)
        session = client.session
        session["account_authentication_methods_user"] = session["_auth_user_id"]
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session.save()
        return client

    return log_in


def book_of(headings, *rows):
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([headings, *rows]):
            sheet.write_row(n, 0, row)
    out.seek(0)
    out.name = "a.xlsx"
    return out


def exported(client, kind):
    answer = client.get(f"/desk/admin/sheets/{kind}/")
    return load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()


@pytest.fixture
def road(db):
    return Road
