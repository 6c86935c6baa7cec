"""A matter's page and its steps: what the declaration offers, what a press does."""

import re
from uuid import uuid4

import pytest

from tests.people import actor
from tests.web.desk.conftest import words
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.service import acting, show

pytestmark = pytest.mark.django_db


def main(one, who="dispatcher"):
    return show(actor(who), one.matter, "handling").proceedings[0]


def step(one, name, who="dispatcher", **query):
    more = "&".join(f"{k}={v}" for k, v in query.items())
    return f"/desk/matter/{one.matter}/step/{one.receipt.proceeding}/{name}/" + (f"?{more}" if more else "")


def test_one_step_is_filled_three_are_outlined_and_the_rest_stand_in_the_menu(desk, road):
    one = road().to("dispatch")
    page = desk("dispatcher").page(f"/desk/matter/{one.matter}/")
    head = page.split('<header class="head">')[1].split("</header>")[0]
    bar, menu = head.split("<details")
    assert bar.count('class="btn fill"') == 1
    assert bar.count('class="btn"') == 3
    assert "派单" in bar
    assert "记一笔" in menu


def test_a_step_of_somebody_else_is_not_offered(desk, road):
    one = road().to("accepting")
    assert "签收" in desk("handler").page(f"/desk/matter/{one.matter}/").split("</header>")[1]
    head = (
        desk("dispatcher").page(f"/desk/matter/{one.matter}/").split('<header class="head">')[1].split("</header>")[0]
    )
    assert ">签收<" not in head


