"""What the receipt says, and that it says it once."""

import io

import pytest
from PIL import Image

from tests.web.citizen.conftest import PHONE
from tianping.web.citizen import picture

pytestmark = pytest.mark.django_db


def test_before_anybody_has_sorted_it_the_date_is_that_of_the_sorting(client, tell):
    page = tell(phone=PHONE).content.decode()
    assert "什么时候告诉您谁来办" in page
    assert "<dt>答复您的日子" not in page
    assert "青溪县社会治安综合治理中心" in page
    assert "0571-8200202" in page


def test_the_code_stands_in_groups_and_in_the_picture_for_phones(client, tell):
    page = tell().content.decode()
    code = client.session["sent"]["code"]
    assert code[:9] in page
    assert "查进度的二维码" in page


def test_a_protected_matter_is_not_named_in_messages(client, tell):
    assert "短信里不写是什么事" in tell(cases=["violence"], phone=PHONE).content.decode()


def test_how_long_it_can_be_reopened_comes_from_the_rule(client, tell):
    assert "30天内可以要求重办" in tell().content.decode()


def test_who_left_no_phone_is_told_to_keep_the_code(client, tell):
    assert "您没有留电话" in tell().content.decode()


def test_without_a_report_there_is_no_receipt(client):
    assert client.get("/receipt/").headers["Location"] == "/"
    assert client.get("/receipt/picture.png").status_code == 404


def test_it_is_kept_as_a_picture_where_there_is_a_chinese_font(client, tell):
    if not picture.font():
        pytest.skip("no Chinese font on this machine")
    tell()
    answer = client.get("/receipt/picture.png")
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).width == picture.WIDTH


def test_without_a_font_it_is_printed_instead(client, tell, monkeypatch):
    monkeypatch.setattr(picture, "font", lambda: "")
    page = tell().content.decode()
    assert "picture.png" not in page
    assert 'class="btn fill" href="?print=1"' in page
    assert client.get("/receipt/picture.png").status_code == 404


def test_printing_asks_the_browser_once(client, tell):
    tell()
    assert "js/print." in client.get("/receipt/?print=1").content.decode()
    assert "js/print." not in client.get("/receipt/").content.decode()
