"""Log-in at an OIDC provider that runs here: staff are matched and never made, citizens get an account."""

from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from tests.web.accounts.provider import CLIENT, SECRET, Provider
from tianping.kernel.agencies.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def started():
    with Provider() as provider:
        yield provider


@pytest.fixture(autouse=True)
def provider(started, settings):
    settings.SECOND_FACTOR = "offered"
    app = {"client_id": CLIENT, "secret": SECRET, "settings": {"server_url": started.url}}
    apps = [app | {"provider_id": kind, "name": f"the {kind} door"} for kind in ("staff", "citizen")]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}
    return started


def come(client, provider, kind="staff", next_="", **claims):
    """Press the button, log in there, come back; the last answer of ours."""
    provider.claims = claims
    sent = client.post(f"/oidc/{kind}/login/", {"next": next_})
    assert sent.headers["Location"].startswith(provider.url)
    with requests.get(sent.headers["Location"], allow_redirects=False, timeout=5) as there:
        back = urlsplit(there.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def who(client):
    return client.session.get("_auth_user_id")


def test_staff_are_matched_by_log_in_name(visit, provider, staff):
    answer = come(visit, provider, sub="s-1", preferred_username="caoyong")
    assert answer.headers["Location"] == "/desk/"
    assert who(visit) == str(staff.pk)


def test_staff_are_matched_by_a_verified_address(visit, provider, staff):
    User.objects.filter(pk=staff.pk).update(email="cao@zj.example")
    come(visit, provider, sub="s-2", email="Cao@zj.example", email_verified=True)
    assert who(visit) == str(staff.pk)


def test_an_address_that_is_not_verified_matches_nobody(visit, provider, staff):
    User.objects.filter(pk=staff.pk).update(email="cao@zj.example")
    answer = come(visit, provider, sub="s-3", email="cao@zj.example", email_verified=False)
    assert answer.headers["Location"] == "/login/"
    assert who(visit) is None


def test_an_address_that_two_people_have_matches_nobody(visit, provider):
    User.objects.filter(username__in=["caoyong", "pengna"]).update(email="both@zj.example")
    come(visit, provider, sub="s-4", email="both@zj.example", email_verified=True)
    assert who(visit) is None


def test_a_staff_account_is_never_made(visit, provider):
    before = User.objects.count()
    answer = come(visit, provider, sub="s-5", preferred_username="newcomer")
    assert answer.headers["Location"] == "/login/"
    assert User.objects.count() == before
    assert "没有登录成功" in visit.get("/login/").content.decode()


def test_after_the_first_time_the_subject_counts_and_not_the_name(visit, provider, staff):
    come(visit, provider, sub="s-6", preferred_username="caoyong")
    again = Client()
    come(again, provider, sub="s-6", preferred_username="pengna")
    assert who(again) == str(staff.pk)


def test_a_citizen_gets_one_account_with_a_subject(visit, provider):
    answer = come(visit, provider, "citizen", sub="c-1", name="周桂兰", email="zhou@example.org", email_verified=True)
    assert answer.headers["Location"] == "/mine/"
    user = User.objects.get(pk=who(visit))
    assert user.kind == "citizen"
    assert user.subject_id
    again = Client()
    come(again, provider, "citizen", sub="c-1")
    assert who(again) == who(visit)


def test_no_claim_and_no_token_is_kept(visit, provider):
    come(visit, provider, "citizen", sub="c-2", name="周桂兰", email="zhou@example.org", email_verified=True)
    user = User.objects.get(pk=who(visit))
    assert (user.name, user.email) == ("", "")
    assert SocialAccount.objects.get(user=user).extra_data == {}
    assert not SocialToken.objects.exists()


def test_the_citizens_door_lets_no_staff_in(visit, provider):
    come(visit, provider, "citizen", sub="c-3", preferred_username="caoyong")
    assert User.objects.get(pk=who(visit)).kind == "citizen"


def test_a_closed_account_is_not_let_in(visit, provider, staff):
    come(visit, provider, sub="s-7", preferred_username="caoyong")
    User.objects.filter(pk=staff.pk).update(is_active=False)
    again = Client()
    come(again, provider, sub="s-7")
    assert who(again) is None


def test_whoever_comes_from_the_provider_still_needs_the_second_factor(visit, provider, settings):
    settings.SECOND_FACTOR = "required"
    come(visit, provider, sub="s-8", preferred_username="caoyong")
    assert visit.get("/desk/").headers["Location"].startswith("/login/enrol/")


def test_an_answer_that_was_not_asked_for_logs_nobody_in(visit, provider):
    provider.claims = {"sub": "s-9", "preferred_username": "caoyong"}
    other = Client()
    asked = other.post("/oidc/staff/login/").headers["Location"]
    with requests.get(asked, allow_redirects=False, timeout=5) as there:
        back = urlsplit(there.headers["Location"])
    visit.get(f"{back.path}?{back.query}")
    assert who(visit) is None


def test_a_turned_back_or_broken_log_in_leads_to_the_log_in_page(visit, provider):
    sent = visit.post("/oidc/staff/login/").headers["Location"]
    state = dict(p.split("=") for p in urlsplit(sent).query.split("&"))["state"]
    answer = visit.get(f"/oidc/staff/login/callback/?error=access_denied&state={state}")
    assert answer.headers["Location"] == "/login/"


@pytest.mark.parametrize("to", ["//elsewhere.example/", "https://elsewhere.example/"])
def test_it_leads_nowhere_else(visit, provider, to):
    assert come(visit, provider, next_=to, sub="s-10", preferred_username="caoyong").headers["Location"] == "/desk/"


def test_it_leads_back_to_the_page_asked_for(visit, provider):
    answer = come(visit, provider, next_="/desk/board/", sub="s-11", preferred_username="caoyong")
    assert answer.headers["Location"] == "/desk/board/"


def test_a_link_from_elsewhere_begins_nothing(visit):
    assert visit.get("/oidc/staff/login/").status_code == 405


def test_an_unknown_provider_does_not_exist(visit):
    assert visit.post("/oidc/other/login/").status_code == 404


def test_the_log_in_pages_name_the_providers(visit):
    assert "the staff door" in visit.get("/login/").content.decode()
    assert "the citizen door" in visit.get("/identity/").content.decode()
