"""A layered layout: nodes in ranks from top to bottom, edges bent through the ranks between, labels with room of their own.

After Sugiyama: edges against the order are turned round; every edge is cut into pieces of one rank, of which one is the
label's; the ranks are sorted by barycentres; places are found by isotonic regression, which keeps the order and the gaps.
Pure arithmetic, the same for the same input.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 24
GAP = 22  # pixels between two things of one rank
STRAIGHT = 6.0
THIN = 14  # the room of an edge that only passes


@dataclass(slots=True)
class Slot:
    """A node, a label or a bend in its rank; `x` is its middle."""

    width: float
    height: float
    rank: int
    x: float = 0.0
    near: list[int] = field(default_factory=list)  # neighbours in the ranks above and below


@dataclass(frozen=True, slots=True)
class Route:
    """An edge's way: its slots from the source to the target, and which of them is the label's."""

    slots: tuple[int, ...]
    label: int


@dataclass(frozen=True, slots=True)
class Layout:
    """`slots`: nodes first, in the order given. `tops`: the upper edge of each rank, and the end of the last."""

    slots: list[Slot]
    routes: list[Route]
    tops: list[float]
    width: float


def layout(
    nodes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int, float, float]],
    *,
    gap: float = 16,
) -> Layout:
    """`nodes`: width and height, in the order of the road; `edges`: source, target, the label's width and height.

    `gap`: pixels between ranks. No edge leads to where it begins.
    """
    ranks = _ranks(len(nodes), edges)
    slots = [Slot(w, h, ranks[n]) for n, (w, h) in enumerate(nodes)]
    routes = [_route(slots, edge) for edge in edges]
    rows: list[list[int]] = [[] for _rank in range(max(s.rank for s in slots) + 1)]
    for index, slot in enumerate(slots):
        rows[slot.rank].append(index)
    _order(slots, rows)
    _place(slots, rows)
    left = min(s.x - s.width / 2 for s in slots)
    for slot in slots:
        slot.x -= left
    tops = [0.0]
    for row in rows:
        tops.append(tops[-1] + max((slots[i].height for i in row), default=0) + gap)
    return Layout(slots, routes, tops, max(s.x + s.width / 2 for s in slots))


def _ranks(count: int, edges: Sequence[tuple[int, int, float, float]]) -> list[int]:
    """Nodes stand in even ranks, each below all that leads to it, and where nothing does, close above what it leads to.

    The odd ranks hold labels.
    """
    ranks = [0] * count
    pairs = sorted({(min(a, b), max(a, b)) for a, b, _w, _h in edges})
    for upper, lower in pairs:
        ranks[lower] = max(ranks[lower], ranks[upper] + 2)
    for node in {a for a, _b in pairs} - {b for _a, b in pairs}:
        ranks[node] = min(ranks[b] for a, b in pairs if a == node) - 2
    return ranks


def _route(slots: list[Slot], edge: tuple[int, int, float, float]) -> Route:
    source, target, width, height = edge
    upper, lower = sorted((source, target))
    first, last = slots[upper].rank, slots[lower].rank
    labelled = first + 1 if source == upper else last - 1  # near where the edge begins
    chain = [upper]
    label = upper
    for rank in range(first + 1, last):
        chain.append(len(slots))
        slots.append(Slot(width, height, rank) if rank == labelled else Slot(THIN, 0, rank))
        if rank == labelled:
            label = chain[-1]
    chain.append(lower)
    for a, b in pairwise(chain):
        slots[a].near.append(b)
        slots[b].near.append(a)
    return Route(tuple(chain if source == upper else reversed(chain)), label)


def _order(slots: list[Slot], rows: list[list[int]]) -> None:
    """Sort each rank by the mean place of its neighbours, down and up, and keep the order with the fewest crossings."""
    best, fewest = [list(row) for row in rows], _crossings(slots, rows)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for rank in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            beside = {index: n for n, index in enumerate(rows[rank - 1 if down else rank + 1])}
            mean = {}
            for n, index in enumerate(rows[rank]):
                places = [beside[i] for i in slots[index].near if i in beside]
                mean[index] = sum(places) / len(places) if places else float(n)
            rows[rank].sort(key=mean.__getitem__)
        if (crossed := _crossings(slots, rows)) < fewest:
            best, fewest = [list(row) for row in rows], crossed
    rows[:] = best


def _crossings(slots: list[Slot], rows: list[list[int]]) -> int:
    crossed = 0
    for above, below in pairwise(rows):
        place = {index: n for n, index in enumerate(below)}
        ends = [place[i] for index in above for i in sorted(place.keys() & set(slots[index].near), key=place.get)]  # type: ignore[arg-type]
        crossed += sum(a > b for n, a in enumerate(ends) for b in ends[n + 1 :])
    return crossed


def _place(slots: list[Slot], rows: list[list[int]]) -> None:
    """Each slot as near to its neighbours' mean as order and gaps allow; bends pull hardest, so that long edges are straight."""
    for row in rows:
        x = 0.0
        for index in row:
            slots[index].x = x + slots[index].width / 2
            x += slots[index].width + GAP
    for sweep in range(4 * SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean(slots, index) for index in row]
            weights = [8.0 if slots[i].width == THIN else 1.0 + len(slots[i].near) / 4 for i in row]
            gaps = [0.0] + [(slots[a].width + slots[b].width) / 2 + GAP for a, b in pairwise(row)]
            for index, x in zip(row, _spread(wanted, weights, gaps), strict=True):
                slots[index].x = x


def _mean(slots: list[Slot], index: int) -> float:
    """Of the neighbours; where an edge only passes, what of it is straight counts more than the box where it ends."""
    slot = slots[index]
    pulls = [(STRAIGHT if slot.width == slots[i].width == THIN else 1.0, slots[i].x) for i in slot.near]
    return sum(pull * x for pull, x in pulls) / sum(pull for pull, _x in pulls) if pulls else slot.x


def _spread(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to those wanted, by weighted squares, with at least `gaps` between neighbours (pool adjacent violators)."""
    offset, offsets = 0.0, []
    for gap in gaps:
        offset += gap
        offsets.append(offset)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, weight, moved in zip(wanted, weights, offsets, strict=True):
        mean, total, many = value - moved, weight, 1
        while pools and pools[-1][0] >= mean:
            before, heavy, few = pools.pop()
            mean = (mean * total + before * heavy) / (total + heavy)
            total, many = total + heavy, many + few
        pools.append((mean, total, many))
    means = [mean for mean, _total, many in pools for _n in range(many)]
    return [mean + moved for mean, moved in zip(means, offsets, strict=True)]
