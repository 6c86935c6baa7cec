"""Everything that the pages do, by the API: lists, advice, bulk, export, what one keeps, files, figures, the audit, one's own."""

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from ninja import Schema
from python_calamine import load_workbook

from tests.people import JURISDICTION, actor, guest
from tests.web.api.conftest import LEAK, Caller
from tianping.capabilities.notices.store import add
from tianping.capabilities.notices.words import TODO_PROTECTED, Notice
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord, User
from tianping.kernel.parties.models import Subject
from tianping.kernel.service import actor_for_code, advance, report
from tianping.web.api import app
from tianping.web.api.document import SCOPES_SAID, Document
from tianping.web.api.tokens import SCOPES, issue

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff030000060005"
    "57bfabd40000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }


@pytest.fixture
def citizen(db):
    """A citizen with one matter of their own: (caller, matter)."""
    receipt = report(actor=guest(), form=LEAK, key=str(uuid4()))
    party = actor_for_code(JURISDICTION, receipt.code)
    with acting(system_actor(JURISDICTION)):
        assert Subject.objects.filter(id=party.subject).exists()
    user = User.objects.create_user(
        "citizen1", None, jurisdiction=JURISDICTION, name="周桂兰", kind="citizen", subject_id=party.subject
    )
    return Caller(issue(user, "test", SCOPES, 30).token), receipt


def sent(caller, method, path, body=None, key=None, **headers):
    send = {
        "post": caller.client.post,
        "put": caller.client.put,
        "patch": caller.client.patch,
        "delete": caller.client.delete,
    }
    heads = caller.headers | {"Idempotency-Key": key or str(uuid4())} | headers
    return send[method](f"/api/v1{path}", body or {}, content_type="application/json", headers=heads)


# ── the document ──
def test_every_operation_names_its_scope_and_speaks_both_languages(guest):
    documents = [
        guest.client.get("/api/v1/openapi.json", headers={"Accept-Language": lang}).json() for lang in ("zh", "en")
    ]
    assert documents[0]["openapi"].startswith("3.1")
    count = 0
    for address, methods in documents[0]["paths"].items():
        for method, told in methods.items():
            english = documents[1]["paths"][address][method]
            assert told["summary"] != english["summary"], address
            assert told["description"] != english["description"], address
            scopes = next(s["bearer"] for s in told["security"] if "bearer" in s)
            assert scopes or {} in told["security"] or address.endswith("/me"), address
            assert set(scopes) <= set(SCOPES)
            assert told["tags"] != []
            count += 1
    assert count >= 60
    assert set(SCOPES_SAID) == set(SCOPES)


def test_every_write_takes_an_idempotency_key_or_is_made_the_same_by_its_place(guest):
    document = guest.client.get("/api/v1/openapi.json").json()
    # A read that opens or looks for personal data is a POST, so that what is asked stands in no log.
    reads = {"/api/v1/progress", "/api/v1/alike", "/api/v1/matters/{matter}/reveal"}
    without = {
        address
        for address, methods in document["paths"].items()
        for method, told in methods.items()
        if method != "get" and not any(p["name"] == "Idempotency-Key" for p in told["parameters"])
    }
    assert without == reads | {"/api/v1/uploads/{upload}"}


def test_the_scopes_of_a_new_token_are_those_there_are():
    document = Document(app.api, "api/v1/")
    assert tuple(document["components"]["schemas"]["TokenIn"]["properties"]["scopes"]["items"]["enum"]) == SCOPES


def test_no_two_shapes_of_the_document_share_a_name():
    found = {}

    def walk(shape):
        for each in shape.__subclasses__():
            if each.__module__.startswith("tianping.web.api"):
                assert found.setdefault(each.__name__, each) is each, each
            walk(each)

    walk(Schema)
    assert len(found) > 80


def test_the_reference_is_a_page_without_any_script(guest):
    page = guest.client.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "").replace("http://testserver", "")
    assert text.count("<article") > 100
    assert "/api/v1/proceedings/{proceeding}/steps/{step}" in text
    guest.client.cookies["lang"] = "en"
    assert "Take a step" in guest.client.get("/api/v1/docs").content.decode()


