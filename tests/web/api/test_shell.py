"""What holds for every route: shapes of refusals, hostile input, caches, the document."""

import json

import pytest
from django.test import Client

from tests.web.api.conftest import Caller
from tianping.kernel.service import registry

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "0123456789abcdef"}


def send(raw, content_type="application/json", path="/reports"):
    return Client(raise_request_exception=False).post(f"/api/v1{path}", raw, content_type=content_type, headers=KEY)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"NaN", 400),
        (b"[" * 100_000, 400),
        (b'{"form": ' * 5000 + b"1" + b"}" * 5000, 400),
        (b'{"form": 1}', 422),
        (b'{"form": []}', 422),
        (b'{"form": {}}', 422),
        (b'{"form": {"description": "\\u0000"}}', 422),
        (b'{"form": {"description": "\\ud800"}}', 400),
        (b'{"form": {"description": {"a": 1}}}', 422),
        (b'{"form": {"description": [[["x"]]]}}', 422),
        (b'{"form": {"description": 1e999}}', 400),
        (b'{"form": {"": "x"}}', 422),
        (b'{"form": {"\\u0000": "x"}}', 422),
        (b'{"form": {"description": "x", "surprise": "y"}}', 422),
        (b'{"form": {"description": "x"}, "extra": 1}', 422),
        (b'{"form": {"description": "x", "point": "1e400,5"}}', 422),
        (b'{"form": {"description": "x", "point": [1]}}', 422),
        (b'{"form": {"description": "x", "files": ["x"]}}', 422),
        (b'{"form": {"description": "x"}, "procedure": "\\n"}', 422),
        (b'{"form": {"description": "x"}, "happened_at": "0001-01-01T00:00:00+14:00"}', 422),
        (b'{"form": {"description": "x"}, "happened_at": "9999-12-31T23:59:59-14:00"}', 422),
        (b'{"form": {"description": "x"}, "happened_at": 1e30}', 422),
        (b'{"form": {"description": "x", "channel": 99999999999999999999999999999999}}', 422),
    ],
)
def test_no_body_breaks_the_door(raw, status):
    answer = send(raw)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["status"] == status


def test_a_form_of_very_many_fields_is_refused():
    assert send(json.dumps({"form": {f"f{n}": "x" for n in range(101)}}).encode()).status_code == 422


@pytest.mark.parametrize("size", [1 << 20, 3 << 20])
def test_more_than_a_megabyte_is_too_much(size):
    answer = send(b'{"form": {"description": "' + b"x" * size + b'"}}')
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_only_json_is_taken(content_type):
    assert send(b'{"form": {"description": "x"}}', content_type).status_code == 415


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/matters/1", "/matters/not-a-uuid/offers", "/", "", "/reports/", "/%00", "/../x", "/procedures/%ff"],
)
def test_an_address_that_is_none_is_a_problem_too(path):
    answer = Client().get(f"/api/v1{path}" if path.startswith("/") else "/api/v1/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/reports"), ("PUT", "/openapi.json"), ("OPTIONS", "/worklist"), ("TRACE", "/me")]
)
def test_another_method_is_refused_with_those_that_are_allowed(method, path):
    answer = Client().generic(method, f"/api/v1{path}")
    assert answer.status_code == 405
    assert answer["Allow"]
    assert answer["Content-Type"] == "application/problem+json"


def test_too_many_parameters_are_no_fault_of_ours():
    answer = Client().get("/api/v1/procedures?" + "&".join(f"a{n}=1" for n in range(1100)))
    assert answer.status_code == 400


def test_what_is_not_foreseen_tells_nothing(monkeypatch, caplog):
    def broken(_jurisdiction):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("tianping.web.api.declarations.book", broken)
    answer = Client(raise_request_exception=False).get("/api/v1/grades")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "secret" in caplog.text


def test_a_key_used_twice_at_once_is_a_conflict(monkeypatch, guest):
    from django.db import IntegrityError

    def late(**_more):
        raise IntegrityError('duplicate key value violates unique constraint "entry_key"')

    monkeypatch.setattr("tianping.web.api.reports.report", late)
    assert guest.post("/reports", {"form": {}}).status_code == 409


