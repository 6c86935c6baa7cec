"""Who is told what: by the step's declaration, once, and nothing of a protected matter."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone, translation

from tests.kernel.matters.conftest import LEAK, Road
from tests.people import actor, guest
from tianping.capabilities.notices.reader import Notices
from tianping.capabilities.notices.store import inbox, mark_read, unread
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.actors import citizen_actor, holders
from tianping.kernel.agencies.models import User
from tianping.kernel.matters.models import Cursor, Proceeding
from tianping.kernel.matters.readers.cursor import Alarm, run_once
from tianping.kernel.matters.readers.sequencer import sequence
from tianping.kernel.parties.models import Party
from tianping.kernel.service import actor_for_code, report

pytestmark = pytest.mark.django_db
J, CENTRE, HOUSING = "990101", "qingxi.zongzhi.", "qingxi.zhujian."


@pytest.fixture
def road():
    return Road


def read_feed():
    while sequence(J) + run_once(Notices(), J):
        pass


def told(matter, channel=None):
    """(key, channel, kind, text, blanks) of a matter's notices, oldest first."""
    read_feed()
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_key, channel, kind, text, blanks::json FROM notice WHERE matter_id = %s AND (%s::text IS NULL OR channel = %s)"
            " ORDER BY created_at, to_key, channel",
            [matter, channel, channel],
        )
        return cursor.fetchall()


def keys(matter, kind, channel="in_app"):
    return {row[0] for row in told(matter, channel) if row[2] == kind}


def test_who_has_a_matter_to_do_gets_a_letter_and_who_did_the_step_does_not(road):
    one = road()
    assert keys(one.matter, "todo") == {f"dispatcher@{CENTRE}", f"registrar@{CENTRE}"}
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    one.take("dispatch", "dispatcher", agency="zhujian")
    assert {f"handler@{HOUSING}", f"head@{HOUSING}"} <= keys(one.matter, "todo")
    letters = [letter.text for letter in inbox(actor("handler"))]
    assert len(letters) == 1
    assert letters[0].endswith("等您办：待签收")
    before = len(told(one.matter))
    one.take("accept", "handler")
    assert [row for row in told(one.matter)[before:] if row[0] == f"handler@{HOUSING}"] == []


def test_a_letter_is_read_once_for_its_post(road):
    road().to("accepting")
    read_feed()
    assert unread(actor("handler")) == 1
    assert unread(actor("other_handler")) == 0
    (letter,) = inbox(actor("handler"))
    assert mark_read(actor("other_handler"), [letter.id]) == 0
    assert mark_read(actor("handler"), [letter.id]) == 1
    assert unread(actor("handler")) == 0
    assert inbox(actor("handler"), before=(letter.created_at, letter.id)) == []


def test_the_reporter_hears_the_declared_sentence_if_they_gave_a_phone(road):
    one, silent = road().to("accepting"), road(reporter_phone="").to("accepting")
    assert [row[4]["public"] for row in told(one.matter, "sms")] == ["交给承办单位"], (
        "what still waits gives way to what is newer"
    )
    assert told(silent.matter, "sms") == []


def test_steps_that_are_the_offices_own_business_tell_the_reporter_nothing(road):
    one = road()
    sent = told(one.matter, "sms")
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    assert told(one.matter, "sms") == sent


def test_a_reporter_is_not_told_of_their_own_step(road):
    one = road().to("answered")
    before = told(one.matter, "sms")
    one.take("rate", actor_for_code(J, one.receipt.code), rating="5")
    assert told(one.matter, "sms") == before


def test_a_proven_citizen_finds_it_in_the_inbox(road):
    one = road()
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role="reporter").subject_id
    citizen = User.objects.create(jurisdiction=J, username="zhou", name="周桂兰", kind="citizen", subject_id=subject)
    one.to("answered")
    read_feed()
    texts = [letter.text for letter in inbox(citizen_actor(citizen))]
    assert any(text.endswith("：答复您了") for text in texts)
    with translation.override("en"):
        assert len(inbox(citizen_actor(citizen))) == len(texts)


def test_nothing_of_a_matter_stands_in_a_notice(road):
    one = road(violence="").to("answered")
    written = repr(told(one.matter))
    for secret in (
        LEAK["description"],
        LEAK["title"],
        LEAK["reporter_name"],
        LEAK["reporter_phone"],
        "neighbour",
        "修好",
    ):
        assert secret not in written