# ── lists ──
def test_a_list_is_searched_by_number_name_and_words(as_):
    caller = as_("dispatcher")
    one, other = (
        caller.report(),
        caller.report(
            title="路灯不亮", reporter_name="陈建军", reporter_phone="13700001111", description="路灯三天不亮了。"
        ),
    )
    for words in (one["number"], "周桂兰", "13800002207"):
        found = [r["matter"] for r in caller.get("/matters", {"q": words}).json()["items"]]
        assert one["matter"] in found, words
        assert other["matter"] not in found, words
    assert [r["matter"] for r in caller.get("/worklist", {"q": other["number"]}).json()["items"]] == [other["matter"]]
    assert caller.get("/matters", {"q": "没有这个人"}).json()["items"] == []
    assert as_("other_handler").get("/matters", {"q": "周桂兰"}).json()["items"] == []
    with acting(system_actor(JURISDICTION)):
        assert AccessRecord.objects.filter(purpose="search").count() >= 2


def test_a_report_without_a_title_is_called_by_its_first_words(as_):
    caller = as_("dispatcher")
    done = caller.post("/reports", {"form": {"description": "路灯坏了。三天没人修。", "channel": "web"}}).json()
    row = next(r for r in caller.get("/worklist").json()["items"] if r["matter"] == done["matter"])
    assert row["title"] == "路灯坏了"


def test_who_should_have_it_is_told_with_reasons_to_the_dispatcher_alone(as_):
    caller = as_("dispatcher")
    one = caller.report(place="城东街道锦绣社区锦绣花园2幢")
    told = caller.get(f"/matters/{one['matter']}/counsel", {"category": "neighbour.leak", "grade": "3"}).json()
    assert told["suggestion"]["reasons"]
    assert any(o["path"] == "qingxi.zhujian." for o in told["offices"])
    picked = caller.get(f"/matters/{one['matter']}/counsel", {"office": "qingxi.shuiwu."}).json()
    assert (picked["suggestion"]["path"], picked["suggestion"]["by_hand"]) == ("qingxi.shuiwu.", True)
    assert as_("handler").get(f"/matters/{one['matter']}/counsel").status_code == 403


def test_what_may_be_the_same_is_told_before_and_after(as_):
    caller = as_("dispatcher")
    one, two = caller.report(), caller.report(title="还是漏")
    found = caller.get(f"/matters/{two['matter']}/alike").json()["items"]
    assert [(a["matter"], bool(a["reasons"])) for a in found] == [(one["matter"], True)]
    before = sent(caller, "post", "/alike", {"phone": "13800002207"}).json()["items"]
    assert {a["matter"] for a in before} == {one["matter"], two["matter"]}


def test_one_step_on_many_tells_each_and_sent_again_does_nothing_twice(as_):
    caller = as_("dispatcher")
    ready, unsorted = caller.report(), caller.report(title="没分类")
    caller.step(ready, "triage", category="neighbour.leak", grade="3")
    body = {
        "step": "dispatch",
        "matters": [ready["matter"], unsorted["matter"], str(uuid4())],
        "form": {"agency": "zhujian"},
    }
    key = str(uuid4())
    first = caller.post("/bulk", body, key=key).json()
    assert [d["matter"] for d in first["done"]] == [ready["matter"]]
    assert [r["number"] for r in first["refused"]] == [unsorted["number"], ""]
    assert all(r["detail"] for r in first["refused"])
    again = caller.post("/bulk", body, key=key).json()
    assert again["done"] == []  # it went on: nothing of it waits for the dispatcher any more


def test_a_list_is_taken_out_as_a_workbook_on_the_record(as_):
    caller = as_("dispatcher")
    one = caller.report()
    answer = caller.get("/export", {"purpose": "supervision"})
    rows = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    assert one["number"] in {row[0] for row in rows}
    with acting(system_actor(JURISDICTION)):
        assert AccessRecord.objects.filter(purpose="supervision", rows=len(rows) - 1).exists()
    assert caller.get("/export").status_code == 422
    assert as_("dispatcher", ("read",)).get("/export", {"purpose": "supervision"}).status_code == 403


