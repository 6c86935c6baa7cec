"""The engine, one word of the vocabulary at a time."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.kernel.lifecycle.kit import (
    CLERK,
    CLERK_ACTOR,
    REASON,
    SYSTEM,
    Desk,
    citizen,
    house,
    procedure,
    staff,
    with_step,
)
from tianping.kernel.lifecycle import engine
from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.effects import protected_audience
from tianping.kernel.lifecycle.state import SEALED, Actor, MatterState, PartyRef, RefusedError
from tianping.kernel.lifecycle.vocabulary import (
    START,
    Assigned,
    Field,
    Form,
    Guard,
    Guest,
    Kernel,
    Lapse,
    Leader,
    Party,
    Post,
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


# ── START ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def two_starts(**second):
    first = Step("urgent", "急", START, "open", (CLERK,), REASON, ("urgent",))
    other = Step("calm", "不急", START, "open", (Guest(),), **second)
    guard = Guard("urgent", frozenset({"form"}), lambda r: r["form"].get("reason") == "急", "不急")
    return Desk(house(procedure(steps=(first, other, *P.steps[1:])), guards=(guard,)))


def test_the_first_start_that_its_guards_allow_is_taken():
    d = two_starts()
    assert d.begin(form={"reason": "急"}).moves[0].step == "urgent"
    assert two_starts().begin(form={"reason": "慢"}).moves[0].step == "calm"


def test_a_start_that_is_somebody_elses_is_passed_over():
    assert two_starts().begin(form={}, actor=Actor("guest", "1")).moves[0].step == "calm"


def test_a_start_whose_form_does_not_fit_leaves_room_for_the_next():
    d = two_starts()

    def parse(found):
        if found.name == "urgent":
            raise RefusedError("请填写", "form")
        return {}

    matter = MatterState(UUID(int=5), "qx.zz.", "qx.zz.")
    decision = engine.begin(d.registry, "p", parse, actor=CLERK_ACTOR, matter=matter, new_id=d.new_id)
    assert decision.moves[0].step == "calm"


def test_a_start_is_taken_by_name():
    assert two_starts().begin(form={"reason": "急"}, step="calm").moves[0].step == "calm"


def test_the_first_refusal_is_told_when_no_start_fits():
    d = Desk(house(P))
    assert refused(lambda: d.begin(actor=staff("x@y."))) == "right"
    assert refused(lambda: two_starts().begin(step="urgent", form={"reason": "慢"})) == "guard"
    assert refused(lambda: d.begin(step="nothing")) == "unknown"
    assert refused(lambda: d.begin("nowhere")) == "unknown"


# ── by ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_post_acts_where_it_is_declared():
    for at, path in (
        ("centre", "qx.zz."),
        ("root", "qx."),
        ("place", "qx.town."),
        ("holder", "qx.zz."),
        ("opener", "qx.zz."),
    ):
        d = desk(step(by=(Post("clerk", at),)), begin={"place_path": "qx.town."})
        d.take("x", actor=staff(f"clerk@{path}"))
        assert refused(lambda d=d: d.take("x", actor=staff("clerk@qx.elsewhere."))) == "right"


def test_a_place_without_an_agency_falls_to_the_centre():
    desk(step(by=(Post("clerk", "place"),))).take("x")


def test_who_is_assigned_acts_in_person():
    d = desk(step(by=(Assigned("handler"),)), *common_steps(manage=(CLERK,), work=(CLERK,)))
    assert refused(lambda: d.take("x", actor=staff("person:7"))) == "right"
    d.take("assign", {"assignee": "7"}, extra={"relations": []})
    assert "person:7" in d.matter.audience
    d.take("x", actor=staff("person:7"))
    d.take("assign", {"assignee": "8"}, extra={"relations": []})
    assert "person:7" not in d.matter.audience


def test_a_relation_keeps_somebody_from_being_assigned():
    d = desk(*common_steps(manage=(CLERK,), work=(CLERK,)))
    assert refused(lambda: d.take("assign", {"assignee": "7"}, extra={"relations": ["亲属"]})) == "guard"


def parties(*roles):
    form = Form(
        tuple(Field(f"{r}_name", "other_name" if r != "reporter" else "reporter_name") for r in ("reporter", "other"))
    )
    start = Step(
        "start", "开始", START, "open", (CLERK,), form, touches={f"party:{r}": r for r in ("reporter", "other")}
    )
    return procedure(steps=(start, *P.steps[1:])), {f"{r}_name": "周桂兰" for r in roles}


def test_a_party_needs_its_proof():
    base, form = parties("reporter")
    d = Desk(house(with_step(base, step(by=(Party("reporter", proof="identity"),)))))
    d.begin(form=form)
    subject = d.matter.parties[0].subject.int
    assert refused(lambda: d.take("x", actor=citizen(subject))) == "proof"
    assert refused(lambda: d.take("x", actor=citizen(99, "identity"))) == "right"
    d.take("x", actor=citizen(subject, "identity"))
    d.take("x", actor=citizen(99, "identity", on_behalf=UUID(int=subject)))


def test_a_step_of_every_party_waits_for_the_last_and_acts_once():
    base, _form = parties()
    sign = step("sign", "open", "done", (Party("both", every=True),), touches={"tell": "signed"})
    start = replace(base.steps[0], touches={"party:both": "reporter", "party:other": "other"})
    d = Desk(house(replace(base, steps=(start, base.steps[1], sign))))
    d.begin(form={"reporter_name": "甲", "other_name": "乙"})
    d.matter.parties = [PartyRef("both", p.subject) for p in d.matter.parties]
    one, two = (p.subject.int for p in d.matter.parties)
    first = d.take("sign", actor=citizen(one))
    assert (d.road.state, [e["do"] for e in first.moves[0].effects]) == ("open", ["pending"])
    assert refused(lambda: d.take("sign", actor=citizen(one))) == "right"
    last = d.take("sign", actor=citizen(two))
    assert (d.road.state, d.road.pending) == ("done", {})
    assert [e["do"] for e in last.moves[0].effects] == ["pending", "tell", "state"]


def test_a_state_that_is_left_forgets_who_had_signed():
    base, form = parties("reporter", "other")
    sign = step("sign", "open", "done", (Party("reporter", every=True),))
    d = Desk(house(with_step(base, sign)))
    d.begin(form=form)
    d.matter.parties = [PartyRef("reporter", p.subject) for p in d.matter.parties]
    d.take("sign", actor=citizen(d.matter.parties[0].subject.int))
    moved = d.take("finish")
    assert {"do": "forget"} in moved.moves[0].effects


def test_a_lapse_comes_with_the_clock_alone():
    d = desk(step(by=(Lapse("t"),), target="done"), terms=(Term("t", "时限", "r", frozenset({"open"})),))
    assert refused(lambda: d.take("x", actor=SYSTEM)) == "right"
    d.road.terms["t"].lapsed = True
    assert refused(lambda: d.take("x")) == "right"
    d.take("x", actor=SYSTEM)
    assert d.road.state == "done"


def test_a_followers_step_is_the_feeds():
    d = desk(step(by=(Leader(frozenset({"finish"})),), target="done"))
    assert refused(lambda: d.take("x")) == "right"
    d.take("x", actor=SYSTEM)


def test_the_kernels_own_step_is_never_asked_for():
    d = desk(step(by=(Kernel(),)))
    assert refused(lambda: d.take("x", actor=SYSTEM)) == "right"


def test_a_step_needs_its_state_and_its_name():
    d = desk(step("x"))
    d.take("finish")
    assert refused(lambda: d.take("x")) == "state"
    assert refused(lambda: d.take("nothing")) == "unknown"
    assert refused(lambda: d.take("start")) == "unknown"
    d.road.state = "unheard of"
    assert refused(lambda: d.take("x")) == "state"


# ── touches ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_holder_sees_the_matter_and_so_do_the_offices_above():
    d = desk(step(touches={"holder": "agency"}, form=AGENCY))
    d.take("x", {"agency": "qx.zj.wuye."})
    assert d.road.holder == "qx.zj.wuye."
    assert d.matter.audience == {"agency:qx.zj.", "agency:qx.zj.wuye."}
    d.take("x", {})
    assert d.road.holder == "qx.zj.wuye."


def test_a_matter_goes_back_to_the_centre_or_to_whoever_opened():
    d = desk(step("home", touches={"holder": "centre"}), step("up", touches={"holder": "opener"}))
    d.take("home")
    assert d.road.holder == "qx.zz."
    d.take("up")
    assert d.road.holder == "qx.zz."


def test_who_is_known_and_reports_is_the_party():
    base, _form = parties("reporter")
    start = replace(base.steps[0], by=(Guest(),))
    d = Desk(house(replace(base, steps=(start, *base.steps[1:]))))
    d.begin(actor=citizen(7))
    assert [p.subject.int for p in d.matter.parties] == [7]
    assert "subject:" + str(UUID(int=7)) in d.matter.audience


def test_a_guest_who_gives_no_name_is_a_party_all_the_same():
    base, _form = parties()
    d = Desk(house(replace(base, steps=(replace(base.steps[0], by=(Guest(),)), *base.steps[1:]))))
    d.begin(actor=Actor("guest", "1"))
    assert [p.role for p in d.matter.parties] == ["reporter"]


def test_a_protected_matter_is_seen_by_no_office_and_not_by_the_other_side():
    base, form = parties("reporter", "other")
    start = replace(base.steps[0], touches={"protect": "on", **base.steps[0].touches})
    d = Desk(house(replace(base, steps=(start, *base.steps[1:], step(touches={"holder": "agency"}, form=AGENCY)))))
    d.begin(form=form)
    d.take("x", {"agency": "qx.zj."}, actor=staff("protector@qx.zz."))
    assert refused(lambda: d.take("x")) == "right"
    reporter = f"subject:{d.matter.parties[0].subject}"
    assert d.matter.path == ""
    assert protected_audience(d.registry, d.matter) == {reporter, "protector@qx.zz."}
    d.matter.audience |= {"agency:qx.zj.", f"subject:{d.matter.parties[1].subject}"}
    assert protected_audience(d.registry, d.matter) == {reporter, "protector@qx.zz."}
    d.take("finish", actor=staff("protector@qx.zz."))
    assert protected_audience(d.registry, d.matter) == {reporter, "protector@qx.zz."}


def test_a_link_a_notice_and_supervision_are_recorded():
    d = desk(
        step("link", touches={"link": "other_matter"}, form=OTHER),
        step("tell", touches={"tell": "hello"}),
        step("watch", touches={"supervise": "on"}),
        step("let", touches={"supervise": "off"}),
    )
    assert d.take("link", {"other_matter": "9"}).moves[0].effects == [{"do": "link", "matter": "9"}]
    assert d.take("tell").moves[0].effects == [{"do": "tell", "words": "hello"}]
    d.take("watch")
    assert d.road.supervised
    d.take("let")
    assert not d.road.supervised


TITLED = Form((Field("title", "title"), Field("grade", "grade"), Field("note", "note")))
COMMON = common_steps(manage=(CLERK,), work=(CLERK,), erase=(CLERK,))


def titled():
    d = desk(step("tell", form=TITLED), *COMMON)
    d.take("tell", {"title": "漏水", "grade": "3", "note": "话"})
    return d


def test_a_fact_is_kept_with_what_it_was_and_a_note_is_none():
    d = titled()
    assert d.matter.facts == {"title": "漏水", "grade": "3"}
    again = d.take("tell", {"title": "更漏", "grade": "2"})
    assert [e["was"] for e in again.moves[0].effects] == [SEALED, "3"]


def test_a_correction_says_the_fact_anew_and_seals_what_is_personal():
    d = titled()
    d.take("correct", {"concept": "grade", "value": "1", "reason": "错"})
    d.take("correct", {"concept": "title", "value": "水管漏", "reason": "错"})
    assert d.matter.facts == {"title": SEALED, "grade": "1"}
    for name in ("place", "note", "moon"):
        assert refused(lambda n=name: d.take("correct", {"concept": n, "value": "x", "reason": "错"})) == "form"


def test_an_erasure_takes_the_fact_away():
    d = titled()
    d.take("erase", {"concept": "title", "reason": "依法"})
    assert "title" not in d.matter.facts
    assert refused(lambda: d.take("erase", {"concept": "title", "reason": "依法"})) == "form"
