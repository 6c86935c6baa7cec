"""Files come in chunks, are kept once, and belong to who brought them until a step attaches them."""

import hashlib
import socket
import threading
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.service import append_upload, begin_upload, finish_upload, open_paper, report, store

pytestmark = pytest.mark.django_db
REPORT = {"description": "井盖缺失", "title": "井盖缺失"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }


def photo(colour="red"):
    out = BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    return out.getvalue()


def who(token="a"):
    return replace(guest(), keys=frozenset({f"upload:{token}"}))


def put(person, data, name="照片.png"):
    return store(person, name, BytesIO(data), len(data))


def test_chunks_become_one_file_with_the_right_hash():
    data = photo()
    upload = begin_upload(who(), "照片.png", len(data))
    assert append_upload(who(), upload, 0, data[:50]) == 50
    assert append_upload(who(), upload, 0, data[:60]) == 60  # sent again after a broken answer
    append_upload(who(), upload, 60, data[60:])
    stored = finish_upload(who(), upload)
    assert (stored.mime, stored.sha256) == ("image/png", hashlib.sha256(data).hexdigest())


def test_a_gap_is_refused_and_says_how_much_came():
    upload = begin_upload(who(), "a.png", 100)
    with pytest.raises(RefusedError) as refused:
        append_upload(who(), upload, 10, b"x")
    assert refused.value.values == {"received": 0}


def test_an_unfinished_file_is_not_kept():
    upload = begin_upload(who(), "a.png", 100)
    with pytest.raises(RefusedError):
        finish_upload(who(), upload)


def test_more_than_announced_is_refused():
    upload = begin_upload(who(), "a.png", 3)
    with pytest.raises(RefusedError):
        append_upload(who(), upload, 0, b"four")


@pytest.mark.parametrize("size", [0, 51 * 1024 * 1024])
def test_empty_and_huge_files_are_refused(size):
    with pytest.raises(RefusedError):
        begin_upload(who(), "a.png", size)


def test_a_script_called_png_is_refused():
    with pytest.raises(RefusedError):
        put(who(), b"#!/bin/sh\nrm -rf /\n")


def test_the_same_content_is_stored_once(tmp_path):
    put(who(), photo())
    put(who("b"), photo())
    assert len([f for f in (tmp_path / "files").rglob("*") if f.is_file()]) == 1


def test_another_person_cannot_attach_or_read_a_waiting_file():
    stored = put(who(), photo())
    with pytest.raises(RefusedError):
        report(actor=who("b"), form=REPORT | {"files": [str(stored.id)]}, key=str(uuid4()))
    with pytest.raises(RefusedError):
        open_paper(who("b"), stored.id, "own")


def test_an_attached_file_is_seen_with_its_matter_and_the_read_is_recorded():
    stored = put(who(), photo())
    receipt = report(actor=who(), form=REPORT | {"files": [str(stored.id)]}, key=str(uuid4()))
    found, content = open_paper(actor("dispatcher"), stored.id, "handling")
    assert b"".join(content) == photo()
    assert found.name == "照片.png"
    with acting(system_actor("990101")):
        record = AccessRecord.objects.get(matter_id=receipt.matter, purpose="handling")
    assert record.what == ["files"]


def test_a_stranger_does_not_see_an_attached_file():
    stored = put(who(), photo())
    report(actor=who(), form=REPORT | {"files": [str(stored.id)]}, key=str(uuid4()))
    with pytest.raises(RefusedError):
        open_paper(actor("handler"), stored.id, "handling")


def test_a_read_without_a_known_purpose_is_refused():
    stored = put(who(), photo())
    with pytest.raises(RefusedError):
        open_paper(who(), stored.id, "curiosity")


def _daemon(reply):
    """A ClamAV daemon's side of INSTREAM, as its manual describes it: reads the chunks and answers once."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        peer, _address = server.accept()
        with peer:
            data = b""
            while not data.endswith(b"\0\0\0\0") and (part := peer.recv(65536)):
                data += part
            peer.sendall(reply)
        server.close()

    threading.Thread(target=serve, daemon=True).start()
    return f"127.0.0.1:{server.getsockname()[1]}"


def test_an_infected_file_is_refused(settings):
    settings.CLAMD = _daemon(b"stream: Eicar-Signature FOUND\0")
    with pytest.raises(RefusedError, match="病毒"):
        put(who(), photo())


def test_a_clean_file_is_marked_scanned(settings):
    settings.CLAMD = _daemon(b"stream: OK\0")
    assert put(who(), photo()).mime == "image/png"


def test_no_file_is_taken_while_the_scanner_is_away(settings):
    settings.CLAMD = "127.0.0.1:1"
    with pytest.raises(RefusedError, match="连不上"):
        put(who(), photo())
