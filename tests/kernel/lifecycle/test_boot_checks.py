"""A declaration that could strand a matter never starts; each message names the scene, the procedure and the mend."""

from dataclasses import replace

import pytest

from tests.kernel.lifecycle.kit import CLERK, REASON, faults, house, procedure, with_step
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.procedure import Scene
from tianping.kernel.lifecycle.registry import DeclarationError, Registry
from tianping.kernel.lifecycle.vocabulary import (
    BACK,
    OPEN,
    START,
    Field,
    Form,
    Guard,
    Guest,
    Kernel,
    Lapse,
    Leader,
    Open,
    Party,
    Post,
    Step,
    Term,
)

RUNS = frozenset({"open"})
NAMED = Form((Field("value", "value", required=True),))


def step(name="x", source="open", target=None, by=(CLERK,), form=None, guards=(), **rest):
    return Step(name, "一步", source, target, by, form or Form(), guards, **rest)


def term(name="t", rule="r", runs=RUNS, **rest):
    return Term(name, "时限", rule, frozenset(runs), **rest)


def form(*names, required=True):
    return Form(tuple(Field(n, n, required=required) for n in names))


P = procedure()
SUSPENDING = replace(P, states=P.states | {"held": "暂停"}, suspended="held")
CASES = {
    "no start": (replace(P, steps=P.steps[1:]), "no START step"),
    "final not a state": (replace(P, final={"done": "end", "gone": "end"}), "'gone' is not in states"),
    "hand-over to nobody": (replace(P, final={"done": "court"}), "'court', which no installed scene declares"),
    "no archive": (replace(P, final={"done": "archive"}), "archive scene is not installed"),
    "suspended unknown": (replace(P, suspended="held"), "'held' is not an open state"),
    "rests unknown": (replace(P, rests=frozenset({"gone"})), "rests names 'gone'"),
    "two steps alike": (with_step(P, step("finish", target="done")), "two steps are called 'finish'"),
    "unreachable": (replace(P, states=P.states | {"far": "远"}), "'far' cannot be reached"),
    "dead end": (
        with_step(P, step("on", target="far"), states=P.states | {"far": "远"}),
        "'far' is a dead end",
    ),
    "source unknown": (with_step(P, step(source="far", target="done")), "starts from 'far'"),
    "target unknown": (with_step(P, step(target="far")), "leads to 'far'"),
    "back without suspended": (with_step(P, step(target=BACK)), "no suspended state"),
    "back from elsewhere": (
        with_step(SUSPENDING, step("hold", target="held"), step("go", ("held", "open"), BACK)),
        "must start from 'held' alone",
    ),
    "start without target": (with_step(P, step(source=START)), "needs a target state"),
    "nobody's": (with_step(P, step(by=())), "is nobody's"),
    "post nowhere": (with_step(P, step(by=(Post("clerk", "moon"),))), "at 'moon'"),
    "guest goes on": (with_step(P, step(by=(Guest(),))), "open to guests, but does not START"),
    "every and others": (with_step(P, step(by=(Party("reporter", every=True), CLERK))), "waits for every 'reporter'"),
    "undo of nothing": (with_step(P, step("undo")), "must say in `undoes`"),
    "note that moves": (with_step(P, step("note", target="done")), "an undo looks past it"),
    "addition that moves": (with_step(P, step("add", target="done")), "a step called 'add' changes nothing"),
    "addition that touches": (with_step(P, step("add", touches={"supervise": "on"})), "an undo looks past it"),
    "absorb by hand": (with_step(P, step("absorb")), "records a merge"),
    "touch unknown": (with_step(P, step(touches={"paint": "red"})), "touches 'paint'"),
    "assign without role": (
        with_step(P, step(touches={"assign": "assignee"}, form=form("assignee"))),
        "without a role",
    ),
    "party without fields": (with_step(P, step(touches={"party:other": "other"})), "needs 'other_name'"),
    "touch without field": (
        with_step(P, step(touches={"holder": "agency"})),
        "the field 'agency', which its form lacks",
    ),
    "touch not required": (
        with_step(P, step(touches={"link": "other_matter"}, form=form("other_matter", required=False))),
        "make it required",
    ),
    "represent without phone": (
        with_step(P, step(touches={"represent": "represented"}, form=form("represented"))),
        "needs 'representative_phone' and 'represented'",
    ),
    "represent without role": (
        with_step(P, step(touches={"represent": "represented"}, form=form("representative_phone"))),
        "needs 'representative_phone' and 'represented'",
    ),
    "unrepresent without field": (
        with_step(P, step(touches={"unrepresent": "representation"})),
        "the field 'representation', which its form lacks",
    ),
    "correct without value": (
        with_step(P, step(touches={"correct": "concept"}, form=form("concept"))),
        "needs the required field 'value'",
    ),
    "two fields alike": (with_step(P, step(form=form("note", "note"))), "two fields are called 'note'"),
    "concept unknown": (with_step(P, step(form=form("moon"))), "unknown concept 'moon'"),
    "known field acted on": (
        with_step(P, step(touches={"holder": "category"}, form=form("category"))),
        "which a known fact would leave out",
    ),
    "automatic asks": (with_step(P, step(by=(Kernel(),), form=REASON)), "nobody is there to fill it in"),
    "extend without amount": (
        with_step(P, step(extends="t"), terms=(term(),)),
        "needs the required field 'amount'",
    ),
    "extend without term": (
        with_step(P, step(extends="*", form=form("amount"))),
        "needs the required field 'term'",
    ),
    "document unknown": (with_step(P, step(documents=("letter",))), "unknown document kind 'letter'"),
    "guard unknown": (with_step(P, step(guards=("moon",))), "unknown guard 'moon'"),
    "term runs nowhere": (replace(P, terms=(term(runs={"far"}),)), "runs or pauses in 'far'"),
    "term runs and pauses": (replace(P, terms=(term(pauses=RUNS),)), "both runs and pauses"),
    "term restarts unknown": (replace(P, terms=(term(restarts=frozenset({"moon"})),)), "unknown step 'moon'"),
    "term rule unknown": (replace(P, terms=(term(rule="r.{moon}"),)), "unknown concept 'moon'"),
    "lapse unknown": (with_step(P, step(by=(Lapse("moon"),), target="done")), "unknown term 'moon'"),
    "leader unknown": (with_step(P, step(by=(Leader(frozenset({"moon"})),))), "the leader's step 'moon'"),
    "extends unknown": (with_step(P, step(extends="moon", form=form("amount"))), "extends the unknown term 'moon'"),
    "leaves a merge silently": (
        with_step(
            replace(P, states=P.states | {"following": "并案"}),
            step("merge", target="following", touches={"leader": "other_matter"}, form=form("other_matter")),
            step("apart", "following", "open"),
        ),
        "step 'apart' leaves 'following', which follows another handling",
    ),
    "reversible for nobody": (with_step(P, step(reversible=True)), "marked reversible, but no step undoes it"),
    "undoes unknown": (with_step(P, step("undo", undoes=frozenset({"moon"}))), "undoes the unknown step 'moon'"),
    "undoes unmarked": (with_step(P, step("undo", undoes=frozenset({"finish"}))), "not marked reversible"),
    "undoes what lasts": (
        with_step(P, step(reversible=True, touches={"tell": "x"}), step("undo", undoes=frozenset({"x"}))),
        "such a step cannot be taken back",
    ),
    "undoes a restart": (
        with_step(
            P,
            step(reversible=True),
            step("undo", undoes=frozenset({"x"})),
            terms=(term(restarts=frozenset({"x"})),),
        ),
        "restarts a term",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_boot_names_the_fault_and_the_scene(case):
    declared, sentence = CASES[case]
    found = [fault for fault in faults(declared) if sentence in fault]
    assert found, faults(declared)
    assert found[0].startswith("s: p/1: ")
    assert any(mark in found[0] for mark in ("; ", ", "))  # what to do stands behind it


def test_a_sound_declaration_has_no_faults():
    assert faults(P) == []


@pytest.mark.parametrize(
    ("reads", "sentence"),
    [
        ("moon", "reads 'moon', which the kernel does not fetch"),
        ("fact:", "reads 'fact:'"),
        ("moon:x", "reads 'moon:x'"),
        ("fact:moon", "no concept"),
        ("count:moon", "counts the unknown step 'moon'"),
        ("term:moon", "reads the unknown term 'moon'"),
        ("row:moon", "reads the row of 'moon'"),
    ],
)
def test_a_guard_reads_only_what_is_fetched(reads, sentence):
    guard = Guard("g", frozenset({reads}), lambda _r: True, "不行")
    assert any(sentence in fault for fault in faults(with_step(P, step(guards=("g",))), guards=(guard,)))


def test_a_choice_needs_choices():
    assert (
        "concepts: concept 'colour' is a choice without choices"
        in faults(P, concepts=(Concept("colour", "颜色", "choice"),))[0]
    )


def test_a_released_version_keeps_its_digest():
    assert house(P, released={"p/1": P.digest})
    assert "was released and has changed" in faults(P, released={"p/1": "0" * 64})[0]


def test_a_released_version_stays_declared():
    assert faults(P, released={"p/1": P.digest, "p/0": "0"})[0].startswith("s: p/0 was released and is gone")


def test_the_digest_tells_what_is_done_from_how_it_is_worded():
    reworded = replace(P, label="别的", states={"open": "等着", "done": "好了"})
    assert reworded.digest == P.digest
    assert with_step(P, step()).digest != P.digest


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (Scene("s", "又一个", ()), "a second scene of this name"),
        (Scene("b", "乙", (), concepts=(Concept("title", "别的", "money"),)), "concept 'title' is declared otherwise"),
        (
            Scene("b", "乙", (), guards=(Guard("not_recused", frozenset(), lambda _r: True, ""),)),
            "guard 'not_recused' exists already",
        ),
        (Scene("b", "乙", (procedure(version=2),)), "procedure 'p' belongs to 's' already"),
        (Scene("b", "乙", (procedure(),)), "p/1 is declared twice"),
    ],
)
def test_two_scenes_do_not_fall_over_each_other(second, sentence):
    from tianping.kernel.lifecycle.common import COMMON_GUARDS

    with pytest.raises(DeclarationError) as error:
        Registry([Scene("s", "甲", (P,)), second], COMMON_GUARDS)
    assert sentence in str(error.value)


def test_open_is_every_state_that_is_not_final():
    p = with_step(P, step(source=OPEN))
    assert [s.name for s in p.steps_from("open")] == ["finish", "x"]
    assert p.steps_from("done") == ()


def test_what_opens_needs_an_installed_procedure():
    assert any("opens 'court'" in f for f in faults(with_step(P, step(opens=(Open("court", "s"),)))))


def test_what_is_declared_is_found():
    sound = with_step(P, step(documents=("letter",)), terms=(term(rule="r.{grade}"),))
    assert house(sound, documents={"letter": "函"})


def test_the_digest_knows_choices_and_sets():
    coloured = with_step(
        P, step(form=Form((Field("note", "note", choices=(("a", "甲"),)),))), rests=frozenset({"done"})
    )
    renamed = with_step(P, step(form=Form((Field("note", "note", choices=(("a", "乙"),)),))), rests=frozenset({"done"}))
    other = with_step(P, step(form=Form((Field("note", "note", choices=(("b", "甲"),)),))), rests=frozenset({"done"}))
    assert coloured.digest == renamed.digest != other.digest
