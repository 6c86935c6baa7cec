"""Children: outcomes move the parent, a parent that stops waiting recalls, nobody is left behind."""

from dataclasses import replace

import pytest

from tests.kernel.lifecycle.kit import CLERK, Desk, child, house, staff
from tests.kernel.lifecycle.test_boot_family import BOTH, MANY, parent
from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.lifecycle.vocabulary import Children, Guard, Kernel, Open, Step

ALL = Children("help", BOTH)


def asked(declared, *offices, guards=()):
    d = Desk(house(declared, child(), guards=guards))
    d.begin()
    d.take("ask", {"agencies": list(offices)})
    return d


def end(d, number, outcome):
    one = d.children[number]
    return d.take(outcome, actor=staff(f"handler@{one.holder}"), at=one)


def test_a_parent_that_waits_for_all_waits_for_the_last():
    d = asked(parent(ALL), "qx.a.", "qx.b.")
    assert [c.holder for c in d.children] == ["qx.a.", "qx.b."]
    assert {"agency:qx.a.", "agency:qx.b."} <= d.matter.audience
    end(d, 0, "well")
    assert d.road.state == "waiting"
    decision = end(d, 1, "badly")
    assert (d.road.state, decision.moves[-1].step, decision.moves[-1].automatic) == ("done", "go0", True)


def test_all_that_report_must_have_ended_so():
    d = asked(
        parent(Children("help", frozenset({"well"})), Children("help", frozenset({"badly"}), every=False)),
        "qx.a.",
        "qx.b.",
    )
    end(d, 0, "well")
    assert d.road.state == "waiting"
    end(d, 1, "badly")
    assert d.steps[-1] == "go1"


def test_the_first_outcome_moves_a_parent_that_waits_for_one_and_recalls_the_others():
    d = asked(parent(Children("help", BOTH, every=False)), "qx.a.", "qx.b.")
    decision = end(d, 0, "well")
    assert [m.step for m in decision.moves] == ["well", "go0", "recall"]
    assert [c.state for c in d.children] == ["well", "recalled"]


def test_a_parent_that_stops_waiting_recalls():
    d = asked(parent(ALL), "qx.a.", "qx.b.")
    end(d, 0, "well")
    decision = d.take("leave")
    assert [m.step for m in decision.moves] == ["leave", "recall"]
    assert [c.state for c in d.children] == ["well", "recalled"]


def test_a_parent_that_ends_recalls_what_nobody_waited_for():
    quiet = child(final={"well": "end", "badly": "end", "recalled": "end"})
    d = Desk(house(parent(), quiet))
    d.begin()
    d.take("ask", {"agencies": ["qx.a."]})
    d.take("leave")
    assert d.children[0].state == "recalled"


def round_trip():
    base = parent(ALL)
    steps = (
        *base.steps[:2],
        Step("go0", "", "waiting", "open", (Children("help", frozenset({"well"}), every=False),)),
        Step("go1", "", "waiting", "done", (Children("help", frozenset({"badly"})),)),
        *base.steps[3:],
        Step("close", "", "open", "done", (CLERK,)),
    )
    return replace(base, steps=steps)


def test_the_outcomes_of_an_earlier_round_do_not_count():
    d = asked(round_trip(), "qx.a.")
    end(d, 0, "well")
    assert d.road.state == "open"
    d.take("ask", {"agencies": ["qx.b."]})
    assert d.road.state == "waiting"
    end(d, 1, "badly")
    assert d.steps[-1] == "go1"


def suspending(clause=ALL):
    base = parent(clause)
    steps = (
        *base.steps,
        *common_steps(manage=(CLERK,), work=(CLERK,), suspended="held"),
        Step("drop", "", "held", "open", (CLERK,)),
        Step("end", "", "open", "done", (CLERK,)),
    )
    return replace(base, states=base.states | {"held": "暂停"}, suspended="held", steps=steps)


def test_children_go_on_while_the_parent_is_suspended_and_are_heard_afterwards():
    d = asked(suspending(), "qx.a.")
    d.take("suspend", {"reason": "等"})
    end(d, 0, "well")
    assert d.road.state == "held"
    decision = d.take("resume")
    assert [m.step for m in decision.moves] == ["resume", "go0"]
    assert d.road.state == "done"


def test_a_parent_that_leaves_suspension_for_another_state_recalls():
    d = asked(suspending(), "qx.a.")
    d.take("suspend", {"reason": "等"})
    d.take("drop")
    assert (d.children[0].state, d.road.back) == ("recalled", "")


def test_a_guard_holds_an_automatic_step_back():
    ready = Guard("ready", frozenset({"fact:grade"}), lambda r: bool(r["fact:grade"]), "还没定级")
    base = parent(ALL)
    d = asked(
        replace(base, steps=tuple(replace(s, guards=("ready",)) if s.name == "go0" else s for s in base.steps)),
        "qx.a.",
        guards=(ready,),
    )
    end(d, 0, "well")
    assert d.road.state == "waiting"


def test_one_child_is_opened_where_the_parent_is():
    base = parent(ALL, opens=(Open("c", "help"),))
    d = Desk(house(base, child()))
    d.begin()
    d.road.holder = "qx.here."
    d.take("ask", {"agencies": ["qx.a."]})
    assert [c.holder for c in d.children] == ["qx.here."]


def test_the_opener_is_the_office_of_the_parent():
    from tianping.kernel.lifecycle.rights import post_path

    d = asked(parent(ALL), "qx.a.")
    d.road.holder = "qx.lead."
    assert post_path("opener", d.matter, d.children[0]) == "qx.lead."
    back = child(steps=(*child().steps, Step("back", "", "asked", None, (CLERK,), touches={"holder": "opener"})))
    d = Desk(house(parent(ALL), back))
    d.begin()
    d.road.holder = "qx.lead."
    d.take("ask", {"agencies": ["qx.a."]})
    d.take("back", at=d.children[0])
    assert d.children[0].holder == "qx.lead."


def test_fifty_offices_can_be_asked_and_recalled():
    d = asked(parent(ALL), *(f"qx.a{n}." for n in range(50)))
    assert len(d.take("leave").moves) == 51


def test_a_child_moved_by_the_kernel_alone_is_not_recalled_by_hand():
    d = asked(parent(ALL), "qx.a.")
    with pytest.raises(RefusedError):
        d.take("recall", actor=staff("handler@qx.a."), at=d.children[0])
    assert MANY.field("agencies").required
    assert isinstance(child().by_name["recall"].by[0], Kernel)
