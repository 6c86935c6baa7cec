"""A clerk at the window or the telephone."""

import pytest

from tests.people import actor
from tests.web.desk.conftest import words
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.service import Query, acting, worklist

pytestmark = pytest.mark.django_db
SAID = {
    "key": "k",
    "description": "楼上水管裂了，漏到我家。已经三天。",
    "channel": "phone",
    "reporter_phone": "138 0000 2207",
}


def test_what_was_said_becomes_a_matter_with_a_title_and_a_code(desk):
    answer = desk("registrar").post("/desk/new/", SAID)
    text = words(answer)
    assert "登记好了" in text
    assert "查询码" in text
    found = worklist(actor("dispatcher"), Query()).rows[0]
    assert (found.title, found.channel) == ("楼上水管裂了，漏到我家", "phone")
    assert found.number in text


def test_only_what_happened_must_be_written_and_everything_else_is_kept(desk):
    answer = desk("registrar").post("/desk/new/", {"key": "k", "reporter_name": "周桂兰", "reporter_phone": "12"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_description"' in page
    assert 'href="#id_reporter_phone"' in page
    assert 'value="周桂兰"' in page


def test_sending_twice_is_one_matter(desk):
    client = desk("registrar")
    client.post("/desk/new/", SAID)
    client.post("/desk/new/", SAID)
    assert len(worklist(actor("dispatcher"), Query()).rows) == 1


def test_the_channel_of_the_last_report_stands_in_the_next(desk):
    client = desk("registrar")
    assert 'value="phone" selected' in client.page("/desk/new/")
    client.post("/desk/new/", SAID | {"channel": "letter"})
    assert 'value="letter" selected' in client.page("/desk/new/")


def test_who_may_not_receive_has_no_such_page(desk):
    assert desk("handler").get("/desk/new/").status_code == 404
    assert desk("handler").post("/desk/new/", SAID).status_code == 404
    assert desk("handler").post("/desk/new/alike/", {}).status_code == 404


def test_violence_leaves_the_clerks_sight_and_says_so(desk):
    text = words(desk("registrar").post("/desk/new/", SAID | {"violence": "true"}))
    assert "保护专员" in text
    assert "看这件事" not in text


def test_the_same_telephone_or_words_are_hinted_with_the_reason_and_recorded(desk, road):
    one = road(title="早先那件", description="厨房顶上鼓了。", reporter_phone="13800002207")
    client = desk("registrar")
    part = client.post("/desk/new/alike/", {"reporter_phone": "138 0000 2207", "description": "别的话"})
    assert "早先那件" in words(part)
    assert "同一个电话" in words(part)
    assert "<html" not in part.content.decode()
    assert "文字一样" in words(client.post("/desk/new/alike/", {"description": "厨房顶上鼓了。"}))
    assert "早先那件" not in words(client.post("/desk/new/alike/", {"reporter_phone": "138", "description": ""}))
    with acting(actor("auditor")):
        assert AccessRecord.objects.filter(purpose="search", what=["reporter_phone"]).count() == 1
    with acting(actor("registrar")):  # who looked is told by the auditor's page alone
        assert AccessRecord.objects.filter(purpose="search").count() == 0
    assert one.matter
