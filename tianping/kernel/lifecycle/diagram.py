"""The picture of a procedure, drawn from its declaration: as Mermaid text, and as an SVG that needs no library.

The states stand in ranks from top to bottom (`layers`), each with the clocks that run in it. What may be done in any state
starts at a dashed box if it leads to a state, and is listed below if it does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from tianping.kernel.lifecycle.layers import Layout, Route, Slot, layout
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import BACK, OPEN, START

Words = Callable[[str], str]
LINE, EDGE = 18, 10  # pixels: a line of text; around the drawing
STATE, SMALL = 15, 12  # sizes of type
ANY, MANY = "*", "+"  # dashed boxes: any state in which the matter is still handled; many states
FEW = 5  # from so many states a step is drawn from each
ANYWHERE = _("办理中随时可以：%(steps)s")
DASHED = {ANY: _("办理中，不管到哪步"), MANY: _("好几个环节，见下表")}
PICTURE = _("%(procedure)s的图：下面的表说的一样")
RUNS, STANDS = _("限期：%(term)s"), _("停：%(term)s")


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


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the drawing: its name, its label and the clocks beneath it."""

    name: str
    label: str
    clocks: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[float, float]:
        if self.name == START:
            return 12, 12
        lines = [_width(self.label, STATE), *(_width(c, SMALL) for c in self.clocks)]
        return max(lines) + 28, 34 + LINE * len(self.clocks)


def svg(procedure: Procedure, words: Words = str) -> str:
    """A drawing that stands by itself; colours come from the page (`currentColor`, classes). `words` translates the labels."""
    found = _gathered([a for a in arrows(procedure, words) if a.source != a.target]) + _any_arrows(procedure, words)
    boxes = [Box(START, "")] + [Box(n, words(t), _clocks(procedure, n, words)) for n, t in procedure.states.items()]
    named = {name for a in found for name in (a.source, a.target)}
    boxes[1:1] = [Box(name, words(text)) for name, text in DASHED.items() if name in named]
    index = {box.name: n for n, box in enumerate(boxes)}
    edges = [
        (index[a.source], index[a.target], max(_width(t, SMALL) for t in a.labels), LINE * len(a.labels)) for a in found
    ]
    laid = layout([b.size for b in boxes], edges)
    parts = [_edge(laid, route, a) for route, a in zip(laid.routes, found, strict=True)]
    parts += [_box(procedure, laid, n, box) for n, box in enumerate(boxes)]
    width = max(laid.width, 280)
    anytime = anywhere(procedure, words)
    lines = _wrapped(words(ANYWHERE) % {"steps": "、".join(anytime)}, int(width)) if anytime else []
    bottom = laid.tops[-1] + LINE
    parts += [f'<text x="0" y="{_n(bottom + LINE * n)}">{escape(line)}</text>' for n, line in enumerate(lines)]
    wide, high = _n(width + 2 * EDGE), _n(bottom + LINE * len(lines) + EDGE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-EDGE} {-EDGE} {wide} {high}" width="{wide}" height="{high}"'
        f' class="diagram" role="img" aria-label={quoteattr(words(PICTURE) % {"procedure": words(procedure.label)})}'
        f' font-size="{SMALL}" fill="currentColor">{"".join(parts)}</svg>'
    )


def _gathered(found: list[Arrow]) -> list[Arrow]:
    """A step from many states to one is one arrow, from the box that stands for them."""
    sources: dict[tuple[str, str], int] = {}
    for arrow in found:
        for label in arrow.labels:
            sources[label, arrow.target] = sources.get((label, arrow.target), 0) + 1
    many = [key for key, count in sources.items() if count > FEW]
    kept = [
        Arrow(a.source, a.target, labels)
        for a in found
        if (labels := tuple(label for label in a.labels if (label, a.target) not in many))
    ]
    return kept + [Arrow(MANY, target, (label,)) for label, target in many]


def _any_arrows(procedure: Procedure, words: Words) -> list[Arrow]:
    """What leads from any state to a declared one, and from there back to where it was."""
    found: dict[tuple[str, str], list[str]] = {}
    for step in procedure.steps:
        if OPEN in step.sources and step.target in procedure.states:
            found.setdefault((ANY, str(step.target)), []).append(words(step.label))
        elif step.target == BACK:
            for source in step.sources:
                if source in procedure.states:
                    found.setdefault((source, ANY), []).append(words(step.label))
    return [Arrow(source, target, tuple(labels)) for (source, target), labels in found.items()]


