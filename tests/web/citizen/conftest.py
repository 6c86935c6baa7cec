"""A citizen before the pages: a browser's session without script, and a phone that has been proven."""

from uuid import uuid4

import pytest
from django.test import Client

from tests.people import JURISDICTION, actor, guest
from tianping.kernel.matters.vault import vault
from tianping.kernel.service import advance, report
from tianping.web.accounts import citizens

STORY = "楼上602的卫生间又漏水了，我家厨房的天花板鼓起来了。找过他家三次。"
PHONE = "13800002207"
LEAK = {
    "description": STORY,
    "title": "楼上漏水",
    "place": "城东街道滨河社区滨河花园3幢",
    "reporter_name": "周桂兰",
    "reporter_phone": PHONE,
    "other_name": "楼上住户",
    "other_phone": "13900001111",
    "channel": "web",
}


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path / "uploads"


class Road:
    """One matter, walked by the demo county's people."""

    def __init__(self, **form):
        self.receipt = report(actor=guest(), form=LEAK | form, key=str(uuid4()))
        self.matter, self.code = self.receipt.matter, self.receipt.code

    def take(self, step, who, **form):
        return advance(self.receipt.proceeding, step, actor=actor(who), form=form, key=str(uuid4()))

    def answered(self):
        self.take("triage", "dispatcher", category="neighbour.leak", grade="3")
        self.take("dispatch", "dispatcher", agency="zhujian")
        self.take("accept", "handler")
        self.take("finish", "handler", outcome="settled", result="换了水管，内部记录")
        self.take("verify", "dispatcher", on_site="不漏了，内部记录")
        self.take("answer", "handler", answer="水管换好了")
        return self


@pytest.fixture
def road(db):
    return Road


@pytest.fixture
def tell(client):
    """Walk the pages of a report; keyword arguments are what is written. The last page's answer."""

    def walk(cases=(), office="", place="", name="", phone="", story=STORY, follow=True):
        client.get("/report/")
        client.post("/report/safety/", {"cases": list(cases)})
        if office:
            client.post("/report/office/", {"office": office})
        client.post("/report/story/", {"description": story})
        client.post("/report/place/", {"place": place})
        client.post("/report/contact/", {"reporter_name": name, "reporter_phone": phone})
        return client.post("/report/check/", {"key": client.session["draft"]["key"]}, follow=follow)

    return walk


@pytest.fixture
def proven(db):
    """`proven(phone)`: a session of whoever has proven that phone."""

    def make(phone=PHONE):
        user = citizens.by_phone(vault().blind("phone", phone))
        assert user.jurisdiction == JURISDICTION
        session = Client()
        session.force_login(user)
        return session

    return make


@pytest.fixture
def holding(client):
    """`holding(code)`: the session after the code was typed."""

    def make(code):
        assert client.post("/progress/", {"code": code}).status_code == 302
        return client

    return make
