"""Counters kept from the feed equal a count of everything, and can be made anew."""

from collections import Counter as Count
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.kernel.matters.readers.conftest import J, drain
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Entry, Matter, Proceeding, Term
from tianping.kernel.matters.readers import counters
from tianping.kernel.matters.readers.counters import Counters, happened, rebuild, standing
from tianping.kernel.matters.readers.followers import Followers
from tianping.kernel.service import actor_for_code, advance

pytestmark = pytest.mark.django_db
HOUSING, CENTRE = "qingxi.zhujian.", "qingxi.zongzhi."


def today(who="dispatcher"):
    found = Count()
    for names in happened(actor(who), timezone.localdate(), timezone.localdate()).values():
        found.update(names)
    return found


def by_office(who="dispatcher"):
    return {
        path: names for (path, _day), names in happened(actor(who), timezone.localdate(), timezone.localdate()).items()
    }


def some_matters(road):
    done, leader = road().to("answered"), road().to("handling")
    done.take("rate", actor_for_code(J, done.receipt.code), rating="4")
    done.take("close", "dispatcher")
    follower = road()
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    leader.take("answer_at_once", "handler", answer="已经修好")
    returned = road().to("accepting")
    returned.take("return", "handler", reason="不归我们管")
    reopened = road().to("answered")
    reopened.take("reopen", actor_for_code(J, reopened.receipt.code), reason="又漏了")
    road(violence="yes")
    road().take("decline", "dispatcher", reason="法院已经受理")
    joint = road().to("dispatch")
    joint.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu"])
    return done


def recount():
    """The same figures, from the matters and the entries themselves."""
    now, events = Count(), Count()
    with acting(system_actor(J)):
        for m in Matter.objects.filter(jurisdiction=J):
            path = "" if m.protected else m.holder or m.centre
            now[path, f"state.{m.procedure}.{m.state}"] += 1
            if m.closed_at is None:
                now.update([(path, "open"), (path, f"category.{m.category}"), (path, f"grade.{m.grade}")])
                now.update([(path, "supervised")] if m.supervised else [])
        entries = Entry.objects.filter(jurisdiction=J)
        events["opened"] = entries.filter(seq=1).count()
        answers = entries.filter(
            step__in=["answer", "answer_directly", "answer_at_once", "follow_answer", "protect_answer"]
        )
        events["answered"] = answers.count()
        for entry in answers:
            term = Term.objects.filter(
                proceeding_id=entry.proceeding_id, name="answer", ended_at__lte=entry.recorded_at
            ).last()
            ending = (
                "untimed"
                if term is None or term.due_at is None
                else "in_time"
                if term.ended_at <= term.due_at
                else "late"
            )
            events[f"answered.{ending}"] += 1
        for figure, steps in {
            "returned": ["return", "return_third"],
            "reopened": ["reopen"],
            "joined": ["merge"],
            "rated.4": ["rate"],
            "declined": ["decline", "follow_decline"],
            "closed": ["close", "close_window", "decline", "follow_decline"],
        }.items():
            events[figure] = entries.filter(step__in=steps).count()
    return now, +events


def counted():
    now = Count({(path, name): n for path, names in standing(system_actor(J)).items() for name, n in names.items()})
    events = Count()
    for names in happened(system_actor(J), timezone.localdate(), timezone.localdate()).values():
        events.update(names)
    return now, +events


def test_counters_equal_a_recount_whatever_the_size_of_the_batches(road):
    some_matters(road)
    drain(Counters(), Followers())
    assert counted() == recount()
    some_matters(road)
    drain(Counters(), Followers())
    assert counted() == recount()
    assert counted()[1]["answered"] >= 8


def test_counters_made_anew_are_the_same(road):
    some_matters(road)
    drain(Counters())
    before = counted()
    assert rebuild(J) > 0
    assert counted() == before


def test_what_happened_counts_for_the_office_that_held_it(road):
    some_matters(road)
    drain(Counters(), Followers())
    offices = by_office()
    assert offices[HOUSING]["returned"] == 1
    assert offices[HOUSING]["reopened"] == 1
    assert offices[HOUSING]["answered.in_time"] == 3
    assert offices[HOUSING]["closed"] == 1
    assert offices[CENTRE]["opened"] == today()["opened"]
    assert offices[CENTRE]["joined"] == 1


def test_an_answer_after_the_promised_day_is_late(road):
    one = road().to("handling")
    with acting(system_actor(J)):
        Term.objects.filter(matter_id=one.matter, name="answer").update(due_at=timezone.now() - timedelta(hours=1))
    one.take("answer_at_once", "handler", answer="已经修好")
    drain(Counters())
    assert today()["answered.late"] == 1


def test_a_protected_matter_counts_where_no_post_looks(road):
    road(violence="yes")
    drain(Counters())
    assert standing(system_actor(J))[""]["open"] == 1
    for who in ("dispatcher", "leader", "protector", "system_admin"):
        assert "" not in standing(actor(who))


def test_an_office_sees_its_own_figures_only(road):
    some_matters(road)
    drain(Counters())
    assert set(by_office("handler")) == {HOUSING}
    assert set(standing(actor("other_handler"))) <= {"qingxi.shuiwu."}


def test_an_archived_matter_is_counted_as_one(road):
    one = some_matters(road)
    drain(Counters())
    with acting(system_actor(J)):
        archive = Proceeding.objects.get(matter_id=one.matter, procedure="archive").id
    before = today()["archived"]
    keep = {"retention": "matter.consult"}
    for step, form in (("retain", keep), ("freeze", {"archive_number": "2026-1"})):
        advance(archive, step, actor=actor("archivist"), form=form, key=str(uuid4()))
    drain(Counters())
    assert today()["archived"] == before + 1


def test_a_scene_that_was_taken_out_stops_no_count(road, monkeypatch):
    some_matters(road)
    monkeypatch.setattr(counters, "declared", lambda *_named: None)
    drain(Counters())
    assert today()["opened"] >= 7
    assert "closed" not in today()
