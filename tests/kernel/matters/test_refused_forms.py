"""A form that cannot be taken names its field; nothing of it is stored."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import Agency, Appointment, User
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.advance import read_code, report, spell_code
from tianping.kernel.matters.models import Entry, Matter

pytestmark = pytest.mark.django_db
NOWHERE = "00000000-0000-4000-8000-000000000000"  # no file, no matter
LEAK = {"description": "楼上漏水", "title": "漏水"}


def refused_report(**form):
    with pytest.raises(RefusedError) as refused:
        report(actor=guest(), form=LEAK | form, key=str(uuid4()))
    with acting(system_actor("990101")):
        assert not Matter.objects.exists()
    assert refused.value.reason == "form"
    return refused.value.fields


def refused_step(one, step, who, **form):
    with acting(system_actor("990101")):
        before = Entry.objects.count()
    with pytest.raises(RefusedError) as refused:
        one.take(step, who, **form)
    with acting(system_actor("990101")):
        assert Entry.objects.count() == before
    return refused.value.fields


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reporter_phone", "12345", "手机号"),
        ("reporter_id_number", "330102199001011235", "身份证"),
        ("complained_agency", "nowhere", "没有这个单位，请从名单里选"),
        ("files", "not-a-file", "有文件没有传完，请重新添加"),
        ("files", [NOWHERE], "有文件没有传完，请重新添加"),
        ("point", "120.5", "经度,纬度"),
        ("danger", "perhaps", "是”或“否"),
        ("nonsense", "x", "这一步没有这一项"),
        ("description", "", "请填写这一项"),
    ],
)
def test_a_report_names_the_field_that_is_wrong(field, value, sentence):
    fields = refused_report(**{field: value})
    assert list(fields) == [field]
    assert sentence in fields[field]


def test_every_wrong_field_is_named_at_once():
    assert set(refused_report(reporter_phone="1", complained_agency="nowhere", point="x")) == {
        "reporter_phone",
        "complained_agency",
        "point",
    }


def test_an_id_number_is_kept_as_it_is_printed(road):
    from tianping.kernel.service import reveal

    one = road(reporter_id_number=" 11010519491231002x ")
    assert reveal(actor("dispatcher"), one.matter, "reporter_id_number", "contact") == "11010519491231002X"


def test_an_office_may_be_named_by_code_or_path_but_not_when_closed(road):
    by_path = road().to("dispatch")
    by_path.take("dispatch", "dispatcher", agency="qingxi.zhujian.")
    by_code = road().to("dispatch")
    by_code.take("dispatch", "dispatcher", agency="zhujian")
    with acting(system_actor("990101")):
        assert {m.holder for m in Matter.objects.all()} == {"qingxi.zhujian."}
    Agency.objects.filter(code="shuiwu").update(active=False)
    fields = refused_step(road().to("dispatch"), "dispatch", "dispatcher", agency="shuiwu")
    assert fields == {"agency": "没有这个单位，请从名单里选"}


def test_only_somebody_in_a_post_today_is_assigned(road):
    one, today = road().to("handling"), timezone.localdate()
    caoyong = User.objects.get(username="caoyong")
    wrong = {"assignee": "没有这个人，或者他不在岗，请从名单里选"}
    assert refused_step(one, "assign", "head", assignee=str(uuid4())) == wrong
    held = Appointment.objects.filter(user_id=caoyong.id)
    one.take("assign", "head", assignee=str(caoyong.id))
    held.update(until=today)
    one.take("assign", "head", assignee=str(caoyong.id))
    held.update(until=today - timedelta(days=1))
    assert refused_step(one, "assign", "head", assignee=str(caoyong.id)) == wrong
    held.update(until=None, since=today + timedelta(days=1))
    assert refused_step(one, "assign", "head", assignee=str(caoyong.id)) == wrong
    held.update(since=today)
    one.take("assign", "head", assignee=str(caoyong.id))
    User.objects.filter(id=caoyong.id).update(is_active=False)
    assert refused_step(one, "assign", "head", assignee=str(caoyong.id)) == wrong


@pytest.mark.parametrize("other", ["not-a-matter", NOWHERE, ""])
def test_a_link_to_what_is_not_there_is_refused(road, other):
    one = road()
    with pytest.raises(RefusedError) as refused:
        one.take("link", "dispatcher", other_matter=other)
    assert refused.value.reason == ("guard" if len(other) == 36 else "form")


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_request_without_a_usable_key_is_refused(key):
    with pytest.raises(RefusedError) as refused:
        report(actor=guest(), form=LEAK, key=key)
    assert (refused.value.reason, list(refused.value.fields)) == ("form", ["key"])


def test_the_longest_key_is_taken():
    assert report(actor=guest(), form=LEAK, key="x" * 200).number


def test_a_receipt_code_is_read_as_people_type_it():
    code = bytes(range(16))
    text = spell_code(code)
    assert len(text) == 26 + 6
    assert text.count("-") == 6
    typed = text.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert read_code(typed) == read_code(text) == read_code(text.replace("1", "I"))
    assert read_code(text) is not None
    assert read_code(spell_code(b"\xff" * 16)) is not None
    assert read_code(spell_code(b"\0" * 16)) != read_code(text)


@pytest.mark.parametrize("text", ["", "0" * 25, "0" * 27, "U" * 26, "Z" * 26, "好" * 26])
def test_what_is_no_receipt_code_is_none(text):
    assert read_code(text) is None
