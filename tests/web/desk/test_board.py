"""The dispatcher's board: it suggests and says why; a person presses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import actor, guest
from tests.web.desk.conftest import words
from tianping.kernel.service import offices, people_at, report, show

pytestmark = pytest.mark.django_db
J = "990101"
STORY = {
    "description": "楼上602的卫生间漏水，厨房天花板鼓起来了。",
    "place": "城东街道滨河社区滨河路19号",
    "title": "楼上漏水",
}


def state(one):
    return show(actor("dispatcher"), one.matter, "dispatch").proceedings[0].state


class Placed:
    """A report whose place was matched to its grid, as every door does it."""

    def __init__(self, receipt):
        self.receipt, self.matter = receipt, receipt.matter


def placed(**form):
    return Placed(report(actor=guest(), form=STORY | form, key=str(uuid4())))


def board(one):
    return f"/desk/board/{one.matter}/"


def test_one_press_sorts_and_sends(desk, road):
    one = road()
    sent = {"key": "k", "category": "neighbour.leak", "grade": "3", "agency": "qingxi.zhujian."}
    answer = desk("dispatcher").post(board(one), sent, follow=True)
    assert "派给了" in words(answer)
    assert (state(one).state, state(one).holder) == ("accepting", "qingxi.zhujian.")
    assert [e.step for e in show(actor("dispatcher"), one.matter, "dispatch").entries] == [
        "dispatch",
        "triage",
        "register",
    ]


def test_waiting_is_counted_from_when_it_was_told_not_from_when_it_was_recorded(desk):
    told = timezone.now() - timedelta(hours=3)
    report(actor=actor("registrar"), form=STORY | {"channel": "phone"}, key=str(uuid4()), happened_at=told)
    page = desk("dispatcher").text("/desk/board/")
    assert "等了3小时" in page
    assert "最久3小时，目标30分" in page


def test_a_second_press_changes_nothing(desk, road):
    one = road()
    sent = {"key": "k", "category": "neighbour.leak", "grade": "3", "agency": "qingxi.zhujian."}
    client = desk("dispatcher")
    for _press in range(2):
        client.post(board(one), sent)
    assert len(show(actor("dispatcher"), one.matter, "dispatch").entries) == 3


def test_what_is_sorted_already_is_only_sent(desk, road):
    one = road().to("dispatch")
    page = desk("dispatcher").page(board(one))
    assert "disabled" in page.split('name="category"')[1].split(">")[0]
    desk("dispatcher").post(board(one), {"key": "k", "agency": "qingxi.zhujian."})
    assert state(one).state == "accepting"


def test_the_words_suggest_a_category_and_the_rules_an_office_with_reasons(desk, road):
    one = placed()
    page = desk("dispatcher").page(board(one))
    assert 'value="neighbour.leak" selected' in page
    suggestion = page.split('class="suggest"')[1].split("</form>")[0]
    assert "建议派给" in suggestion
    assert "<dt>事由</dt>" in suggestion
    assert "<dt>答复期</dt>" in suggestion
    assert 'data-key="Enter"' in suggestion


def test_a_figure_pins_another_office_and_enter_sends_there(desk, road):
    one = placed()
    client = desk("dispatcher")
    page = client.page(board(one))
    second = page.split('data-key="2"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    pinned = client.page(second).split('class="suggest"')[1]
    assert pinned.split('name="agency" value="')[1].split('"')[0] in second.replace("%2E", ".")


def test_an_office_that_sent_it_back_is_marked_and_not_the_first_again(desk, road):
    one = road().to("accepting")
    one.take("return", "handler", reason="不归我们管")
    client = desk("dispatcher")
    page = client.page(board(one))
    assert "不归我们管" in page
    row = page.split("县住房和城乡建设局")[1].split("</li>")[0]
    assert "退回过这一件" in row
    assert "qingxi.zhujian." not in page.split('class="suggest"')[1].split("</form>")[0]
    picked = client.page(board(one), office="qingxi.zhujian.").split('class="suggest"')[1].split("</form>")[0]
    assert "派前先问清楚" in picked


def test_an_office_where_nobody_is_at_their_post_is_marked(desk, road):
    from django.db import connection

    one = road().to("dispatch")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM appointment a USING post p WHERE p.id = a.post_id AND p.path = 'qingxi.zhujian.'")
    picked = desk("dispatcher").page(board(one), office="qingxi.zhujian.").split('class="suggest"')[1]
    assert "现在没有人接" in picked


def test_an_office_that_is_complained_of_is_not_suggested(desk, road):
    form = {"description": "城管执法队乱收费", "complained_agency": "zhifa"}
    receipt = report(actor=guest(), form=form, key=str(uuid4()))
    assert desk("dispatcher").get(f"/desk/board/{receipt.matter}/").status_code in {302, 404}


def test_likenesses_are_shown_with_reasons_and_can_be_merged_or_linked(desk, road):
    open_one, over = road(title="还开着的").to("dispatch"), road(title="办完的").to("answered")
    one = road(title="新来的").to("dispatch")
    page = desk("dispatcher").page(board(one))
    alike = page.split("可能说的是同一件事")[1].split("</ul>")[0]
    assert "还开着的" in alike
    assert "办完的" in alike
    assert "文字一样" in alike
    assert "/merge/?other=" in alike
    assert open_one.matter
    assert over.matter


def test_several_offices_together_from_a_report_that_is_not_sorted_yet(desk, road):
    one = road()
    client = desk("dispatcher")
    path = f"{board(one)}joint/?category=neighbour.leak&grade=3&office=qingxi.zhujian."
    assert 'name="agencies"' in client.page(path)
    sent = {
        "key": "k",
        "category": "neighbour.leak",
        "grade": "3",
        "agency": "qingxi.zhujian.",
        "agencies": ["qingxi.shuiwu."],
    }
    assert client.post(path, sent).url == "/desk/board/"
    assert state(one).state == "joint"


def test_a_refusal_stands_on_the_board_and_nothing_was_sent(desk, road):
    one = road()
    answer = desk("dispatcher").post(
        board(one), {"key": "k", "category": "", "grade": "3", "agency": "qingxi.zhujian."}
    )
    assert answer.status_code == 422
    assert "请选类别" in words(answer)
    assert state(one).state == "triage"


def test_what_is_gone_meanwhile_is_said(desk, road):
    one = road().to("accepting")
    answer = desk("dispatcher").get(board(one), follow=True)
    assert "已经派走了" in words(answer)


def test_the_load_of_an_office_and_what_is_late_stand_beside_it(desk, road):
    for _n in range(2):
        road().to("accepting")
    one = road()
    offices = desk("dispatcher").page(board(one)).split('id="offices-list"')[1]
    row = offices.split("县住房和城乡建设局")[1].split("</li>")[0]
    assert "<b>2</b>/" in row


def test_an_empty_board_says_so(desk):
    assert "没有等派的事" in desk("dispatcher").text("/desk/board/")


def test_the_board_is_the_dispatchers(desk, road):
    one = road()
    for who in ("handler", "supervisor", "registrar"):
        assert desk(who).get("/desk/board/").status_code == 404
        assert desk(who).post(board(one), {"agency": "zhujian"}).status_code == 404


def test_no_key_sends_to_an_office_where_nobody_takes_it(desk, road):
    one = road().to("dispatch")
    kinds = {"county", "centre"}
    alone = next(o for o in offices(J) if o.kind not in kinds and all(p.path != o.path for p in people_at(J, o.path)))
    bar = desk("dispatcher").page(board(one), office=alone.path).split('id="dispatch"')[1].split("</form>")[0]
    assert "没有人接也派给它" in bar
    assert 'data-key="Enter"' not in bar
    assert "btn fill" not in bar
    usual = desk("dispatcher").page(board(one), office="qingxi.zhujian.").split('id="dispatch"')[1].split("</form>")[0]
    assert 'data-key="Enter"' in usual


def test_the_count_and_the_pace_are_live_like_the_queue(desk, road):
    road()
    page = desk("dispatcher").page("/desk/board/")
    for part in ("queue", "queue-count", "queue-pace"):
        assert "data-live-on" in page.split(f'id="{part}"')[1].split(">")[0]


def test_without_an_aim_in_the_pack_none_is_shown(desk, monkeypatch):
    monkeypatch.setattr("tianping.web.desk.board.TARGET", "none.such")
    report(actor=guest(), form=STORY, key=str(uuid4()))
    text = desk("dispatcher").text("/desk/board/")
    assert "最久" in text
    assert "目标" not in text
