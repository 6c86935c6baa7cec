"""One's own account: sessions listed and ended, the password changed."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from tests.conftest import PASSWORD
from tests.web.accounts.conftest import password
from tianping.kernel.agencies.models import User

pytestmark = pytest.mark.django_db
NEW = "a-better-word-for-2026"


@pytest.fixture(autouse=True)
def offered(settings):
    settings.SECOND_FACTOR = "offered"


def test_sessions_are_listed_and_one_is_ended(visit, staff):
    other = Client()
    password(other, headers={"user-agent": "the other one"})
    password(visit)
    page = visit.get("/me/").content.decode()
    assert "the other one" in page
    row = UserSession.objects.get(user_id=staff.pk, user_agent="the other one")
    visit.post("/me/sessions/end/", {"session": row.pk})
    assert other.get("/desk/").status_code == 302
    assert visit.get("/desk/").status_code == 200


def test_all_other_sessions_are_ended_at_once(visit):
    others = [Client(), Client()]
    for one in (*others, visit):
        password(one)
    visit.post("/me/sessions/end/", {"all": "1"})
    assert [c.get("/desk/").status_code for c in (*others, visit)] == [302, 302, 200]


@pytest.mark.parametrize("number", ["", "x", "99999999999999999999", "-1"])
def test_a_session_that_is_not_mine_does_not_exist(visit, number):
    password(visit)
    assert visit.post("/me/sessions/end/", {"session": number}).status_code == 404


def test_nobody_ends_somebody_elses_session(visit):
    other = Client()
    password(other, "pengna")
    password(visit)
    row = UserSession.objects.get(user__username="pengna")
    assert visit.post("/me/sessions/end/", {"session": row.pk}).status_code == 404
    assert other.get("/desk/").status_code == 200


def test_a_changed_password_ends_the_other_sessions(visit, staff):
    other = Client()
    password(other)
    password(visit)
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert visit.post("/me/password/", sent).headers["Location"] == "/me/"
    assert [c.get("/desk/").status_code for c in (other, visit)] == [302, 200]
    assert User.objects.get(pk=staff.pk).check_password(NEW)


@pytest.mark.parametrize(
    "sent", [{"oldpassword": "wrong"}, {"password1": "short", "password2": "short"}, {"password2": "other"}]
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(visit, staff, sent):
    password(visit)
    visit.post("/me/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW} | sent)
    assert User.objects.get(pk=staff.pk).check_password(PASSWORD)


def test_who_has_no_password_here_cannot_change_it(visit, staff):
    staff.set_unusable_password()
    staff.save()
    visit.force_login(staff)
    assert visit.get("/me/password/").status_code == 404


def test_who_is_not_logged_in_has_no_account(visit):
    assert visit.get("/me/").headers["Location"] == "/login/?next=%2Fme%2F"
