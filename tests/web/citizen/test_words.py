"""Pages of words: true, short, and each with a way on."""

import re

import pytest
from django.template.loader import render_to_string

pytestmark = pytest.mark.django_db
LIMIT = 30_000  # bytes on the wire


def test_home_has_four_buttons_and_whom_to_call(client):
    page = client.get("/").content.decode()
    assert page.count('class="choice') - page.count('class="choices') == 4
    for way in ("tel:110", "tel:119", "tel:120", "/mine/", "/privacy/"):
        assert f'href="{way}"' in page


@pytest.mark.parametrize("path", ["/", "/mediation/", "/law/", "/privacy/", "/progress/", "/nothing/"])
def test_no_link_is_dead(client, path):
    page = client.get(path).content.decode()
    links = {h for h in re.findall(r'href="(/[^"?#]*)', page) if not h.startswith("/static/")}
    assert links
    for link in links:
        assert client.get(link, follow=True).status_code == 200, link


def test_privacy_says_who_why_how_long_and_what_one_may_ask(client):
    page = client.get("/privacy/").content.decode()
    for part in (
        "青溪县社会治安综合治理中心",
        "0571-8200202",
        "一般事项：办结后10年",
        "第十三条",
        "第四十七条",
        "要求删除",
    ):
        assert part in page


def test_the_law_page_promises_nothing_that_is_not_there(client):
    page = client.get("/law/").content.decode()
    assert "还没有做好" in page
    assert "县法律援助中心" in page


def test_an_unknown_address_is_told_calmly(client):
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert "您写过的内容没有丢" in answer.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_pages_of_failure_need_neither_request_nor_database(name):
    assert 'href="/"' in render_to_string(name)


def test_a_stale_form_is_asked_for_again(db):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/report/story/", {"description": "漏水"})
    assert answer.status_code == 403
    assert "请再打开一次" in answer.content.decode()
