"""Supervision, figures, the auditor's page, procedures."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import actor
from tianping.kernel.matters.figures import behind, figures
from tianping.kernel.matters.readers.counters import Counters
from tianping.kernel.matters.readers.cursor import run_once
from tianping.kernel.matters.readers.sequencer import sequence

pytestmark = pytest.mark.django_db


def counted():
    sequence("990101")
    while run_once(Counters(), "990101", 500):
        pass


def test_the_five_lists_stand_with_their_counts_and_ways_out(desk, road):
    one = road(title="退回来的").to("accepting")
    one.take("return", "handler", reason="不归我们管")
    page = desk("supervisor").page("/desk/supervise/")
    for name in ("逾期", "快到期", "退回过", "近30天要求重办", "正在督办"):
        assert name in page
    assert "退回来的" in page
    assert "/desk/export/?scope=sight&amp;view=returned" in page


def test_supervision_narrows_to_an_area(desk, road):
    road(title="城东的", place="城东街道滨河社区滨河路19号").to("dispatch")
    text = desk("supervisor").text("/desk/supervise/", place="qingxi.chengdong.")
    assert desk("supervisor").get("/desk/supervise/", {"place": "qingxi.nowhere."}).status_code == 200
    assert "城东" in text


def test_each_figure_says_what_it_counts_and_its_list_holds_as_many(desk, road):
    from tianping.kernel.service import actor_for_code

    answered = [road(title=f"答复了{n}").to("answered") for n in range(3)]
    reporter = actor_for_code("990101", answered[0].receipt.code)
    answered[0].take("reopen", reporter, reason="又漏了")
    answered[1].take("rate", actor_for_code("990101", answered[1].receipt.code), rating="5")
    answered[2].take("rate", actor_for_code("990101", answered[2].receipt.code), rating="1")
    road().to("accepting").take("return", "handler", reason="不归我们管")
    counted()
    today = timezone.localdate()
    found = {f.key: f for f in figures(actor("leader"), today, today)}
    assert (found["opened"].part, found["closed"].part) == (4, 0)
    assert (found["in_time"].part, found["in_time"].whole) == (3, 3)
    assert (found["reopened"].part, found["reopened"].whole) == (1, 3)
    assert (found["content"].part, found["content"].whole) == (1, 2)
    since = timezone.now() - timedelta(days=1)
    for which, count in {
        "answered": 3,
        "in_time": 3,
        "late": 0,
        "reopened": 1,
        "content": 1,
        "discontent": 1,
        "returned": 1,
    }.items():
        assert len(behind(actor("leader"), which, since, None)) == count, which


def test_the_page_of_figures_tells_definitions_and_links_lists(desk, road):
    road(title="收到的")
    counted()
    page = desk("leader").page("/desk/figures/")
    for name in ("收到", "按期答复率", "退回", "重办率", "满意率", "诉前化解率"):
        assert name in page
    assert "调解办起来以后才有数" in page
    assert "从不按人" in page
    link = page.split("看这些事项")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "收到的" in desk("leader").page(link)


def test_a_figure_of_what_happens_often_counts_times_and_says_how_many_matters(desk, road):
    one = road(title="退了两回").to("accepting")
    one.take("return", "handler", reason="不归我们管")
    one.take("dispatch", "dispatcher", agency="zhujian")
    one.take("return", "handler", reason="还是不归我们管")
    counted()
    tile = desk("leader").page("/desk/figures/").split("<h3>退回</h3>")[1].split("</section>")[0]
    assert "2<small>次</small>" in tile
    assert "涉及1件" in tile
    link = re.search(r'href="([^"]+)"[^>]*>看退回过的<span class="nb">（1件）', tile)[1].replace("&amp;", "&")
    text = desk("leader").text(link)
    assert "退了两回" in text
    assert "显示1件" in text or " 1件" in text


def test_both_parts_of_a_rate_have_their_list(desk, road):
    road().to("answered")
    counted()
    page = desk("leader").page("/desk/figures/")
    for name in ("看按期答复的", "看超期答复的", "看答复过的", "看评了满意的", "看评了一般的", "看评了不满意的"):
        assert name in page


def test_the_list_behind_a_figure_opens_with_its_name_as_a_condition(desk, road):
    road(title="退回来的").to("accepting").take("return", "handler", reason="不归我们管")
    road(title="没有退过的")
    text = desk("leader").text("/desk/", of="returned", scope="sight")
    assert "退回来的" in text
    assert "没有退过的" not in text


def test_no_figure_is_asked_by_who_looks_over_nothing(desk):
    assert figures(actor("handler"), timezone.localdate(), timezone.localdate()) == []
    assert behind(actor("handler"), "answered", None, None) == []
    assert desk("handler").get("/desk/figures/").status_code == 404


def test_the_auditor_sees_who_read_what_and_nobody_else_does(desk, road):
    one = road()
    desk("dispatcher").get(f"/desk/matter/{one.matter}/")
    text = desk("auditor").text("/desk/audit/")
    assert "刘晓燕" in text
    assert "办理这件事" in text
    for who in ("dispatcher", "security_admin", "system_admin", "leader"):
        assert desk(who).get("/desk/audit/").status_code == 404


def test_no_raw_word_and_nobody_without_a_name_stands_on_the_auditors_page(desk, road, client):
    one = road(reporter_phone="13800002207")
    desk("dispatcher").get("/desk/?q=13800002207")
    client.get(f"/p/{one.receipt.code}/")
    from tianping.kernel.agencies.access import record
    from tianping.kernel.agencies.acting import acting
    from tianping.kernel.service import actor_for_code

    party = actor_for_code("990101", one.receipt.code)
    with acting(party):
        record(party, "own", ["answer"], matter=one.matter)
    rows = desk("auditor").page("/desk/audit/").split("<tbody>")[1]
    assert "identifier" not in rows
    assert "按号码查找" in rows
    assert "反映人本人" in rows
    assert '<td class="ink">—</td>' not in rows


def test_the_audit_narrows_by_person_purpose_number_and_day(desk, road):
    from tianping.kernel.service import show

    one, other = road(), road()
    desk("dispatcher").get(f"/desk/matter/{one.matter}/")
    desk("supervisor").get(f"/desk/matter/{other.matter}/")
    number = show(actor("dispatcher"), one.matter, "dispatch").row["number"]
    client = desk("auditor")
    by_person = client.page("/desk/audit/", person="刘晓燕").split("<tbody>")[1]
    assert "孙磊" not in by_person
    assert "刘晓燕" in by_person
    rows = client.page("/desk/audit/", number=number).split("<tbody>")[1]
    assert number in rows
    assert show(actor("dispatcher"), other.matter, "dispatch").row["number"] not in rows
    assert "没有记录" in client.text("/desk/audit/", day="2001-01-01")
    assert "没有记录" in client.text("/desk/audit/", number="没有这个号")
    assert client.text("/desk/audit/", day="nonsense", before="nonsense")


def test_reading_very_much_raises_an_alarm_on_top(desk, road):
    from tianping.kernel.agencies.access import record
    from tianping.kernel.service import acting

    someone = actor("handler")
    with acting(someone):
        record(someone, "export", ["title"], rows=101)
    text = desk("auditor").text("/desk/audit/")
    assert "看得特别多" in text
    assert "一次最多101行" in text.replace(" ", "")


def test_the_audit_leaves_as_a_workbook(desk, road):
    from io import BytesIO

    from python_calamine import load_workbook

    one = road()
    desk("dispatcher").get(f"/desk/matter/{one.matter}/")
    answer = desk("auditor").get("/desk/audit/", {"format": "xlsx"})
    rows = load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    assert rows[1][1] == "刘晓燕"


def test_a_procedure_is_told_as_it_is_declared(desk):
    text = desk("handler").text("/desk/procedures/intake/")
    assert "分类定级" in text
    assert "中心派单员" in text.replace(" ", "")
    page = desk("handler").page("/desk/procedures/intake/")
    assert 'class="diagram" role="img" aria-label="受理办理的图：下面的表说的一样"' in page
    assert "到期自动、到期自动" not in page
    assert desk("handler").get("/desk/procedures/nowhere/").status_code == 404
