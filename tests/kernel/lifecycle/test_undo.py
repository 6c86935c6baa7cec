"""Undo is a new entry with the inverse of each effect of the newest one, and refused where others have acted on it."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.kernel.lifecycle.kit import CLERK, Desk, house, procedure, staff, with_step
from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.effects import LASTING
from tianping.kernel.lifecycle.state import SEALED, LastEntry, RefusedError
from tianping.kernel.lifecycle.vocabulary import Field, Form, Step, Term

FORM = Form(tuple(Field(n, n) for n in ("agency", "assignee", "grade", "title")))
BACK = {"reason": "点错了"}
STATES = {"open": "待办", "waiting": "等着", "held": "暂停", "done": "办结"}


def desk():
    go = Step(
        "go",
        "走",
        "open",
        "waiting",
        (CLERK,),
        FORM,
        reversible=True,
        touches={"holder": "agency", "assign:handler": "assignee", "supervise": "on"},
    )
    on = Step("on", "接着走", "waiting", "open", (CLERK,), reversible=True)
    terms = (
        Term("pausing", "甲", "r", frozenset({"open"}), frozenset({"waiting"})),
        Term("ending", "乙", "r", frozenset({"open"})),
        Term("starting", "丙", "r", frozenset({"waiting"})),
    )
    base = procedure(states=STATES, suspended="held", terms=terms)
    common = common_steps(
        manage=(CLERK,), work=(CLERK,), suspended="held", reversible=("go", "on", "suspend", "resume")
    )
    common = tuple(replace(s, reversible=True) if s.name in {"suspend", "resume"} else s for s in common)
    d = Desk(house(with_step(base, go, on, Step("leave", "", "waiting", "done", (CLERK,)), *common)))
    d.begin()
    return d


def stand(d):
    clocks = {n: t.status for n, t in d.road.terms.items() if t.status != "ended"}
    road = d.road
    return (
        road.state,
        road.holder,
        dict(road.assigned),
        road.back,
        road.supervised,
        dict(d.matter.facts),
        set(d.matter.audience),
        clocks,
    )


def test_every_effect_of_a_step_is_turned_back():
    d = desk()
    before = stand(d)
    d.take("go", {"agency": "qx.zj.", "assignee": "7", "grade": "3", "title": "漏水"})
    assert stand(d) != before
    move = d.take("undo", BACK).moves[0]
    assert stand(d) == before
    assert (move.from_state, move.to_state) == ("waiting", "open")
    assert move.effects[0]["do"] == "undo"
    assert d.road.counts["go"] == 0


def test_what_was_there_before_comes_back():
    d = desk()
    d.take("go", {"agency": "qx.zj.", "assignee": "7", "grade": "3", "title": "漏水"})
    d.take("on")
    before = stand(d)
    d.take("go", {"agency": "qx.sw.", "assignee": "8", "grade": "2", "title": "更漏"})
    d.take("undo", BACK)
    after = stand(d)
    assert d.matter.facts == {"grade": "3", "title": SEALED}
    assert after[:5] == before[:5]
    assert after[6:] == before[6:]


def test_clocks_that_went_on_stand_again():
    d = desk()
    d.take("go")
    before = stand(d)
    d.take("on")
    d.take("undo", BACK)
    assert stand(d) == before


@pytest.mark.parametrize("name", ["suspend", "resume"])
def test_suspension_and_its_end_are_taken_back(name):
    d = desk()
    if name == "resume":
        d.take("suspend", {"reason": "等"})
    before = stand(d)
    d.take(name, {"reason": "等"} if name == "suspend" else {})
    d.take("undo", BACK)
    assert stand(d) == before


def test_a_note_does_not_stand_in_the_way_and_two_steps_go_back_one_by_one():
    d = desk()
    d.take("go")
    d.take("on")
    d.take("note", {"note": "话"})
    d.take("undo", BACK)
    d.take("undo", BACK)
    assert d.road.state == "open"


def refused(call):
    with pytest.raises(RefusedError) as error:
        call()
    return error.value.reason


def test_only_the_newest_step_of_this_proceeding_and_only_a_declared_one_goes_back():
    d = desk()
    assert refused(lambda: d.take("undo", BACK)) == "state"  # START
    d.take("go")
    assert refused(lambda: d.take("undo", BACK, actor=staff("clerk@qx.zz.", user=2))) == "guard"
    d.take("assign", {"assignee": "7"}, extra={"relations": []})
    assert refused(lambda: d.take("undo", BACK)) == "state"


@pytest.mark.parametrize("kind", sorted(LASTING))
def test_what_others_have_acted_on_is_not_taken_back(kind):
    d = desk()
    d.take("go")
    d.log[-1][1].effects.append({"do": kind})
    assert refused(lambda: d.take("undo", BACK)) == "state"


@pytest.mark.parametrize("other", [{"proceeding": UUID(int=1)}, {"procedure": "q"}])
def test_another_proceedings_step_is_not_taken_back(other, monkeypatch):
    d = desk()
    d.take("go")
    last = {
        "id": UUID(int=9),
        "proceeding": d.road.id,
        "procedure": "p",
        "step": "go",
        "user": str(UUID(int=1)),
        "effects": [],
    }
    monkeypatch.setattr(d, "last", lambda _matter: LastEntry(**(last | other)))
    assert refused(lambda: d.take("undo", BACK)) == "state"
