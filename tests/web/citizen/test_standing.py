"""By the code alone: where it stands, never what it says."""

import random
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory

from tests.people import JURISDICTION, actor
from tests.web.citizen.conftest import LEAK, STORY
from tianping.kernel.agencies.models import User
from tianping.kernel.service import actor_for_code, progress, show
from tianping.web.citizen import standing
from tianping.web.templatetags._dates import date_text

pytestmark = pytest.mark.django_db
WRONG = "没有找到这个查询码"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def test_the_code_may_be_typed_in_any_shape(client, road):
    code = road().code
    answer = client.post("/progress/", {"code": code.lower().replace("-", " ")}, follow=True)
    assert answer.request["PATH_INFO"] == "/standing/"


def test_the_scanned_address_leads_on_and_leaves_the_code_behind(client, road):
    assert client.get(f"/p/{road().code}/").headers["Location"] == "/standing/"


def test_content_and_names_never_stand_there(holding, road):
    page = holding(road().answered().code).get("/standing/").content.decode()
    for secret in (*LEAK.values(), "水管换好了", "内部记录", "换了水管"):
        if secret != "web":
            assert secret not in page
    assert "答复您了" in page
    assert "县住房和城乡建设局" in page


@pytest.mark.parametrize("code", ["", "abc", "0000-0000-0000-0000-0000-0000-00", "x" * 5000])
def test_every_wrong_code_gets_the_same_sentence(client, code):
    answer = client.post("/progress/", {"code": code})
    assert answer.status_code == 422
    assert WRONG in answer.content.decode()
    assert client.get("/p/nothing/").status_code == 404


def test_ten_wrong_guesses_lock_the_door_and_right_codes_cost_nothing(client, road):
    code = road().code
    for _ in range(12):
        assert client.get(f"/p/{code}/").status_code == 302
    for _ in range(10):
        assert client.post("/progress/", {"code": "1234"}).status_code == 422
    answer = client.post("/progress/", {"code": code})
    assert answer.status_code == 429
    assert "过十分钟再来" in answer.content.decode()
    assert client.get(f"/p/{code}/").status_code == 429


def test_ten_thousand_guesses_give_nothing_and_lock_the_door(client, road, monkeypatch):
    def drawn(_request, _page, _context, status):
        return HttpResponse(status=status)

    monkeypatch.setattr(standing, "render", drawn)  # the same page ten thousand times
    number = road().answered().code
    dice = random.Random(20261124)
    answers = Counter()
    for guess in range(10_000):
        code = f"{dice.getrandbits(128):032x}"
        if guess % 100 == 0:  # the slow doors now and then
            answers[client.post("/progress/", {"code": code}).status_code] += 1
            answers[client.get("/api/v1/progress", headers={"X-Receipt-Code": code}).status_code] += 1
        else:
            request = RequestFactory().get(f"/p/{code}/")
            request.session, request.actor = {}, None
            answers[standing.scanned(request, code).status_code] += 1
            assert request.session == {}
    assert sum(answers.values()) == 10_100
    assert set(answers) <= {404, 422, 429}
    assert answers[429] >= 10_000 - 20
    assert client.post("/progress/", {"code": number}).status_code == 429, "the right one is locked out too"