def test_a_protected_matter_calls_its_protector_at_once_and_says_nothing_else(road):
    one = road(violence="yes")
    rows = told(one.matter)
    assert {(row[0].split("@")[0], row[2]) for row in rows if row[1] == "in_app"} == {("protector", "protect")}
    assert [row for row in rows if row[1] == "sms"] == []
    assert all(row[4] == {} for row in rows)
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(urgent AND not_before <= created_at) FROM notice WHERE matter_id = %s", [one.matter]
        )
        assert cursor.fetchone() == (True,)
    assert inbox(actor("dispatcher")) == []


def test_the_reporter_of_a_protected_matter_hears_a_neutral_sentence_only(road):
    one = road(violence="yes")
    one.take("contact", "protector", note="见到本人了")
    one.take("protect_answer", "protector", answer="已经安排住处")
    (row,) = told(one.matter, "sms")
    assert row[3] == "您有一条新消息。方便时请联系%(office)s，电话%(phone)s。"
    assert set(row[4]) == {"office", "office_en", "phone"}


def test_a_third_return_calls_the_meeting(road):
    one = road().to("dispatch")
    for number in range(3):
        one.take("dispatch", "dispatcher", agency="zhujian")
        one.take("return" if number < 2 else "return_third", "handler", reason="不归我们管")
    assert keys(one.matter, "meeting") == {f"dispatcher@{CENTRE}", f"supervisor@{CENTRE}"}
    assert keys(one.matter, "meeting", "email") == {
        f"person:{h['user']}"
        for post in ("dispatcher", "supervisor")
        for h in holders(J, f"{post}@{CENTRE}")
        if h["email"]
    }


def test_a_request_of_the_person_concerned_reaches_the_supervisor(road):
    one = road()
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role="reporter").subject_id
    citizen = User.objects.create(jurisdiction=J, username="zhou", name="周桂兰", kind="citizen", subject_id=subject)
    one.take("ask_erasure", citizen_actor(citizen), note="电话请删掉")
    assert keys(one.matter, "request") == {f"supervisor@{CENTRE}"}


def test_history_that_is_brought_in_later_tells_nobody():
    receipt = report(
        actor=guest(),
        form=LEAK,
        key=str(uuid4()),
        happened_at=timezone.now() - timedelta(days=400),
    )
    assert told(receipt.matter) == []


def test_reading_the_feed_again_tells_nobody_twice(road):
    one = road().to("answered")
    before = told(one.matter)
    with acting(system_actor(J)):
        Cursor.objects.filter(reader="notices").update(position=0)
    assert told(one.matter) == before


def alarm(one, *keys, offset=0):
    return Alarm(
        f"alarm:1:{offset}",
        J,
        one.matter,
        one.receipt.proceeding,
        "triage",
        "分类派单",
        timezone.now(),
        offset,
        "x",
        keys,
        "到期了",
    )


def test_an_alarm_is_a_letter_and_when_over_an_email_too(road):
    one, handler = road(), actor("handler").user
    User.objects.filter(id=handler).update(email="caoyong@example.org")
    before = len(told(one.matter))
    with acting(system_actor(J)):
        for _again in range(2):
            Notices().alarm(alarm(one, f"person:{handler}", offset=-4))
            Notices().alarm(alarm(one, f"person:{handler}"))
    rows = told(one.matter)[before:]
    assert sorted((row[1], row[4]["why"]) for row in rows) == [
        ("email", "到期了"),
        ("in_app", "到期了"),
        ("in_app", "到期了"),
    ]


def test_an_alarm_of_a_protected_matter_names_nothing(road):
    one = road(violence="yes")
    with acting(system_actor(J)):
        Notices().alarm(alarm(one, "leader@qingxi."))
    (letter,) = inbox(actor("leader"))
    assert letter.text == "有一件受保护的事到了时限，请看一看"
    assert letter.urgent


def test_a_scene_that_was_taken_out_tells_nobody(road):
    one = road()
    with acting(system_actor(J)):
        Proceeding.objects.filter(matter_id=one.matter).update(version=99)
    assert told(one.matter) == []


def test_a_citizen_without_a_phone_is_written_to_by_email(road):
    one = road(reporter_phone="")
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role="reporter").subject_id
    who = User.objects.create(
        jurisdiction=J, username="zhou", name="周桂兰", kind="citizen", subject_id=subject, email="zhou@example.org"
    )
    assert keys(one.matter, "public", "email") == {f"person:{who.id}"}
    assert told(one.matter, "sms") == []
