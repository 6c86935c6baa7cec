"""What is one's own, once proven."""

import io
import json
import zipfile

import pytest

from tests.people import WHO, actor
from tests.web.citizen.conftest import LEAK, PHONE, STORY
from tianping.kernel.agencies.access import record
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import User
from tianping.kernel.service import reveal, show

pytestmark = pytest.mark.django_db


def test_who_has_proven_nothing_is_led_to_the_proof_and_back(client, road):
    matter = road().matter
    for path in ("/mine/", "/mine/export/", f"/mine/{matter}/", f"/mine/{matter}/ask_erasure/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/identity/")


def test_who_is_logged_in_for_work_is_told_how_to_get_here(client, db):
    client.force_login(User.objects.get(username=WHO["dispatcher"]))
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    assert client.get("/mine/").status_code in {200, 302}


def test_the_own_matter_shows_what_was_told_and_answered_and_nothing_of_the_offices(proven, road):
    matter = road().answered()
    session = proven()
    assert "楼上漏水" in session.get("/mine/").content.decode()
    page = session.get(f"/mine/{matter.matter}/").content.decode()
    for own in (STORY, LEAK["reporter_name"], PHONE, LEAK["other_name"], "水管换好了"):
        assert own in page
    for others in ("内部记录", LEAK["other_phone"], "曹勇"):
        assert others not in page


def test_somebody_elses_matter_does_not_exist(proven, road):
    matter = road().matter
    session = proven("13700000000")
    assert str(matter) not in session.get("/mine/").content.decode()
    assert session.get(f"/mine/{matter}/").status_code == 404
    assert session.get(f"/mine/{matter}/ask_erasure/").status_code == 404


def test_what_the_index_did_alone_is_told_once_and_not_line_by_line(proven, road):
    matter = road().matter
    system = system_actor("990101", "search")
    with acting(system):
        record(system, "search", ["description"], matter=matter)
    show(actor("dispatcher"), matter, "search")
    told = proven().get(f"/mine/{matter}/").content.decode().split('id="readers"')[1].split("</section>")[0]
    assert "系统自己编索引" in told
    assert "<b>系统</b>" not in told
    assert told.count("查找事项") == 1  # the dispatcher's


def test_who_read_it_is_told_by_office_and_purpose(proven, road):
    matter = road().matter
    show(actor("dispatcher"), matter, "dispatch")
    reveal(actor("dispatcher"), matter, "reporter_phone", "contact")
    page = proven().get(f"/mine/{matter}/").content.decode()
    assert "分类派单" in page
    assert "联系当事人" in page
    assert "青溪县社会治安综合治理中心" in page
    assert "刘晓燕" not in page


@pytest.mark.parametrize(("step", "said"), [("ask_correction", "您要求更正"), ("ask_erasure", "您要求删除个人信息")])
def test_correction_and_erasure_are_asked_for_on_the_record(proven, road, step, said):
    matter = road().matter
    session = proven()
    assert f"/mine/{matter}/{step}/" in session.get(f"/mine/{matter}/").content.decode()
    assert session.post(f"/mine/{matter}/{step}/", {"note": ""}).status_code == 422
    page = session.post(f"/mine/{matter}/{step}/", {"note": "名字写错了"}, follow=True).content.decode()
    assert said in page
    assert "名字写错了" in page


def test_everything_can_be_taken_along_with_the_hashes_of_the_chain(proven, road):
    matter = road().answered()
    answer = proven().get("/mine/export/")
    assert answer["Content-Disposition"].startswith("attachment")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    data = json.loads(archive.read("data.json"))
    whole = archive.read("data.json").decode() + archive.read("index.html").decode()
    hashes = {e.hash for e in show(actor("dispatcher"), matter.matter, "handling").entries}
    assert data["matters"][0]["facts"]["description"] == STORY
    assert {e["hash"] for e in data["matters"][0]["entries"]} <= hashes
    assert all(len(e["hash"]) == 64 for e in data["matters"][0]["entries"])
    assert "水管换好了" in whole
    assert "内部记录" not in whole
    assert LEAK["other_phone"] not in whole


def test_a_number_that_never_reported_is_told_so(proven):
    assert "还没有反映过事情" in proven("13700000000").get("/mine/").content.decode()
