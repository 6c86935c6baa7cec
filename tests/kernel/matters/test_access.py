"""No read of personal data without a purpose and a record."""

from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection

from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.service import actor_for_code, readers_of, reveal, show

pytestmark = pytest.mark.django_db


def records(matter):
    with acting(system_actor("990101")):
        return list(AccessRecord.objects.filter(matter_id=matter).order_by("at"))


def test_opening_a_matter_leaves_a_record(road):
    one = road()
    show(actor("dispatcher"), one.matter, "dispatch")
    (record,) = records(one.matter)
    assert (record.user_id, record.purpose, record.agency) == (actor("dispatcher").user, "dispatch", "qingxi.zongzhi.")
    assert "reporter_name" in record.what
    assert "reporter_phone" not in record.what


def test_an_unknown_purpose_opens_nothing(road):
    with pytest.raises(RefusedError) as refused:
        show(actor("dispatcher"), road().matter, "curiosity")
    assert refused.value.reason == "purpose"


def test_when_the_record_cannot_be_written_nothing_is_read(road, monkeypatch):
    one = road()

    def refuse(*_args, **_more):
        raise ProgrammingError("access_record is out of reach")

    monkeypatch.setattr("tianping.kernel.matters.opening.record_each", refuse)
    with pytest.raises(ProgrammingError):
        show(actor("dispatcher"), one.matter, "handling")


def test_a_masked_number_is_not_on_the_page_but_can_be_asked_for(road):
    one = road()
    view = show(actor("dispatcher"), one.matter, "handling")
    assert "13800002207" not in repr(view)
    assert reveal(actor("dispatcher"), one.matter, "reporter_phone", "contact") == "13800002207"
    assert records(one.matter)[-1].what == ["reporter_phone"]


def test_what_was_never_given_cannot_be_revealed(road):
    with pytest.raises(RefusedError):
        reveal(actor("dispatcher"), road().matter, "reporter_id_number", "contact")


def test_the_person_concerned_reads_which_office_and_why(road):
    one = road()
    show(actor("dispatcher"), one.matter, "dispatch")
    code = actor_for_code("990101", one.receipt.code)
    with pytest.raises(RefusedError, match="验证"):
        readers_of(code, one.matter)
    proven = replace(code, kind="citizen", proof="identity", keys=frozenset({f"subject:{code.subject}"}))
    ((_at, office, purpose),) = readers_of(proven, one.matter)
    assert (office, purpose) == ("青溪县社会治安综合治理中心", "dispatch")


@pytest.mark.parametrize("who", ["handler", "other_handler", "auditor", "security_admin", "system_admin", "protector"])
def test_a_matter_that_is_not_theirs_does_not_exist_for_them(road, who):
    with pytest.raises(RefusedError) as refused:
        show(actor(who), road().matter, "handling")
    assert refused.value.reason == "unknown"


def test_without_acting_nothing_is_seen(road):
    road()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tp.jurisdiction', '', true), set_config('tp.system', '', true)")
        cursor.execute("SELECT count(*) FROM matter")
        assert cursor.fetchone() == (0,)
