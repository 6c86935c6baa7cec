"""Files in and out over HTTP: whole or in chunks, refused in a sentence, shown only to whom they belong, never run."""

from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.kernel.matters.conftest import Road
from tests.people import WHO, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord, User
from tianping.kernel.documents.files import LARGEST, MOST_WAITING
from tianping.kernel.documents.models import Document
from tianping.kernel.service import report

pytestmark = pytest.mark.django_db
J = "990101"


def photo(colour="red", kind="PNG"):
    out = BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, kind)
    return out.getvalue()


PHOTO = photo()
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files")},
    }
    settings.STORAGES = settings.STORAGES | {"default": storage}


@pytest.fixture
def visitor():
    """A browser without an account, before any page."""
    return Client()


@pytest.fixture
def desk():
    def enter(who):
        client = Client()
        user = User.objects.get(username=WHO.get(who, who))
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


def send(client, data=PHOTO, name="照片.png", kind="image/png"):
    return client.post("/files/", {"file": SimpleUploadedFile(name, data, kind)})


def begin(client, size, name="照片.png"):
    return client.post("/files/begin/", {"name": name, "size": str(size)})


def chunk(client, upload, offset, data, **headers):
    headers = {"Upload-Offset": str(offset)} | headers
    return client.post(f"/files/chunk/{upload}/", data, content_type="application/octet-stream", headers=headers)


def finish(client, upload):
    return client.post(f"/files/finish/{upload}/")


def told(answer, status):
    assert answer.status_code == status, answer.content
    return answer.json()


def attach(client, ident, **form):
    """The visitor's report, sent with the file; the matter's receipt."""
    who = replace(guest(), keys=frozenset({f"upload:{client.session['upload_token']}"}))
    return report(actor=who, form={"description": "井盖缺失", "files": [ident]} | form, key=str(uuid4()))


def get(client, ident, **query):
    return client.get(f"/files/{ident}/", query)


# ── whole ──
def test_a_file_in_one_piece_is_told_what_it_is(visitor):
    found = told(send(visitor), 201)
    assert (found["name"], found["mime"], found["size"]) == ("照片.png", "image/png", len(PHOTO))
    again = told(send(visitor, photo(kind="JPEG"), "a.png"), 201)  # the name's ending is not believed
    assert again["mime"] == "image/jpeg"


def test_without_a_file_one_is_asked_for(visitor):
    assert told(visitor.post("/files/", {"file": "text"}), 422) == {"error": "请选一个文件"}
    assert told(visitor.post("/files/"), 422) == {"error": "请选一个文件"}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"#!/bin/sh\nrm -rf /\n", "a.png"),
        (b"MZ\x90\0" + b"\0" * 64, "a.pdf"),
        (b"<html><script>alert(1)</script>", "a.txt"),
    ],
)
def test_what_runs_is_not_taken_whatever_its_name(visitor, data, name):
    assert "这种文件收不了" in told(send(visitor, data, name), 422)["error"]
    with acting(system_actor(J)):
        assert not Document.objects.exists()


def test_an_empty_file_is_refused(visitor):
    assert "文件太大或是空的" in told(send(visitor, b""), 422)["error"]


def test_only_posting_brings_a_file(visitor):
    for path in ("/files/", "/files/begin/", f"/files/chunk/{uuid4()}/", f"/files/finish/{uuid4()}/"):
        assert visitor.get(path).status_code == 405
    assert visitor.post(f"/files/{uuid4()}/").status_code == 405


# ── in chunks ──
def test_a_file_in_chunks_goes_on_where_the_line_broke(visitor):
    upload = told(begin(visitor, len(PHOTO)), 201)
    assert upload["received"] == 0
    ident = upload["upload"]
    assert told(chunk(visitor, ident, 0, PHOTO[:40]), 200) == {"upload": ident, "received": 40}
    gap = told(chunk(visitor, ident, 60, PHOTO[60:]), 422)
    assert gap["received"] == 40
    assert "少了一段" in gap["error"]
    early = told(finish(visitor, ident), 422)
    assert (early["received"], "还没有传完" in early["error"]) == (40, True)
    assert told(chunk(visitor, ident, 20, PHOTO[20:]), 200)["received"] == len(PHOTO)
    found = told(finish(visitor, ident), 201)
    assert (found["mime"], found["size"]) == ("image/png", len(PHOTO))
    assert b"".join(get(visitor, found["id"]).streaming_content) == PHOTO
    assert told(finish(visitor, ident), 404)  # the upload is over


