"""Log-in in a real browser: passkeys with Chromium's virtual authenticator, the second factor, a citizen's code; axe on each page."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.conftest import PASSWORD
from tests.e2e.axe import clean
from tianping.kernel.agencies.models import User

pytestmark = pytest.mark.e2e
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def clean_in_both(page):
    """Nothing that axe finds at WCAG 2.2 AA, ordinary and elder."""
    page.wait_for_load_state("load")
    for elder in ("0", "24"):
        page.context.add_cookies([{"name": "elder", "value": elder, "url": page.url}])
        page.reload()
        clean(page, page.url)
    page.context.add_cookies([{"name": "elder", "value": "0", "url": page.url}])
    page.reload()


@pytest.fixture
def strict(site, settings):
    settings.SECOND_FACTOR = "required"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    return site.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, never to a number


@pytest.fixture
def office(browser, strict):
    """A page at `localhost` with an authenticator in the machine; what leaves the machine or breaks the policy fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", base_url=strict)
    page = context.new_page()
    page.set_default_timeout(15_000)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.on(
        "request", lambda asked: None if asked.url.startswith((strict, "data:", "blob:")) else wrong.append(asked.url)
    )
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    yield page
    context.close()
    assert wrong == []


def give_password(page, username):
    page.goto("/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.fill")


def leave(page):
    page.goto("/me/")
    page.click("summary.link")
    page.click("text=退出登录")
    page.wait_for_url("**/login/")


def test_a_passkey_is_set_up_at_the_first_log_in_and_then_logs_in_alone(office):
    give_password(office, "dugang")
    office.goto("/desk/")
    office.wait_for_url("**/login/enrol/**")
    clean_in_both(office)
    office.click("a:has-text('通行密钥')")
    clean_in_both(office)
    office.click("button.fill")
    office.wait_for_url("**/me/codes/")
    clean_in_both(office)
    office.click("button.fill")
    office.wait_for_url("**/desk/")
    leave(office)
    clean_in_both(office)
    office.click("[data-passkey]")
    office.wait_for_url("**/desk/")
    assert "杜刚" in office.inner_text(".dbar") or office.inner_text(".dbar summary")


def test_a_passkey_serves_as_second_factor_beside_the_password(office):
    give_password(office, "pengna")
    office.goto("/me/passkeys/add/")
    office.uncheck("input[name=passwordless]")
    office.click("button.fill")
    office.wait_for_url("**/me/codes/")
    leave(office)
    give_password(office, "pengna")
    office.wait_for_url("**/login/second/")
    clean_in_both(office)
    office.click("[data-passkey]")
    office.wait_for_url("**/desk/")
    office.goto("/me/")
    clean_in_both(office)
    office.click("section:has(#factors) a:has-text('删去')")
    clean_in_both(office)
    office.click("button.fill")
    office.wait_for_url("**/me/")
    assert not Authenticator.objects.filter(user__username="pengna").exists()


def test_a_passkey_is_shown_again_before_something_sensitive(office):
    give_password(office, "sunlei")
    office.goto("/me/passkeys/add/")
    office.click("button.fill")
    office.wait_for_url("**/me/codes/")
    office.goto("/login/again/passkey/?next=/me/password/")
    clean_in_both(office)
    office.click("button.fill")
    office.wait_for_url(re.compile(r"^[^?]*/me/password/$"))  # not the page before it, which names it too
    clean_in_both(office)
    office.goto("/login/again/?next=/me/")
    clean_in_both(office)
    office.goto("/login/again/second/?next=/me/")
    clean_in_both(office)
    office.goto("/me/codes/new/")
    clean_in_both(office)


def test_an_authenticator_app_is_set_up_and_asked_for(office):
    give_password(office, "gaofeng")
    office.goto("/me/totp/")
    clean_in_both(office)
    secret = office.inner_text("code.secret")
    office.fill("input[name=code]", "000000")
    office.click("button.fill")
    office.wait_for_selector("[role=alert]")
    assert office.inner_text("code.secret") == secret
    office.fill("input[name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    office.click("button.fill")
    office.wait_for_url("**/me/codes/")
    recovery = office.locator("li code").first.inner_text()
    office.goto("/me/totp/off/")
    clean_in_both(office)
    leave(office)
    give_password(office, "gaofeng")
    office.wait_for_url("**/login/second/")
    office.fill("input[name=code]", recovery)
    office.click("button.fill")
    office.wait_for_url("**/desk/")


def test_without_a_passkey_the_page_says_so(browser, strict):
    context = browser.new_context(base_url=strict.replace("localhost", "127.0.0.1"))
    try:
        page = context.new_page()
        page.goto("/login/")
        page.click("[data-passkey]")
        page.wait_for_selector("[data-say=none]:visible")
    finally:
        context.close()


def test_log_in_with_password_and_code_works_without_script(browser, strict):
    context = browser.new_context(java_script_enabled=False, base_url=strict)
    try:
        page = context.new_page()
        give_password(page, "huangli")
        page.goto("/me/totp/")
        secret = page.inner_text("code.secret")
        page.fill("input[name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        page.click("button.fill")
        page.click("button.fill")
        assert page.url.endswith("/desk/")
    finally:
        context.close()


def test_a_citizen_proves_a_phone_and_sees_what_is_theirs(page, settings):
    settings.DEMO = True
    settings.CODE_SENDER = "tianping.web.accounts.codes.OnPage"
    page.goto("/identity/?next=/me/")
    clean_in_both(page)
    page.fill("input[name=phone]", "138 0000 2207")
    page.click("button.fill")
    page.wait_for_url("**/identity/code/")
    clean_in_both(page)
    page.fill("input[name=code]", page.inner_text(".msg b")[-6:])
    page.click("button.fill")
    page.wait_for_url(re.compile(r"^[^?]*/me/$"))
    clean_in_both(page)
    page.goto("/mine/")
    assert page.url.endswith("/mine/")
    assert User.objects.filter(kind="citizen").count() == 1


def test_a_wrong_code_is_said_beside_the_field(page, settings):
    settings.DEMO = True
    settings.CODE_SENDER = "tianping.web.accounts.codes.OnPage"
    page.goto("/identity/")
    page.fill("input[name=phone]", "13900002207")
    page.click("button.fill")
    page.fill("input[name=code]", "00")
    page.click("button.fill")
    assert "验证码不对" in page.inner_text("[role=alert]")
    assert page.get_attribute("input[name=code]", "aria-invalid") == "true"
