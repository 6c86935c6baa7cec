"""The picture says what the declaration says."""

from itertools import pairwise
from xml.etree.ElementTree import fromstring

import pytest

from tests.kernel.lifecycle.kit import CLERK, procedure, with_step
from tests.scenes.desk import SCENES
from tianping.kernel.lifecycle.diagram import anywhere, arrows, mermaid, svg
from tianping.kernel.lifecycle.registry import registry_of
from tianping.kernel.lifecycle.vocabulary import BACK, OPEN, START, Step

PROCEDURES = registry_of(SCENES).procedures()


@pytest.mark.parametrize("declared", PROCEDURES, ids=lambda p: p.name)
def test_every_state_and_every_move_is_drawn(declared):
    drawn = fromstring(svg(declared))  # noqa: S314  # our own text
    boxes = [g.get("data-state") for g in drawn.iter("{http://www.w3.org/2000/svg}g")]
    words = "".join("".join(t.itertext()) for t in drawn.iter("{http://www.w3.org/2000/svg}text"))
    assert boxes == list(declared.states)
    for step in declared.steps:
        if step.target is not None or OPEN in step.sources:
            assert step.label in words
    tops = [int(r.get("y")) for r in drawn.iter("{http://www.w3.org/2000/svg}rect")]
    assert all(later - earlier > 36 for earlier, later in pairwise(tops))


def test_mermaid_names_states_moves_and_both_ends():
    assert mermaid(procedure()) == (
        'stateDiagram-v2\n  state "待办" as open\n  state "办结" as done\n  [*] --> open: 开始\n  open --> done: 办结\n  done --> [*]\n'
    )


def test_steps_between_the_same_states_share_an_arrow():
    p = with_step(procedure(), Step("x", "另办结", "open", "done", (CLERK,)))
    assert [a.labels for a in arrows(p)] == [("开始",), ("办结", "另办结")]


def test_what_goes_from_anywhere_or_back_is_told_beside():
    steps = (
        Step("hold", "暂停", OPEN, "held", (CLERK,)),
        Step("go", "恢复", "held", BACK, (CLERK,)),
        Step("stay", "记一笔", "open", None, (CLERK,)),
        Step("loop", "再来", "open", "open", (CLERK,)),
    )
    p = with_step(procedure(), *steps, states={"open": "待办", "held": "暂停着", "done": "办结"}, suspended="held")
    assert anywhere(p) == ["暂停", "恢复"]
    assert "办理中随时可以：暂停、恢复" in svg(p)
    assert "随时" not in svg(procedure())


def test_words_are_translated_and_escaped():
    p = procedure(steps=(Step("start", "<开始>", START, "done", (CLERK,)), Step("x", "走", "open", "done", (CLERK,))))
    assert "&lt;开始&gt;" in svg(p)
    assert "in English" in svg(procedure(), lambda _label: "in English")


def test_a_long_line_is_wrapped():
    steps = tuple(Step(f"s{n}", "随时可以办的一步", OPEN, None, (CLERK,)) for n in range(20))
    assert svg(with_step(procedure(), *steps)).count("<text") > 5