@pytest.mark.parametrize("size", ["", "many", "1.5"])
def test_a_file_says_first_how_large_it_is(visitor, size):
    assert told(visitor.post("/files/begin/", {"name": "a.png", "size": size}), 422) == {"error": "请说明文件有多大"}
    assert told(visitor.post("/files/begin/"), 422) == {"error": "请说明文件有多大"}


@pytest.mark.parametrize("size", [0, -1, LARGEST + 1])
def test_a_file_too_large_or_empty_is_refused_before_a_byte_is_sent(visitor, size):
    assert "最多50兆" in told(begin(visitor, size), 422)["error"]


def test_the_largest_file_may_begin(visitor):
    assert told(begin(visitor, LARGEST), 201)["received"] == 0


def test_more_than_was_announced_is_refused(visitor):
    ident = told(begin(visitor, 10), 201)["upload"]
    assert "比说好的多" in told(chunk(visitor, ident, 0, PHOTO[:11]), 422)["error"]
    assert told(chunk(visitor, ident, 0, PHOTO[:10]), 200)["received"] == 10


@pytest.mark.parametrize("offset", ["", "x"])
def test_a_chunk_names_its_place(visitor, offset):
    ident = told(begin(visitor, 10), 201)["upload"]
    assert told(chunk(visitor, ident, offset, b"x"), 422) == {"error": "缺少 Upload-Offset"}
    bare = visitor.post(f"/files/chunk/{ident}/", b"x", content_type="application/octet-stream")
    assert told(bare, 422) == {"error": "缺少 Upload-Offset"}


def test_a_chunk_before_the_beginning_is_refused(visitor):
    ident = told(begin(visitor, 10), 201)["upload"]
    assert told(chunk(visitor, ident, -1, b"xx"), 422)["received"] == 0
    assert told(chunk(visitor, ident, 0, b"x"), 200)["received"] == 1


def test_a_chunk_larger_than_the_server_takes_at_once_changes_nothing(visitor, settings):
    ident = told(begin(visitor, LARGEST), 201)["upload"]
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert chunk(visitor, ident, 0, b"x" * 1001).status_code in {400, 413}
    assert told(chunk(visitor, ident, 0, b"x" * 1000), 200)["received"] == 1000


def test_a_finished_file_of_a_wrong_kind_is_refused(visitor):
    data = b"#!/bin/sh\n"
    ident = told(begin(visitor, len(data)), 201)["upload"]
    chunk(visitor, ident, 0, data)
    assert "这种文件收不了" in told(finish(visitor, ident), 422)["error"]


def test_an_upload_is_its_own_sessions(visitor):
    ident = told(begin(visitor, len(PHOTO)), 201)["upload"]
    stranger = Client()
    assert told(chunk(stranger, ident, 0, PHOTO), 404)["error"]
    assert told(finish(stranger, ident), 404)["error"]
    assert told(chunk(visitor, ident, 0, PHOTO), 200)["received"] == len(PHOTO)
    assert told(finish(stranger, ident), 404)["error"]
    assert told(chunk(visitor, uuid4(), 0, PHOTO), 404)["error"]


def test_too_many_files_that_wait_are_refused(visitor):
    for number in range(MOST_WAITING):
        told(send(visitor, photo((number, 0, 0))), 201)
    assert "太多" in told(send(visitor), 422)["error"]
    assert "太多" in told(begin(visitor, 10), 422)["error"]
    assert told(begin(Client(), 10), 201)  # somebody else's files are not counted