def _clocks(procedure: Procedure, state: str, words: Words) -> tuple[str, ...]:
    runs = [words(RUNS) % {"term": words(t.label)} for t in procedure.terms if state in t.runs]
    return (*runs, *(words(STANDS) % {"term": words(t.label)} for t in procedure.terms if state in t.pauses))


def _box(procedure: Procedure, laid: Layout, n: int, box: Box) -> str:
    slot = laid.slots[n]
    y = laid.tops[slot.rank]
    if box.name == START:
        return f'<circle class="start" cx="{_n(slot.x)}" cy="{_n(y + 6)}" r="6"/>'
    final = box.name in procedure.final
    kind = "final" if final else "some" if box.name in DASHED else "state"
    line = ' stroke-width="2"' if final else ' stroke-dasharray="5 4"' if kind == "some" else ""
    name = f" data-state={quoteattr(box.name)}" if kind != "some" else ""
    clocks = "".join(
        f'<text class="clock" x="{_n(slot.x)}" y="{_n(y + 40 + LINE * i)}" text-anchor="middle">{escape(text)}</text>'
        for i, text in enumerate(box.clocks)
    )
    return (
        f'<g class="{kind}"{name}><rect x="{_n(slot.x - slot.width / 2)}" y="{_n(y)}" width="{_n(slot.width)}" height="{_n(slot.height)}"'
        f' rx="{17 if final else 4}" fill="none" stroke="currentColor"{line}/><text x="{_n(slot.x)}" y="{_n(y + 22)}"'
        f' font-size="{STATE}" text-anchor="middle">{escape(box.label)}</text>{clocks}</g>'
    )


def _edge(laid: Layout, route: Route, arrow: Arrow) -> str:
    """From box to box through its bends; the line leaves room where its label stands."""
    ends = [_ends(laid, i) for i in route.slots]
    down = ends[0][0] < ends[-1][0]
    path: list[str] = []
    at = (0.0, 0.0)
    for (a, b), (one, two) in zip(pairwise(route.slots), pairwise(ends), strict=True):
        here, there = laid.slots[a], laid.slots[b]
        start = (_port(here, there), one[1] if down else one[0])
        end = (_port(there, here), two[0] if down else two[1])
        half = (start[1] + end[1]) / 2
        if start != at:
            path.append(f"{'L' if path and here.height == 0 else 'M'}{_n(start[0])} {_n(start[1])}")
        path.append(f"C{_n(start[0])} {_n(half)} {_n(end[0])} {_n(half)} {_n(end[0])} {_n(end[1])}")
        at = end
    tip = f"{_n(at[0])} {_n(at[1])}l-4 -8h8z" if down else f"{_n(at[0])} {_n(at[1])}l-4 8h8z"
    label, top = laid.slots[route.label], _ends(laid, route.label)[0]
    text = "".join(
        f'<text x="{_n(label.x)}" y="{_n(top + 13 + LINE * n)}" text-anchor="middle">{escape(words)}</text>'
        for n, words in enumerate(arrow.labels)
    )
    return f'<g class="edge"><path d="{"".join(path)}" fill="none" stroke="currentColor"/><path d="M{tip}"/>{text}</g>'


def _ends(laid: Layout, index: int) -> tuple[float, float]:
    """Upper and lower end of a slot. What is lower than its rank is passed in the middle of it."""
    slot = laid.slots[index]
    top, bottom = laid.tops[slot.rank], laid.tops[slot.rank + 1] - 16
    if slot.height == 0:
        return top, bottom
    if slot.rank % 2 == 0:
        return top, top + slot.height
    middle = (top + bottom) / 2
    return middle - slot.height / 2, middle + slot.height / 2


def _port(slot: Slot, other: Slot) -> float:
    """Where an edge meets a box: toward where it goes, so that edges do not lie on each other."""
    if slot.rank % 2:
        return slot.x
    room = max(slot.width / 2 - 16, 0)
    return slot.x + max(-room, min(room, (other.x - slot.x) / 2))


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _width(text: str, size: int) -> float:
    return sum(size * (0.58 if c.isascii() else 1) for c in text)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` pixels."""
    lines, used = [""], 0.0
    for character in text:
        size = _width(character, SMALL)
        if used + size > width:
            lines.append("")
            used = 0.0
        lines[-1] += character
        used += size
    return lines
