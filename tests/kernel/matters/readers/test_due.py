"""Due terms: told when soon, on the record when over, steps that a lapse takes, dates that a new calendar makes known."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.kernel.matters.readers.conftest import J
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.clock.calendar import CalendarYearMissing
from tianping.kernel.clock.engine import next_alarm
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.chains import verify_chains
from tianping.kernel.matters.models import Entry, Matter, Proceeding, Term, Todo
from tianping.kernel.matters.readers import due
from tianping.kernel.matters.readers.cursor import Reader
from tianping.kernel.matters.readers.due import scan
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.matters.snapshot import lock, read
from tianping.kernel.service import show

pytestmark = pytest.mark.django_db


class Ears(Reader):
    name = "ears"

    def __init__(self):
        self.heard = []

    def alarm(self, alarm):
        self.heard.append((alarm.term, alarm.offset, alarm.keys))


@pytest.fixture
def ears():
    return Ears()


def begun(matter, name, ago):
    """As if that clock had begun so long ago: due date and first alarm as they would stand."""
    with acting(system_actor(J)):
        snapshot = read(J, lock(J, [matter], None), None)
        term = next(t for t in reversed(snapshot.terms) if t.name == name)
        term.started_at = timezone.now() - ago
        found = due.due_among(snapshot.terms, term, clockwork(J).calendar)
        alarm = next_alarm(found, term.started_at, clockwork(J).calendar)
        Term.objects.filter(id=term.id).update(
            started_at=term.started_at, due_at=found.at, alarm_at=alarm[0] if alarm else None
        )


def entries(matter, step):
    with acting(system_actor(J)):
        return Entry.objects.filter(matter_id=matter, step=step).count()


def the(matter):
    with acting(system_actor(J)):
        return Matter.objects.get(id=matter)


def test_what_is_due_soon_is_told_and_not_recorded(road, ears):
    one = road()
    begun(one.matter, "triage", timedelta(hours=21))
    assert scan(J, [ears]) == 1
    assert ears.heard == [("triage", -4, ("dispatcher@qingxi.zongzhi.",))]
    assert entries(one.matter, "escalate") == 0
    assert scan(J, [ears]) == 0


def test_what_is_over_is_told_and_stands_on_the_record_once(road, ears):
    one = road()
    begun(one.matter, "triage", timedelta(hours=30))
    scan(J, [ears])
    assert [(offset, keys) for _term, offset, keys in ears.heard] == [
        (-4, ("dispatcher@qingxi.zongzhi.",)),
        (0, ("supervisor@qingxi.zongzhi.",)),
    ]
    assert entries(one.matter, "escalate") == 1
    newest = show(actor("dispatcher"), one.matter, "handling").entries[0]
    assert (newest.step, newest.values["note"]) == ("escalate", "分类分级的时间到了")
    scan(J, [ears])
    assert len(ears.heard) == 2
    assert not verify_chains(J).faults


def test_alarms_come_one_after_the_other_each_to_its_post(road, ears):
    one = road().to("handling")
    begun(one.matter, "answer", timedelta(days=60))
    scan(J, [ears])
    assert [(offset, keys[0].split("@")[0]) for _term, offset, keys in ears.heard] == [
        (-3, "handler"),
        (0, "head"),
        (1, "supervisor"),
        (3, "leader"),
    ]
    assert entries(one.matter, "escalate") == 3


def test_a_named_handler_is_told_in_person(road, ears):
    one = road().to("handling")
    handler = actor("handler").user
    one.take("assign", "head", assignee=str(handler))
    begun(one.matter, "answer", timedelta(days=18))
    scan(J, [ears])
    assert ears.heard[0][2] == (f"person:{handler}",)


def test_more_time_brings_the_alarms_of_the_new_day(road, ears):
    one = road().to("handling")
    begun(one.matter, "answer", timedelta(days=18))
    scan(J, [ears])
    one.take("extend", "head", term="answer", amount="5", reason="等鉴定")
    begun(one.matter, "answer", timedelta(days=60))
    scan(J, [ears])
    assert [offset for _term, offset, _keys in ears.heard] == [-3, -3, 0, 1, 3]
    assert entries(one.matter, "escalate") == 3


def test_a_scan_killed_before_it_marked_the_alarm_escalates_once(road, ears):
    one = road()
    begun(one.matter, "triage", timedelta(hours=30))
    with acting(system_actor(J)):
        term = Term.objects.get(matter_id=one.matter, name="triage")
    due._escalate(J, one.matter, term.id)
    assert ears.heard == []
    scan(J, [ears])
    assert entries(one.matter, "escalate") == 1
    assert len(ears.heard) == 2


def test_an_alarm_that_could_not_be_told_is_told_by_the_next_scan(road, ears, caplog):
    class Deaf(Reader):
        name = "deaf"

        def alarm(self, alarm):
            raise ConnectionError("no")

    one, other = road(), road()
    begun(one.matter, "triage", timedelta(hours=30))
    scan(J, [Deaf()])
    assert "alarm of term" in caplog.text
    begun(other.matter, "triage", timedelta(hours=21))
    scan(J, [ears])
    assert [offset for _term, offset, _keys in ears.heard] == [-4, 0, -4]
    assert entries(one.matter, "escalate") == 1


def test_a_protected_matter_tells_its_protector(road, ears):
    one = road(violence="yes")
    begun(one.matter, "protect_contact", timedelta(hours=3))
    begun(one.matter, "protect_report", timedelta(hours=1, minutes=30))
    scan(J, [ears])
    assert sorted(ears.heard) == [
        ("protect_contact", 0, ("protector@qingxi.zongzhi.",)),
        ("protect_contact", 1, ("leader@qingxi.",)),
        ("protect_report", -1, ("protector@qingxi.zongzhi.",)),
    ]


def test_the_window_closes_by_itself(road):
    one = road().to("answered")
    begun(one.matter, "rate_window", timedelta(days=40))
    assert scan(J) == 1
    assert entries(one.matter, "close_window") == 1
    assert the(one.matter).procedure == "archive"
    assert scan(J) == 0


def test_a_window_that_is_open_stays_open(road):
    one = road().to("answered")
    begun(one.matter, "rate_window", timedelta(days=20))
    assert scan(J) == 0
    assert the(one.matter).state == "answered"


def test_a_clock_that_has_ended_rings_no_more(road, ears):
    one = road()
    begun(one.matter, "triage", timedelta(hours=30))
    with acting(system_actor(J)):
        Term.objects.filter(matter_id=one.matter).update(status="ended")
    assert scan(J, [ears]) == 0
    with acting(system_actor(J)):
        assert not Term.objects.filter(matter_id=one.matter, alarm_at__isnull=False).exists()


def test_a_date_is_reckoned_when_the_calendar_knows_its_year(road, monkeypatch):
    one = road().to("handling")
    promised = the(one.matter).due_at
    with acting(system_actor(J)):
        Term.objects.filter(matter_id=one.matter, name="answer").update(due_at=None, alarm_at=None)
        Matter.objects.filter(id=one.matter).update(due_at=None)
        Todo.objects.filter(matter_id=one.matter).update(due_at="9999-12-31T00:00:00Z")
    monkeypatch.setattr(due, "_tried", {})
    assert scan(J) == 1
    with acting(system_actor(J)):
        term = Term.objects.get(matter_id=one.matter, name="answer")
        assert term.due_at == promised == the(one.matter).due_at
        assert term.alarm_at < term.due_at
        assert set(Todo.objects.filter(matter_id=one.matter).values_list("due_at", flat=True)) == {promised}
    assert scan(J) == 0


def test_a_scene_that_was_taken_out_keeps_nobody_waiting(road, ears, monkeypatch):
    old, one = road().to("answered"), road().to("answered")
    for matter in (old.matter, one.matter):
        begun(matter, "rate_window", timedelta(days=40))
    waits = road()
    begun(waits.matter, "triage", timedelta(hours=30))
    with acting(system_actor(J)):
        Proceeding.objects.filter(matter_id__in=[old.matter, waits.matter]).update(version=99)
    assert scan(J, [ears]) == 3
    assert entries(one.matter, "close_window") == 1
    assert entries(old.matter, "close_window") == 0
    assert [offset for _term, offset, _keys in ears.heard] == [-4, 0]
    assert entries(waits.matter, "escalate") == 0


def test_a_step_that_fails_or_is_refused_keeps_nobody_waiting(road, monkeypatch, caplog):
    both = [road().to("answered"), road().to("answered")]
    for one in both:
        begun(one.matter, "rate_window", timedelta(days=40))
    errors = [OSError("no"), RefusedError("没有了", "state")]

    def fails(*_args, **_values):
        raise errors.pop()

    monkeypatch.setattr(due, "advance", fails)
    assert scan(J) == 0
    assert errors == []
    assert "OSError" in caplog.text
    monkeypatch.undo()
    assert scan(J) == 2


def test_an_escalation_that_could_not_be_recorded_is_not_told_either(road, ears, monkeypatch):
    one = road()
    begun(one.matter, "triage", timedelta(hours=30))
    with monkeypatch.context() as patch:
        patch.setattr(due, "advance", lambda *_a, **_v: 1 / 0)
        scan(J, [ears])
        assert ears.heard == []
    scan(J, [ears])
    assert len(ears.heard) == 2
    assert entries(one.matter, "escalate") == 1


def test_more_terms_than_one_batch(road, ears, monkeypatch):
    monkeypatch.setattr(due, "_BATCH", 1)
    for _ in range(3):
        begun(road().matter, "triage", timedelta(hours=21))
    scan(J, [ears])
    assert len(ears.heard) == 3


def test_alarms_in_a_year_without_a_calendar_are_asked_for_again(road, ears, monkeypatch):
    one = road().to("handling")
    begun(one.matter, "answer", timedelta(days=60))
    known, wall = due.alarms, [True]

    def until_the_wall(found, after, calendar):
        for moment, escalation in known(found, after, calendar):
            if escalation.at > 0 and wall:
                raise CalendarYearMissing(2027)
            yield moment, escalation

    monkeypatch.setattr(due, "alarms", until_the_wall)
    for _again in range(2):
        scan(J, [ears])
        assert [offset for _term, offset, _keys in ears.heard] == [-3, 0]
    wall.clear()
    scan(J, [ears])
    assert [offset for _term, offset, _keys in ears.heard] == [-3, 0, 1, 3]


def test_a_date_stays_open_while_its_year_is_unknown(road, monkeypatch):
    one = road().to("handling")
    with acting(system_actor(J)):
        Term.objects.filter(matter_id=one.matter, name="answer").update(due_at=None, alarm_at=None)

    def unknown(*_args):
        raise CalendarYearMissing(2027)

    monkeypatch.setattr(due, "_tried", {})
    monkeypatch.setattr(due, "due_among", unknown)
    assert scan(J) == 0
    with acting(system_actor(J)):
        assert Term.objects.get(matter_id=one.matter, name="answer").due_at is None


def test_an_alarm_for_a_post_that_nobody_has_is_raised_all_the_same(road, ears):
    one = road()
    begun(one.matter, "triage", timedelta(hours=21))
    with acting(system_actor(J)):
        term = Term.objects.get(matter_id=one.matter, name="triage")
        rule = term.rule | {"escalate": [{"at": -4, "to": "nobody", "why": "没人"}]}
        Term.objects.filter(id=term.id).update(rule=rule)
    scan(J, [ears])
    assert ears.heard == [("triage", -4, ())]


def test_an_alarm_that_another_scan_has_told_is_left(road, ears):
    one = road()
    begun(one.matter, "triage", timedelta(hours=30))
    with acting(system_actor(J)):
        term = Term.objects.get(matter_id=one.matter, name="triage")
    scan(J)
    assert due._tell(J, one.matter, term.id, [ears]) == 0
    assert due._tell(J, one.matter, one.matter, [ears]) == 0
    due._escalate(J, one.matter, one.matter)
    assert ears.heard == []
