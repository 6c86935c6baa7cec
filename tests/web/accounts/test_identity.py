"""A citizen's one-time code: few tries, used once, the same answer for everybody, and what it opens."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tests.people import JURISDICTION, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import User
from tianping.kernel.parties.models import Subject
from tianping.kernel.service import citizen, own_matters, report, subjects_of
from tianping.web.accounts import citizens, codes
from tianping.web.models import ProofCode

pytestmark = pytest.mark.django_db
PHONE = "13800002207"
STORY = {"description": "楼上漏水，厨房天花板鼓起来了。", "title": "楼上漏水", "reporter_phone": PHONE}


class Pocket:
    """A phone: what was sent to it."""

    sent: list[tuple[str, str]] = []

    def send_code(self, phone, code):
        self.sent.append((phone, code))


class Broken:
    def send_code(self, phone, code):
        raise codes.NotSentError


@pytest.fixture(autouse=True)
def pocket(settings):
    settings.CODE_SENDER = f"{__name__}.Pocket"
    Pocket.sent = []
    return Pocket.sent


def prove(client, pocket, phone=PHONE, next_=""):
    client.post("/identity/", {"phone": phone, "next": next_})
    return client.post("/identity/code/", {"code": pocket[-1][1]})


def test_the_right_code_logs_in_as_a_citizen_of_that_phone(visit, pocket):
    answer = prove(visit, pocket, "138 0000 2207")
    assert answer.headers["Location"] == "/mine/"
    assert pocket[0][0] == PHONE
    user = User.objects.get(pk=visit.session["_auth_user_id"])
    assert (user.kind, user.has_usable_password()) == ("citizen", False)


def test_the_account_keeps_no_phone(visit, pocket):
    prove(visit, pocket)
    user = User.objects.get(pk=visit.session["_auth_user_id"])
    assert PHONE not in f"{user.username}{user.name}{user.email}"
    assert PHONE not in str(dict(visit.session))


def test_one_phone_is_one_account(visit, pocket):
    prove(visit, pocket)
    visit.post("/logout/")
    prove(visit, pocket)
    assert User.objects.filter(kind="citizen").count() == 1


def test_the_proof_leads_back_to_the_page_asked_for_and_nowhere_else(visit, pocket):
    assert prove(visit, pocket, next_="/me/").headers["Location"] == "/me/"
    visit.post("/logout/")
    assert prove(visit, pocket, next_="//elsewhere.example/").headers["Location"] == "/mine/"


def test_the_session_gets_a_new_key(visit, pocket):
    visit.post("/identity/", {"phone": PHONE})
    before = visit.session.session_key
    visit.post("/identity/code/", {"code": pocket[-1][1]})
    assert visit.session.session_key != before


def test_five_wrong_tries_burn_the_code(visit, pocket):
    visit.post("/identity/", {"phone": PHONE})
    wrong = f"{(int(pocket[0][1]) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert visit.post("/identity/code/", {"code": wrong}).status_code == 422
    assert visit.post("/identity/code/", {"code": pocket[0][1]}).status_code == 422


def test_a_code_is_used_once(pocket):
    ident, code = codes.send(PHONE, "203.0.113.1")
    assert codes.check(ident, code, "203.0.113.1") is not None
    assert codes.check(ident, code, "203.0.113.1") is None


def test_a_code_is_old_after_five_minutes(pocket):
    ident, code = codes.send(PHONE, "203.0.113.1")
    ProofCode.objects.filter(id=ident).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert codes.check(ident, code, "203.0.113.1") is None


def test_a_code_of_another_request_does_not_fit(pocket):
    first, _code = codes.send(PHONE, "203.0.113.1")
    _second, code = codes.send("13800002208", "203.0.113.1")
    if pocket[0][1] != pocket[1][1]:
        assert codes.check(first, code, "203.0.113.1") is None


def test_the_database_holds_neither_phone_nor_code(pocket):
    ident, code = codes.send(PHONE, "203.0.113.1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM proof_code p WHERE id = %s", [ident])
        row = cursor.fetchone()[0].replace(str(ident), "")
    assert code.encode().hex() not in row
    assert PHONE not in row


def test_a_phone_gets_three_codes_in_a_quarter_of_an_hour(visit, pocket):
    answers = [visit.post("/identity/", {"phone": PHONE}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert len(pocket) == 3


def test_an_address_gets_twenty_codes_in_an_hour(pocket):
    for n in range(20):
        codes.send(f"138000022{n:02d}", "203.0.113.1")
    with pytest.raises(codes.TooManyError):
        codes.send("13800003333", "203.0.113.1")
    codes.send("13800003333", "203.0.113.2")


def test_guesses_from_one_address_are_counted_over_all_codes(pocket):
    for _ in range(30):
        codes.check(uuid4(), "000000", "203.0.113.1")
    ident, code = codes.send(PHONE, "203.0.113.1")
    assert codes.check(ident, code, "203.0.113.1") is None


@pytest.mark.parametrize(("phone", "words"), [("", "请填手机号"), ("12", "手机号"), ("0717-1234567", "座机")])
def test_what_is_no_mobile_number_is_said_beside_the_field(visit, pocket, phone, words):
    answer = visit.post("/identity/", {"phone": phone})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert pocket == []


def test_a_message_that_was_not_sent_is_said(visit, settings):
    settings.CODE_SENDER = f"{__name__}.Broken"
    assert "没有发出去" in visit.post("/identity/", {"phone": PHONE}).content.decode()


def test_the_page_shows_the_code_in_the_demo_alone(visit, pocket, settings):
    visit.post("/identity/", {"phone": PHONE})
    assert pocket[-1][1] not in visit.get("/identity/code/").content.decode()
    settings.DEMO = True
    visit.post("/identity/", {"phone": PHONE})
    assert pocket[-1][1] in visit.get("/identity/code/").content.decode()


def test_the_demos_sender_refuses_outside_the_demo(settings):
    with pytest.raises(codes.NotSentError):
        codes.OnPage().send_code(PHONE, "123456")
    settings.DEMO = True
    codes.OnPage().send_code(PHONE, "123456")


def test_without_a_gateway_nothing_is_sent(settings):
    settings.TIANPING_SMS_URL = ""
    with pytest.raises(codes.NotSentError):
        codes.Gateway().send_code(PHONE, "123456")


def test_the_proven_phone_opens_what_was_reported_from_it(pocket):
    report(actor=guest(), form=STORY, key=str(uuid4()))
    report(actor=guest(), form=STORY | {"reporter_phone": "+86 138-0000-2207"}, key=str(uuid4()))
    report(actor=guest(), form=STORY | {"reporter_phone": "13800002208"}, key=str(uuid4()))
    ident, code = codes.send(PHONE, "203.0.113.1")
    user = citizens.by_phone(codes.check(ident, code, "203.0.113.1"))
    assert len(own_matters(citizen(user))) == 2


def test_several_subjects_of_a_phone_are_seen_and_not_merged(pocket):
    for _ in range(2):
        report(actor=guest(), form=STORY, key=str(uuid4()))
    ident, code = codes.send(PHONE, "203.0.113.1")
    user = citizens.by_phone(codes.check(ident, code, "203.0.113.1"))
    found = subjects_of(user)
    assert len(found) == 2
    assert user.subject_id not in found
    assert {f"subject:{s}" for s in (*found, user.subject_id)} <= citizen(user).keys
    with acting(system_actor(JURISDICTION)):
        assert not Subject.objects.exclude(merged_into=None).exists()


def test_a_protected_subject_is_not_opened_by_a_phone_alone(pocket):
    report(actor=guest(), form=STORY, key=str(uuid4()))
    ident, code = codes.send(PHONE, "203.0.113.1")
    user = citizens.by_phone(codes.check(ident, code, "203.0.113.1"))
    subject = subjects_of(user)[0]
    with acting(system_actor(JURISDICTION)):
        Subject.objects.filter(jurisdiction=JURISDICTION, id=subject).update(protected=True)
    assert subjects_of(user) == []


def test_looking_up_a_phone_opens_nothing_else_in_the_transaction(pocket):
    report(actor=guest(), form=STORY, key=str(uuid4()))
    ident, code = codes.send(PHONE, "203.0.113.1")
    blind = codes.check(ident, code, "203.0.113.1")
    with acting(guest()), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM subjects_by_blind(%s, %s)", [JURISDICTION, blind])
        assert cursor.fetchone()[0] == 1
        cursor.execute("SELECT count(*) FROM identifier")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM subjects_by_blind(%s, %s)", ["990102", blind])
        assert cursor.fetchone()[0] == 0


def test_an_account_that_is_not_of_a_phone_finds_no_subjects(staff):
    assert subjects_of(staff) == []
    assert subjects_of(citizens.by_claim("citizen", "someone")) == []
    assert subjects_of(User(username="z" * 32, kind="citizen")) == []


def test_a_citizen_is_led_to_the_proof_and_staff_pages_do_not_exist_for_them(visit, pocket):
    assert visit.get("/mine/").status_code in {200, 302}
    prove(visit, pocket)
    assert visit.get("/mine/").status_code == 200
    for path in ("/desk/", "/me/totp/", "/login/enrol/"):
        assert visit.get(path).status_code == 404, path
    assert visit.get("/me/").status_code == 200


def test_a_blocked_account_is_not_let_in(visit, pocket):
    prove(visit, pocket)
    visit.post("/logout/")
    User.objects.filter(kind="citizen").update(is_active=False)
    assert prove(visit, pocket).status_code == 422
