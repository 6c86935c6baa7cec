"""Citizens' pages in Chromium: what a hand, an eye and a screen reader meet."""

import io
import re
from uuid import uuid4

import pytest
from PIL import Image

from tests.e2e.axe import clean, fits
from tests.e2e.people import prove
from tests.e2e.waiting import until
from tests.people import actor, guest
from tianping.kernel.service import advance, report

pytestmark = pytest.mark.e2e
PHONE = "13800002207"
STORY = "楼上602的卫生间又漏水了，我家厨房的天花板已经鼓起来。找过他家三次，说不是他的事。"
# WCAG 1.4.12: what a reader may set without losing anything.
SPACING = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
PAGES = ("/", "/report/", "/report/story/", "/report/place/", "/report/contact/", "/report/check/", "/receipt/")
WORDS = ("/standing/", "/progress/", "/mediation/", "/law/", "/privacy/", "/nothing/")


@pytest.fixture(scope="module")
def matter(site):
    """An answered matter of the phone's holder."""
    told = {"description": STORY, "title": "楼上漏水", "reporter_name": "周桂兰", "reporter_phone": PHONE}
    done = report(actor=guest(), form=told, key=str(uuid4()))
    for step, who, form in (
        ("triage", "dispatcher", {"category": "neighbour.leak", "grade": "3"}),
        ("dispatch", "dispatcher", {"agency": "zhujian"}),
        ("accept", "handler", {}),
        ("finish", "handler", {"outcome": "settled", "result": "修好了"}),
        ("verify", "dispatcher", {"on_site": "不漏了"}),
        ("answer", "handler", {"answer": "水管换好了"}),
    ):
        advance(done.proceeding, step, actor=actor(who), form=form, key=str(uuid4()))
    return done


def photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#887766").save(out, "PNG")
    return {"name": "墙.png", "mimeType": "image/png", "buffer": out.getvalue()}


def visit(page, address):
    page.goto(address)
    clean(page, address)


def tell(page, **told):
    page.goto("/report/story/")
    page.fill("textarea", STORY)
    page.click(".stick button")
    page.fill("input[name=place]", told.get("place", "城东街道滨河社区滨河花园3幢602"))
    page.click(".stick button")
    page.click(".stick button")
    page.wait_for_url("**/report/check/")


def send(page):
    page.click(".stick button")
    page.wait_for_url("**/receipt/")


@pytest.mark.parametrize("dress", ["plain", "elder", "largest", "english", "dark"])
def test_pages_are_clean_in_every_dress(page, dress):
    if dress == "dark":
        page.emulate_media(color_scheme="dark")
    page.goto("/")
    for name, value in {"elder": {"elder": "24"}, "largest": {"elder": "40"}, "english": {"lang": "en"}}.get(
        dress, {}
    ).items():
        page.context.add_cookies([{"name": name, "value": value, "url": page.url}])
    tell(page)
    for address in PAGES[:-1]:
        visit(page, address)
    page.goto("/report/check/")
    send(page)
    for address in ("/receipt/", *WORDS):
        visit(page, address)


@pytest.mark.parametrize("case", ["danger", "office"])
def test_pages_that_only_some_are_asked_are_clean(page, case):
    page.goto("/report/")
    page.check(f"input[value={case}]")
    page.click(".stick button")
    visit(page, f"/report/{case}/")


def test_nothing_is_lost_at_320_pixels_with_wide_spacing(page):
    page.set_viewport_size({"width": 320, "height": 640})
    tell(page)
    for address in (*PAGES[:-1], *WORDS):
        page.goto(address)
        page.evaluate(
            "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", SPACING
        )
        fits(page, address)
        cut = page.evaluate(
            "[...document.querySelectorAll('main a, main button, main b, main p, header a, header button')]"
            ".filter(e => !e.classList.contains('vh') && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== 'visible')"
            ".map(e => e.outerHTML.slice(0, 80))"
        )
        assert cut == [], address


@pytest.mark.parametrize(("elder", "least"), [("0", 44), ("24", 60)])
def test_what_is_pressed_is_large_enough(page, elder, least):
    page.goto("/")
    page.context.add_cookies([{"name": "elder", "value": elder, "url": page.url}])
    tell(page)
    for address in PAGES[:-1]:
        page.goto(address)
        small = page.evaluate(
            """least => [...document.querySelectorAll('.choice, .btn, .cbar .link, .check, .stick button, .told .go a')]
              .filter(e => !e.hidden && !e.classList.contains('vh'))
              .map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
              .filter(([, h]) => h > 0 && h < least)""",
            least,
        )
        assert small == [], address


