"""The password: one sentence for every refusal, few tries, nowhere else to go."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.accounts.conftest import password
from tianping.kernel.agencies.models import User

pytestmark = pytest.mark.django_db
REFUSED = "登录名或密码不对"


@pytest.fixture(autouse=True)
def offered(settings):
    settings.SECOND_FACTOR = "offered"


def test_a_right_password_leads_to_the_worklist(visit):
    assert password(visit).headers["Location"] == "/desk/"


@pytest.mark.parametrize("username", ["caoyong", "nobody-of-that-name"])
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(visit, username):
    answer = password(visit, username, "not-the-password")
    assert answer.status_code == 422
    assert REFUSED in answer.content.decode()
    assert "_auth_user_id" not in visit.session


def test_a_closed_account_gets_the_same_words(visit, staff):
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert REFUSED in password(visit, follow=True).content.decode()
    assert "_auth_user_id" not in visit.session


def test_an_account_of_another_county_gets_the_same_words(visit, staff):
    User.objects.filter(pk=staff.pk).update(jurisdiction="990102")
    assert REFUSED in password(visit, follow=True).content.decode()
    assert "_auth_user_id" not in visit.session


def test_a_session_ends_with_the_account(visit, staff):
    password(visit)
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert visit.get("/desk/").status_code == 302


def test_a_citizen_has_no_password(visit):
    made = User.objects.create_user("c" * 32, "a-word-nobody-gave", jurisdiction="990101", kind="citizen")
    assert REFUSED in password(visit, made.username, "a-word-nobody-gave").content.decode()


@pytest.mark.parametrize("username", ["caoyong", "nobody-of-that-name"])
def test_the_seventh_wrong_try_in_ten_minutes_waits_whether_the_name_exists_or_not(visit, username):
    for _ in range(6):
        assert password(visit, username, "wrong").status_code == 422
    answer = password(visit, username, "wrong")
    assert answer.status_code == 429
    assert "十分钟" in answer.content.decode()


def test_a_locked_name_does_not_let_the_right_password_in(visit):
    for _ in range(6):
        password(visit, word="wrong")
    assert password(visit).status_code == 429


def test_one_locked_name_does_not_lock_another(visit):
    for _ in range(6):
        password(visit, word="wrong")
    assert password(visit, "pengna").status_code == 302


@pytest.mark.parametrize(
    "to", ["//elsewhere.example/", "https://elsewhere.example/", "javascript:alert(1)", "/\\elsewhere.example"]
)
def test_log_in_leads_nowhere_else(visit, to):
    assert password(visit, next_=f"?next={to}").headers["Location"] == "/desk/"


def test_log_in_leads_back_to_the_page_that_was_asked_for(visit):
    asked = visit.get("/desk/board/?q=1")
    assert asked.headers["Location"] == "/login/?next=%2Fdesk%2Fboard%2F%3Fq%3D1"
    assert password(visit, next_="?next=%2Fdesk%2Fboard%2F%3Fq%3D1").headers["Location"] == "/desk/board/?q=1"


def test_the_session_gets_a_new_key_at_log_in(visit):
    visit.get("/report/safety/")
    session = visit.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    password(visit)
    assert visit.session.session_key != before


def test_a_post_without_a_forgery_token_is_refused():
    assert password(Client(enforce_csrf_checks=True)).status_code == 403


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visit):
    password(visit)
    cookie = visit.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_session_ends_eight_hours_after_log_in_however_busy(visit):
    password(visit)
    session = visit.session
    session["since"] = (timezone.now() - timedelta(hours=8, seconds=1)).timestamp()
    session.save()
    assert visit.get("/desk/").status_code == 302
    assert "_auth_user_id" not in visit.session


def test_log_out_takes_a_post(visit):
    password(visit)
    assert visit.get("/logout/").status_code == 405
    visit.post("/logout/")
    assert visit.get("/desk/").status_code == 302


def test_there_is_no_sign_up_and_no_list_of_addresses(visit):
    for path in ("/signup/", "/accounts/signup/", "/email/", "/password/reset/"):
        assert visit.get(path).status_code == 404


def test_every_page_carries_the_policy_and_it_allows_no_inline_script(visit):
    header = visit.get("/login/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in header
    assert "unsafe" not in header


def test_the_policy_lets_a_form_lead_to_the_named_provider_alone(visit, settings):
    app = {"provider_id": "staff", "name": "x", "client_id": "c", "secret": "s"}
    app["settings"] = {"server_url": "https://idp.example/realm"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert visit.get("/login/").headers["Content-Security-Policy"].endswith("form-action 'self' https://idp.example")
