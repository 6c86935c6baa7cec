"""Pages that no address shows by itself: what follows a button, and what is said when something went wrong. Looked over alike.

Also that the routes which `test_every_page` leaves out are none: opened, they show no page of their own.
"""

from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.e2e.axe import clean
from tests.e2e.test_every_page import NO_PAGE, addresses, matters  # noqa: F401  # a fixture
from tianping.kernel.agencies.models import User

pytestmark = pytest.mark.e2e
# Pages that stand behind a proof given moments ago, or a second factor: tests/e2e/test_log_in.py looks them over.
BEHIND_A_PROOF = {"mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"}


@pytest.fixture(params=[False, True], ids=["ordinary", "elder"])
def elder(page, request):
    if request.param:
        page.goto("/")
        page.context.add_cookies([{"name": "elder", "value": "24", "url": page.url}])


@pytest.mark.parametrize("file", ["400.html", "403_csrf.html", "500.html"])
def test_what_is_said_when_nothing_works(page, elder, file):
    body = render_to_string(file)
    page.route(
        "**/broken/", lambda route: route.fulfill(status=500, content_type="text/html; charset=utf-8", body=body)
    )
    page.goto("/broken/")
    clean(page, file)


def test_an_address_that_does_not_exist(page, elder):
    assert page.goto("/nothing/here/").status == 404
    clean(page, "404")


def test_somebody_at_work_is_told_how_to_see_their_own(page, desk, elder):
    desk("liuxiaoyan")
    page.goto("/mine/")
    assert "工作账号" in page.inner_text("h1")
    clean(page, "at work")


def test_a_form_of_yesterday_and_too_many_guesses(page, elder):
    page.goto("/progress/")
    for _ in range(12):
        page.fill("#code", "0000-0000-0000-0000-0000-0000-00")
        page.click(".stick button")
        page.wait_for_load_state()
    assert "试错的次数太多了" in page.inner_text("main")
    clean(page, "429")
    page.context.clear_cookies()
    page.goto("/report/story/")
    page.context.clear_cookies()
    page.fill("textarea", "漏水")
    page.click(".stick button")
    page.wait_for_load_state()
    assert "请再打开一次" in page.inner_text("main")
    clean(page, "403")


@pytest.mark.parametrize("width", [390, 1440])
def test_many_at_once_asks_and_tells(page, desk, matters, width):  # noqa: F811
    desk("liuxiaoyan")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/desk/")
    page.locator("tbody input[type=checkbox]").first.check()
    page.locator("#bulk button[name=step]").first.click()
    page.wait_for_url("**/desk/bulk/**")
    clean(page, "bulk")
    page.locator("form.sheet button[type=submit]").click()
    page.wait_for_load_state()
    clean(page, "bulk, answered")


def test_who_takes_a_list_out_is_asked_why_and_refused_without_a_reason(page, desk, matters):  # noqa: F811
    desk("liuxiaoyan")
    page.goto("/desk/export/")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_load_state()
    clean(page, "export, refused")


def _opened(name, matter):
    for args in ([], [matter], [uuid4()], ["offices"], [matter, "leave"], ["0000"], ["oidc"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(f"{name}: this test knows no address for it")


@pytest.mark.parametrize("who", ["", "liuxiaoyan", "hejing", "linhaitao", "guoyan"])
def test_what_is_left_out_of_the_pages_shows_none(site, matters, who):  # noqa: F811
    client = Client(raise_request_exception=False)
    if who:
        client.force_login(User.objects.get(username=who))
    seen = {address.partition("?")[0] for _who, address in addresses(matters).values()}
    shown = []
    for name in sorted(NO_PAGE - BEHIND_A_PROOF):
        address = _opened(name, matters[0].matter)
        answer = client.get(address)
        page = b"" if answer.streaming else answer.content
        if answer.status_code == 200 and b"<html" in page and address not in seen:
            shown.append(name)
    assert shown == []
