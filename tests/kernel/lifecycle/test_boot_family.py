"""Boot checks of what opens what."""

from dataclasses import replace

import pytest

from tests.kernel.lifecycle.kit import CLERK, OFFICE, REASON, child, faults, house, procedure, with_step
from tianping.kernel.lifecycle.vocabulary import OPEN, START, Children, Field, Form, Kernel, Open, Step

BOTH = frozenset({"well", "badly"})
HELP = (Open("c", "help", many="agencies"),)
MANY = Form((Field("agencies", "agencies", required=True),))


def parent(*awaiting, opens=HELP, form=MANY, **changes):
    """open -> waiting, where `awaiting` are the clauses of the step that goes on."""
    steps = (
        Step("start", "开始", START, "open", (CLERK,)),
        Step("ask", "请别家办", "open", "waiting", (CLERK,), form, opens=opens),
        *(Step(f"go{n}", "都办好了", "waiting", "done", (by,)) for n, by in enumerate(awaiting)),
        Step("leave", "不等了", "waiting", "done", (CLERK,)),
    )
    return procedure(states={"open": "待办", "waiting": "等着", "done": "办结"}, steps=steps, **changes)


def kernel_started(**changes):
    base = procedure(name="q")
    return replace(base, steps=(Step("start", "开始", START, "open", (Kernel(),), **changes), *base.steps[1:]))


ALL = Children("help", BOTH)
C = child()
CASES = {
    "hand-over nobody may open": ((procedure(final={"done": "q"}), procedure(name="q")), "the kernel may not open"),
    "hand-over that asks": ((procedure(final={"done": "q"}), kernel_started(form=REASON)), "requires ['reason']"),
    "hand-over that ends at once": (
        (
            procedure(final={"done": "q"}),
            replace(procedure(name="q"), steps=(Step("start", "", START, "done", (Kernel(),)), *procedure().steps)),
        ),
        "ends it at once",
    ),
    "hand-over that protects": (
        (procedure(final={"done": "q"}), kernel_started(touches={"protect": "on"})),
        "protects the matter",
    ),
    "many not asked": ((parent(ALL, form=Form()), C), "opens one for each 'agencies'"),
    "no slot": ((parent(ALL, opens=(Open("c"),)), C), "name the slot"),
    "a kernel's slot": ((parent(ALL, opens=(Open("c", "@next"),)), C), "name the slot"),
    "opens while ending": (
        (with_step(parent(ALL), Step("end", "", "open", "done", (CLERK,), MANY, opens=(Open("c", "help"),))), C),
        "ends the proceeding and opens",
    ),
    "waits for no slot": ((parent(ALL, Children("moon", BOTH)), C), "slot 'moon', which no step opens"),
    "waits for no outcome": ((parent(ALL, Children("help", frozenset({"moon"}))), C), "'c' does not report"),
    "waits for what is not told": ((parent(ALL, Children("help", frozenset({"recalled"}))), C), "does not report"),
    "nobody awaits": ((parent(), C), "nobody awaits the outcomes ['badly', 'well']"),
    "a mixture strands": (
        (parent(Children("help", frozenset({"well"})), Children("help", frozenset({"badly"}))), C),
        "no step awaits children of 'help' that end as ['badly', 'well']",
    ),
    "no recall": (
        (
            parent(ALL),
            child(
                steps=C.steps[:3],
                states={k: v for k, v in C.states.items() if k != "recalled"},
                final={"well": "opener", "badly": "opener"},
            ),
        ),
        "needs a step 'recall'",
    ),
    "recall tells": ((parent(ALL), child(final=dict.fromkeys(("well", "badly", "recalled"), "opener"))), 'must "end"'),
    "child goes on": (
        (parent(ALL), child(final={"well": "opener", "badly": "q", "recalled": "end"}), kernel_started()),
        "final state 'badly' goes on to 'q'",
    ),
    "a circle": (
        (
            with_step(
                parent(),
                Step("round", "", "waiting", "open", (ALL,)),
                Step("again", "", "open", "waiting", (ALL,)),
            ),
            C,
        ),
        "run in a circle",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_boot_names_what_could_strand_a_family(case):
    procedures, sentence = CASES[case]
    found = faults(*procedures)
    assert any(sentence in fault for fault in found), found


@pytest.mark.parametrize(
    "clauses",
    [
        (ALL,),
        (Children("help", frozenset({"well"})), Children("help", frozenset({"badly"}), every=False)),
        (Children("help", BOTH, every=False),),
    ],
)
def test_every_mixture_is_awaited(clauses):
    assert house(parent(*clauses), C)


def test_a_split_needs_a_start_that_the_kernel_may_take_with_what_the_form_gives():
    split = Step("split", "拆", "open", None, (CLERK,), REASON, opens=(Open("p", new_matter=True),))
    assert any("may not open" in fault for fault in faults(with_step(procedure(), split)))
    base = procedure(steps=(Step("start", "开始", START, "open", (CLERK, Kernel()), REASON), *procedure().steps[1:]))
    assert house(with_step(base, split))


def test_a_child_that_reports_nothing_needs_nobody_to_wait():
    quiet = child(final={"well": "end", "badly": "end", "recalled": "end"})
    assert house(parent(), quiet)


def test_automatic_steps_in_a_line_are_no_circle():
    line = with_step(parent(), Step("go", "", "waiting", "open", (ALL,)), Step("other", "", OPEN, None, (OFFICE,)))
    assert house(line, C)


def test_a_child_that_is_not_installed_is_named_once():
    assert [f for f in faults(parent(ALL)) if "'c'" in f] == [
        "s: p/1: step 'ask' opens 'c', which no installed scene declares; install it"
    ]


def test_two_automatic_ways_to_one_state_are_no_circle():
    diamond = with_step(
        parent(),
        Step("left", "", "waiting", "left", (ALL,)),
        Step("right", "", "waiting", "right", (ALL,)),
        Step("down", "", ("left", "right"), "under", (ALL,)),
        Step("out", "", "under", "done", (CLERK,)),
    )
    states = diamond.states | {"left": "左", "right": "右", "under": "下"}
    assert house(replace(diamond, states=states), C)