# ── one's own ──
def test_a_list_that_one_keeps_is_ones_own(as_):
    mine, other = as_("dispatcher"), as_("supervisor")
    key = str(uuid4())
    body = {"name": "逾期的", "address": "view=overdue&q=%E5%91%A8%E6%A1%82%E5%85%B0"}
    assert sent(mine, "post", "/saved", body, key).json() == {
        "name": "逾期的",
        "address": "view=overdue",
        "repeated": False,
    }
    assert sent(mine, "post", "/saved", body, key).json()["repeated"] is True
    assert sent(mine, "post", "/saved", body | {"name": "别的"}, key).status_code == 409
    (kept,) = mine.get("/saved").json()["items"]
    assert other.get("/saved").json()["items"] == []
    assert sent(other, "delete", f"/saved/{kept['id']}").status_code == 404
    assert sent(mine, "delete", f"/saved/{kept['id']}").status_code == 201
    for n in range(12):
        assert sent(mine, "post", "/saved", {"name": f"第{n}", "address": ""}).status_code == 201
    assert sent(mine, "post", "/saved", {"name": "再来", "address": ""}).status_code == 422
    assert (
        sent(
            mine, "post", "/saved", {"name": "太长", "address": "state=" + "&state=".join(["x" * 90] * 10)}
        ).status_code
        == 422
    )


def test_notices_are_read_counted_and_marked(as_):
    caller = as_("protector")
    now = timezone.now()
    key = next(k for k in sorted(actor("protector").keys) if k.startswith("protector@"))
    with acting(system_actor(JURISDICTION)):
        letters = [Notice(f"t{n}", key, "in_app", "todo", TODO_PROTECTED, {}, None) for n in range(60)]
        for n, letter in enumerate(letters):
            add(JURISDICTION, [letter], now - timedelta(minutes=n))
    page = caller.get("/notices").json()
    assert len(page["items"]) == 50
    rest = caller.get("/notices", {"cursor": page["next"]}).json()
    assert (len(rest["items"]), rest["next"]) == (10, "")
    assert caller.get("/notices/unread").json() == {"unread": 60}
    one = page["items"][0]["id"]
    assert sent(caller, "post", "/notices/read", {"ids": [one]}).json()["marked"] == 1
    key = str(uuid4())
    assert sent(caller, "post", "/notices/read", {}, key).json() == {"marked": 59, "repeated": False}
    assert sent(caller, "post", "/notices/read", {}, key).json() == {"marked": 59, "repeated": True}
    assert caller.get("/notices", {"cursor": "2026-99"}).status_code == 422
    assert as_("handler").get("/notices").json()["items"] == []


def test_a_citizen_reads_takes_steps_and_takes_everything_along(citizen, as_):
    caller, receipt = citizen
    assert [m["matter"] for m in caller.get("/mine").json()["items"]] == [str(receipt.matter)]
    told = caller.get(f"/mine/{receipt.matter}/content").json()
    assert any(f["value"] == "13800002207" for f in told["facts"])
    offers = {o["step"] for o in caller.get(f"/mine/{receipt.matter}").json()["offers"]}
    assert "ask_erasure" in offers
    done = sent(caller, "post", f"/mine/{receipt.matter}/steps/ask_erasure", {"form": {"note": "不想留了"}})
    assert done.status_code == 201, done.content
    archive = zipfile.ZipFile(io.BytesIO(b"".join(caller.get("/mine/export").streaming_content)))
    assert "data.json" in archive.namelist()
    assert caller.get(f"/mine/{receipt.matter}/readers").json()["items"]
    assert sent(caller, "post", f"/mine/{uuid4()}/steps/ask_erasure", {"form": {}}).status_code == 404
    assert as_("dispatcher").get("/mine/export").status_code == 403


def test_a_citizen_rates_by_identity(citizen):
    caller, receipt = citizen
    for step, who, form in (
        ("triage", "dispatcher", {"category": "neighbour.leak", "grade": "3"}),
        ("answer_directly", "dispatcher", {"answer": "修好了"}),
    ):
        advance(receipt.proceeding, step, actor=actor(who), form=form, key=str(uuid4()))
    done = sent(caller, "post", f"/mine/{receipt.matter}/steps/rate", {"form": {"rating": "5"}})
    assert done.status_code == 201, done.content


