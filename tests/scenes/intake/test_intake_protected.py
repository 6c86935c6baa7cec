"""The protected way: need to know, and never in the hands of whoever is complained of, on whatever path."""

import pytest

from tests.scenes.desk import GUEST, POSTS, SceneDesk, office
from tianping.kernel.lifecycle.effects import protected_audience
from tianping.kernel.lifecycle.state import RefusedError
from tianping.scenes.intake.forms import ORDINARY
from tianping.scenes.intake.guards import GUARDS

BY_NAME = {g.name: g for g in GUARDS}
PERSON = "00000000-0000-0000-0000-000000000007"
REPORT = {"description": "住建局的人态度差", "complained_agency": "qx.zj."}


def desk(**more):
    d = SceneDesk()
    d.opens("intake", "register_protected", REPORT | more, GUEST)
    return d


def refused(call):
    with pytest.raises(RefusedError) as error:
        call()
    return str(error.value)


def entrusted():
    d = desk()
    d.does("contact", "protector", note="打过电话")
    d.does("entrust", "protector", agency="qx.sw.", category="a", grade="1", assignee=PERSON)
    return d


@pytest.mark.parametrize("flag", ["danger", "violence", "minor", "complained_agency"])
def test_each_flag_leads_the_protected_way_and_no_other(flag):
    d = SceneDesk()
    raw = {"description": "有事", flag: "qx.zj." if flag == "complained_agency" else "on"}
    assert refused(lambda: d.opens("intake", "register", raw, GUEST)) == "这件事要走保护的办法"
    d.opens("intake", "register_protected", raw, GUEST)
    assert (d.road.state, d.matter.protected, d.matter.path) == ("protecting", True, "")


def test_an_ordinary_matter_does_not_go_the_protected_way():
    d = SceneDesk()
    assert (
        refused(lambda: d.opens("intake", "register_protected", {"description": "漏水"}, GUEST))
        == "这件事不用走保护的办法"
    )


def test_only_the_protector_the_named_person_and_the_reporter_see_it():
    d = entrusted()
    reporter = f"subject:{d.matter.parties[0].subject}"
    assert protected_audience(d.registry, d.matter) == {reporter, "protector@qx.zz.", f"person:{PERSON}"}
    assert refused(lambda: d.does("finish", office("qx.sw."), outcome="settled", result="好了")) == "这一步不归您办"


@pytest.mark.parametrize("agency", ["qx.zj.", "qx.zj.wuye."])
def test_who_is_complained_of_never_gets_it(agency):
    d = desk()
    d.does("contact", "protector", note="打过电话")
    sentence = "不能交给被反映的单位或它的下属单位"
    assert refused(lambda: d.does("reported", "protector", agency=agency, note="报了")) == sentence
    form = {"agency": agency, "category": "a", "grade": "1", "assignee": PERSON}
    assert refused(lambda: d.does("entrust", "protector", **form)) == sentence
    d = entrusted()
    d.road.state = "meeting"
    assert refused(lambda: d.does("settle_meeting", "protector", agency=agency, minutes="定了")) == sentence
    d.road.state = "dispatch"
    assert refused(lambda: d.does("dispatch", "protector", agency=agency)) == sentence
    both = {"agency": "qx.sw.", "agencies": ["qx.cg.", agency]}
    assert refused(lambda: d.does("dispatch_jointly", "protector", **both)) == sentence


def test_an_undone_dispatch_leaves_it_with_the_office_before():
    d = entrusted()
    d.road.state = "dispatch"
    d.does("dispatch", "protector", agency="qx.cg.")
    d.does("undo", "protector", reason="点错了")
    assert d.road.holder == "qx.sw."


def test_whom_it_complains_of_is_the_protectors_to_correct_and_not_into_the_holder():
    d = entrusted()
    from tests.kernel.lifecycle.kit import staff

    change = {"concept": "complained_agency", "reason": "写错了"}
    assert "保护专员更正" in refused(lambda: d.does("correct", staff(f"person:{PERSON}"), **change, value="qx.cg."))
    assert "请先换单位" in refused(lambda: d.does("correct", "protector", **change, value="qx.sw."))
    d.does("correct", "protector", **change, value="qx.cg.")
    assert d.matter.facts["complained_agency"] == "qx.cg."
    d.does("correct", staff(f"person:{PERSON}"), concept="grade", value="2", reason="写错了")
    assert d.matter.facts["grade"] == "2"


