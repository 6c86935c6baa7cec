"""Boot checks of what opens what: hand-overs, children and their outcomes, recall, circles of automatic steps."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.vocabulary import OPEN, Children, Kernel, Open, Step

if TYPE_CHECKING:
    from tianping.kernel.lifecycle.registry import Registry

REPORTED = "opener"


def _handed_over(registry: "Registry", p: Procedure) -> Iterator[str]:
    for state, follow in p.final.items():
        if follow not in {"opener", "end"} and registry.has(follow):
            for fault in _unopenable(registry.procedure(follow), set()):
                yield f"final state {state!r} hands over to {follow!r}, {fault}"


def _unopenable(p: Procedure, given: set[str]) -> Iterator[str]:
    """What keeps the kernel from opening `p` with these fields at hand."""
    start = next((s for s in p.starts if any(isinstance(b, Kernel) for b in s.by)), None)
    if start is None:
        yield "which the kernel may not open; put Kernel() into the `by` of one of its START steps"
        return
    if missing := sorted(f.name for f in start.form.fields if f.required and f.name not in given):
        yield f"whose step {start.name!r} requires {missing}, which nobody gives; make them optional"
    if start.target in p.final:
        yield f"whose step {start.name!r} ends it at once; let it lead to an open state"
    if "protect" in start.touches:
        yield f"whose step {start.name!r} protects the matter; give Kernel() to another START step"


def _opens(registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        for o in s.opens:
            if not registry.has(o.procedure):
                yield f"step {s.name!r} opens {o.procedure!r}, which no installed scene declares; install it"
                continue
            given = {f.name for f in s.form.fields if f.required} if o.new_matter else set()
            for fault in _unopenable(registry.procedure(o.procedure), given):
                yield f"step {s.name!r} opens {o.procedure!r}, {fault}"
            yield from _open(p, s, o)


def _open(p: Procedure, s: Step, o: Open) -> Iterator[str]:
    many = s.form.field(o.many) if o.many else None
    if o.many and (many is None or not many.required):
        yield f"step {s.name!r} opens one for each {o.many!r}, so its form needs that field, required"
    if o.new_matter:
        return
    if not o.slot or o.slot.startswith("@"):
        yield f"step {s.name!r} opens {o.procedure!r} in the slot {o.slot!r}; name the slot"
    if s.target in p.final:
        yield f"step {s.name!r} ends the proceeding and opens {o.procedure!r}; hand over by `final`, or open it earlier"


def _slots(p: Procedure) -> dict[str, str]:
    return {o.slot: o.procedure for s in p.steps for o in s.opens if not o.new_matter}


def _children(registry: "Registry", p: Procedure) -> Iterator[str]:
    slots = _slots(p)
    for s in p.steps:
        for by in s.by:
            if not isinstance(by, Children):
                continue
            if by.slot not in slots:
                yield f"step {s.name!r} waits for children in the slot {by.slot!r}, which no step opens; correct the name"
            elif registry.has(slots[by.slot]):
                for outcome in sorted(by.outcomes - set(_reported(registry.procedure(slots[by.slot])))):
                    yield (
                        f"step {s.name!r} waits for the outcome {outcome!r}, which {slots[by.slot]!r} does not report; "
                        f"let that state be final with {REPORTED!r}"
                    )
    for slot, name in slots.items():
        if registry.has(name):
            yield from _awaited(p, slot, registry.procedure(name))


def _reported(child: Procedure) -> list[str]:
    return sorted(state for state, follow in child.final.items() if follow == REPORTED)


def _awaited(p: Procedure, slot: str, child: Procedure) -> Iterator[str]:
    """In each state that waits for the slot, whatever mixture of outcomes the children end with moves on."""
    waiting = [state for state in p.open_states if slot in p.awaited(state)]
    if not waiting and (reported := _reported(child)):
        yield f'nobody awaits the outcomes {reported} of {child.name!r} in the slot {slot!r}; add a Children(...) or let them "end"'
    for state in waiting:
        clauses = [b for s in p.steps_from(state) for b in s.by if isinstance(b, Children) and b.slot == slot]
        rest = set(_reported(child)).difference(*(b.outcomes for b in clauses if not b.every))
        if rest and not any(rest <= b.outcomes for b in clauses if b.every):
            yield (
                f"in the state {state!r} no step awaits children of {slot!r} that end as {sorted(rest)}; "
                "add a Children(...) that names them all"
            )


def _recall(registry: "Registry", p: Procedure) -> Iterator[str]:
    """What is opened as a child must be able to be recalled, and ends for its parent or not at all."""
    children = {o.procedure for q in registry.versions() for s in q.steps for o in s.opens if not o.new_matter}
    if p.name not in children:
        return
    recall = p.by_name.get("recall")
    target = recall.target if recall is not None else None
    if recall is None or target not in p.final or recall.by != (Kernel(),) or OPEN not in recall.sources:
        yield "it is opened as a child, so it needs a step 'recall' from OPEN to a final state by Kernel()"
    elif p.final[str(target)] != "end":
        yield "the final state of 'recall' must \"end\": the parent no longer waits"
    for state, follow in p.final.items():
        if follow not in {"opener", "end"}:
            yield f'it is opened as a child, but its final state {state!r} goes on to {follow!r}; let it be "opener" or "end"'


def _automatic(_registry: "Registry", p: Procedure) -> Iterator[str]:
    """No cycle of states along steps that need nobody."""
    moves = {
        state: {t for s in p.steps_from(state) if _instant(s) and s.target for t in p.targets(s, state)}
        for state in p.open_states
    }
    for start in p.open_states:
        seen: set[str] = set()
        todo = set(moves[start])
        while todo:
            state = todo.pop()
            if state == start:
                yield f"automatic steps run in a circle through {start!r}; let a person take one of them"
                return
            seen.add(state)
            todo |= moves.get(state, set()) - seen


def _instant(s: Step) -> bool:
    return all(isinstance(b, Children) for b in s.by)


FAMILY: tuple[Callable[["Registry", Procedure], Iterator[str]], ...] = (
    _handed_over,
    _opens,
    _children,
    _recall,
    _automatic,
)
