"""The engine: merge, clocks, hand-over, split, guards."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.kernel.lifecycle.kit import (
    CLERK,
    CLERK_ACTOR,
    OFFICE,
    Desk,
    house,
    procedure,
    staff,
    with_step,
)
from tianping.kernel.lifecycle import engine
from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.state import LastEntry, MatterState, PartyRef, RefusedError
from tianping.kernel.lifecycle.vocabulary import (
    BACK,
    OPEN,
    START,
    Field,
    Form,
    Guard,
    Kernel,
    Open,
    Step,
    Term,
)

AGENCY = Form((Field("agency", "agency"),))
OTHER = Form((Field("other_matter", "other_matter", required=True),))
NAMED = Form((Field("reporter_name", "reporter_name"), Field("other_name", "other_name")))
P = procedure()


def step(name="x", source="open", target=None, by=(CLERK,), form=None, guards=(), **rest):
    return Step(name, "一步", source, target, by, form or Form(), guards, **rest)


def desk(*steps, procedures=(), guards=(), concepts=(), begin=None, **changes):
    d = Desk(house(with_step(P, *steps, **changes), *procedures, guards=guards, concepts=concepts))
    d.begin(**(begin or {}))
    return d


def refused(call):
    with pytest.raises(RefusedError) as error:
        call()
    return error.value.reason


# ── merge ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def merging(word="on"):
    steps = (
        step("merge", target="following", touches={"leader": "other_matter"}, form=OTHER),
        step("absorb", ("open",), None, (Kernel(),)),
        step("apart", "following", "open", touches={"unlead": word}),
    )
    d = desk(*steps, states=P.states | {"following": "并案"})
    d.begin()
    return d, next(m for m in d.matters.values() if m.id != d.matter.id)


@pytest.mark.parametrize(("word", "links"), [("on", 0), ("linked", 1)])
def test_who_leaves_a_merge_is_counted_down_and_linked_where_it_is_said(word, links):
    d, leader = merging(word)
    d.take("merge", {"other_matter": str(leader.id)})
    assert (leader.followers, d.matter.leader) == (1, leader.id)
    (move,) = d.take("apart").moves
    assert (leader.followers, d.matter.leader) == (0, None)
    assert [e["do"] for e in move.effects].count("link") == links
    assert {"do": "lead", "to": None, "was": str(leader.id)} in move.effects


def test_who_follows_nobody_has_nothing_to_leave():
    d, _leader = merging()
    d.road.state = "following"
    (move,) = d.take("apart").moves
    assert [e["do"] for e in move.effects] == ["state"]


def test_a_merge_stands_on_both_chains():
    d, leader = merging()
    decision = d.take("merge", {"other_matter": str(leader.id)})
    assert [(m.step, m.matter == leader.id, m.automatic) for m in decision.moves] == [
        ("merge", False, False),
        ("absorb", True, True),
    ]
    assert (d.matter.leader, d.road.state, leader.followers) == (leader.id, "following", 1)
    d.take("apart")
    assert (d.matter.leader, leader.followers) == (None, 0)
    d.road.state = "following"
    d.take("apart")
    assert leader.followers == 0


def test_a_matter_joins_neither_itself_nor_one_that_cannot_take_it():
    d, leader = merging()
    for other in (d.matter.id, UUID(int=3)):
        assert refused(lambda o=other: d.take("merge", {"other_matter": str(o)})) == "form"
    next(iter(leader.proceedings.values())).state = "done"
    assert refused(lambda: d.take("merge", {"other_matter": str(leader.id)})) == "guard"


# ── terms ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def held(**term):
    steps = (
        step("wait", target="waiting"),
        step("on", "waiting", "open"),
        step("again", target="open"),
        *common_steps(manage=(CLERK,), work=(CLERK,), suspended="held"),
    )
    return desk(
        *steps,
        states=P.states | {"waiting": "等", "held": "暂停"},
        suspended="held",
        terms=(Term("t", "时限", "r", **({"runs": frozenset({"open"})} | term)),),
    )


def clock(d):
    return d.road.terms["t"].status


def test_a_clock_follows_the_state():
    d = held(pauses=frozenset({"waiting"}))
    seen = [clock(d)]
    for name in ("wait", "on", "finish"):
        d.take(name)
        seen.append(clock(d))
    assert seen == ["running", "paused", "running", "ended"]


def test_suspension_pauses_and_resuming_goes_on_without_a_new_start():
    d = held()
    d.take("suspend", {"reason": "等"})
    assert (d.road.state, d.road.back, clock(d)) == ("held", "open", "paused")
    back = d.take("resume")
    assert {"do": "term", "name": "t", "to": "resume"} in back.moves[0].effects
    assert (d.road.state, d.road.back, clock(d)) == ("open", "", "running")


def test_a_clock_that_was_paused_is_paused_after_suspension_as_well():
    d = held(pauses=frozenset({"waiting"}))
    d.take("wait")
    d.take("suspend", {"reason": "等"})
    d.take("resume")
    assert (d.road.state, clock(d)) == ("waiting", "paused")


def test_a_clock_that_names_the_suspended_state_goes_on():
    d = held(runs=frozenset({"open", "held"}))
    d.take("suspend", {"reason": "等"})
    assert clock(d) == "running"


def test_a_clock_that_did_not_run_is_not_started_by_suspension():
    d = held(runs=frozenset({"waiting", "held"}))
    d.take("suspend", {"reason": "等"})
    assert d.road.terms == {}


def test_what_is_suspended_is_not_suspended_again():
    d = held()
    d.take("suspend", {"reason": "等"})
    assert refused(lambda: d.take("suspend", {"reason": "等"})) == "state"


def test_a_step_restarts_its_clock():
    d = held(restarts=frozenset({"again"}))
    d.road.terms["t"].lapsed = True
    assert {"do": "term", "name": "t", "to": "restart"} in d.take("again").moves[0].effects
    assert not d.road.terms["t"].lapsed


def test_an_extension_needs_a_clock_that_is_not_over():
    form = Form((Field("term", "term", required=True), Field("amount", "amount", required=True)))
    d = desk(
        step(extends="*", form=form),
        step("y", extends="t", form=form),
        terms=(Term("t", "时限", "r", frozenset({"open"})),),
    )
    assert d.take("x", {"term": "t", "amount": 3}).moves[0].effects == [{"do": "extend", "term": "t", "amount": 3}]
    assert d.take("y", {"term": "t", "amount": 3}).moves
    assert refused(lambda: d.take("x", {"term": "moon", "amount": 3})) == "form"
    d.road.terms["t"].status = "ended"
    assert refused(lambda: d.take("y", {"amount": 3})) == "form"


# ── hand-over ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_final_state_opens_what_follows():
    nxt = procedure(name="q", steps=(Step("begin", "接", START, "open", (Kernel(),)), *P.steps[1:]))
    d = Desk(house(replace(P, final={"done": "q"}), nxt))
    d.begin()
    decision = d.take("finish")
    assert [m.step for m in decision.moves] == ["finish", "begin"]
    (child,) = d.children
    assert (child.procedure, child.slot, child.holder, child.state) == ("q", "@next", "qx.zz.", "open")
    assert next(e for e in decision.moves[0].effects if e["do"] == "open")["slot"] == "@next"
    d.take("finish", at=child)
    assert child.state == "done"


def test_steps_without_end_are_stopped():
    d = desk()
    run = engine.Run(d.registry, CLERK_ACTOR, d.new_id, {})
    run.moves = [None] * engine.MAX_MOVES
    assert refused(lambda: run.take(P, d.matter, d.road, P.by_name["finish"], {})) == "unknown"


# ── split ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_split_takes_parties_place_and_open_facts_along_and_leaves_the_first_as_it_was():
    start = Step(
        "start",
        "开始",
        START,
        "open",
        (CLERK, Kernel()),
        Form((Field("description", "description"), Field("channel", "channel"), Field("place", "place"))),
    )
    form = Form((Field("description", "description", required=True, revises=True), Field("note", "note")))
    split = step("split", form=form, opens=(Open("p", new_matter=True),))
    d = Desk(house(procedure(steps=(start, *P.steps[1:], split))))
    d.begin(form={"description": "两件事", "channel": "web", "place": "桥头"}, place_path="qx.town.")
    d.matter.parties = [PartyRef("reporter", UUID(int=1))]
    decision = d.take("split", {"description": "第二件", "note": "分开"})
    twin = next(m for m in decision.matters.values() if m.id != d.matter.id)
    assert d.matter.facts["description"] == "两件事"
    assert twin.facts == {"description": "第二件", "channel": "web"}
    assert (twin.place_path, [p.subject.int for p in twin.parties]) == ("qx.town.", [1])
    assert [e["do"] for e in decision.moves[1].effects] == ["fact", "fact", "state", "link", "party"]
    assert d.road.state == "open"


# ── guards ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_guard_sees_exactly_what_it_declares():
    seen = {}

    def test(reads):
        seen.update(reads)
        return True

    names = {
        "form",
        "actor",
        "matter",
        "parties",
        "last",
        "other",
        "relations",
        "state",
        "today",
        "fact:title",
        "count:finish",
        "term:t",
        "children:help",
    }
    guard = Guard("g", frozenset(names), test, "不行")
    d = desk(step(guards=("g",)), guards=(guard,), terms=(Term("t", "时限", "r", frozenset({"open"})),))
    d.take("x", extra={"today": "2026-11-24"})
    assert set(seen) == names
    assert (seen["fact:title"], seen["count:finish"], seen["today"], seen["children:help"]) == (
        None,
        0,
        "2026-11-24",
        [],
    )
    assert (seen["term:t"].status, seen["state"], seen["other"]) == ("running", d.road, None)


def test_common_guards_speak_of_the_other_matter():
    guards = {g.name: g.test for g in house(P).guards.values()}
    assert not guards["is_leader_free"]({"other": None})
    assert guards["is_leader_free"]({"other": {"free": True}})
    assert not guards["other_open"]({"other": None})
    assert guards["not_protected"]({"matter": MatterState(UUID(int=1), "", "")})


def test_only_the_one_who_took_the_step_takes_it_back():
    test = house(P).guards["own_last_step"].test
    last = LastEntry(UUID(int=1), UUID(int=1), "p", "x", str(UUID(int=1)), [])
    assert test({"last": last, "actor": staff(user=1)})
    assert not test({"last": last, "actor": staff(user=2)})
    assert not test({"last": None, "actor": staff()})


def test_common_steps_come_as_asked():
    everything = common_steps(
        manage=(CLERK,),
        work=(OFFICE,),
        suspended="held",
        reversible=("x",),
        watch=(CLERK,),
        erase=(CLERK,),
        terms=("t",),
        extend=(CLERK,),
        correcting=("not_protected",),
    )
    assert [s.name for s in everything] == [
        "assign",
        "correct",
        "link",
        "note",
        "suspend",
        "resume",
        "supervise",
        "release",
        "extend",
        "escalate",
        "erase",
        "undo",
    ]
    assert everything[1].guards == ("not_protected",)
    assert everything[5].target == BACK
    assert everything[4].sources == (OPEN,)


def test_a_concept_of_the_scene_is_a_fact_like_any_other():
    d = desk(step(form=Form((Field("room", "room"),))), concepts=(Concept("room", "房间", "integer"),))
    d.take("x", {"room": 3})
    assert d.matter.facts == {"room": 3}
