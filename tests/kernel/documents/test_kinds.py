"""Files are told apart by their bytes."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from tianping.kernel.documents.kinds import sniff


def picture(form):
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, form)
    return out.getvalue()


def archive(*names):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(("form", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_picture_is_known_by_its_first_bytes(form, mime):
    assert sniff(picture(form)) == mime


def test_an_ofd_is_not_taken_for_a_zip():
    data = archive("OFD.xml", "Doc_0/Document.xml")
    assert sniff(data, data) == "application/ofd"


def test_a_plain_zip_is_not_accepted():
    data = archive("a.txt")
    assert sniff(data, data) is None


@pytest.mark.parametrize("data", [b"<html><script>", b"<svg xmlns=", b"#!/bin/sh\n", b"MZ\x90\x00", b"%!PS", b""])
def test_what_runs_is_not_accepted(data):
    assert sniff(data) is None


def test_chinese_text_cut_within_a_character_is_text():
    assert sniff("楼上漏水".encode()[:-1]) == "text/plain"


def test_a_broken_zip_is_not_accepted():
    assert sniff(b"PK\x03\x04junk", b"PK\x03\x04junk") is None
