"""The second factor: nothing is opened without it; codes work once; secrets lie sealed."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.conftest import PASSWORD
from tests.web.accounts.conftest import code_of, password

pytestmark = pytest.mark.django_db


def test_without_a_second_factor_every_page_leads_to_setting_one_up(visit):
    password(visit)
    assert visit.get("/desk/board/").headers["Location"] == "/login/enrol/?next=%2Fdesk%2Fboard%2F"
    assert visit.get("/login/enrol/").status_code == 200


def test_without_a_second_factor_the_api_knows_nobody(visit):
    password(visit)
    assert visit.get("/api/v1/worklist").status_code == 401


def test_without_a_second_factor_ones_own_account_is_closed(visit):
    password(visit)
    assert visit.get("/me/password/").status_code == 302
    assert visit.post("/me/sessions/end/", {"all": "1"}).status_code == 302


def test_setting_up_an_authenticator_opens_the_house_and_gives_recovery_codes(visit, set_up):
    set_up(visit)
    page = visit.get("/me/codes/").content.decode()
    assert page.count("<code>") == 10
    assert visit.get("/desk/").status_code == 200


def test_a_wrong_code_sets_nothing_up(visit, staff):
    password(visit)
    visit.get("/me/totp/")
    assert "没有对上" in visit.post("/me/totp/", {"code": "000000"}).content.decode()
    assert not Authenticator.objects.filter(user_id=staff.pk).exists()


def test_the_secret_lies_sealed_in_the_database(visit, staff, set_up):
    secret = set_up(visit)
    rows = Authenticator.objects.filter(user_id=staff.pk)
    assert rows.count() == 2
    assert all(secret not in str(row.data) for row in rows)


def test_the_next_log_in_asks_for_the_code_and_takes_it_once(visit, set_up):
    secret = set_up(visit)
    first, second = Client(), Client()
    assert password(first).headers["Location"].startswith("/login/second/")
    assert first.get("/desk/").headers["Location"].startswith("/login/")
    assert first.get("/api/v1/worklist").status_code == 401
    code = code_of(secret, 1)
    assert first.post("/login/second/", {"code": code}).headers["Location"] == "/desk/"
    password(second)
    assert "没有对上" in second.post("/login/second/", {"code": code}).content.decode()


def test_log_in_with_the_second_factor_goes_on_to_the_page_asked_for(visit, set_up):
    secret = set_up(visit)
    again = Client()
    password(again, next_="?next=/desk/board/")
    assert again.post("/login/second/", {"code": code_of(secret, 1)}).headers["Location"] == "/desk/board/"


def test_a_recovery_code_works_once(visit, set_up):
    set_up(visit)
    page = visit.get("/me/codes/").content.decode()
    code = page.partition("<code>")[2].partition("</code>")[0]
    for expected in (302, 200):
        again = Client()
        password(again)
        assert again.post("/login/second/", {"code": code}).status_code == expected


def test_codes_cannot_be_guessed_at(visit, set_up):
    secret = set_up(visit)
    again = Client()
    password(again)
    for _ in range(6):
        again.post("/login/second/", {"code": "000000"})
    answer = again.post("/login/second/", {"code": code_of(secret, 1)})
    assert answer.status_code == 200
    assert "十分钟" in answer.content.decode()


def test_a_session_with_the_password_alone_cannot_add_a_second_factor_beside_the_first(visit, set_up):
    thief = Client()
    password(thief)
    set_up(visit)
    for path in ("/me/totp/", "/me/passkeys/add/", "/login/enrol/", "/desk/"):
        assert thief.get(path).status_code == 302, path
    assert thief.get("/me/passkeys/add/").headers["Location"].startswith("/login/")


def test_where_it_is_only_offered_the_password_is_enough_until_one_is_set_up(visit, settings, set_up):
    settings.SECOND_FACTOR = "offered"
    password(visit)
    assert visit.get("/desk/").status_code == 200
    assert "还没有设第二道验证" in visit.get("/me/").content.decode()
    visit.get("/me/totp/")
    visit.post("/me/totp/", {"code": code_of(visit.session["mfa.totp.secret"])})
    assert password(Client()).headers["Location"].startswith("/login/second/")


def test_what_is_sensitive_asks_again_after_five_minutes(visit, set_up):
    set_up(visit)
    session = visit.session
    records = [r | {"at": r["at"] - 301} for r in session["account_authentication_methods"]]
    session["account_authentication_methods"] = records
    session.save()
    answer = visit.get("/me/totp/off/")
    assert answer.headers["Location"] == "/login/again/?next=%2Fme%2Ftotp%2Foff%2F"
    assert visit.post(answer.headers["Location"], {"password": PASSWORD}).headers["Location"] == "/me/totp/off/"
    assert visit.get("/me/totp/off/").status_code == 200


def test_an_authenticator_is_switched_off_and_the_recovery_codes_go_with_it(visit, staff, set_up):
    set_up(visit)
    assert visit.post("/me/totp/off/").headers["Location"] == "/me/factors/"
    assert not Authenticator.objects.filter(user_id=staff.pk).exists()


def test_recovery_codes_are_changed(visit, set_up):
    set_up(visit)
    before = visit.get("/me/codes/").content
    visit.post("/me/codes/new/")
    assert visit.get("/me/codes/").content != before
