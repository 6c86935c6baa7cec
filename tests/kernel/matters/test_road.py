"""The main road, as a dispatcher and an office walk it."""

from uuid import uuid4

import pytest

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.advance import advance, report
from tianping.kernel.matters.models import Entry, Matter, Term, Todo

pytestmark = pytest.mark.django_db

LEAK = {
    "description": "楼上602的卫生间漏水，厨房天花板鼓起来了。",
    "title": "楼上漏水",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
    "channel": "web",
}


def step(receipt, name, who, **form):
    return advance(receipt.proceeding, name, actor=who, form=form, key=str(uuid4()))


def to_handling(agency="zhujian", handler="handler"):
    receipt = report(actor=guest(), form=LEAK, key=str(uuid4()))
    step(receipt, "triage", actor("dispatcher"), category="neighbour.leak", grade="3")
    step(receipt, "dispatch", actor("dispatcher"), agency=agency)
    step(receipt, "accept", actor(handler))
    return receipt


def test_a_report_is_handled_answered_and_rated():
    receipt = to_handling()
    step(receipt, "finish", actor("handler"), outcome="settled", result="修好了")
    step(receipt, "verify", actor("dispatcher"), on_site="不漏了")
    step(receipt, "answer", actor("handler"), answer="已修好")
    with acting(actor("dispatcher")):
        matter = Matter.objects.get(id=receipt.matter)
        steps = list(Entry.objects.filter(matter_id=receipt.matter).order_by("seq").values_list("step", flat=True))
    assert matter.state == "answered"
    assert steps == ["register", "triage", "dispatch", "accept", "finish", "verify", "answer"]


def test_the_same_key_returns_the_first_receipt():
    first = report(actor=guest(), form=LEAK, key="same")
    again = report(actor=guest(), form=LEAK, key="same")
    assert (again.matter, again.code, again.repeated) == (first.matter, first.code, True)


def test_the_same_key_with_another_form_is_refused():
    report(actor=guest(), form=LEAK, key="same")
    with pytest.raises(RefusedError) as refused:
        report(actor=guest(), form=LEAK | {"title": "别的事"}, key="same")
    assert refused.value.reason == "key"


def test_a_step_of_another_office_is_refused():
    receipt = to_handling()
    with pytest.raises(RefusedError) as refused:
        step(receipt, "finish", actor("other_handler"), outcome="settled", result="修好了")
    assert refused.value.reason == "unknown"


def test_the_third_return_convenes_a_meeting():
    receipt = report(actor=guest(), form=LEAK, key=str(uuid4()))
    step(receipt, "triage", actor("dispatcher"), category="neighbour.leak", grade="3")
    for number in range(3):
        step(receipt, "dispatch", actor("dispatcher"), agency="zhujian")
        step(receipt, "return_third" if number == 2 else "return", actor("handler"), reason="不归我们管")
    with acting(actor("dispatcher")):
        assert Matter.objects.get(id=receipt.matter).state == "meeting"


def test_a_suspended_clock_stands_still_and_goes_on():
    receipt = to_handling()
    step(receipt, "suspend", actor("head"), reason="等鉴定意见")
    with acting(actor("dispatcher")):
        assert Term.objects.get(matter_id=receipt.matter, name="answer").status == "paused"
    step(receipt, "resume", actor("head"))
    with acting(actor("dispatcher")):
        term = Term.objects.get(matter_id=receipt.matter, name="answer")
    assert term.status == "running"
    assert term.due_at is not None


def test_undo_gives_the_step_back_to_the_worklist():
    receipt = report(actor=guest(), form=LEAK, key=str(uuid4()))
    dispatcher = actor("dispatcher")
    step(receipt, "triage", dispatcher, category="neighbour.leak", grade="3")
    step(receipt, "undo", dispatcher, reason="分错了")
    with acting(dispatcher):
        todo = Todo.objects.get(matter_id=receipt.matter, key=f"dispatcher@{dispatcher.agency}")
        assert Matter.objects.get(id=receipt.matter).category == ""
    assert todo.state == "triage"
