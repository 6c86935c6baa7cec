"""A desk worked with the keyboard: lists, panes, drawers, the board, many at once, registering."""

from uuid import uuid4

import pytest

from tests.e2e.waiting import until
from tests.people import actor, guest
from tianping.kernel.service import Query, advance, report, show, worklist

pytestmark = pytest.mark.e2e
STORY = {"description": "楼上漏水，厨房天花板鼓起来了。", "reporter_name": "周桂兰", "reporter_phone": "13800002207"}


def told(title, **more):
    return report(actor=guest(), form=STORY | {"title": title} | more, key=str(uuid4()))


def accepted(title):
    receipt = told(title)
    for step, form in (("triage", {"category": "neighbour.leak", "grade": "3"}), ("dispatch", {"agency": "zhujian"})):
        advance(receipt.proceeding, step, actor=actor("dispatcher"), form=form, key=str(uuid4()))
    return receipt


def state(receipt, who="dispatcher"):
    return show(actor(who), receipt.matter, "handling").proceedings[0].state.state


def test_j_k_a_walk_the_list_and_take_a_step_without_the_mouse(desk, site):
    first, second = told("键盘一"), told("键盘二")
    page = desk("liuxiaoyan")
    page.keyboard.press("j")
    page.wait_for_selector("#pane h2")
    one = page.inner_text("#pane h2")
    page.keyboard.press("j")
    until(page, "one => document.querySelector('#pane h2')?.innerText !== one", one)
    page.keyboard.press("k")
    until(page, "one => document.querySelector('#pane h2')?.innerText === one", one)
    assert "open=" in page.url
    page.keyboard.press("a")
    page.wait_for_selector("dialog[open] select[name=category]")
    page.select_option("dialog[open] select[name=category]", "neighbour.leak")
    page.check("dialog[open] input[name=grade][value='3']") if page.query_selector(
        "dialog[open] input[name=grade]"
    ) else page.select_option("dialog[open] select[name=grade]", "3")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=办好了：分类定级")
    assert "open=" in page.url
    assert page.inner_text("#pane h2") == one
    assert {state(first), state(second)} == {"triage", "dispatch"}


def test_escape_closes_what_is_open_and_keeps_the_place(desk, site):
    told("关掉的")
    page = desk("liuxiaoyan")
    page.keyboard.press("j")
    page.wait_for_selector("#pane h2")
    page.keyboard.press("Escape")
    page.wait_for_selector("#pane", state="hidden")
    assert page.url.endswith("/desk/")
    assert page.evaluate("document.activeElement.closest('tbody') !== null")
    page.go_back()


def test_a_reload_keeps_list_and_pane(desk, site):
    told("重新打开的")
    page = desk("liuxiaoyan")
    page.keyboard.press("j")
    page.wait_for_selector("#pane h2")
    title = page.inner_text("#pane h2")
    page.reload()
    assert page.inner_text("#pane h2") == title


def test_x_ticks_rows_and_one_press_takes_the_step_on_all(desk, site):
    receipts = [accepted(f"批量{n}") for n in range(3)]
    page = desk("caoyong")
    assert not page.is_visible("#bulk")
    for _n in range(3):
        page.keyboard.press("j")
        page.wait_for_timeout(150)
        page.keyboard.press("x")
    assert page.is_visible("#bulk")
    assert "选中3件" in page.inner_text("#bulk").replace(" ", "")
    page.click("#bulk button[value=accept]")
    page.wait_for_selector("text=签收：办好3件")
    assert {state(r, "handler") for r in receipts} == {"handling"}


def test_slash_goes_to_the_search_and_question_mark_tells_the_keys(desk, site):
    told("要找的这件")
    page = desk("liuxiaoyan")
    page.keyboard.press("?")
    page.wait_for_selector("dialog#keys[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("13800002207")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=找到的事项")
    assert "要找的这件" in page.inner_text("#rows")


def test_on_the_board_a_figure_pins_an_office_and_enter_sends_it(desk, site):
    told("派给第二家")
    page = desk("liuxiaoyan")
    page.goto("/desk/board/")
    page.wait_for_selector("#dispatch h2, #dispatch p")
    office = "县住房和城乡建设局"  # where somebody takes it: to others no key sends
    page.keyboard.press(page.inner_text(f"#offices-list li:has(b:text-is('{office}')) kbd"))
    until(page, "name => document.querySelector('#dispatch h2 b')?.innerText === name", office)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=派给了")
    assert office in page.inner_text(".msgs")


def test_changing_the_category_changes_the_counsel_at_once(desk, site):
    told("学校食堂菜里有虫", description="孩子说食堂菜里有虫", place="柳溪镇柳溪集镇社区柳溪中学")
    page = desk("liuxiaoyan")
    page.goto("/desk/board/")
    page.click("#queue >> text=学校食堂菜里有虫")
    page.wait_for_selector("select[name=grade]")
    with page.expect_response(lambda r: "grade=" in r.url):
        page.select_option("select[name=grade]", "1")
    page.wait_for_selector("#dispatch")
    assert page.input_value("select[name=grade]") == "1"


