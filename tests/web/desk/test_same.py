"""The page on which two registrations are found to be one person, and its twin in the API."""

import pytest

from tests.kernel.matters.test_subjects import id_number, subject_of
from tests.people import WHO, actor
from tests.web.api.conftest import Caller
from tianping.kernel.agencies.models import User
from tianping.kernel.matters.merging import merged
from tianping.web.api.tokens import SCOPES, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(road):
    number = id_number(40)
    return tuple(road(reporter_id_number=number, reporter_phone=f"1370000000{n}") for n in range(5))


def ids(roads):
    return [subject_of(r).id for r in roads]


def api(who):
    return Caller(issue(User.objects.get(username=WHO[who]), "test", SCOPES, 1).token)


def test_what_looks_alike_is_listed_with_its_reason_and_no_name(desk, twice):
    one, other = ids(twice)[:2]
    page = desk("dispatcher").page("/desk/same/")
    assert f"/desk/same/{one}/{other}/" in page
    assert "身份证号相同" in page
    assert "周桂兰" not in page
    assert "/desk/same/" in desk("dispatcher").page("/desk/")
    assert "没有看着像" not in page


def test_side_by_side_made_one_and_parted(desk, twice):
    one, other = ids(twice)[:2]
    client, address = desk("dispatcher"), f"/desk/same/{one}/{other}/"
    assert "周桂兰" in client.page(address)
    refused = client.post(address, {})
    assert (refused.status_code, "请选一项理由" in refused.content.decode()) == (422, True)
    assert client.post(address, {"why": "checked"}).headers["Location"] == "/desk/same/"
    again = client.post(address, {"why": "checked"})
    assert (again.status_code, "已经是同一个人" in again.content.decode()) == (422, True)
    assert f"/desk/same/{other}/" in client.page("/desk/same/")
    assert client.get(f"/desk/same/{other}/").status_code == 200
    assert client.post(f"/desk/same/{other}/", {"why": "mistaken"}).status_code == 302
    assert merged(actor("dispatcher")) == []
    assert client.post(f"/desk/same/{other}/", {"why": "mistaken"}).status_code == 404


def test_a_person_with_many_matters_is_shown_by_three_of_them(desk, twice):
    from tianping.kernel.matters.merging import Part, Someone
    from tianping.web.desk.same import shown

    one = ids(twice)[0]
    parts = [Part(r.matter, r.receipt.number, "", "reporter") for r in twice]
    found = shown(Someone(one, "person", None, parts))
    assert (len(found["parts"]), found["more"], found["parts"][0]["title"]) == (3, 2, "（没有标题）")


@pytest.mark.parametrize("who", ["registrar", "supervisor", "handler", "auditor"])
def test_it_does_not_exist_for_others(desk, twice, who):
    one, other = ids(twice)[:2]
    for path in ("/desk/same/", f"/desk/same/{one}/{other}/", f"/desk/same/{other}/"):
        assert desk(who).get(path).status_code == 404


def test_out_of_sight_is_not_there(desk, twice, road):
    one, hidden = ids([twice[0], road(violence=True)])
    assert desk("dispatcher").get(f"/desk/same/{one}/{hidden}/").status_code == 404


def test_nothing_alike_is_said(desk, db):
    assert "没有看着像同一个人的登记" in desk("dispatcher").page("/desk/same/")


def test_the_api_does_the_same(twice):
    one, other = map(str, ids(twice)[:2])
    caller = api("dispatcher")
    pairs = [(p["one"]["id"], p["other"]["id"]) for p in caller.get("/subjects/alike").json()["items"]]
    assert (one, other) in pairs
    assert caller.get(f"/subjects/{one}/beside/{other}").json()["one"]["names"] == ["周桂兰"]
    assert caller.post("/subjects/merge", {"keep": one, "other": other, "why": "checked"}).status_code == 201
    assert [s["id"] for s in caller.get("/subjects/merged").json()["items"]] == [other]
    assert caller.post("/subjects/merge", {"keep": one, "other": other, "why": "checked"}).status_code == 409
    assert caller.post(f"/subjects/{other}/part", {"why": "asked"}).status_code == 201
    assert caller.post(f"/subjects/{other}/part", {"why": "asked"}).status_code == 404
    assert caller.post(f"/subjects/{other}/part", {"why": "because"}).status_code == 422
    assert api("registrar").get("/subjects/alike").status_code == 403