def test_a_form_is_a_drawer_for_htmx_and_a_page_without(desk, road):
    one = road()
    client = desk("dispatcher")
    part = client.get(step(one, "triage"), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<form") or "<html" not in part
    assert 'name="category"' in part
    assert "<html" in client.get(step(one, "triage")).content.decode()


def test_a_step_is_taken_and_says_what_it_is_now(desk, road):
    one = road()
    client = desk("dispatcher")
    answer = client.post(step(one, "triage"), {"key": "k1", "category": "neighbour.leak", "grade": "3"}, follow=True)
    assert "办好了：分类定级。现在是“待派单”。" in words(answer).replace(" ", "")
    assert main(one).state.state == "dispatch"


def test_a_second_press_of_the_same_form_is_the_same_step(desk, road):
    one = road().to("handling")
    client = desk("handler")
    for _press in range(2):
        client.post(step(one, "note"), {"key": "same", "note": "打过电话了"})
    notes = [e for e in show(actor("handler"), one.matter, "handling").entries if e.step == "note"]
    assert len(notes) == 1


def test_what_is_missing_is_said_beside_its_field_and_on_top(desk, road):
    one = road()
    answer = desk("dispatcher").post(step(one, "triage"), {"key": "k", "grade": "3"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert 'href="#id_category"' in page
    assert 'id="id_category_error"' in page


def test_the_summary_names_what_is_missing_and_what_to_do(desk, road):
    one = road()
    client = desk("dispatcher")
    page = client.post(step(one, "triage"), {"key": "k", "grade": "3"}).content.decode()
    summary = page.split('role="alert"')[1].split("</div>")[0]
    assert "请选“类别”" in summary
    page = client.post(step(one, "supplement"), {"key": "k"}).content.decode()
    assert page.count("请填“原因”") == 2  # on top and beside its field
    assert "请填写这一项" not in page


def test_what_was_written_is_kept_when_a_step_is_refused(desk, road):
    one = road().to("handling")
    page = desk("handler").post(step(one, "finish"), {"key": "k", "result": "换了水管"}).content.decode()
    assert "换了水管" in page


def test_a_step_that_is_over_leads_back_to_the_matter_and_says_so(desk, road):
    one = road().to("accepting")
    answer = desk("dispatcher").get(step(one, "triage"), follow=True)
    assert "已经到了别的环节" in words(answer)


def test_from_the_pane_a_step_leads_back_to_the_list(desk, road):
    one = road()
    client = desk("dispatcher")
    path = step(one, "triage", **{"in": "view%3Dsoon", "at": "pane"})
    sent = {"key": "k1", "category": "neighbour.leak", "grade": "3"}
    answer = client.post(path, sent, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/desk/?view=soon&open={one.matter}"


def test_what_may_be_taken_back_says_how(desk, road):
    one = road()
    client = desk("dispatcher")
    sent = {"key": "k1", "category": "neighbour.leak", "grade": "3"}
    page = client.post(step(one, "triage"), sent, follow=True).content.decode()
    assert step(one, "undo") in page
    client.post(step(one, "undo"), {"key": "k2", "reason": "分错了"})
    assert main(one).state.state == "triage"


def test_a_file_comes_with_the_step(desk, road):
    from django.core.files.uploadedfile import SimpleUploadedFile

    one = road().to("handling")
    client = desk("handler")
    picture = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(200)), "image/png")
    client.post(step(one, "note"), {"key": "k", "note": "现场", "files": picture})
    text = desk("handler").text(f"/desk/matter/{one.matter}/", road="papers")
    assert "记一笔" in text
    assert "材料 1" in text


def test_the_page_shows_no_number_and_a_purpose_opens_it_once_on_the_record(desk, road):
    one = road(reporter_phone="13800002207")
    client = desk("dispatcher")
    page = client.page(f"/desk/matter/{one.matter}/")
    assert "13800002207" not in page
    assert "2207" not in client.text(f"/desk/matter/{one.matter}/")  # in addresses an id may hold these four by chance
    address = f"/desk/matter/{one.matter}/number/reporter_phone/"
    assert address in page
    assert "13800002207" not in client.page(address)
    assert client.post(address, {}).status_code == 422
    shown = client.post(address, {"purpose": "contact"})
    assert "13800002207" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    with acting(actor("dispatcher")):
        assert (
            AccessRecord.objects.filter(matter_id=one.matter, purpose="contact", what=["reporter_phone"]).count() == 1
        )


def test_a_concept_that_is_not_masked_has_no_such_door(desk, road):
    one = road()
    client = desk("dispatcher")
    assert client.get(f"/desk/matter/{one.matter}/number/description/").status_code == 404
    assert client.post(f"/desk/matter/{uuid4()}/number/reporter_phone/", {"purpose": "contact"}).status_code == 404


def test_a_matter_out_of_sight_does_not_exist(desk, road):
    client = desk("other_handler")
    hidden = road(title="没派给他的")
    for path in (f"/desk/matter/{hidden.matter}/", step(hidden, "triage"), f"/desk/matter/{hidden.matter}/verify/"):
        assert client.get(path).status_code == 404
    assert client.get(f"/desk/matter/{uuid4()}/").status_code == 404


def test_the_neighbours_in_the_list_are_one_press_away(desk, road):
    first, second, third = road(title="一"), road(title="二"), road(title="三")
    page = desk("dispatcher").page(f"/desk/matter/{second.matter}/", **{"in": "scope=sight&sort=opened"})
    assert "第2件，共3件" in page.replace(" ", "")
    assert f"/desk/matter/{third.matter}/?in=" in page
    assert f"/desk/matter/{first.matter}/?in=" in page


def test_a_matter_is_merged_by_its_number_and_tells_how_many_said_it(desk, road):
    leader, other = road(title="主办的").to("dispatch"), road(title="又一件").to("dispatch")
    number = show(actor("dispatcher"), leader.matter, "handling").row["number"]
    client = desk("dispatcher")
    form = client.page(step(other, "merge"), other=number)
    assert f'value="{number}"' in form
    assert "文字一样" in form
    client.post(step(other, "merge"), {"key": "k", "other_matter": number})
    text = client.text(f"/desk/matter/{leader.matter}/")
    assert "2人反映" in text
    assert "另有1人反映同一件事" in text
    assert "又一件" in text


def test_an_unknown_number_is_refused_in_plain_words(desk, road):
    one = road().to("dispatch")
    answer = desk("dispatcher").post(step(one, "merge"), {"key": "k", "other_matter": "99887766"})
    assert answer.status_code == 422
    assert "没有找到这一件，请核对编号" in words(answer)


def test_the_clock_explains_its_date_day_by_day(desk, road):
    one = road().to("handling")
    page = desk("handler").page(f"/desk/matter/{one.matter}/")
    assert 'class="cal"' in page
    assert 'class="law"' in page


def test_a_clock_by_the_hour_explains_its_moment_with_the_law_and_a_bar(desk, road):
    one = road()
    page = desk("dispatcher").page(f"/desk/matter/{one.matter}/")
    assert 'class="run"' in page
    assert "连续计算，夜间和节假日不扣除" in page
    assert "登记后二十四小时内完成分类分级" in page
    assert "依据还没有核实" in page
    assert 'class="cal"' not in page


def test_a_protected_matter_says_why_it_must_be_reported_so_soon(desk, road):
    one = road(minor="true")
    page = desk("protector").page(f"/desk/matter/{one.matter}/")
    assert page.count("为什么是这个日期") == 2
    assert "应当立即向公安、民政、教育等有关部门报告" in page


def test_a_clock_that_stands_still_says_so_once_and_keeps_its_bar(desk, road):
    one = road()
    one.take("suspend", "dispatcher", reason="等鉴定结果")
    page = desk("dispatcher").page(f"/desk/matter/{one.matter}/")
    assert "暂停：暂停" not in page
    assert 'class="hatch"' in page
    assert "还没有恢复，恢复后接着数" in page


def test_the_chain_can_be_checked(desk, road):
    one = road().to("handling")
    # Nothing is claimed before it was looked at.
    assert "没有被改动过" not in desk("dispatcher").text(f"/desk/matter/{one.matter}/")
    assert "刚核验过：4条记录首尾相接，现在的内容和记录写的一致" in desk("dispatcher").text(
        f"/desk/matter/{one.matter}/verify/"
    )


def test_joint_offices_stand_on_the_page_with_their_own_state(desk, road):
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu", "zhifa"])
    text = desk("dispatcher").text(f"/desk/matter/{one.matter}/")
    assert "签收（县水务局）" in text
    assert "协办 2" in text
    assert "待签收" in text
    assert re.search(r"请协办\s*系统\s*县水务局", text), text