def test_a_whole_report_by_keyboard_alone(page):
    page.goto("/")
    page.locator(".choice").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/")
    page.locator("input[value=office]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/story/")
    page.locator("textarea").focus()
    page.keyboard.type("路灯坏了。")
    page.keyboard.press("Tab")
    page.locator(".stick button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/place/")
    page.locator("input[name=place]").focus()
    page.keyboard.type("滨河花园")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/contact/")
    page.locator("input[name=reporter_phone]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/check/")
    page.locator(".stick button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/")


def test_a_chosen_picture_is_seen_at_once_and_the_text_stays(page):
    page.goto("/report/story/")
    page.fill("textarea", STORY)
    page.set_input_files("input[type=file]", photo())
    until(page, "document.querySelector('.thumb img')?.naturalWidth > 0")  # it is there before it is decoded
    assert page.input_value("textarea") == STORY


def test_without_script_language_and_size_are_pressed_and_the_page_stays(browser, site):
    context = browser.new_context(java_script_enabled=False, base_url=site, viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto("/progress/")
        page.click("text=English")
        assert page.url == f"{site}/progress/"
        assert page.get_attribute("html", "lang") == "en"
        page.click("text=Large type")
        assert page.get_attribute("html", "data-elder") == "24"
        page.click("text=Largest")
        assert page.get_attribute("html", "data-elder") == "40"
        page.click("text=中文")
        assert page.get_attribute("html", "lang") == "zh-CN"
    finally:
        context.close()


def test_without_script_the_picture_goes_with_the_next_step(browser, site):
    context = browser.new_context(java_script_enabled=False, base_url=site, viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto("/report/story/")
        page.fill("textarea", STORY)
        page.set_input_files("input[type=file]", photo())
        page.click(".stick button")
        page.click("button[value=back]")
        assert page.locator(".thumb img").count() == 1
    finally:
        context.close()


def test_what_was_typed_survives_a_closed_page(page):
    page.goto("/report/story/")
    page.fill("textarea", STORY)
    page.wait_for_selector("[data-draft-note]:not([hidden])")
    page.goto("/")
    page.goto("/report/story/")
    assert page.input_value("textarea") == STORY


def test_after_sending_the_phone_forgets_the_draft(page):
    tell(page)
    send(page)
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('tianping.draft.'))") == []


def test_the_place_is_found_by_the_phones_position(browser, site):
    context = browser.new_context(
        base_url=site,
        viewport={"width": 390, "height": 844},
        permissions=["geolocation"],
        geolocation={"latitude": 29.986344, "longitude": 119.439115, "accuracy": 12},
    )
    try:
        page = context.new_page()
        page.goto("/report/place/")
        page.click("[data-geolocate]")
        page.wait_for_selector("[data-geo=found]:not([hidden])")
        page.click(".stick button")
        page.wait_for_url("**/report/contact/")
        page.goto("/report/place/")
        assert "滨河社区第三网格" in page.inner_text("main")
    finally:
        context.close()


def test_an_error_is_focused_and_leads_to_its_field(page):
    page.goto("/report/contact/")
    page.fill("input[name=reporter_phone]", "12")
    page.click(".stick button")
    page.click("[role=alert] a")
    assert page.evaluate("document.activeElement.name") == "reporter_phone"


def test_the_receipt_can_be_kept_and_printed(page):
    tell(page)
    send(page)
    with page.expect_download() as kept:
        page.click("a[download]")
    assert kept.value.suggested_filename == "receipt.png"
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")
    page.click("text=打印回执")
    page.wait_for_selector("html[data-printed=yes]", state="attached")
    assert not page.url.endswith("print=1")


def test_the_own_matter_is_clean_and_says_who_read_it(page, matter):
    prove(page, PHONE)
    for address in ("/mine/", f"/mine/{matter.matter}/", f"/mine/{matter.matter}/ask_erasure/"):
        visit(page, address)
    page.goto(f"/mine/{matter.matter}/")
    assert "水管换好了" in page.inner_text("main")
    page.click("text=要求更正")
    page.fill("textarea", "名字写错了，是周桂兰。")
    page.click(".stick button")
    page.wait_for_selector("text=您要求更正")


def test_everything_of_mine_can_be_downloaded(page, matter):
    prove(page, PHONE)
    page.goto("/mine/")
    with page.expect_download() as copy:
        page.click("a[download]")
    assert re.fullmatch(r"tianping-\d{8}\.zip", copy.value.suggested_filename)
