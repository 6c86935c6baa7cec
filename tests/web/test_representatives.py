"""Who acts for a party: registered at the desk, entrusted by the party, seen on both pages and in the API, ended by either."""

import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from tests.kernel.matters.conftest import PAPER, Road
from tests.people import WHO, actor
from tianping.kernel.agencies.models import User
from tianping.kernel.matters.vault import vault
from tianping.kernel.service import show, store
from tianping.web.accounts import citizens
from tianping.web.api.tokens import SCOPES, issue
from tianping.web.representatives import told

pytestmark = pytest.mark.django_db
PHONE, AGENT = "13800002207", "13700000001"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }


@pytest.fixture
def one():
    return Road()


def person(phone):
    return citizens.by_phone(vault().blind("phone", phone))


def browser(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def clerk():
    return browser(User.objects.get(username=WHO["registrar"]))


def asked(**form):
    return {
        "representative_name": "陈律师",
        "representative_phone": AGENT,
        "authority": "special",
        "valid_until": str(timezone.localdate() + timedelta(days=30)),
    } | form


def step(one, name):
    return f"/desk/matter/{one.matter}/step/{one.receipt.proceeding}/{name}/"


def register(clerk, one, **form):
    paper = SimpleUploadedFile("委托书.pdf", PAPER, "application/pdf")
    given = asked(represented="reporter", representation_kind="agent", proof_kind="power_of_attorney", files=paper)
    return clerk.post(step(one, "represent"), given | form)


def test_the_window_registers_an_agent_and_ends_it(clerk, one):
    page = f"/desk/matter/{one.matter}/"
    assert step(one, "represent") in clerk.get(page).content.decode()
    assert register(clerk, one).status_code == 302
    shown = clerk.get(page).content.decode()
    for words in ("陈律师", "反映人的委托代理人", "特别授权", "授权委托书", "在办"):
        assert words in shown
    assert AGENT not in shown
    (held,) = show(actor("dispatcher"), one.matter, "handling").representatives
    ending = f"{step(one, 'end_representation')}?representation={held.id}"
    assert ending in shown.replace("&amp;", "&")
    assert f'value="{held.id}" selected' in clerk.get(ending).content.decode()
    assert clerk.post(ending, {"representation": str(held.id), "reason": "本人来取消"}).status_code == 302
    assert "取消了" in clerk.get(page).content.decode()


def test_the_agent_s_number_is_asked_for_with_a_purpose(clerk, one):
    register(clerk, one)
    (held,) = show(actor("dispatcher"), one.matter, "handling").representatives
    number = f"/desk/matter/{one.matter}/number/representative_phone/"
    asking = clerk.get(number, {"entry": str(held.entry)}).content.decode()
    assert f"entry={held.entry}" in asking
    assert AGENT in clerk.post(f"{number}?entry={held.entry}", {"purpose": "contact"}).content.decode()
    assert clerk.post(f"{number}?entry={uuid4()}", {"purpose": "contact"}).status_code == 404
    assert clerk.post(f"{number}?entry=nonsense", {"purpose": "contact"}).status_code == 404


def test_what_is_missing_stands_beside_the_form(clerk, one):
    answer = register(clerk, one, valid_until="")
    assert answer.status_code == 422
    assert "请写明到哪天" in answer.content.decode()


def test_the_party_entrusts_on_the_page_and_the_agent_acts_there(one):
    party, agent = browser(person(PHONE)), browser(person(AGENT))
    page = f"/mine/{one.matter}/"
    assert f"{page}entrust_agent/" in party.get(page).content.decode()
    assert f"{page}end_representation/" not in party.get(page).content.decode()
    assert agent.get(page).status_code == 404
    assert party.post(f"{page}entrust_agent/", asked()).status_code == 302
    assert "代办" in agent.get("/mine/").content.decode()
    seen = agent.get(page).content.decode()
    assert "楼上602" in seen
    assert PHONE not in seen
    assert f"{page}ask_correction/" in seen
    assert f"{page}entrust_agent/" not in seen
    assert agent.post(f"{page}ask_correction/", {"note": "名字写错了"}).status_code == 302
    assert "名字写错了" in party.get(page).content.decode()
    (held,) = show(actor("dispatcher"), one.matter, "handling").representatives
    ending = f"{page}end_representation/?representation={held.id}"
    assert ending in party.get(page).content.decode()
    assert "陈律师" in party.get(ending).content.decode()
    assert party.post(ending, {"representation": str(held.id)}).status_code == 302
    assert agent.get(page).status_code == 404
    assert agent.post(f"{page}ask_correction/", {"note": "再改"}).status_code == 404


def test_an_agent_s_copy_holds_nothing_of_the_party(one):
    party, agent = browser(person(PHONE)), browser(person(AGENT))
    party.post(f"/mine/{one.matter}/entrust_agent/", asked())
    whole = zipfile.ZipFile(BytesIO(b"".join(agent.get("/mine/export/").streaming_content)))
    assert json.loads(whole.read("data.json"))["matters"] == []


class Caller:
    def __init__(self, user):
        self.client, self.token = Client(), issue(user, "test", SCOPES, 1).token

    def _headers(self):
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}

    def get(self, path, **query):
        return self.client.get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path, body):
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=self._headers())


def test_the_api_does_the_same(one):
    staff, party, agent = (
        Caller(u) for u in (User.objects.get(username=WHO["registrar"]), person(PHONE), person(AGENT))
    )
    steps = f"/proceedings/{one.receipt.proceeding}/steps"
    assert agent.get(f"/mine/{one.matter}/content").status_code == 404
    clerk = actor("registrar")
    file = str(store(clerk, "委托书.pdf", BytesIO(PAPER), len(PAPER)).id)
    form = asked(represented="reporter", representation_kind="agent", proof_kind="power_of_attorney", authority="view")
    assert staff.post(f"{steps}/represent", {"form": form | {"files": [file]}}).status_code == 201
    (held,) = staff.get(f"/matters/{one.matter}", purpose="handling").json()["representatives"]
    assert (held["name"], held["scope"], held["standing"]) == ("陈律师", ["view"], "now")
    body = {"concept": "representative_phone", "purpose": "contact", "entry": held["entry"]}
    assert staff.post(f"/matters/{one.matter}/reveal", body).json()["value"] == AGENT
    assert [(m["matter"], m["on_behalf"]) for m in agent.get("/mine").json()["items"]] == [(str(one.matter), True)]
    assert agent.get(f"/mine/{one.matter}").json()["offers"] == []
    assert [r["id"] for r in party.get(f"/mine/{one.matter}/content").json()["representatives"]] == [held["id"]]
    assert agent.post(f"{steps}/ask_correction", {"form": {"note": "名字写错了"}}).status_code == 403
    assert party.post(f"{steps}/end_representation", {"form": {"representation": held["id"]}}).status_code == 201
    assert agent.get("/mine").json()["items"] == []
    assert agent.get(f"/mine/{one.matter}/content").status_code == 404


def test_a_last_day_that_has_passed_and_a_name_that_was_erased_are_said(clerk, one):
    register(clerk, one, representation_kind="guardian", proof_kind="household_register", authority="", valid_until="")
    (held,) = show(actor("dispatcher"), one.matter, "handling").representatives
    assert told(held)["may"] == "依法都能办"
    assert told(held)["until"] is None
    with translation.override("zh-hans"):
        assert (told(replace(held, standing="over"))["state"], told(replace(held, name=""))["name"]) == (
            "过期了",
            "没有留姓名",
        )
