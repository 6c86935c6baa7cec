"""Many at once, lists that are kept, and lists that leave the house."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import load_workbook

from tests.people import actor
from tests.web.desk.conftest import words
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.service import Query, RefusedError, acting, drawn, show

pytestmark = pytest.mark.django_db


def pick(one):
    return f"{one.receipt.proceeding}:{one.matter}"


def state(one, who="dispatcher"):
    return show(actor(who), one.matter, "handling").proceedings[0].state.state


def test_the_bar_offers_what_the_rows_offer_and_nothing_that_is_a_matters_own(desk, road):
    road().to("accepting")
    page = desk("handler").page("/desk/")
    bar = page.split('id="bulk"')[1].split("</form>")[0]
    assert 'value="accept"' in bar
    assert 'value="return"' in bar
    road().to("handling")
    bar = desk("handler").page("/desk/").split('id="bulk"')[1].split("</form>")[0]
    assert 'value="finish"' not in bar


def test_a_step_that_asks_nothing_and_can_be_taken_back_is_taken_at_once_on_each(desk, road):
    ones = [road().to("accepting") for _n in range(3)]
    answer = desk("handler").post(
        "/desk/bulk/?in=", {"step": "accept", "key": "k", "pick": [pick(o) for o in ones]}, follow=True
    )
    assert "签收：办好3件" in words(answer)
    assert {state(o) for o in ones} == {"handling"}


def test_sending_twice_takes_each_step_once(desk, road):
    one = road().to("accepting")
    client = desk("handler")
    for _press in range(2):
        client.post("/desk/bulk/?in=", {"step": "accept", "key": "same", "pick": [pick(one)]})
    assert [e.step for e in show(actor("handler"), one.matter, "handling").entries].count("accept") == 1


def test_a_reason_is_asked_once_for_all(desk, road):
    ones = [road().to("accepting") for _n in range(2)]
    client = desk("handler")
    sent = {"step": "return", "key": "k", "pick": [pick(o) for o in ones]}
    asked = client.post("/desk/bulk/?in=", sent)
    assert "退回2件" in words(asked).replace(" ", "")
    assert {state(o) for o in ones} == {"accepting"}
    empty = client.post("/desk/bulk/?in=", sent | {"form": "1", "reason": ""})
    assert empty.status_code == 422
    client.post("/desk/bulk/?in=", sent | {"form": "1", "reason": "都在界外"})
    assert {state(o) for o in ones} == {"dispatch"}


def test_what_could_not_be_done_is_told_by_number_and_the_rest_is_done(desk, road):
    good, third = road().to("accepting"), road().to("accepting")
    for _time in range(2):  # its third return asks for a meeting, so the plain one is refused
        third.take("return", "handler", reason="不归我们管")
        third.take("dispatch", "dispatcher", agency="zhujian")
    sent = {"step": "return", "key": "k", "form": "1", "reason": "都在界外", "pick": [pick(good), pick(third)]}
    answer = desk("handler").post("/desk/bulk/?in=", sent)
    number = show(actor("dispatcher"), third.matter, "handling").row["number"]
    text = words(answer)
    assert "退回：办好1件" in text
    assert "有1件没有办成" in text
    assert number in text
    assert (state(good), state(third)) == ("dispatch", "accepting")


def test_rows_of_somebody_else_are_not_touched(desk, road):
    one = road().to("accepting")
    answer = desk("other_handler").post(
        "/desk/bulk/?in=", {"step": "accept", "key": "k", "pick": [pick(one), "x:y"]}, follow=True
    )
    assert "先勾选" in words(answer)
    assert state(one) == "accepting"


def test_a_step_that_is_not_for_there_says_where_the_matter_stands(desk, road):
    sorted_, fresh = road().to("dispatch"), road()
    sent = {"step": "dispatch", "key": "k", "form": "1", "agency": "zhujian", "pick": [pick(sorted_), pick(fresh)]}
    text = words(desk("dispatcher").post("/desk/bulk/?in=", sent))
    assert "派单：办好1件" in text
    assert "现在是“待分类”，“派单”要在“待派单”的时候办" in text
    assert (state(sorted_), state(fresh)) == ("accepting", "triage")


def test_what_waits_no_longer_is_told_and_counted(desk, road):
    ones = [road().to("accepting") for _n in range(2)]
    ones[1].take("accept", "handler")
    ones[1].take("finish", "handler", outcome="settled", result="好了")
    sent = {"step": "return", "key": "k", "pick": [pick(o) for o in ones]}
    client = desk("handler")
    assert "另有1件已经不等您办了" in words(client.post("/desk/bulk/?in=", sent))
    answer = client.post("/desk/bulk/?in=", sent | {"form": "1", "reason": "都在界外"})
    assert "退回：办好1件" in words(answer)
    assert "有1件已经不等您办了" in words(answer)


def test_many_are_sorted_with_one_category_and_grade(desk, road):
    ones = [road(title=f"漏水{n}") for n in range(3)]
    client = desk("dispatcher")
    assert 'value="triage"' in client.page("/desk/").split('id="bulk"')[1].split("</form>")[0]
    sent = {"step": "triage", "key": "k", "pick": [pick(o) for o in ones]}
    page = client.post("/desk/bulk/?in=", sent).content.decode()
    assert 'name="category"' in page
    assert 'name="title"' not in page  # a title is a matter's own
    client.post("/desk/bulk/?in=", sent | {"form": "1", "category": "neighbour.leak", "grade": "3"})
    assert {state(o) for o in ones} == {"dispatch"}
    assert {show(actor("dispatcher"), o.matter, "handling").facts["title"] for o in ones} == {"漏水0", "漏水1", "漏水2"}


def test_the_whole_list_is_taken_over_its_pages(desk, road, monkeypatch):
    monkeypatch.setattr("tianping.web.desk.bulk.PAGE", 2)
    ones = [road().to("accepting") for _n in range(5)]
    other = road().to("handling")
    answer = desk("handler").post("/desk/bulk/?in=", {"step": "accept", "key": "k", "all": "1"}, follow=True)
    assert "签收：办好5件" in words(answer)
    assert {state(o) for o in [*ones, other]} == {"handling"}


def test_the_whole_of_a_narrowed_list_is_only_that(desk, road, monkeypatch):
    monkeypatch.setattr("tianping.web.desk.bulk.NAMED", 1)
    ones = [road(), road()]
    road().take("triage", "dispatcher", category="neighbour.leak", grade="3")
    sent = {"step": "triage", "key": "k", "all": "1"}
    page = words(desk("dispatcher").post("/desk/bulk/?in=state%3Dtriage", sent))
    assert "分类定级：选中的2件" in page
    assert "……共2件" in page
    assert {state(o) for o in ones} == {"triage"}


def test_the_list_offers_a_box_for_the_page_and_one_for_all(desk, road):
    for _n in range(3):
        road()
    page = desk("dispatcher").page("/desk/")
    assert "data-pick-all" in page
    assert "这3件全选" in page


def test_offices_stand_in_groups_and_a_long_list_can_be_narrowed(desk, road):
    one = road().to("dispatch")
    page = desk("dispatcher").page(f"/desk/matter/{one.matter}/step/{one.receipt.proceeding}/dispatch/")
    assert '<optgroup label="城东街道">' in page
    assert 'data-find="打几个字，挑出来"' in page
    assert page.index("县里的单位") < page.index('<optgroup label="城东街道">')
    assert "data-find" not in desk("dispatcher").page(f"/desk/matter/{one.matter}/step/{one.receipt.proceeding}/note/")


# ── lists that are kept ──
def test_a_list_is_kept_under_a_name_and_taken_away_again(desk):
    client = desk("dispatcher")
    assert "存为常用" in client.text("/desk/", grade="1")
    assert client.get("/desk/saved/", {"grade": "1"}).status_code == 200
    client.post("/desk/saved/?grade=1", {"name": "一级的"})
    page = client.page("/desk/")
    assert 'href="?grade=1">一级的' in page
    kept = client.page("/desk/", grade="1")
    assert "去掉常用" in kept
    assert "存为常用" not in kept
    away = kept.split("data-drawer>去掉常用")[0].rsplit('href="', 1)[1].split('"')[0]
    assert "一级的" in client.text(away)
    client.post(away)
    assert "一级的" not in client.page("/desk/")


def test_a_kept_list_is_ones_own(desk):
    client = desk("dispatcher")
    client.post("/desk/saved/?grade=1", {"name": "一级的"})
    page = client.page("/desk/", grade="1")
    away = page.split("data-drawer>去掉常用")[0].rsplit('href="', 1)[1].split('"')[0]
    other = desk("handler")
    assert "一级的" not in other.page("/desk/")
    other.post(away)
    assert "一级的" in client.page("/desk/")


def test_words_of_a_search_are_not_kept(desk):
    client = desk("dispatcher")
    client.post("/desk/saved/?grade=1&q=周桂兰", {"name": "一级的"})
    assert "周桂兰" not in client.page("/desk/")
    assert "存为常用" not in client.page("/desk/", q="周桂兰")


def test_a_name_is_asked_for_and_twelve_are_enough(desk):
    client = desk("dispatcher")
    assert client.post("/desk/saved/?grade=1", {"name": " "}).status_code == 422
    for n in range(12):
        client.post(f"/desk/saved/?grade={n}", {"name": f"第{n}"})
    answer = client.post("/desk/saved/?grade=99", {"name": "又一个"})
    assert "最多存12个" in words(answer)


# ── lists that leave the house ──
def sheet(answer):
    return load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()


def test_the_export_holds_what_the_list_holds_and_the_record_says_why(desk, road):
    road(title="漏水的").to("dispatch")
    road(title="没有分类的")
    client = desk("dispatcher")
    answer = client.post("/desk/export/?grade=3", {"purpose": "supervision"})
    rows = sheet(answer)
    assert [r[1] for r in rows[1:]] == ["漏水的"]
    with acting(actor("auditor")):
        record = AccessRecord.objects.get(purpose="supervision")
    assert (record.rows, record.what) == (1, ["place", "title"])


def test_without_a_purpose_nothing_leaves(desk, road):
    road()
    client = desk("dispatcher")
    assert client.post("/desk/export/", {}).status_code == 422
    assert client.post("/desk/export/", {"purpose": "fun"}).status_code == 422
    with pytest.raises(RefusedError):
        drawn(actor("dispatcher"), Query(), purpose="fun", what=["title"], most=10)


def test_what_begins_like_a_formula_stays_text(desk, road):
    road(title='=HYPERLINK("http://x","y")')
    answer = desk("dispatcher").post("/desk/export/", {"purpose": "handling"})
    content = b"".join(answer.streaming_content)
    sheet_xml = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet_xml
    assert "HYPERLINK" in sheet_xml or "HYPERLINK" in ZipFile(BytesIO(content)).read("xl/sharedStrings.xml").decode()


def test_a_protected_matter_leaves_without_title_or_place(desk, road):
    from uuid import uuid4

    from tests.people import guest
    from tianping.kernel.service import report

    report(actor=guest(), form={"description": "他打我。", "violence": True, "place": "滨河路3号"}, key=str(uuid4()))
    rows = sheet(desk("protector").post("/desk/export/", {"purpose": "handling"}))
    assert "滨河路3号" not in str(rows)
    assert "他打我" not in str(rows)
