"""The picture says what the declaration says."""

from itertools import combinations
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
    groups = [g for g in drawn.iter("{http://www.w3.org/2000/svg}g") if g.get("data-state")]
    boxes = [g.get("data-state") for g in groups]
    words = "".join("".join(t.itertext()) for t in drawn.iter("{http://www.w3.org/2000/svg}text"))
    assert boxes == list(declared.states)
    for step in declared.steps:
        if step.target is not None or OPEN in step.sources:
            assert step.label in words
    for term in declared.terms:
        for state in term.runs:
            shown = "".join(groups[boxes.index(state)].itertext())
            assert f"限期：{term.label}" in shown
    rects = [
        tuple(float(r.get(k)) for k in ("x", "y", "width", "height"))
        for g in drawn.iter()
        for r in g
        if r.tag.endswith("rect")
    ]
    for (x, y, w, h), (left, top, wide, high) in combinations(rects, 2):
        assert x + w <= left or left + wide <= x or y + h <= top or top + high <= y  # no box on another
    width = float(drawn.get("width"))
    assert all(x >= 0 and x + w <= width for x, _y, w, _h in rects)


def test_arrows_point_where_their_step_leads_and_labels_stand_apart():
    declared = next(p for p in PROCEDURES if p.name == "intake")
    drawn = fromstring(svg(declared))  # noqa: S314  # our own text
    edges = [g for g in drawn.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "edge"]
    spots = []
    for edge in edges:
        line, tip, *labels = edge
        end = line.get("d").rpartition("C")[2].split()[-2:]
        assert tip.get("d").startswith(f"M{end[0]} {end[1]}l")
        spots += [(float(t.get("x")), float(t.get("y"))) for t in labels]
    for (x, y), (left, top) in combinations(spots, 2):
        assert abs(y - top) > 12 or abs(x - left) > 24


def test_a_step_from_very_many_states_is_one_arrow():
    states = {f"s{n}": f"第{n}步" for n in range(7)}
    steps = [Step("start", "开始", START, "s0", (CLERK,))]
    steps += [Step(f"on{n}", "往下", f"s{n}", f"s{n + 1}", (CLERK,)) for n in range(6)]
    steps += [Step("out", "不办了", tuple(states), "done", (CLERK,))]
    drawn = svg(procedure(steps=tuple(steps), states=states | {"done": "办结"}))
    assert drawn.count(">不办了<") == 1
    assert "好几个环节，见下表" in drawn


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
