"""What is known of a person or an organisation: by check digits, found by blind index, a minor by the birth date, protected."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import actor, guest
from tianping.capabilities.search.find import find
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Matter
from tianping.kernel.parties.models import Identifier, Party, Subject
from tianping.kernel.service import report, reveal, show

pytestmark = pytest.mark.django_db
USCC = "91350100M000100Y43"


def id_number(years_old, serial="008"):
    """A number with a right check digit of somebody who is that old today."""
    today = timezone.localdate()
    born = (today.replace(day=min(today.day, 28)) - timedelta(days=1)).replace(year=today.year - years_old)
    body = f"990101{born:%Y%m%d}{serial}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def subject_of(one, role="reporter"):
    with acting(system_actor("990101")):
        return Subject.objects.get(id=Party.objects.get(matter_id=one.matter, role=role).subject_id)


def matter_of(one):
    with acting(system_actor("990101")):
        return Matter.objects.get(id=one.matter)


@pytest.mark.parametrize(("age", "minor"), [(10, True), (17, True), (18, False), (40, False)])
def test_a_minor_is_known_by_the_identity_number_and_goes_the_protected_way(road, age, minor):
    one = road(reporter_id_number=id_number(age))
    assert (subject_of(one).minor, subject_of(one).protected) == (minor, minor)
    assert (matter_of(one).protected, matter_of(one).title) == ((True, "受保护事项") if minor else (False, "楼上漏水"))


@pytest.mark.parametrize("flag", ["danger", "violence", "minor"])
def test_who_is_in_a_protected_matter_is_protected(road, flag):
    one = road(other_name="某某", **{flag: True})
    assert (subject_of(one).protected, subject_of(one, "other").protected) == (True, True)
    assert not subject_of(one).minor
    for who in ("dispatcher", "registrar", "supervisor"):
        with pytest.raises(RefusedError):
            show(actor(who), one.matter, "handling")


def test_a_number_that_was_written_in_another_way_finds_and_reveals_the_same(road):
    number = id_number(40)
    one = road(reporter_id_number=f" {number[:6]} {number[6:14]}-{number[14:].lower()} ")
    assert reveal(actor("dispatcher"), one.matter, "reporter_id_number", "contact") == number
    assert find(actor("dispatcher"), number) == [one.matter]


def test_a_corrected_number_tells_the_age_anew(road):
    one = road(reporter_id_number=id_number(40)).to("accepting")
    one.take("correct", "handler", concept="reporter_id_number", value=id_number(12), reason="填成了父亲的")
    assert subject_of(one).minor
    one.take("correct", "handler", concept="reporter_id_number", value=id_number(41), reason="原来没有填错")
    assert not subject_of(one).minor


def test_an_organisation_is_checked_kept_and_found_by_its_code(road):
    with pytest.raises(RefusedError) as refused:
        road(reporter_uscc=USCC[:-1] + "4")
    assert "reporter_uscc" in refused.value.fields
    one = road(reporter_uscc=USCC.lower(), reporter_name="青溪县某某有限公司", other_name="某物业公司", other_uscc=USCC)
    assert (subject_of(one).kind, subject_of(one, "other").kind) == ("organisation", "organisation")
    assert show(actor("dispatcher"), one.matter, "handling").facts["reporter_uscc"] == USCC
    assert find(actor("dispatcher"), USCC) == [one.matter]
    with acting(system_actor("990101")):
        assert Identifier.objects.filter(matter_id=one.matter, kind="uscc").count() == 2


@pytest.mark.parametrize(
    ("form", "flags"),
    [({"violence": True}, (True, False)), ({"reporter_id_number": id_number(12)}, (True, True)), ({}, (False, False))],
)
def test_a_citizen_who_was_known_before_is_protected_from_this_report_on(proven, form, flags):
    who = proven()
    report(actor=who, form={"description": "有人打我", "channel": "web"} | form, key=str(uuid4()))
    with acting(system_actor("990101")):
        known = Subject.objects.get(id=who.subject)
    assert (known.protected, known.minor) == flags


def test_a_guest_without_a_number_is_nobody_s_minor():
    receipt = report(actor=guest(), form={"description": "路灯不亮", "channel": "web"}, key=str(uuid4()))
    with acting(system_actor("990101")):
        subject = Subject.objects.get(id=Party.objects.get(matter_id=receipt.matter).subject_id)
    assert (subject.kind, subject.minor, subject.protected) == ("person", False, False)
