"""The worklist: what it costs, what it shows, what narrows it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
CONTROL = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


def statements(client, path):
    client.get(path)  # packs and rules are read once by a process
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return [q["sql"] for q in queries.captured_queries if not q["sql"].startswith(CONTROL)]


@pytest.mark.parametrize("path", ["/desk/", "/desk/?scope=sight", "/desk/?view=overdue&category=neighbour.leak"])
def test_a_page_of_the_list_takes_eight_statements_however_long_it_is(desk, road, path):
    for n in range(3):
        road(title=f"第{n}件")
    client = desk("dispatcher")
    few = statements(client, path)
    assert len(few) <= 8, few
    for n in range(12):
        road(title=f"又一件{n}")
    assert len(statements(client, path)) == len(few)


def test_the_list_shows_what_waits_for_the_post_and_counts_it(desk, road):
    road(title="楼上漏水了").to("dispatch")
    road(title="已经派走的").to("accepting")
    text = desk("dispatcher").text("/desk/")
    assert "楼上漏水了" in text
    assert "已经派走的" not in text
    assert "全部 1" in text
    assert "已经派走的" in desk("handler").text("/desk/")


def test_all_in_sight_shows_what_waits_elsewhere_and_the_office_sees_only_its_own(desk, road):
    road(title="派给住建局的").to("accepting")
    assert "派给住建局的" in desk("dispatcher").text("/desk/", scope="sight")
    assert "派给住建局的" not in desk("other_handler").text("/desk/", scope="sight")


def test_a_returned_matter_stands_in_the_view_of_returns(desk, road):
    road(title="没有退过的").to("dispatch")
    one = road(title="退回来的").to("accepting")
    one.take("return", "handler", reason="不归我们管")
    text = desk("dispatcher").text("/desk/", view="returned")
    assert "退回来的" in text
    assert "没有退过的" not in text
    assert "退回 1" in text


def test_conditions_narrow_the_list_and_each_has_a_chip_that_takes_it_off(desk, road):
    road(title="没有分类的")
    road(title="漏水的").to("dispatch")
    client = desk("dispatcher")
    page = client.page("/desk/", category="neighbour", grade="3")
    assert "漏水的" in page
    assert "没有分类的" not in page
    assert 'href="?grade=3"' in page
    assert 'href="?category=neighbour"' in page


def test_the_condition_form_offers_what_may_be_asked_and_keeps_what_is_chosen(desk):
    page = desk("dispatcher").page("/desk/filter/", scope="sight", grade="2", **{"from": "2026-11-01"})
    assert 'name="scope" value="sight"' in page
    assert 'name="from" value="2026-11-01"' in page
    assert 'name="channel"' in page


def test_what_is_not_understood_in_an_address_is_left_out(desk, road):
    road(title="还在的")
    client = desk("dispatcher")
    assert "还在的" in client.text("/desk/", sort="nonsense", view="nonsense", holder="", **{"from": "31.2."})
    assert client.get("/desk/", {"cursor": "nonsense"}).status_code == 302
    assert client.get("/desk/", {"open": "nonsense"}).status_code == 200
    assert client.get("/desk/", {"open": str(uuid4())}).status_code == 200


def test_pages_follow_each_other_without_loss(desk, road):
    for n in range(55):
        road(title=f"第{n:02}件")
    client = desk("dispatcher")
    page = client.page("/desk/")
    assert "全部 55" in " ".join(page.split()).replace("</a>", "")
    following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    rest = client.page(f"/desk/{following}")
    shown = {n for n in range(55) if f"第{n:02}件" in page}
    assert {n for n in range(55) if f"第{n:02}件" in rest} == set(range(55)) - shown


def test_an_opened_row_stands_beside_the_list_without_script(desk, road):
    one = road(title="打开的这件", description="楼上水管裂了。")
    page = desk("dispatcher").page("/desk/", open=str(one.matter))
    assert "work open" in page
    assert "楼上水管裂了。" in page


def test_a_row_asks_for_its_pane_and_the_pane_is_a_part_of_a_page(desk, road):
    one = road(description="楼上水管裂了。")
    client = desk("dispatcher")
    address = f"/desk/matter/{one.matter}/pane/"
    assert f'hx-get="{address}?in="' in client.page("/desk/")
    part = client.get(address, {"in": ""}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "楼上水管裂了。" in part
    assert client.get(address, {"in": ""}).url == f"/desk/matter/{one.matter}/?in="


def test_rows_close_or_roomy_are_remembered(desk, road):
    road()
    client = desk("dispatcher")
    assert client.get("/desk/", {"density": "roomy", "scope": "sight"}).url == "/desk/?scope=sight"
    assert "table fold roomy" in client.page("/desk/")


def test_a_search_by_number_finds_the_one_and_by_phone_its_matter(desk, road):
    one = road(title="要找的", reporter_phone="13800002299")
    road(title="别的", reporter_phone="13800002288")
    client = desk("dispatcher")
    from tests.people import actor
    from tianping.kernel.service import show

    number = show(actor("dispatcher"), one.matter, "handling").row["number"]
    for text in (number, number.rpartition("〕")[2], "138 0000 2299"):
        answer = client.get("/desk/search/", {"q": text})
        found = client.get(answer.url).content.decode()
        assert "要找的" in found, text
        assert "别的" not in found, text


def test_nothing_to_do_says_so_and_where_else_to_look(desk):
    text = desk("other_handler").text("/desk/")
    assert "没有等您办的事" in text
    assert "看全部" in text


def test_a_guest_is_led_to_the_log_in(client):
    assert client.get("/desk/").url.startswith("/login/")
