"""Who must be reached at once is reached by telephone, neutrally; and everybody in their own language."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from tests.capabilities.notices.conftest import noon
from tests.capabilities.notices.test_told import read_feed, told
from tests.kernel.matters.conftest import Road
from tests.people import WHO, actor
from tianping.capabilities.notices.contacts import set_phone
from tianping.capabilities.notices.deliver import deliver
from tianping.capabilities.notices.languages import language_of, speak, speak_to_reporters
from tianping.capabilities.notices.words import ALARM, NEUTRAL, say
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import Appointment, User

pytestmark = pytest.mark.django_db
J, PHONE = "990101", "13900001111"


def user(who):
    return User.objects.get(username=WHO.get(who, who))


def texts(sent):
    return [(m["to"], m["text"]) for m in (json.loads(body) for _headers, body, _path in sent.got)]


def test_the_protector_is_called_at_night_in_words_that_tell_nothing(gateway):
    set_phone(actor("security_admin"), user("protector").id, PHONE)
    one = Road(violence="yes")
    rows = [r for r in told(one.matter) if r[2] == "protect"]
    key = f"person:{user('protector').id}"
    assert {(r[0], r[1]) for r in rows} >= {(key, "sms"), (key, "email"), ("protector@qingxi.zongzhi.", "in_app")}
    assert {r[3] for r in rows if r[1] != "in_app"} == {"有一件急事等您，请现在登录天平看看"}
    night = timezone.localtime().replace(hour=2, minute=0) + timedelta(days=1)
    deliver(J, night)
    assert (PHONE, "有一件急事等您，请现在登录天平看看") in texts(gateway)
    assert all("保护" not in m.body for m in mail.outbox)


def test_who_is_away_is_not_called_unless_all_are():
    protector = user("protector")
    set_phone(actor("security_admin"), protector.id, PHONE)
    other = user("sunlei")
    set_phone(actor("security_admin"), other.id, "13900002222")
    held = Appointment.objects.get(user_id=protector.id, until=None)
    today = timezone.localdate()
    Appointment.objects.filter(id=held.id).update(away_from=today)
    called = {r[0] for r in told(Road(violence="yes").matter, "sms") if r[2] == "protect"}
    others = Appointment.objects.filter(post_id=held.post_id).exclude(user_id=protector.id)
    assert (f"person:{protector.id}" in called) is not others.exists()
    Appointment.objects.create(
        jurisdiction=J, post_id=held.post_id, user_id=other.id, title="保护专员", since=today, deputy=True
    )
    called = {r[0] for r in told(Road(violence="yes").matter, "sms") if r[2] == "protect"}
    assert f"person:{other.id}" in called
    assert f"person:{protector.id}" not in called


def test_what_is_not_urgent_does_not_ring():
    set_phone(actor("security_admin"), user("handler").id, PHONE)
    one = Road().to("accepting")
    assert [r for r in told(one.matter, "sms") if r[0].startswith("person:")] == []


def test_a_number_that_was_taken_away_meanwhile_is_no_address(gateway):
    set_phone(actor("security_admin"), user("protector").id, PHONE)
    one = Road(violence="yes")
    read_feed()
    set_phone(actor("security_admin"), user("protector").id, "")
    deliver(J, timezone.now() + timedelta(seconds=1))
    assert PHONE not in dict(texts(gateway))
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, error FROM notice WHERE matter_id = %s AND channel = 'sms' AND to_key LIKE 'person:%%'",
            [one.matter],
        )
        assert set(cursor.fetchall()) == {("failed", "no address")}


def test_a_reporter_hears_in_the_language_they_reported_in(gateway):
    english, chinese = Road(), Road(reporter_phone="13800002208")
    speak_to_reporters(J, english.matter, "en")
    english.to("accepting")
    chinese.to("accepting")
    read_feed()
    deliver(J, noon())
    said = dict(texts(gateway))
    assert said["13800002207"].startswith("Your report")
    assert said["13800002208"].startswith("您反映的事")


def test_an_account_hears_by_mail_in_its_language():
    protector = user("protector")
    User.objects.filter(id=protector.id).update(email="zhulin@qingxi.example")
    speak(J, [f"person:{protector.id}"], "en")
    told(Road(violence="yes").matter)
    deliver(J, timezone.now() + timedelta(seconds=1))
    (letter,) = [m for m in mail.outbox if m.to == ["zhulin@qingxi.example"]]
    assert letter.body == "Something urgent waits for you: please log in to Tianping now"
    assert letter.subject == "Tianping: a notice"
    speak(J, [f"person:{protector.id}"], "zh-hans")
    with acting(system_actor(J)):
        assert language_of(J, f"person:{protector.id}") == "zh-hans"
        assert language_of(J, "person:nobody") == "zh-hans"


def test_an_unknown_language_is_not_kept():
    speak(J, ["person:x"], "xx")
    speak(J, [], "en")
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reader_language")
        assert cursor.fetchone() == (0,)


def test_only_the_system_reads_who_speaks_what():
    speak(J, ["person:x"], "en")
    with acting(actor("security_admin")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reader_language")
        assert cursor.fetchone() == (0,)


def test_a_blank_brings_its_own_english():
    from django.utils.translation import override

    blanks = {"office": "县综治中心", "office_en": "Governance Centre", "phone": "0717-1"}
    assert "县综治中心" in say(NEUTRAL, blanks)
    with override("en"):
        assert "Governance Centre" in say(NEUTRAL, blanks)
        assert "县综治中心" in say(NEUTRAL, blanks | {"office_en": ""})
        assert say(ALARM, {"number": "1", "label": "x", "why": "y"}) == "1, x: y"


def test_who_reports_to_the_api_in_english_is_told_in_english(client):
    form = {"description": "The street lamp is out", "reporter_phone": "13800002207", "channel": "web"}
    answer = client.post(
        "/api/v1/reports",
        {"form": form},
        content_type="application/json",
        headers={"Idempotency-Key": "a-new-random-value-1", "Accept-Language": "en"},
    )
    assert answer.status_code == 201, answer.content
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute("SELECT language FROM reader_language WHERE key LIKE 'subject:%%'")
        assert cursor.fetchall() == [("en",)]
