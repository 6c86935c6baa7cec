"""From a citizen's phone to the answer, in a browser."""

import pytest

from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Matter

pytestmark = pytest.mark.e2e
STORY = "楼上602的卫生间又漏水了，我家厨房的天花板已经鼓起来。找过他家三次。"


def tell(page):
    page.goto("/")
    page.click("text=我要反映")
    page.click(".stick button")
    page.fill("textarea", STORY)
    page.click(".stick button")
    page.fill("input[name=place]", "城东街道锦绣社区锦绣花园2幢")
    page.click(".stick button")
    page.fill("input[name=reporter_phone]", "13800002207")
    page.click(".stick button")
    page.click(".stick button")
    page.wait_for_url("**/receipt/")
    return "-".join(page.locator(".code").all_inner_texts())


def test_a_report_is_told_one_thing_a_page_and_its_code_shows_where_it_stands(page):
    code = tell(page)
    assert "收到了" in page.inner_text("h1")
    page.goto("/progress/")
    page.fill("#code", code.lower().replace("-", " "))
    page.click(".stick button")
    page.wait_for_url("**/standing/")
    text = page.inner_text("main")
    assert "待分类" in text
    assert "602" not in text


def test_sending_twice_is_one_report(page):
    tell(page)
    with acting(system_actor("990101")):
        before = Matter.objects.count()
    page.go_back()
    page.wait_for_url("**/receipt/")
    with acting(system_actor("990101")):
        assert Matter.objects.count() == before


def test_going_back_loses_nothing(page):
    page.goto("/report/")
    page.click(".stick button")
    page.fill("textarea", STORY)
    page.click("text=上一步")
    page.click(".stick button")
    assert page.input_value("textarea") == STORY


def test_a_wrong_phone_number_is_named_and_everything_kept(page):
    page.goto("/report/contact/")
    page.fill("input[name=reporter_phone]", "12")
    page.click(".stick button")
    page.goto("/report/story/")
    page.fill("textarea", STORY)
    page.click(".stick button")
    page.goto("/report/check/")
    page.click(".stick button")
    assert "手机号" in page.inner_text("[role=alert]")
    page.goto("/report/story/")
    assert page.input_value("textarea") == STORY


def test_the_pages_work_without_script(browser, site):
    context = browser.new_context(java_script_enabled=False, base_url=site, viewport={"width": 390, "height": 844})
    try:
        assert tell(context.new_page())
    finally:
        context.close()


def test_elder_mode_and_english_stay_on(page):
    page.goto("/")
    page.click("text=长辈版")
    assert page.get_attribute("html", "data-elder") == "24"
    page.goto("/progress/")
    assert page.get_attribute("html", "data-elder") == "24"
    page.click("text=EN")
    assert page.url.endswith("/progress/")
    assert page.get_attribute("html", "lang") == "en"
    page.click("text=中文")
    page.click("text=标准版")
    assert page.get_attribute("html", "data-elder") is None


def test_a_dispatcher_sorts_and_sends_with_one_key_and_the_office_answers(desk, page):
    tell(page)
    desk("liuxiaoyan")
    page.goto("/desk/board/")
    page.wait_for_selector("text=建议派给")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=派给了")
    with acting(actor("dispatcher")):
        sent = Matter.objects.filter(state="accepting").latest("changed_at")
    assert sent.holder


def test_a_matter_opens_beside_the_list_and_its_step_in_a_drawer(desk, page):
    tell(page)
    desk("liuxiaoyan")
    page.click("table a >> nth=0")
    page.wait_for_selector("#pane h2")
    page.keyboard.press("a")
    page.wait_for_selector("dialog[open] form")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
