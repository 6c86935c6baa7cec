"""The picture of a procedure, drawn from its declaration: as Mermaid text, and as an SVG that needs no library.

The states stand in one column, in the order of the road. What leads to the next one is a straight arrow; what skips
ahead runs on the right, what goes back on the left, each in a lane of its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import OPEN, START

Words = Callable[[str], str]
BOX, HEIGHT, GAP, LANE, TOP = 180, 36, 34, 120, 44
ANYWHERE = _("办理中随时可以：%(steps)s")


@dataclass(frozen=True, slots=True)
class Arrow:
    """`labels` of all steps that lead from one state to another; `source` is START for what opens the proceeding."""

    source: str
    target: str
    labels: tuple[str, ...]


def arrows(procedure: Procedure, words: Words = str) -> list[Arrow]:
    """The moves between states. What is possible in any state, and what changes none, is in `anywhere`."""
    found: dict[tuple[str, str], list[str]] = {}
    for step in procedure.steps:
        for source in step.sources:
            if source == OPEN or step.target is None:
                continue
            for target in procedure.targets(step, source) if step.target in procedure.states else ():
                found.setdefault((source, target), []).append(words(step.label))
    return [Arrow(source, target, tuple(labels)) for (source, target), labels in found.items()]


def anywhere(procedure: Procedure, words: Words = str) -> list[str]:
    """The labels of the steps that may be taken in any open state, or that go back to the state before."""
    return [words(s.label) for s in procedure.steps if OPEN in s.sources or s.target not in {None, *procedure.states}]


def mermaid(procedure: Procedure, words: Words = str) -> str:
    """A `stateDiagram-v2`, for wherever Mermaid is read."""
    lines = ["stateDiagram-v2", *(f'  state "{words(label)}" as {name}' for name, label in procedure.states.items())]
    for arrow in arrows(procedure, words):
        source = "[*]" if arrow.source == START else arrow.source
        lines.append(f"  {source} --> {arrow.target}: {' / '.join(arrow.labels)}")
    return "\n".join([*lines, *(f"  {name} --> [*]" for name in procedure.final)]) + "\n"


def svg(procedure: Procedure, words: Words = str) -> str:
    """A drawing that stands by itself; colours come from the page (`currentColor`). `words` translates the labels."""
    order = {name: n for n, name in enumerate(procedure.states)}
    found = [a for a in arrows(procedure, words) if a.source != a.target]
    ahead: list[Arrow] = []
    behind: list[Arrow] = []
    straight: list[Arrow] = []
    for arrow in found:
        rows = order[arrow.target] - order.get(arrow.source, -1)
        (straight if rows == 1 or arrow.source == START else ahead if rows > 0 else behind).append(arrow)
    right, left = _lanes(ahead, order), _lanes(behind, order)
    x = 20 + LANE * (1 + max(left.values(), default=-1))
    parts = [_box(procedure, name, words(label), x, _y(order[name])) for name, label in procedure.states.items()]
    parts += [_straight(a, order, x) for a in straight]
    parts += [_bent(a, order, x + BOX, 1, lane) for a, lane in right.items()]
    parts += [_bent(a, order, x, -1, lane) for a, lane in left.items()]
    width = x + BOX + 20 + LANE * (2 + max(right.values(), default=-1))
    anytime = anywhere(procedure, words)
    lines = _wrapped(words(ANYWHERE) % {"steps": "、".join(anytime)}, width - 40) if anytime else []
    bottom = _y(len(order))
    height = bottom + 18 * len(lines)
    parts += [f'<text x="20" y="{bottom + 18 * n}">{escape(line)}</text>' for n, line in enumerate(lines)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        f' aria-label={quoteattr(words(procedure.label))} fill="none" stroke="currentColor" font-size="13">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="currentColor" stroke="none"/></marker>'
        "<style>text{fill:currentColor;stroke:none}.label{font-size:12px}</style></defs>" + "".join(parts) + "</svg>"
    )


def _y(row: int) -> int:
    return TOP + row * (HEIGHT + GAP)


def _lanes(found: Iterable[Arrow], order: dict[str, int]) -> dict[Arrow, int]:
    """The nearest lane in which no other arrow runs beside this one; short arrows stay near the boxes."""
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[Arrow, int] = {}
    for arrow in sorted(found, key=lambda a: abs(order[a.target] - order[a.source])):
        low, high = sorted((order[arrow.source], order[arrow.target]))
        free = (n for n, spans in enumerate(taken) if all(high <= a or b <= low for a, b in spans))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        lanes[arrow] = lane
    return lanes


def _box(procedure: Procedure, name: str, label: str, x: int, y: int) -> str:
    final = name in procedure.final
    line = ' stroke-width="2"' if final else ""
    return (
        f'<g data-state={quoteattr(name)}><rect x="{x}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="{18 if final else 4}"{line}/>'
        f'<text x="{x + BOX // 2}" y="{y + 23}" text-anchor="middle">{escape(label)}</text></g>'
    )


def _straight(arrow: Arrow, order: dict[str, int], x: int) -> str:
    """To the next state, or, for what opens the proceeding, in from the left."""
    y = _y(order[arrow.target])
    text = escape("、".join(arrow.labels))
    if arrow.source == START and order[arrow.target]:
        return (
            f'<path d="M{x - 14} {y + 10}H{x}" marker-end="url(#tip)"/>'
            f'<text class="label" x="{x - 2}" y="{y - 6}" text-anchor="start">{text}</text>'
        )
    middle = x + BOX // 2
    return (
        f'<path d="M{middle} {y - GAP}V{y}" marker-end="url(#tip)"/>'
        f'<text class="label" x="{middle + 8}" y="{y - 12}">{text}</text>'
    )


def _bent(arrow: Arrow, order: dict[str, int], x: int, side: int, lane: int) -> str:
    """Out of the box, along its lane, into the other; the label stands beside the lane's middle."""
    start, end = _y(order[arrow.source]) + 24, _y(order[arrow.target]) + 12
    out = x + side * (20 + LANE * lane)
    lines = [escape(label) for label in arrow.labels]
    anchor = "start" if side > 0 else "end"
    middle = (start + end) // 2 - 7 * (len(lines) - 1)
    text = "".join(
        f'<text class="label" x="{out + side * 5}" y="{middle + 15 * n}" text-anchor="{anchor}">{line}</text>'
        for n, line in enumerate(lines)
    )
    return f'<path d="M{x} {start}H{out}V{end}H{x}" marker-end="url(#tip)"/>{text}'


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` pixels: thirteen each for a Chinese character, seven for another."""
    lines, used = [""], 0
    for character in text:
        size = 7 if character.isascii() else 13
        if used + size > width:
            lines.append("")
            used = 0
        lines[-1] += character
        used += size
    return lines