# ── files ──
def upload(caller, data=PNG, name="a.png", key=None, **headers):
    heads = caller.headers | {"Idempotency-Key": key or str(uuid4())} | headers
    return caller.client.post(
        f"/api/v1/files?name={name}", data, content_type="application/octet-stream", headers=heads
    )


def test_a_file_is_sent_with_a_token_attached_and_fetched(as_):
    caller, key = as_("registrar"), str(uuid4())
    first, again = upload(caller, key=key), upload(caller, key=key)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert (first.json()["mime"], again.json()["id"]) == ("image/png", first.json()["id"])
    assert upload(caller, name="b.png", key=key).status_code == 409
    one = caller.report(files=[first.json()["id"]])
    answer = as_("dispatcher").get(f"/files/{first.json()['id']}", {"purpose": "handling"})
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Disposition"].startswith("attachment")
    assert as_("other_handler").get(f"/files/{first.json()['id']}").status_code == 404
    assert one["matter"]


def test_a_file_comes_in_chunks(as_):
    caller = as_("registrar")
    begun = caller.post("/uploads", {"name": "a.png", "size": len(PNG)}).json()
    path = f"/api/v1/uploads/{begun['upload']}"
    for offset in (0, 0, 40):
        chunk = PNG[offset : offset + 40] if offset == 0 else PNG[40:]
        answer = caller.client.patch(
            path,
            chunk,
            content_type="application/octet-stream",
            headers=caller.headers | {"Upload-Offset": str(offset)},
        )
        assert answer.status_code == 200, answer.content
    done = caller.post(f"/uploads/{begun['upload']}/finish", {})
    assert (done.status_code, done.json()["size"]) == (201, len(PNG))
    big = caller.client.patch(
        path,
        b"x" * (2 * 1024 * 1024 + 1),
        content_type="application/octet-stream",
        headers=caller.headers | {"Upload-Offset": "0"},
    )
    assert big.status_code == 413


def test_somebody_without_a_token_sends_pictures_under_a_mark_of_their_own(guest, as_):
    mark = {"X-Upload-Key": "a" * 40}
    assert upload(guest).status_code == 401
    assert upload(guest, **{"X-Upload-Key": "short"}).status_code == 422
    file = upload(guest, **mark).json()["id"]
    form = {"form": LEAK | {"files": [file]}}
    assert guest.post("/reports", form, **{"X-Upload-Key": "b" * 40}).status_code == 422
    assert guest.post("/reports", form, **mark).status_code == 201


def test_a_bare_number_is_no_day_and_no_time(as_):
    caller = as_("supervisor")
    for query in ({"opened_from": "0"}, {"opened_until": "1700000000"}):
        assert caller.get("/matters", query).status_code == 422
    assert caller.get("/figures", {"first": "1699920000"}).status_code == 422
    assert caller.get("/figures", {"first": "2026-11-01"}).status_code == 200
    assert caller.get("/matters", {"opened_from": "2026-11-01T00:00:00+08:00"}).status_code == 200


# ── figures and the audit ──
def test_figures_open_the_lists_they_count(as_):
    caller = as_("supervisor")
    as_("dispatcher").report()
    told = caller.get("/figures").json()
    assert {f["key"] for f in told["items"]} >= {"opened", "in_time", "returned"}
    assert all(f["meaning"] for f in told["items"])
    assert told["standing"]["everything"] >= 1
    rows = caller.get("/matters", {"of": "returned", "opened_from": "2026-01-01T00:00:00+08:00", "open_only": "false"})
    assert rows.json()["items"] == []
    assert caller.get("/figures", {"first": "2026-02-01", "last": "2026-01-01"}).status_code == 422
    assert as_("handler").get("/figures").status_code == 403


def test_the_supervisor_sees_five_lists(as_):
    told = as_("supervisor").get("/supervision", {"place_path": "qingxi."}).json()
    assert [each["key"] for each in told["lists"]] == ["overdue", "soon", "returned", "reopened", "supervised"]


def test_the_auditor_reads_who_read(as_):
    as_("dispatcher").get(f"/matters/{as_('dispatcher').report()['matter']}", {"purpose": "handling"})
    found = as_("auditor").get("/audit", {"purpose": "handling", "day": timezone.localdate().isoformat()}).json()
    assert found["items"]
    assert as_("dispatcher").get("/audit").status_code == 403