# ── out ──
def test_a_picture_and_a_pdf_are_shown_and_everything_else_is_saved(visitor):
    for data, name, mime, shown in (
        (PHOTO, "照片.png", "image/png", True),
        (PDF, "协议.pdf", "application/pdf", True),
        ("说明\n".encode(), "说明.txt", "text/plain", False),
    ):
        ident = told(send(visitor, data, name), 201)["id"]
        answer = get(visitor, ident)
        assert answer.status_code == 200
        assert answer["Content-Type"] == mime
        assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")
        assert answer["Content-Length"] == str(len(data))
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert b"".join(answer.streaming_content) == data


def test_a_request_for_a_part_gets_the_whole_file(visitor):
    ident = told(send(visitor), 201)["id"]
    answer = visitor.get(f"/files/{ident}/", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, "Content-Range" in answer) == (200, False)
    assert b"".join(answer.streaming_content) == PHOTO


def test_a_download_is_named_as_what_it_is(visitor):
    ident = told(send(visitor, PHOTO, "../../etc/passwd"), 201)["id"]
    assert "passwd.png" in get(visitor, ident)["Content-Disposition"]
    assert "etc" not in get(visitor, ident)["Content-Disposition"]


def test_a_waiting_file_is_nobody_elses(visitor, desk):
    ident = told(send(visitor), 201)["id"]
    assert get(Client(), ident).status_code == 404
    for who in ("dispatcher", "handler", "system_admin"):
        assert get(desk(who), ident).status_code == 404
    assert get(visitor, uuid4()).status_code == 404


def test_a_matters_file_is_seen_by_whoever_sees_the_matter_and_each_read_is_recorded(visitor, desk):
    ident = told(send(visitor), 201)["id"]
    receipt = attach(visitor, ident)
    answer = get(desk("dispatcher"), ident, purpose="dispatch")
    assert b"".join(answer.streaming_content) == PHOTO
    with acting(system_actor(J)):
        (record,) = AccessRecord.objects.filter(matter_id=receipt.matter)
    assert (record.purpose, record.what) == ("dispatch", ["files"])
    get(desk("dispatcher"), ident)
    with acting(system_actor(J)):
        assert sorted(AccessRecord.objects.values_list("purpose", flat=True)) == ["dispatch", "handling"]
    for who in ("handler", "auditor"):
        assert get(desk(who), ident).status_code == 404


def test_without_a_known_purpose_nothing_is_given_out(visitor, desk):
    ident = told(send(visitor), 201)["id"]
    attach(visitor, ident)
    assert get(desk("dispatcher"), ident, purpose="curiosity").status_code == 404
    assert get(desk("dispatcher"), ident, purpose="").status_code == 404
    with acting(system_actor(J)):
        assert not AccessRecord.objects.exists()


def test_who_sent_a_file_with_a_report_needs_proof_to_see_it_again(visitor):
    ident = told(send(visitor), 201)["id"]
    attach(visitor, ident)
    assert get(visitor, ident).status_code == 404


def test_a_protected_matters_file_is_the_protectors_alone(visitor, desk):
    ident = told(send(visitor), 201)["id"]
    attach(visitor, ident, violence=True)
    for who in ("dispatcher", "registrar", "supervisor", "leader", "handler", "system_admin", "auditor"):
        assert get(desk(who), ident).status_code == 404
    assert b"".join(get(desk("protector"), ident, purpose="contact").streaming_content) == PHOTO


def test_a_file_that_has_no_address_of_its_own_is_not_found(visitor):
    assert visitor.get("/files/not-a-file/").status_code == 404


def test_what_an_official_brings_is_theirs_until_a_step_attaches_it(desk):
    one = Road()
    dispatcher = desk("dispatcher")
    ident = told(send(dispatcher), 201)["id"]
    assert get(dispatcher, ident).status_code == 200
    assert get(desk("registrar"), ident).status_code == 404
    one.take("note", "dispatcher", note="现场照片", files=[ident])
    assert get(desk("registrar"), ident).status_code == 200
    with acting(system_actor(J)):
        assert Document.objects.get(id=UUID(ident)).matter_id == one.matter
