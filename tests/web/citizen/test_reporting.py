"""Reporting, one thing a page, without script."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.people import actor
from tests.web.citizen.conftest import PHONE, STORY
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Matter
from tianping.kernel.service import actor_for_code, progress, show

pytestmark = pytest.mark.django_db
COUNTY = "990101"


def count():
    with acting(system_actor(COUNTY)):
        return Matter.objects.count()


def photo(name="水管.png", size=(400, 300)):
    out = io.BytesIO()
    Image.new("RGB", size, "#887766").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def test_a_report_needs_no_account_and_its_code_opens_its_progress(client, tell):
    answer = tell(place="城东街道滨河社区滨河花园3幢", phone=PHONE)
    assert answer.request["PATH_INFO"] == "/receipt/"
    code = client.session["sent"]["code"]
    seen = progress(actor_for_code(COUNTY, code))
    assert seen.state == "triage"
    facts = show(actor("dispatcher"), seen.matter, "handling").facts
    assert facts["description"] == STORY
    assert facts["title"] == "楼上602的卫生间又漏水了，我家厨房的天花板鼓起来了"


def test_nothing_but_the_story_has_to_be_told(client, tell):
    assert tell().status_code == 200
    assert progress(actor_for_code(COUNTY, client.session["sent"]["code"])).state == "triage"


def test_a_place_is_confirmed_by_whose_patch_it_is(client, tell):
    client.post("/report/story/", {"description": STORY})
    client.post("/report/place/", {"place": "滨河花园1幢"})
    for path in ("/report/place/", "/report/check/"):
        assert "滨河社区第三网格 · 滨河社区居民委员会" in client.get(path).content.decode()


def test_sending_twice_gives_the_same_receipt(client, tell):
    tell()
    sent = dict(client.session["sent"])
    before = count()
    again = client.post("/report/check/", {"key": sent["key"]}, follow=True)
    assert again.request["PATH_INFO"] == "/receipt/"
    assert client.session["sent"] == sent
    assert count() == before


def test_back_after_sending_shows_the_receipt(client, tell):
    tell()
    assert client.get("/report/check/").headers["Location"] == "/receipt/"
    assert client.get("/report/check/").headers["Cache-Control"].find("no-store") >= 0


def test_a_new_report_after_a_sent_one_is_another(client, tell):
    tell()
    first = client.session["sent"]["code"]
    tell(story="路灯坏了。")
    assert client.session["sent"]["code"] != first


def test_danger_shows_whom_to_call_before_anything_else(client):
    answer = client.post("/report/safety/", {"cases": ["danger"]}, follow=True)
    assert answer.request["PATH_INFO"] == "/report/danger/"
    page = answer.content.decode()
    assert page.index('class="btn fill" href="tel:110"') < page.index("tel:120") < page.index("tel:119")
    assert client.post("/report/danger/").headers["Location"] == "/report/story/"


@pytest.mark.parametrize("case", ["danger", "violence", "minor"])
def test_danger_violence_and_children_go_the_protected_way(client, tell, case):
    page = tell(cases=[case]).content.decode()
    assert progress(actor_for_code(COUNTY, client.session["sent"]["code"])).protected
    assert "什么时候有专人接手" in page


def test_a_complaint_names_its_office_and_is_protected_from_it(client, tell):
    tell(cases=["office"], office="qingxi.zhujian.")
    seen = progress(actor_for_code(COUNTY, client.session["sent"]["code"]))
    assert seen.protected
    assert show(actor("protector"), seen.matter, "handling").facts["complained_agency"] == "qingxi.zhujian."


def test_an_office_that_was_not_chosen_is_asked_for(client):
    client.post("/report/safety/", {"cases": ["office"]})
    answer = client.post("/report/office/", {"office": ""})
    assert answer.status_code == 422
    assert "请选是哪个单位" in answer.content.decode()


def test_back_language_and_size_keep_what_was_written(client):
    for going, to in (
        ("back", "/report/safety/"),
        ("lang", "/report/story/"),
        ("elder", "/report/story/"),
    ):
        answer = client.post("/report/story/", {"description": f"漏水 {going}", "_go": going})
        assert answer.headers["Location"] == to
        assert f"漏水 {going}" in client.get("/report/story/").content.decode()
    assert client.post("/report/safety/", {"_go": "back"}).headers["Location"] == "/"


def test_a_wrong_phone_number_is_named_at_its_field_and_kept(client):
    answer = client.post("/report/contact/", {"reporter_phone": "12", "reporter_name": "周桂兰"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_reporter_phone"' in page
    assert 'value="12"' in client.get("/report/contact/").content.decode()


def test_an_empty_story_asks_for_a_few_words(client):
    answer = client.post("/report/story/", {"description": " "})
    assert answer.status_code == 422
    assert "请写几个字，说说是什么事" in answer.content.decode()


def test_what_the_record_refuses_says_on_which_page_it_is(client):
    client.post("/report/story/", {"description": "有\ue000看不见的字"})
    answer = client.post("/report/check/", {"key": client.session["draft"]["key"]})
    assert answer.status_code == 422
    assert "什么事：" in answer.content.decode()


def test_an_empty_report_is_led_to_the_story(client):
    assert client.get("/report/check/").headers["Location"] == "/report/story/"
    assert client.get("/report/nothing/").headers["Location"] == "/report/"
    assert client.get("/report/office/").headers["Location"] == "/report/"


def test_a_dispute_is_asked_about_its_two_sides(client):
    assert client.get("/report/story/?about=dispute").headers["Location"] == "/report/story/"
    assert "和谁、为什么事起了争执" in client.get("/report/story/").content.decode()


def test_pictures_are_kept_shown_small_and_taken_off_again(client, tell):
    answer = client.post("/report/story/", {"description": STORY, "photos": [photo()], "_go": "stay"}, follow=True)
    kept = client.session["draft"]["files"]
    address = f"/report/photo/{kept[0]['id']}/"
    assert address in answer.content.decode()
    small = client.get(address)
    assert small["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(small.content)).size == (312, 198)
    client.post("/report/story/", {"description": STORY, "_remove": kept[0]["id"]})
    assert client.session["draft"]["files"] == []


def test_a_picture_goes_to_the_matter_with_the_report(client):
    client.post("/report/story/", {"description": STORY, "photos": [photo()]})
    client.post("/report/check/", {"key": client.session["draft"]["key"]})
    seen = progress(actor_for_code(COUNTY, client.session["sent"]["code"]))
    assert [p.name for p in show(actor("dispatcher"), seen.matter, "handling").papers] == ["水管.png"]


def test_what_is_no_picture_is_refused_and_the_text_kept(client):
    wrong = SimpleUploadedFile("a.exe", b"MZ\0\0" * 40, "image/png")
    answer = client.post("/report/story/", {"description": STORY, "photos": [wrong]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "这种文件收不了" in page
    assert STORY in page


def test_nobody_else_sees_the_picture_of_a_draft(client, proven):
    client.post("/report/story/", {"description": STORY, "photos": [photo()]})
    address = f"/report/photo/{client.session['draft']['files'][0]['id']}/"
    assert proven("13700000000").get(address).status_code == 404


def test_the_sign_at_a_door_fills_in_the_place(client):
    assert client.get("/at/990101001001003-01/").headers["Location"] == "/report/"
    page = client.get("/report/place/").content.decode()
    assert "城东街道滨河社区滨河花园1幢" in page
    assert client.get("/at/990101001001003/").status_code == 302
    assert "滨河社区第三网格" in client.get("/report/place/").content.decode()
    assert client.get("/at/000-0/").status_code == 404


def test_too_many_reports_from_one_address_are_asked_to_wait(client, tell, monkeypatch):
    monkeypatch.setattr("tianping.web.citizen.reporting.REPORTS.__class__.reached", lambda _limit, _request: True)
    answer = tell()
    assert answer.status_code == 429
    assert "过一会儿再交" in answer.content.decode()