def test_a_clerk_is_hinted_at_a_repeat_and_registers_with_the_keyboard(desk, site):
    told("早先那件", reporter_phone="13800005511")
    page = desk("huangli")
    page.goto("/desk/new/")
    assert page.evaluate("document.activeElement.name") == "description"
    page.keyboard.type("楼上又漏水了。")
    page.fill("#id_reporter_phone", "13800005511")
    page.keyboard.press("Tab")
    page.wait_for_selector("#hints >> text=早先那件")
    page.fill("#id_reporter_name", "周桂兰")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=登记好了")
    found = worklist(actor("dispatcher"), Query(limit=200)).rows
    assert any(r.title == "楼上又漏水了" for r in found)


def test_a_number_is_shown_once_in_the_drawer(desk, site):
    receipt = told("看号码的", reporter_phone="13800006622")
    page = desk("liuxiaoyan")
    page.goto(f"/desk/matter/{receipt.matter}/")
    page.click("text=看电话")
    page.wait_for_selector("dialog[open] input[name=purpose]")
    page.click("dialog[open] button.fill")
    page.wait_for_selector("dialog[open] .err")
    page.check("dialog[open] input[value=contact]")
    page.click("dialog[open] button.fill")
    page.wait_for_selector("dialog[open] >> text=13800006622")
    page.click("dialog[open] a.fill")
    page.wait_for_selector("dialog[open]", state="detached")
    page.reload()
    assert "13800006622" not in page.content()


def test_the_desk_works_without_script(browser, site):
    from tests.conftest import PASSWORD

    receipt = told("不用脚本的")
    context = browser.new_context(java_script_enabled=False, base_url=site, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/login/")
    page.fill("input[name=username]", "liuxiaoyan")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.fill")
    page.click("tbody a:has-text('不用脚本的')")
    page.click("header.head a.btn.fill")
    page.select_option("select[name=category]", "neighbour.leak")
    if page.query_selector("input[name=grade]"):
        page.check("input[name=grade][value='3']")
    else:
        page.select_option("select[name=grade]", "3")
    page.click("footer button.fill")
    assert "办好了：分类定级" in page.inner_text("body")
    context.close()
    assert state(receipt) == "dispatch"


def test_one_box_ticks_the_page_and_many_are_sorted_at_once(desk, site):
    ones = [told(f"整页{n}") for n in range(3)]
    page = desk("liuxiaoyan")
    page.goto("/desk/?state=triage")
    head = page.locator("[data-pick-all] input")
    head.focus()
    page.keyboard.press("Space")
    boxes = page.locator("tbody .pickbox input")
    assert boxes.count() == page.locator("tbody .pickbox input:checked").count() >= 3
    boxes.first.uncheck()
    assert head.evaluate("box => box.indeterminate")
    boxes.first.check()
    page.click("#bulk button[value=triage]")
    page.select_option("select[name=category]", "neighbour.leak")
    page.check("input[name=grade][value='3']")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=分类定级：办好")
    assert {state(o) for o in ones} == {"dispatch"}


def test_typing_narrows_a_long_list_of_offices(desk, site):
    one = told("找单位")
    sorting = {"category": "neighbour.leak", "grade": "3"}
    advance(one.proceeding, "triage", actor=actor("dispatcher"), form=sorting, key=str(uuid4()))
    page = desk("liuxiaoyan")
    page.goto(f"/desk/matter/{one.matter}/step/{one.proceeding}/dispatch/")
    page.fill("input.find", "水务")
    assert page.input_value("select[name=agency]") == "qingxi.shuiwu."
    assert page.locator("select[name=agency] option:not([hidden])").count() == 2  # none yet, and the one that fits


def test_a_ready_text_goes_in_at_once_with_its_first_blank_selected(desk, site):
    one = accepted("套用")
    page = desk("caoyong")
    page.goto(f"/desk/matter/{one.matter}/step/{one.proceeding}/return/")
    page.fill("textarea[name=reason]", "看过了。")
    page.click("button[data-text] >> text=退回：情况不清")
    assert page.input_value("textarea[name=reason]").startswith("看过了。\n还缺【材料】")
    picked = page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)")
    assert picked == "【材料】"


def test_more_time_names_its_day_on_the_button_as_it_is_typed(desk, site):
    receipt = accepted("要延长的")
    advance(receipt.proceeding, "accept", actor=actor("handler"), form={}, key=str(uuid4()))
    page = desk("pengna")
    page.goto(f"/desk/matter/{receipt.matter}/")
    page.click("details:has(a[href$='/extend/']) > summary")
    page.click("a[href$='/extend/']")
    page.wait_for_selector("dialog[open] [name=amount]")
    button = page.locator("dialog[open] .bar button[type=submit]")
    plain = button.inner_text()
    if page.locator("dialog[open] select[name=term]").count():
        page.select_option("dialog[open] select[name=term]", "answer")
    page.fill("dialog[open] [name=amount]", "2")
    until(page, "plain => document.querySelector('dialog[open] .bar button[type=submit]').innerText !== plain", plain)
    named = button.inner_text()
    page.fill("dialog[open] [name=reason]", "等鉴定")
    page.fill("dialog[open] [name=amount]", "")
    assert button.inner_text() == plain
    page.fill("dialog[open] [name=amount]", "2")
    assert button.inner_text() == named
    day = named.removeprefix("延到")
    assert "月" in day
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog[open]", state="hidden")
    page.goto(f"/desk/matter/{receipt.matter}/")
    assert day in page.inner_text("main")
