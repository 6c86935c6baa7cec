"""The files of a matter that a citizen opens: those they sent and those they were answered with. Nobody else's."""

from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from tests.kernel.matters.conftest import LEAK, Road
from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.parties.models import Party
from tianping.kernel.service import open_paper, report, show, store

pytestmark = pytest.mark.django_db
J = "990101"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files")},
    }
    settings.STORAGES = settings.STORAGES | {"default": storage}


def picture(person, colour):
    out = BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    out.seek(0)
    return str(store(person, f"{colour}.png", out, len(out.getvalue())).id)


class Told(Road):
    """A matter that was told with a picture."""

    def __init__(self, **form):
        draft = replace(guest(), keys=frozenset({f"upload:{uuid4()}"}))
        self.sent = picture(draft, "red")
        self.receipt = report(actor=draft, form=LEAK | form | {"files": [self.sent]}, key=str(uuid4()))
        self.matter = self.receipt.matter

    def party(self, role):
        with acting(system_actor(J)):
            subject = Party.objects.get(matter_id=self.matter, role=role).subject_id
        keys = frozenset({f"subject:{subject}"})
        return Actor(kind="citizen", jurisdiction=J, subject=subject, keys=keys, proof="identity")


def refused(person, paper):
    with pytest.raises(RefusedError) as error:
        open_paper(person, paper, "own")
    assert error.value.reason == "unknown"
    return True


def test_what_was_sent_and_answered_is_opened_and_what_the_office_keeps_is_not():
    one = Told(other_name="楼上住户")
    one.to("handling")
    inner, given = picture(actor("handler"), "green"), picture(actor("handler"), "blue")
    one.take("finish", "handler", outcome="settled", result="修好了", files=[inner])
    one.take("verify", "dispatcher", on_site="不漏了")
    one.take("answer", "handler", answer="已修好", files=[given])
    reporter = one.party("reporter")
    for paper, name in ((one.sent, "red.png"), (given, "blue.png")):
        found, content = open_paper(reporter, paper, "own")
        assert (found.name, b"".join(content)[:4]) == (name, b"\x89PNG")
    assert refused(reporter, inner)
    assert {str(p.id) for p in show(reporter, one.matter, "own").papers} == {one.sent, given}
    for paper in (one.sent, inner, given):
        assert refused(one.party("other"), paper)
        assert open_paper(actor("dispatcher"), paper, "handling")


def test_a_citizens_read_is_recorded_as_their_own_whatever_the_caller_says():
    one = Told()
    open_paper(one.party("reporter"), one.sent, "dispatch")
    with acting(system_actor(J)):
        (record,) = AccessRecord.objects.filter(matter_id=one.matter)
    assert (record.purpose, record.what, record.user_id) == ("own", ["files"], None)
    assert record.subject_id == one.party("reporter").subject


def test_of_two_who_told_the_same_thing_neither_opens_the_others_file():
    leader, follower = Told(), Told(reporter_name="陈建军", reporter_phone="13800003333")
    leader.to("handling")
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    assert open_paper(follower.party("reporter"), follower.sent, "own")
    assert refused(follower.party("reporter"), leader.sent)
    assert refused(leader.party("reporter"), follower.sent)
