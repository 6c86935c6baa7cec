"""Clocks on the record: started, stopped, lengthened, and told day by day with their law."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.clock.explain import law, sentences, standing
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Term
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.packs.models import PackRelease, PackRow
from tianping.kernel.service import advance, report, show

pytestmark = pytest.mark.django_db


def term(matter, name):
    with acting(system_actor("990101")):
        return Term.objects.filter(matter_id=matter, name=name).latest("started_at")


def test_the_grade_chooses_the_answer_term(road):
    one = road()
    one.take("triage", "dispatcher", category="neighbour.leak", grade="1")
    one.take("dispatch", "dispatcher", agency="zhujian")
    assert term(one.matter, "answer").rule_code == "intake.answer.1"


def test_an_unknown_rule_refuses_the_step_and_says_which(road):
    PackRow.objects.filter(kind="term_rule", code="intake.accept").update(effective_to="2026-01-02")
    PackRelease.objects.create(jurisdiction="990101", pack="qingxi", version="test", digest=b"x")
    one = road()
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    with pytest.raises(RefusedError) as refused:
        one.take("dispatch", "dispatcher", agency="zhujian")
    assert refused.value.values == {"code": "intake.accept"}


def test_a_running_clock_keeps_the_rule_it_started_with(road):
    one = road().to("handling")
    row = PackRow.objects.get(kind="term_rule", code="intake.answer.3", effective_to=None)
    PackRow.objects.filter(pk=row.pk).update(body=row.body | {"amount": 1})
    PackRelease.objects.create(jurisdiction="990101", pack="qingxi", version="test", digest=b"x")
    assert term(one.matter, "answer").rule["amount"] == row.body["amount"]
    one.take("suspend", "head", reason="等鉴定")
    one.take("resume", "head")
    assert term(one.matter, "answer").rule["amount"] == row.body["amount"]
    assert clockwork("990101").rules.pick("intake.answer.3", timezone.localdate()).amount == 1


def test_more_time_is_given_within_the_rule_only(road):
    one = road().to("handling")
    before = term(one.matter, "answer").due_at
    one.take("extend", "head", term="answer", amount="3", reason="要等鉴定意见")
    assert term(one.matter, "answer").due_at > before
    with pytest.raises(RefusedError, match="延长"):
        one.take("extend", "head", term="answer", amount="1", reason="还要等")


def test_more_time_than_the_rule_allows_is_refused(road):
    one = road().to("handling")
    with pytest.raises(RefusedError) as refused:
        one.take("extend", "head", term="answer", amount="99", reason="要等")
    assert "amount" in refused.value.fields


def test_a_clock_that_does_not_run_cannot_be_lengthened(road):
    with pytest.raises(RefusedError) as refused:
        road().to("handling").take("extend", "head", term="triage", amount="1", reason="要等")
    assert "term" in refused.value.fields


def test_an_undone_step_gives_its_clocks_back(road):
    one = road().to("accepting")
    running = term(one.matter, "accept").id
    one.take("accept", "handler")
    assert term(one.matter, "accept").status == "ended"
    one.take("undo", "handler", reason="点错了")
    again = term(one.matter, "accept")
    assert (again.id, again.status, again.ended_at) == (running, "running", None)


def test_undoing_a_dispatch_stops_the_clock_it_had_started(road):
    one = road().to("dispatch")
    one.take("dispatch", "dispatcher", agency="zhujian")
    one.take("undo", "dispatcher", reason="派错了")
    assert term(one.matter, "answer").status == "ended"
    assert term(one.matter, "triage").status == "running"


def test_a_dispatch_after_a_return_resumes_and_undoing_it_pauses_again(road):
    one = road().to("accepting")
    one.take("return", "handler", reason="不归我们管")
    assert term(one.matter, "answer").status == "paused"
    one.take("dispatch", "dispatcher", agency="shuiwu")
    assert term(one.matter, "answer").status == "running"
    one.take("undo", "dispatcher", reason="派错了")
    answer = term(one.matter, "answer")
    assert (answer.status, len(answer.pauses), answer.pauses[-1][1]) == ("paused", 1, None)


def test_a_clock_counts_from_when_the_centre_got_it():
    got = timezone.now() - timedelta(days=3)
    receipt = report(actor=guest(), form={"description": "来信"}, key=str(uuid4()), happened_at=got, received_at=got)
    assert term(receipt.matter, "triage").started_at == got


def test_a_step_recorded_late_never_reaches_behind_its_clock(road):
    one = road().to("handling")
    early = timezone.now() - timedelta(days=9)
    advance(
        one.receipt.proceeding,
        "suspend",
        actor=actor("head"),
        form={"reason": "等鉴定"},
        key=str(uuid4()),
        happened_at=early,
        received_at=early,
    )
    answer = term(one.matter, "answer")
    assert answer.pauses[0][0] >= answer.started_at.isoformat()[:19]


def test_what_will_happen_is_not_recorded(road):
    with pytest.raises(RefusedError, match="不能晚于现在"):
        report(
            actor=guest(),
            form={"description": "来信"},
            key=str(uuid4()),
            happened_at=timezone.now() + timedelta(hours=1),
        )


def test_a_missing_calendar_year_leaves_the_date_open_and_takes_the_report(road):
    PackRow.objects.filter(kind="calendar").delete()
    rows = PackRow.objects.get(kind="term_rule", code="intake.answer.3", effective_to=None)
    PackRow.objects.filter(pk=rows.pk).update(body=rows.body | {"amount": 200})
    PackRelease.objects.create(jurisdiction="990101", pack="qingxi", version="test", digest=b"x")
    one = road().to("handling")
    assert term(one.matter, "answer").due_at is None
    view = show(actor("dispatcher"), one.matter, "handling")
    (answer,) = [t for p in view.proceedings for t in p.terms if t.row.name == "answer"]
    assert (answer.due, answer.missing_year) == (None, 2027)


def test_every_date_explains_itself(road):
    view = show(actor("dispatcher"), road().to("handling").matter, "handling")
    (answer,) = [t for p in view.proceedings for t in p.terms if t.row.name == "answer"]
    assert answer.promised
    assert sentences(answer.due)
    assert law(answer.due.rule).startswith("《")
    assert "本县规定" in standing(answer.due.rule)