# ── what everybody may know ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", ["/procedures", "/procedures/intake", "/categories", "/grades", "/agencies"])
def test_declarations_are_kept_by_their_etag(guest, path):
    first = guest.get(path)
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    again = guest.get(path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_declarations_are_told_in_english_too(guest):
    chinese, english = (guest.get("/grades", **{"Accept-Language": a}) for a in ("zh-CN", "en"))
    assert chinese["ETag"] != english["ETag"]
    assert "一级" not in english.json()["items"][0]["name"]


def test_the_permission_table_is_the_declaration(guest):
    told = {s["name"]: s for s in guest.get("/procedures/intake").json()["steps"]}
    assert told["dispatch"]["by"] == [
        {"who": "post", "kind": "dispatcher", "at": "centre", "every": False, "proof": "", "outcomes": []}
    ]
    assert {b["who"] for s in told.values() for b in s["by"]} == {
        "post",
        "assigned",
        "party",
        "anybody",
        "clock",
        "children",
        "leader",
        "kernel",
    }


def test_a_point_or_words_find_the_grid(guest):
    from tianping.kernel.packs.book import book

    known = book("990101").rows("address")[0]
    by_point = guest.get("/locate", {"lon": str(known.lon), "lat": str(known.lat)})
    by_words = guest.get("/locate", {"words": known.address})
    assert by_point.json()["grid"] == by_words.json()["grid"] == known.grid


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"lon": "0", "lat": "0"}, 404),
        ({"words": "月球"}, 404),
        ({"lon": "nan", "lat": "1"}, 422),
        ({"lon": "1"}, 422),
        ({"words": "\0"}, 422),
        ({"words": "x" * 201}, 422),
    ],
)
def test_a_place_that_says_too_little_is_refused(guest, query, status):
    assert guest.get("/locate", query).status_code == status


def test_look_ups_are_counted(guest, monkeypatch):
    monkeypatch.setattr("tianping.web.limits.limited", lambda *_args: True)
    assert guest.get("/locate", {"words": "青溪"}).status_code == 429


def test_the_document_describes_every_step_that_a_person_takes():
    document = Caller().get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    schemas = document["components"]["schemas"]
    for procedure in registry().procedures():
        for step in procedure.steps:
            assert (f"form.{procedure.name}.{step.name}" in schemas) is not step.automatic
    report = schemas["form.intake.register"]
    assert report["required"] == ["description"]
    assert report["properties"]["danger"]["type"] == "boolean"
    assert "web" in report["properties"]["channel"]["enum"]
    assert "zhujian" in schemas["form.intake.dispatch"]["properties"]["agency"]["enum"]


def test_the_document_names_the_refusals_of_every_route():
    document = Caller().get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for told in methods.values():
            assert {"400", "401", "422"} <= set(told["responses"]), path
            assert told["security"], path


def test_the_language_is_the_caller_s_own_and_not_the_page_s(guest):
    guest.client.cookies["lang"] = "en"
    answer = guest.get("/procedures/none", **{"Accept-Language": "zh-CN"})
    assert answer["Content-Language"] == "zh-hans"
    assert "Accept-Language" in answer["Vary"]
    assert guest.get("/grades", **{"Accept-Language": "en"})["Content-Language"] == "en"


def test_a_list_holds_text_alone(guest):
    answer = guest.post("/reports", {"form": {"description": "x", "point": [None, None], "files": [True]}})
    assert set(answer.json()["fields"]) == {"point", "files"}


@pytest.mark.parametrize("name", ["\x86", "\u2060"])
def test_a_name_that_cannot_be_one_is_refused_with_words(guest, name):
    answer = guest.post("/reports", {"form": {"description": "x", "reporter_name": name}})
    assert answer.status_code == 422


def test_a_fault_outside_any_operation_is_a_problem_too(monkeypatch):
    monkeypatch.setattr("tianping.web.api.document.codes", lambda _jurisdiction: 1 / 0)
    answer = Client(raise_request_exception=False).get("/api/v1/openapi.json")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