def test_guesses_at_the_api_and_at_the_page_count_together_for_who_is_logged_in_too(client, road):
    code = road().code
    client.force_login(
        User.objects.get(username="caoyong"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    for _ in range(5):
        assert client.get("/api/v1/progress", headers={"X-Receipt-Code": "1234"}).status_code == 422
        assert client.post("/progress/", {"code": "1234"}).status_code == 422
    answer = client.get("/api/v1/progress", headers={"X-Receipt-Code": code})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")


def test_without_a_code_the_page_asks_for_it(client):
    assert client.get("/standing/").headers["Location"] == "/progress/"
    assert client.get("/standing/rate/").headers["Location"] == "/progress/"


def test_the_promised_date_explains_itself_day_by_day(holding, road):
    matter = road()
    matter.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    matter.take("dispatch", "dispatcher", agency="zhujian")
    page = holding(matter.code).get("/standing/").content.decode()
    assert "答复您的日子" in page
    assert 'class="cal"' in page
    assert "青溪县社会治理事项办理规则" in page


def test_what_is_handled_together_is_answered_on_the_same_day_and_tells_no_more(holding, road):
    leader, one = road(description="别人家的隐情"), road()
    leader.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    leader.take("dispatch", "dispatcher", agency="zhujian")
    promised = progress(actor_for_code(JURISDICTION, leader.code)).promised.at
    one.take("merge", "dispatcher", other_matter=str(leader.matter))
    page = holding(one.code).get("/standing/").content.decode()
    assert "答复您的日子" in page
    assert date_text(promised, "short") in page
    assert 'class="cal"' not in page  # how that day was counted belongs to the other matter
    assert "隐情" not in page
    assert leader.receipt.number not in page


def test_an_answer_is_rated_by_the_declared_form(holding, road):
    session = holding(road().answered().code)
    assert "很满意" in session.get("/standing/rate/").content.decode()
    refused = session.post("/standing/rate/", {})
    assert refused.status_code == 422
    assert "请选“您满意吗”" in refused.content.decode()
    page = session.post("/standing/rate/", {"rating": "2", "note": "来得慢"}, follow=True).content.decode()
    assert "您评价了" in page
    assert session.get("/standing/rate/").status_code == 404


def test_who_is_not_content_asks_for_it_to_be_done_again(holding, road):
    session = holding(road().answered().code)
    page = session.post("/standing/reopen/", {"reason": "又漏了"}, follow=True).content.decode()
    assert "重新办理" in page
    assert "又漏了" not in page


def test_what_is_missing_is_supplied_with_a_picture(holding, road):
    matter = road()
    matter.take("supplement", "dispatcher", reason="哪一幢？")
    session = holding(matter.code)
    sent = {"note": "3幢", "files": [SimpleUploadedFile("门牌.png", PNG, "image/png")], "key": "k" * 20}
    assert session.post("/standing/supplied/", sent).status_code == 302
    view = show(actor("dispatcher"), matter.matter, "handling")
    assert [p.name for p in view.papers] == ["门牌.png"]


def test_a_picture_survives_a_refused_form(holding, road):
    matter = road()
    matter.take("supplement", "dispatcher", reason="哪一幢？")
    session = holding(matter.code)
    sent = {"files": [SimpleUploadedFile("门牌.png", PNG, "image/png")]}
    page = session.post("/standing/supplied/", sent).content.decode()
    kept = page.partition('name="kept" value="')[2].partition('"')[0]
    assert "已经收好1个文件" in page
    session.post("/standing/supplied/", {"note": "3幢", "kept": [kept, "nonsense"]})
    assert len(show(actor("dispatcher"), matter.matter, "handling").papers) == 1


@pytest.mark.parametrize("step", ["ask_erasure", "triage", "dispatch", "nothing"])
def test_a_step_that_is_not_the_codes_holders_does_not_exist(holding, road, step):
    assert holding(road().code).get(f"/standing/{step}/").status_code == 404


def test_who_wants_to_read_the_answer_is_told_how(holding, road):
    page = holding(road().answered().code).get("/standing/").content.decode()
    assert "先证实是您本人" in page


def test_who_left_no_phone_is_not_sent_to_a_proof_that_cannot_succeed(holding, road):
    one = road(reporter_phone="").answered()
    page = holding(one.code).get("/standing/").content.decode()
    assert "先证实是您本人" not in page
    assert "没法证实是您本人" in page
    number = progress(actor_for_code(JURISDICTION, one.code)).number
    assert f"报上编号{number}" in page


def test_a_story_is_not_in_the_way_back_either(holding, road):
    page = holding(road().code).get("/progress/").content.decode()
    assert STORY not in page
