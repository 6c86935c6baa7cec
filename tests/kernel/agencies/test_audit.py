"""The auditor's page: who read what and why, found by each filter; reading unusually much raises an alarm."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import actor
from tianping.kernel.agencies.access import record
from tianping.kernel.agencies.acting import acting
from tianping.kernel.agencies.audit import MATTERS, MINUTES, PAGE, ROWS, Audited, audit
from tianping.kernel.service import show

pytestmark = pytest.mark.django_db


def read(who="dispatcher", purpose="handling", times=1, *, same=None, rows=1):
    """So many records of reads; of one matter, or each of another."""
    person = actor(who)
    with acting(person):
        for _n in range(times):
            record(person, purpose, ["title"], matter=same or uuid4(), rows=rows)


def found(**filters):
    return audit(actor("auditor"), **filters)


@pytest.mark.parametrize("who", ["dispatcher", "leader", "system_admin", "security_admin"])
def test_only_an_auditor_gets_any(who):
    read()
    assert audit(actor(who)) == Audited()


def test_a_read_is_told_with_who_which_office_why_what_and_which_matter(road):
    one = road()
    show(actor("dispatcher"), one.matter, "dispatch")
    (row,) = found().rows
    assert (row["name"], row["agency"]) == (actor("dispatcher").name, "县综治中心")
    assert (row["purpose"], row["number"], row["rows"]) == ("dispatch", one.receipt.number, 1)
    assert row["what"] == ["description", "reporter_name", "title"]


def test_each_filter_finds_its_own_and_all_together_find_what_fits_all(road):
    one, other = road(), road()
    show(actor("dispatcher"), one.matter, "dispatch")
    show(actor("supervisor"), other.matter, "supervision")
    name = actor("dispatcher").name
    assert [r["purpose"] for r in found(person=name).rows] == ["dispatch"]
    assert [r["name"] for r in found(purpose="supervision").rows] == [actor("supervisor").name]
    assert [r["purpose"] for r in found(number=one.receipt.number).rows] == ["dispatch"]
    assert found(person=name, purpose="supervision").rows == []
    assert found(person="no such person").rows == []
    assert [r["purpose"] for r in found(person=name, purpose="dispatch", number=one.receipt.number).rows] == [
        "dispatch"
    ]


def test_a_matter_is_named_by_its_whole_number_or_the_digits_at_its_end(road):
    one = road()
    show(actor("dispatcher"), one.matter, "dispatch")
    number = one.receipt.number
    digits = "".join(c for c in number.split("〕")[-1] if c.isdigit())
    assert (
        len(found(number=number).rows) == len(found(number=digits).rows) == len(found(number=digits + "号").rows) == 1
    )
    assert found(number=number.replace("〔2", "〔1")).rows == []
    assert found(number=str(int(digits) + 1)).rows == []
    assert found(number="没有数字").rows == []


def test_a_protected_matters_reads_are_found_by_number_and_none_of_its_content_is_named(road):
    one = road(violence=True, title="他又动手了")
    show(actor("protector"), one.matter, "contact")
    (row,) = found(number=one.receipt.number).rows
    assert row["number"] == one.receipt.number
    assert "动手" not in str(row)


def test_a_day_is_that_day_here_and_what_is_no_day_is_left_out():
    read()
    today = timezone.localdate()
    assert len(found(day=today.isoformat()).rows) == 1
    assert found(day=(today - timedelta(days=1)).isoformat()).rows == []
    assert found(day=(today + timedelta(days=1)).isoformat()).rows == []
    assert len(found(day="someday").rows) == 1
    assert len(found(before="someday").rows) == 1


def test_pages_go_on_from_where_the_last_one_ended():
    read(times=PAGE + 1)
    first = found()
    assert (len(first.rows), first.next) == (PAGE, first.rows[-1]["at"].isoformat())
    assert [r["at"] for r in first.rows] == sorted((r["at"] for r in first.rows), reverse=True)
    second = found(before=first.next)
    assert (len(second.rows), second.next) == (1, "")
    assert second.rows[0]["id"] not in {r["id"] for r in first.rows}


def test_a_full_page_has_no_next_one_when_nothing_is_left():
    read(times=PAGE)
    assert (len(found().rows), found().next) == (PAGE, "")


# ── the alarm ──
@pytest.fixture
def window(owned):
    """`window(ago)`: move what was just read into one window of ten minutes, so long ago."""

    def move(ago=timedelta(0), newest=100_000):
        start = timezone.now() - ago
        start = start.replace(minute=start.minute // MINUTES * MINUTES, second=1, microsecond=0)
        owned(
            "UPDATE access_record SET at = %s WHERE id IN (SELECT id FROM access_record ORDER BY at DESC, id DESC LIMIT %s)",
            [start, newest],
        )

    return move


def test_many_matters_in_ten_minutes_raise_an_alarm_that_says_who_and_how_many(window):
    read(times=MATTERS + 1)
    window()
    (alarm,) = found().alarms
    assert (alarm["name"], alarm["agency"], alarm["matters"], alarm["rows"]) == (
        actor("dispatcher").name,
        "县综治中心",
        MATTERS + 1,
        1,
    )
    assert alarm["at"].minute % MINUTES == 0
    assert found(person="nobody").alarms == [alarm]  # a filter hides no alarm


def test_as_many_as_are_allowed_raise_none(window):
    read(times=MATTERS)
    read(rows=ROWS, same=uuid4(), who="supervisor")
    window()
    assert found().alarms == []


def test_one_matter_read_often_is_no_alarm_and_one_large_export_is(window):
    read(times=MATTERS + 5, same=uuid4())
    read(who="supervisor", purpose="export", rows=ROWS + 1)
    window()
    (alarm,) = found().alarms
    assert (alarm["name"], alarm["matters"], alarm["rows"]) == (actor("supervisor").name, 1, ROWS + 1)


def test_an_alarm_is_told_for_thirty_days(window):
    read(purpose="export", rows=ROWS + 1)
    window(timedelta(days=29))
    assert len(found().alarms) == 1
    window(timedelta(days=31))
    assert found().alarms == []


def test_reads_over_the_edge_of_ten_minutes_are_two_windows(window):
    read(times=MATTERS)
    window()
    read(who="dispatcher", times=MATTERS)
    window(timedelta(minutes=MINUTES), newest=MATTERS)
    assert found().alarms == []
