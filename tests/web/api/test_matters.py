"""Lists, one matter, its entries and steps, for staff."""

from uuid import uuid4

import pytest

from tests.people import actor
from tianping.kernel.agencies.acting import acting
from tianping.kernel.agencies.models import AccessRecord

pytestmark = pytest.mark.django_db
AGENCY = "qingxi.zhujian."


@pytest.fixture
def handling(guest, as_):
    """A matter that 住建局 handles."""
    receipt, dispatcher = guest.report(), as_("dispatcher")
    assert dispatcher.step(receipt, "triage", category="neighbour.leak", grade="3").status_code == 201
    assert dispatcher.step(receipt, "dispatch", agency="zhujian").status_code == 201
    assert as_("handler").step(receipt, "accept").status_code == 201
    return receipt


def test_the_worklist_shows_what_waits_for_the_caller(handling, as_):
    mine = as_("handler").get("/worklist").json()
    assert [row["matter"] for row in mine["items"]] == [handling["matter"]]
    assert "finish" in mine["items"][0]["steps"]
    assert as_("other_handler").get("/worklist").json()["items"] == []


def test_filters_narrow_the_list(handling, as_):
    dispatcher = as_("dispatcher")
    found = [
        len(dispatcher.get("/matters", query).json()["items"])
        for query in (
            {"state": ["handling", "triage"]},
            {"state": "triage"},
            {"category": "neighbour"},
            {"grade": "1"},
            {"holder": AGENCY},
            {"place_path": "qingxi.none."},
            {"late": "overdue"},
            {"returned": "true"},
            {"supervised": "true"},
            {"channel": "web"},
            {"opened_from": "2100-01-01T00:00:00Z"},
            {"opened_until": "2100-01-01T00:00:00+08:00"},
            {"sort": "changed"},
        )
    ]
    assert found == [1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1]


@pytest.mark.parametrize(
    "query",
    [
        {"state": "x' OR 1=1"},
        {"limit": "0"},
        {"limit": "201"},
        {"cursor": "!!"},
        {"cursor": "Zm9v"},
        {"late": "never"},
        {"opened_from": "yesterday"},
        {"opened_from": "2026-01-01T00:00:00"},
        {"opened_from": "0001-01-01T00:00:00+14:00"},
        {"count": "true"},
        {"sort": "title"},
        {"holder": "qingxi"},
        {"state": "\0"},
    ],
)
def test_a_query_that_means_nothing_is_refused_with_its_name(as_, query):
    answer = as_("dispatcher").get("/matters", query)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/matters", "/worklist"])
def test_paging_misses_and_repeats_nothing_while_matters_arrive(guest, as_, path):
    before = {guest.report(title=f"第{n}件")["matter"] for n in range(7)}
    dispatcher = as_("dispatcher")
    seen, cursor = [], ""
    while True:
        page = dispatcher.get(path, {"limit": 2, "cursor": cursor}).json()
        assert set(page) == {"items", "next"}
        seen += [row["matter"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
        guest.report(title="中途来的")
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_a_matter_is_read_for_a_purpose_and_the_read_is_recorded(handling, as_):
    handler = as_("handler")
    assert handler.get(f"/matters/{handling['matter']}").status_code == 422
    assert handler.get(f"/matters/{handling['matter']}", {"purpose": "curiosity"}).status_code == 422
    assert handler.get(f"/matters/{handling['matter']}", {"purpose": "own"}).status_code == 422
    answer = handler.get(f"/matters/{handling['matter']}", {"purpose": "handling"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    matter = answer.json()
    assert matter["facts"]["title"] == "楼上漏水"
    assert "reporter_phone" not in matter["facts"]
    assert matter["proceedings"][0]["terms"][0]["due"]["why"]
    with acting(actor("supervisor")):
        assert AccessRecord.objects.filter(matter_id=handling["matter"], purpose="handling").count() == 1


def test_entries_come_newest_first(handling, as_):
    found = as_("handler").get(f"/matters/{handling['matter']}/entries", {"purpose": "handling"}).json()["items"]
    assert [e["step"] for e in found] == ["accept", "dispatch", "triage", "register"]


def test_a_phone_is_revealed_for_a_purpose(handling, as_):
    path = f"/matters/{handling['matter']}/reveal"
    answer = as_("handler").post(path, {"concept": "reporter_phone", "purpose": "contact"})
    assert answer.json() == {"concept": "reporter_phone", "value": "13800002207"}
    assert as_("handler").post(path, {"concept": "title", "purpose": "contact"}).status_code == 422
    assert as_("handler").post(path, {"concept": "other_phone", "purpose": "contact"}).status_code == 404


def test_offers_are_the_steps_of_this_caller(handling, as_):
    offered = as_("handler").get(f"/matters/{handling['matter']}/offers").json()
    assert {"finish", "note"} <= {o["step"] for o in offered[0]["offers"]}
    assert "finish" not in {
        o["step"] for o in as_("supervisor").get(f"/matters/{handling['matter']}/offers").json()[0]["offers"]
    }


def test_the_chain_is_verified(handling, as_):
    answer = as_("dispatcher").get(f"/matters/{handling['matter']}/verify")
    assert answer.json() == {"whole": True, "faults": []}


@pytest.mark.parametrize("path", ["?purpose=handling", "/entries?purpose=handling", "/offers", "/verify", "/reveal"])
def test_a_hidden_matter_and_none_at_all_answer_alike(handling, as_, path):
    other = as_("other_handler")

    def ask(matter):
        address = f"/matters/{matter}{path}"
        if path == "/reveal":
            return other.post(address, {"concept": "reporter_phone", "purpose": "contact"})
        return other.get(address)

    hidden, missing = ask(handling["matter"]), ask(uuid4())
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


def test_a_step_in_a_hidden_matter_is_as_unknown_as_one_nowhere(handling, as_):
    other = as_("other_handler")
    hidden = other.step(handling, "finish", outcome="settled", result="好了")
    missing = other.step({"proceeding": uuid4()}, "finish", outcome="settled", result="好了")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


def test_reasons_become_statuses(handling, as_, guest):
    dispatcher, handler = as_("dispatcher"), as_("handler")
    assert handler.step(handling, "finish", outcome="settled").status_code == 422
    assert handler.step(handling, "verify", on_site="x").status_code == 409
    assert dispatcher.step(handling, "finish", outcome="settled", result="x").status_code == 403
    assert handler.step(handling, "no_such").status_code == 404
    fresh = guest.report()
    assert dispatcher.step(fresh, "merge", other_matter=fresh["matter"]).status_code in {409, 422}
    assert dispatcher.step(fresh, "merge", other_matter=str(uuid4())).status_code == 409


def test_a_repeated_step_is_taken_once(handling, as_):
    handler, key = as_("handler"), str(uuid4())
    path = f"/proceedings/{handling['proceeding']}/steps/note"
    first = handler.post(path, {"form": {"note": "去看过"}}, key=key)
    again = handler.post(path, {"form": {"note": "去看过"}}, key=key)
    other = handler.post(path, {"form": {"note": "没去"}}, key=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json()["entry"] == first.json()["entry"]


def test_refusals_are_in_the_reader_s_language(handling, as_):
    answer = as_("handler").get(f"/matters/{uuid4()}/offers", **{"Accept-Language": "zh-CN"})
    assert answer.json()["detail"] == "没有找到这件事，或者您无权查看"
