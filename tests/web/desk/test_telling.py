"""What the road of a matter tells beyond the names of its steps."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import actor
from tests.web.desk.conftest import words
from tianping.kernel.service import actor_for_code, advance, progress, show
from tianping.web.desk import present
from tianping.web.desk.names import Names

pytestmark = pytest.mark.django_db
J = "990101"


def road_of(one, who="dispatcher"):
    """step -> what its newest entry tells."""
    view = show(actor(who), one.matter, "handling")
    lines = present.timeline(view, Names(J))
    return {e.step: line for e, line in reversed(list(zip(view.entries, lines, strict=True)))}


def test_sorting_and_sending_say_what_was_chosen_and_to_whom(road):
    one = road().to("accepting")
    told = road_of(one)
    assert told["triage"]["told"] == "类别：房屋渗漏；等级：三级"
    assert told["dispatch"]["told"] == "派给县住房和城乡建设局"


def test_the_page_says_to_whom_it_was_sent_and_that_it_came_back(desk, road):
    one = road().to("accepting")
    one.take("return", "handler", reason="不归我们管")
    text = desk("dispatcher").text(f"/desk/matter/{one.matter}/")
    assert "派给县住房和城乡建设局" in text
    assert "交回青溪县社会治安综合治理中心" in text
    assert "不归我们管" in text


def test_joint_offices_are_named(road):
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu", "zhifa"])
    told = road_of(one)["dispatch_jointly"]["told"]
    assert told.startswith("派给县住房和城乡建设局；协办单位：")
    assert "、" in told


def test_a_rating_stands_in_the_road_and_among_what_is_known(desk, road):
    one = road().to("answered")
    party = actor_for_code(J, one.receipt.code)
    advance(progress(party).proceeding, "rate", actor=party, form={"rating": "2", "note": "还在漏"}, key=str(uuid4()))
    line = road_of(one)["rate"]
    assert line["told"] == "评价：不满意"
    assert line["text"] == "还在漏"
    facts = desk("dispatcher").page(f"/desk/matter/{one.matter}/").split('id="road"')[0]
    assert "不满意" in facts


def test_a_result_says_how_it_ended(road):
    assert road_of(road().to("verifying"))["finish"]["told"] == "结论：已解决"


def test_who_was_put_in_charge_is_named(road):
    one = road().to("accepting")
    one.take("assign", "head", assignee=actor("handler").user)
    assert road_of(one)["assign"]["told"] == "由曹勇承办"


def test_an_extension_says_by_how_much(road):
    one = road().to("handling")
    one.take("extend", "head", term="answer", amount=5, reason="等鉴定")
    line = road_of(one)["extend"]
    assert line["told"] == "答复反映人延长5个工作日"
    assert line["text"] == "等鉴定"


def test_a_correction_says_what_was_put_right_and_never_shows_a_number(road):
    one = road(place="建设新村1幢").to("handling")
    one.take("correct", "handler", concept="place", value="建设新村2幢", reason="写错了幢")
    assert road_of(one)["correct"]["told"] == "更正了地点：建设新村2幢"
    one.take("correct", "handler", concept="reporter_phone", value="13811112222", reason="换了号")
    assert road_of(one)["correct"]["told"] == "更正了反映人电话"


def test_what_was_taken_back_and_linked_is_named(road):
    one, other = road(), road(title="另一件")
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    one.take("undo", "dispatcher", reason="分错了")
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    one.take("link", "dispatcher", other_matter=str(other.matter))
    told = road_of(one)
    assert told["undo"]["told"] == "撤回了：分类定级"
    assert told["link"]["told"] == f"关联{other.receipt.number}"


def test_what_is_recorded_later_says_when_it_happened_and_when_it_was_written(road):
    one = road().to("handling")
    happened = timezone.now() - timedelta(hours=5)
    advance(
        one.receipt.proceeding,
        "note",
        actor=actor("handler"),
        form={"note": "上门看过"},
        key=str(uuid4()),
        happened_at=happened,
    )
    note = road_of(one)["note"]["note"]
    now = timezone.localtime()
    assert f"{timezone.localtime(happened):%H:%M}的事，{now.month}月{now.day}日 " in note
    assert re.search(r"\d\d:\d\d补记$", note)
    assert road_of(one)["accept"]["note"] == ""


def test_the_reporters_road_names_the_receiver(road, client):
    one = road().to("accepting")
    one.take("return", "handler", reason="不归我们管")
    one.take("dispatch", "dispatcher", agency="shuiwu")
    client.get(f"/p/{one.receipt.code}/")
    text = words(client.get("/standing/"))
    assert "交给承办单位 县水务局" in text
    assert "承办单位退回了，正在重新安排" in text
    assert "交给承办单位 青溪县社会治安综合治理中心" not in text


def test_in_english_offices_and_choices_have_their_english(desk, road):
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu", "zhifa"])
    one.take("suspend", "dispatcher", reason="等鉴定")
    client = desk("dispatcher")
    client.cookies["lang"] = "en"
    page = client.page(f"/desk/matter/{one.matter}/")
    road_text = re.sub(r"<[^>]+>", " ", page.split('id="road"')[1])
    for name in ("住房和城乡建设局", "水务局", "综合行政执法局", "社会治安综合治理中心"):
        assert name not in road_text
    assert "Held: Held" not in page
    assert "Suspended: Suspended" not in page