def test_a_protected_matter_is_neither_merged_nor_split_nor_answered_in_passing():
    d = entrusted()
    other = {"other_matter": PERSON, "extra": {"other": {"free": True}}}
    d.road.state = "dispatch"
    assert refused(lambda: d.does("merge", "protector", **other)) == "受保护的事项不能这样做"
    assert refused(lambda: d.does("split", "protector", description="另一件")) == "受保护的事项不能这样做"
    assert "当面答复" in refused(lambda: d.does("answer_directly", "protector", answer="好了"))


def test_the_protector_answers_in_person():
    d = desk(reporter_name="周桂兰", other_name="某人")
    d.does("contact", "protector", note="打过电话")
    d.does("protect_answer", "protector", answer="已处置")
    assert d.road.state == "answered"
    assert f"subject:{d.matter.parties[1].subject}" not in protected_audience(d.registry, d.matter)


def test_guards_say_what_a_clerk_understands():
    assert all(g.refusal and not g.refusal.isascii() for g in GUARDS)
    assert not BY_NAME["graded"].test({"fact:grade": None, "fact:category": "a"})
    assert POSTS["protector"].keys == {"protector@qx.zz."}


# ── put under protection on the way, and taken out of it ─────────────────────────────────────────────────────────────
WHY = {"reason": "来电说动手了", "violence": "on"}


def on_the_way(**more):
    d = SceneDesk()
    d.opens("intake", "register", {"description": "漏水", "reporter_name": "周桂兰"} | more, GUEST)
    d.does("triage", "dispatcher", category="a", grade="3")
    d.does("dispatch", "dispatcher", agency="qx.zj.")
    d.does("assign", office("qx.zj.", "head"), assignee=PERSON)
    return d


def test_with_one_step_everybody_but_the_protector_and_the_reporter_loses_sight():
    d = on_the_way()
    assert {"agency:qx.zj.", f"person:{PERSON}"} <= d.matter.audience
    decision = d.does("protect", office("qx.zj."), **WHY)
    reporter = f"subject:{d.matter.parties[0].subject}"
    assert protected_audience(d.registry, d.matter) == {reporter, "protector@qx.zz."}
    assert (d.matter.protected, d.matter.path, d.road.holder, d.road.assigned) == (True, "", "qx.zz.", {})
    assert {"do": "protect", "away": [str(d.road.id)]} in decision.moves[0].effects
    assert refused(lambda: d.does("undo", "dispatcher", reason="点错了"))


@pytest.mark.parametrize("state", ORDINARY)
def test_it_may_be_protected_from_every_ordinary_state(state):
    d = on_the_way()
    d.road.state = state
    d.road.back = "handling" if state == "suspended" else ""
    d.does("protect", "dispatcher", **WHY)
    assert d.road.state == "protecting"
    running = {name for name, clock in d.road.terms.items() if clock.status == "running"}
    assert {"protect_contact", "protect_report"} <= running


def test_only_a_flag_protects():
    d = on_the_way()
    assert "请选一条" in refused(lambda: d.does("protect", "dispatcher", reason="不放心"))


def asked_to_end():
    d = on_the_way()
    d.does("protect", "dispatcher", **WHY)
    d.does("contact", "protector", note="打通了")
    d.does("ask_unprotect", "protector", reason="是误会")
    return d


def test_the_supervisor_is_informed_while_the_matter_waits_for_them():
    d = asked_to_end()
    assert "supervisor@qx.zz." in protected_audience(d.registry, d.matter)
    assert refused(lambda: d.does("unprotect", "protector", reason="没事")) == "这一步不归您办"
    d.matter.audience = protected_audience(d.registry, d.matter)
    d.does("stay_protected", "supervisor", reason="再看看")
    assert "supervisor@qx.zz." not in protected_audience(d.registry, d.matter)


def test_the_end_of_protection_brings_it_back_to_its_place():
    d = asked_to_end()
    d.does("unprotect", "supervisor", reason="核实过")
    assert (d.matter.protected, d.matter.path, d.road.state, d.road.holder) == (False, "qx.zz.", "triage", "qx.zz.")
    assert d.road.terms["protect_report"].status == "ended"


def test_a_complaint_about_an_office_stays_protected():
    d = on_the_way()
    d.does("protect", "supervisor", reason="反映承办单位", complained_agency="qx.zj.")
    d.does("contact", "protector", note="打通了")
    assert refused(lambda: d.does("ask_unprotect", "protector", reason="没事")) == "反映单位的事项不能解除保护"
