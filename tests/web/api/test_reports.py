"""Reporting without an account, and what the receipt shows and does."""

from uuid import uuid4

import pytest

from tests.web.api.conftest import LEAK
from tianping.web import limits

pytestmark = pytest.mark.django_db


def test_anybody_may_report_and_gets_a_receipt(guest):
    receipt = guest.report()
    assert receipt["number"].startswith("青溪")
    assert len(receipt["code"]) == 32
    assert receipt["repeated"] is False


def test_the_same_key_gives_the_same_receipt(guest):
    key = str(uuid4())
    first = guest.post("/reports", {"form": LEAK}, key=key)
    again = guest.post("/reports", {"form": LEAK}, key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"repeated": True}


def test_the_same_key_for_something_else_is_a_conflict(guest):
    key = str(uuid4())
    guest.post("/reports", {"form": LEAK}, key=key)
    answer = guest.post("/reports", {"form": LEAK | {"title": "别的"}}, key=key)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:tianping:problem:key"


def test_a_key_is_needed_and_must_be_hard_to_guess(guest):
    assert guest.post("/reports", {"form": LEAK}, key="1").status_code == 422
    answer = guest.client.post("/api/v1/reports", {"form": LEAK}, content_type="application/json")
    assert answer.json()["fields"] == {"Idempotency-Key": "请填写这一项"}


def test_a_form_that_lacks_something_names_the_field(guest):
    answer = guest.post("/reports", {"form": {"title": "漏水", "reporter_phone": "12"}})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"description", "reporter_phone"}


def test_words_too_long_say_how_many_are_allowed(guest):
    answer = guest.post("/reports", {"form": LEAK | {"title": "长" * 61}})
    assert answer.json()["fields"] == {"title": "太长了，最多60个字"}


@pytest.mark.parametrize("procedure", ["archive", "none", "assist"])
def test_a_procedure_that_guests_cannot_start_is_refused(guest, procedure):
    answer = guest.post("/reports", {"procedure": procedure, "form": LEAK})
    assert answer.status_code in {403, 404}


def test_the_future_is_refused(guest):
    answer = guest.post("/reports", {"form": LEAK, "happened_at": "2100-01-01T00:00:00Z"})
    assert answer.status_code == 422
    assert "happened_at" in answer.json()["fields"]


def test_staff_report_with_a_token(as_):
    receipt = as_("registrar").report(channel="window")
    assert as_("dispatcher").get(f"/matters/{receipt['matter']}/offers").status_code == 200


def test_a_code_shows_the_progress_and_never_the_content(guest):
    receipt = guest.report()
    by_body = guest.post("/progress", {"code": receipt["code"]})
    by_header = guest.get("/progress", **{"X-Receipt-Code": receipt["code"].lower()})
    assert by_body.json() == by_header.json()
    assert by_body.json()["state"] == "triage"
    for word in ("漏水", "周桂兰", "13800002207"):
        assert word not in by_body.content.decode()


def test_a_wrong_code_and_a_misspelt_one_are_refused(guest):
    assert guest.post("/progress", {"code": "0000-0000-0000-0000-0000-0000-00"}).status_code == 404
    assert guest.post("/progress", {"code": "短"}).status_code == 422


def test_guessing_codes_is_stopped(guest):
    answers = [guest.post("/progress", {"code": f"0{n:025d}"}).status_code for n in range(limits.CODES.most + 3)]
    assert answers[0] == 404
    assert answers[-1] == 429
    receipt = guest.report()
    stopped = guest.get("/progress", **{"X-Receipt-Code": receipt["code"]})
    assert stopped.status_code == 429
    assert stopped["Retry-After"] == str(limits.CODES.seconds)


def test_reports_from_one_address_are_limited(guest, monkeypatch):
    monkeypatch.setattr("tianping.web.limits.limited", lambda _key, most, _seconds: most == limits.REPORTS.most)
    assert guest.post("/reports", {"form": LEAK}).status_code == 429


def test_the_holder_of_the_code_supplements(guest, as_):
    receipt = guest.report()
    assert as_("dispatcher").step(receipt, "supplement", reason="哪一户？").status_code == 201
    answer = guest.post("/progress/steps/supplied", {"code": receipt["code"], "form": {"note": "602"}})
    assert answer.status_code == 201
    assert guest.post("/progress", {"code": receipt["code"]}).json()["state"] == "triage"


@pytest.mark.parametrize(
    ("step", "status"),
    [("triage", 403), ("ask_erasure", 401), ("rate", 409), ("no_such", 404), ("%00", 404), ("A B", 404)],
)
def test_a_code_is_not_enough_for_other_steps(guest, step, status):
    receipt = guest.report()
    form = {"note": "请删掉"} if step == "ask_erasure" else {}
    assert guest.post(f"/progress/steps/{step}", {"code": receipt["code"], "form": form}).status_code == status
