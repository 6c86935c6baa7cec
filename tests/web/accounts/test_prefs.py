"""Language, size and post are chosen by a form: no address changes anything, no other site can press it."""

import pytest
from django.test import Client

from tests.people import actor
from tianping.capabilities.notices.languages import language_of
from tianping.kernel.agencies.models import Appointment, Post, User
from tianping.kernel.service import acting, system_actor

pytestmark = pytest.mark.django_db
J = "990101"


@pytest.fixture
def staff(settings):
    settings.SECOND_FACTOR = "offered"
    client = Client()
    client.force_login(
        User.objects.get(username="caoyong"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


@pytest.mark.parametrize("query", ["lang=en", "elder=24", "lang=en&elder=24"])
def test_an_address_changes_nothing(client, query):
    answer = client.get(f"/?{query}")
    assert answer.status_code == 200
    assert not {"lang", "elder"} & set(answer.cookies)
    assert client.get("/prefs/").status_code == 405


def test_a_button_is_kept_and_comes_back_to_the_page(client):
    answer = client.post("/prefs/", {"lang": "en", "next": "/progress/?a=1"})
    assert answer.headers["Location"] == "/progress/?a=1"
    assert 'lang="en"' in client.get("/progress/").content.decode()
    client.post("/prefs/", {"elder": "30"})
    assert 'data-elder="30"' in client.get("/progress/").content.decode()
    client.post("/prefs/", {"elder": "0", "lang": "zh-hans"})
    page = client.get("/progress/").content.decode()
    assert "data-elder" not in page
    assert 'lang="zh-CN"' in page


@pytest.mark.parametrize("there", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_it_leads_to_no_other_site(client, there):
    assert client.post("/prefs/", {"lang": "en", "next": there}).headers["Location"] == "/"


@pytest.mark.parametrize("sent", [{"lang": "xx"}, {"elder": "99"}, {"post": "x"}, {}])
def test_what_is_unknown_changes_nothing(client, sent):
    answer = client.post("/prefs/", sent)
    assert answer.status_code == 302
    assert not {"lang", "elder"} & set(answer.cookies)


def test_another_site_cannot_press_it():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/prefs/", {"lang": "en"}).status_code == 403
    page = client.get("/progress/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert client.post("/prefs/", {"lang": "en", "csrfmiddlewaretoken": token}).status_code == 302


def test_a_post_is_taken_by_who_holds_it_and_no_other(staff):
    user = User.objects.get(username="caoyong")
    other = Post.objects.get(path="qingxi.shuiwu.", kind="handler")
    staff.post("/prefs/", {"post": str(other.id)})
    assert "post" not in staff.session
    Appointment.objects.create(
        jurisdiction=J, post_id=other.id, user_id=user.id, title="经办人", since="2026-01-01", deputy=False
    )
    page = staff.get("/desk/").content.decode()
    assert f'name="post" value="{other.id}"' in page
    assert staff.get(f"/desk/?post={other.id}").status_code == 200
    assert "post" not in staff.session
    staff.post("/prefs/", {"post": str(other.id), "next": "/desk/"})
    assert staff.session["post"] == str(other.id)


def test_an_account_is_written_to_in_the_language_it_chose(staff):
    staff.post("/prefs/", {"lang": "en"})
    with acting(system_actor(J)):
        assert language_of(J, f"person:{actor('handler').user}") == "en"
