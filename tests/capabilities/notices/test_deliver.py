"""Messages leave once, signed, in waking hours; what fails is tried again; a number is opened only to be dialled."""

import hashlib
import hmac
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from tests.capabilities.notices.conftest import SECRET, noon
from tests.kernel.matters.conftest import Road
from tests.people import actor
from tianping.capabilities.notices.channels import SendError, send_sms
from tianping.capabilities.notices.deliver import deliver, waiting
from tianping.capabilities.notices.reader import Notices
from tianping.capabilities.notices.store import add
from tianping.capabilities.notices.words import PUBLIC, PUBLIC_SMS, Notice
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord, User
from tianping.kernel.matters.after import destroy

pytestmark = pytest.mark.django_db
J, PHONE = "990101", "13800002207"


def put(one, channel="sms", key="subject:x", text=PUBLIC_SMS, *, urgent=False):
    with acting(system_actor(J)):
        blanks = {"number": "青溪〔2026〕3号", "public": "答复您了"}
        add(J, [Notice(str(uuid4()), key, channel, "public", text, blanks, one.matter, urgent)], timezone.now())


def rows():
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute("SELECT state, tries, error FROM notice WHERE channel <> 'in_app' ORDER BY created_at")
        return cursor.fetchall()


def test_a_message_reaches_the_gateway_signed_and_once(gateway):
    put(Road())
    assert deliver(J, noon()) == 1
    assert deliver(J, noon()) == 0
    ((headers, body, _path),) = gateway.got
    message = json.loads(body)
    assert message["to"] == PHONE
    assert message["text"] == "您反映的事（青溪〔2026〕3号）：答复您了。凭回执上的查询码可以看进展。"
    wanted = hmac.new(SECRET.encode(), headers["X-Tianping-Timestamp"].encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Tianping-Signature"] == wanted
    assert rows() == [("sent", 1, "")]


def test_a_dialled_number_leaves_a_record(gateway):
    one = Road()
    put(one)
    deliver(J, noon())
    with acting(system_actor(J)):
        record = AccessRecord.objects.get(matter_id=one.matter, purpose="contact")
    assert record.what == ["reporter_phone"]


def test_an_erased_number_is_not_dialled(gateway):
    one = Road()
    put(one)
    with acting(system_actor(J)):
        destroy(J, one.matter, "reporter_phone", "")
    assert deliver(J, noon()) == 0
    assert gateway.got == []
    assert rows() == [("failed", 1, "no address")]


def test_without_a_gateway_messages_wait_and_say_so(settings):
    settings.TIANPING_SMS_URL = ""
    put(Road())
    assert deliver(J, noon()) == 0
    assert waiting(J)["sms"][0] == 1
    assert rows() == [("waiting", 0, "")]


def test_news_of_three_days_ago_is_none(gateway):
    put(Road())
    assert deliver(J, noon(5)) == 0
    assert rows() == [("failed", 0, "expired")]
    assert gateway.got == []


def test_a_gateway_that_fails_is_asked_again_later(gateway):
    put(Road(), urgent=True)
    gateway.answers[:] = [503, 503, 200]
    now = timezone.now() + timedelta(seconds=1)
    assert deliver(J, now) == 0
    assert rows() == [("waiting", 1, "HTTP 503")]
    assert deliver(J, now + timedelta(seconds=50)) == 0
    assert len(gateway.got) == 1, "not yet"
    assert deliver(J, now + timedelta(seconds=70)) == 0
    assert deliver(J, now + timedelta(minutes=20)) == 1
    assert rows() == [("sent", 3, "")]
    assert len({json.loads(body)["id"] for _headers, body, _path in gateway.got}) == 1, (
        "the gateway can tell a repetition"
    )


def test_what_is_tried_too_often_is_given_up(gateway):
    put(Road(), urgent=True)
    gateway.answers[:] = [500] * 20
    now = timezone.now() + timedelta(seconds=1)
    for hours in range(0, 70, 7):
        deliver(J, now + timedelta(hours=hours))
    assert rows()[0][0] == "failed"
    assert len(gateway.got) == 8


def test_a_message_that_the_gateway_will_never_take_is_not_repeated(gateway):
    put(Road(), urgent=True)
    gateway.answers[:] = [422]
    deliver(J, timezone.now() + timedelta(seconds=1))
    assert rows() == [("failed", 1, "HTTP 422")]


def test_a_number_follows_no_redirect(gateway):
    put(Road(), urgent=True)
    gateway.answers[:] = [302, 307]
    deliver(J, timezone.now() + timedelta(seconds=1))
    assert [path for _headers, _body, path in gateway.got] == ["/send"]
    assert rows() == [("waiting", 1, "HTTP 302")]


def test_a_gateway_that_is_down_or_misspelt_is_an_error_without_the_number(settings):
    settings.TIANPING_SMS_SECRET = SECRET
    for url in ("http://127.0.0.1:9/", "file:///etc/passwd"):
        settings.TIANPING_SMS_URL = url
        with pytest.raises(SendError) as error:
            send_sms("1", PHONE, "x")
        assert PHONE not in str(error.value)


def test_at_night_only_what_is_urgent_goes_out(gateway, monkeypatch):
    night = timezone.localtime().replace(hour=23, minute=0)
    monkeypatch.setattr("django.utils.timezone.now", lambda: night)
    put(Road(), urgent=False)
    put(Road(), urgent=True)
    assert deliver(J, night) == 1
    assert deliver(J, night + timedelta(hours=9)) == 1


def test_email_goes_to_the_accounts_address():
    handler = User.objects.get(id=actor("handler").user)
    User.objects.filter(id=handler.id).update(email="caoyong@example.org")
    put(Road(), "email", f"person:{handler.id}", PUBLIC, urgent=True)
    assert Notices().tend(J) == 1
    assert mail.outbox[0].to == ["caoyong@example.org"]
    assert mail.outbox[0].body == "您反映的事（青溪〔2026〕3号）：答复您了"


def test_a_mail_server_that_is_down_is_asked_again(settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    User.objects.filter(id=actor("handler").user).update(email="caoyong@example.org")
    put(Road(), "email", f"person:{actor('handler').user}", PUBLIC, urgent=True)
    assert deliver(J, timezone.now() + timedelta(seconds=1)) == 0
    assert rows() == [("waiting", 1, "ConnectionRefusedError")]
    settings.EMAIL_HOST = ""
    assert deliver(J, noon()) == 0
    assert rows() == [("waiting", 1, "ConnectionRefusedError")], "no mail server is named: it waits"
