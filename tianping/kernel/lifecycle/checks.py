"""The boot checks: a declaration that could strand a matter never starts. Each message names the scene and the mend."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.vocabulary import BACK, OPEN, START, Children, Kernel, Lapse, Leader, Party, Post, Step

if TYPE_CHECKING:
    from tianping.kernel.lifecycle.registry import Registry

WORDS = frozenset({"archive", "opener", "end"})
TOUCHES = frozenset(
    {
        "holder",
        "assign",
        "leader",
        "unlead",
        "link",
        "party",
        "protect",
        "correct",
        "erase",
        "supervise",
        "tell",
    }
)
READS = frozenset({"form", "actor", "matter", "parties", "last", "other", "relations", "state"})
READ_KINDS = frozenset({"fact", "count", "term", "children"})
AT = frozenset({"centre", "holder", "opener", "root", "place"})


def check(registry: "Registry") -> list[str]:
    """Every fault of every procedure, or an empty list."""
    faults: list[str] = []
    for procedure in registry.versions():
        where = f"{registry.owner[procedure.name]}: {procedure.name}/{procedure.version}"
        for look in (
            _states,
            _reachable,
            _steps,
            _forms,
            _guards,
            _terms,
            _opens,
            _children,
            _recall,
            _automatic,
            _undo,
            _released,
        ):
            faults += [f"{where}: {fault}" for fault in look(registry, procedure)]
    return faults + [
        f"guard {g.name!r}: {fault}" for g in registry.guards.values() for fault in _guard_reads(registry, g.reads)
    ]


def _states(registry: "Registry", p: Procedure) -> Iterator[str]:
    if not p.starts:
        yield "no START step; add one, a report or a hand-over begins there"
    for state, follow in p.final.items():
        if state not in p.states:
            yield f"final state {state!r} is not in states; add it with its label"
        if follow not in WORDS and not registry.has(follow):
            yield f"final state {state!r} hands over to {follow!r}, which no installed scene declares"
        if follow == "archive" and not registry.has("archive"):
            yield f"final state {state!r} goes to the archive, but the archive scene is not installed"
    if p.suspended and p.suspended not in p.states:
        yield f"suspended state {p.suspended!r} is not in states; add it with its label"
    for state in p.rests - set(p.states):
        yield f"rests names {state!r}, which is not a state"
    names = [s.name for s in p.steps]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"two steps are called {name!r}; rename one"


def _reachable(_registry: "Registry", p: Procedure) -> Iterator[str]:
    reached = {t for s in p.starts for t in p.targets(s, START) if s.target is not None}
    grew = True
    while grew:
        found = {t for state in reached for s in p.steps_from(state) for t in p.targets(s, state) if s.target != BACK}
        grew = not found <= reached
        reached |= found
    for state in p.states:
        if state not in reached:
            yield f"state {state!r} cannot be reached; add a step that leads to it or remove it"
    for state in p.open_states:
        leaving = [
            s for s in p.steps_from(state) if s.target is not None and set(p.targets(s, state)) - {state, p.suspended}
        ]
        if not leaving:
            yield f"state {state!r} is a dead end; add a step that leaves it or make it final"


def _steps(_registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        for state in s.sources:
            if state not in {START, OPEN} and state not in p.open_states:
                yield f"step {s.name!r} starts from {state!r}, which is not an open state"
        if s.target not in {None, BACK} and s.target not in p.states:
            yield f"step {s.name!r} leads to {s.target!r}, which is not a state"
        if s.target == BACK and not p.suspended:
            yield f"step {s.name!r} goes BACK, but the procedure has no suspended state; name it"
        if START in s.sources and s.target is None:
            yield f"START step {s.name!r} needs a target state"
        if not s.by:
            yield f"step {s.name!r} is nobody's; say in `by` who may take it"
        for by in s.by:
            if isinstance(by, Post) and by.at not in AT:
                yield f"step {s.name!r}: post {by.kind!r} at {by.at!r}; use one of {sorted(AT)}"
            if isinstance(by, Party) and by.every and len(s.by) > 1:
                yield f"step {s.name!r} waits for every {by.role!r}, so nobody else may take it; give the others a step of their own"
        for kind, source in s.touches.items():
            yield from _touch(s, kind, source)


def _touch(s: Step, kind: str, source: str) -> Iterator[str]:
    name = kind.partition(":")[0]
    if name not in TOUCHES:
        yield f"step {s.name!r} touches {kind!r}; the kernel knows {sorted(TOUCHES)}"
    words = {"centre", "opener", "on", "off"}
    if (
        name in {"holder", "assign", "leader", "link", "correct", "erase"}
        and source not in words
        and s.form.field(source) is None
    ):
        yield f"step {s.name!r} touches {kind!r} with the field {source!r}, which its form lacks"


def _forms(registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        names = [f.name for f in s.form.fields]
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield f"step {s.name!r}: two fields are called {name!r}; rename one"
        for f in s.form.fields:
            if f.concept not in registry.concepts:
                yield f"step {s.name!r}: field {f.name!r} names the unknown concept {f.concept!r}; declare it in the scene's concepts"
        if (
            s.automatic
            and any(f.required for f in s.form.fields)
            and not any(isinstance(b, Lapse | Leader) for b in s.by)
        ):
            yield f"step {s.name!r} is automatic but asks for a required field; nobody is there to fill it in"
        if s.extends and s.form.field("amount") is None:
            yield f"step {s.name!r} extends a term, so its form needs the field 'amount'"
        for kind in s.documents:
            if kind not in registry.documents:
                yield f"step {s.name!r} makes the unknown document kind {kind!r}; declare it in the scene's documents"


def _guards(registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        for name in s.guards:
            if name not in registry.guards:
                yield f"step {s.name!r} asks the unknown guard {name!r}; declare it in the scene's guards"
                continue
            for read in registry.guards[name].reads:
                kind, _colon, what = read.partition(":")
                if kind == "count" and what not in p.by_name:
                    yield f"step {s.name!r}: guard {name!r} counts the unknown step {what!r}"
                if kind == "term" and what not in p.term_by_name:
                    yield f"step {s.name!r}: guard {name!r} reads the unknown term {what!r}"


def _guard_reads(registry: "Registry", reads: frozenset[str]) -> Iterator[str]:
    for read in sorted(reads):
        kind, colon, what = read.partition(":")
        if (kind not in READ_KINDS or not what) if colon else read not in READS:
            yield f"reads {read!r}, which the kernel does not fetch; use one of {sorted(READS)} or one of {sorted(READ_KINDS)} with a colon"
        if kind == "fact" and what not in registry.concepts:
            yield f"reads the fact {what!r}, which is no concept; declare it or correct the name"


def _terms(registry: "Registry", p: Procedure) -> Iterator[str]:
    for t in p.terms:
        for state in sorted((t.runs | t.pauses) - set(p.open_states)):
            yield f"term {t.name!r} runs or pauses in {state!r}, which is not an open state"
        if both := sorted(t.runs & t.pauses):
            yield f"term {t.name!r} both runs and pauses in {both}"
        for step in sorted(t.restarts - set(p.by_name)):
            yield f"term {t.name!r} restarts with the unknown step {step!r}"
        for name in (part.split("}")[0] for part in t.rule.split("{")[1:]):
            if name not in registry.concepts:
                yield f"term {t.name!r} takes its rule from the unknown concept {name!r}"
    for s in p.steps:
        for by in s.by:
            if isinstance(by, Lapse) and by.term not in p.term_by_name:
                yield f"step {s.name!r} waits for the unknown term {by.term!r}; declare it"
        if s.extends and s.extends != "*" and s.extends not in p.term_by_name:
            yield f"step {s.name!r} extends the unknown term {s.extends!r}"


def _opens(registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        for o in s.opens:
            if not registry.has(o.procedure):
                yield f"step {s.name!r} opens {o.procedure!r}, which no installed scene declares"
                continue
            if o.many and s.form.field(o.many) is None:
                yield f"step {s.name!r} opens one for each {o.many!r}, which its form lacks"
            if not o.new_matter and not any(
                isinstance(b, Kernel) for st in registry.procedure(o.procedure).starts[:1] for b in st.by
            ):
                yield f"step {s.name!r} opens {o.procedure!r}, whose first START step the kernel may not take; put Kernel() in its `by`"


def _slots(p: Procedure) -> dict[str, str]:
    return {o.slot: o.procedure for s in p.steps for o in s.opens if not o.new_matter}


def _children(registry: "Registry", p: Procedure) -> Iterator[str]:
    slots = _slots(p)
    awaited: dict[str, set[str]] = {slot: set() for slot in slots}
    for s in p.steps:
        for by in s.by:
            if not isinstance(by, Children):
                continue
            if by.slot not in slots:
                yield f"step {s.name!r} waits for children in the slot {by.slot!r}, which no step opens"
                continue
            awaited[by.slot] |= by.outcomes
            if registry.has(slots[by.slot]):
                for outcome in sorted(by.outcomes - set(registry.procedure(slots[by.slot]).final)):
                    yield f"step {s.name!r} waits for the outcome {outcome!r}, which is no final state of {slots[by.slot]!r}"
    for slot, name in slots.items():
        if registry.has(name):
            child = registry.procedure(name)
            reported = {state for state, follow in child.final.items() if follow == "opener"}
            for outcome in sorted(reported - awaited[slot]):
                yield f'nobody awaits the outcome {outcome!r} of {name!r} in the slot {slot!r}; add it to a Children(...) or let it "end"'


def _recall(registry: "Registry", p: Procedure) -> Iterator[str]:
    """What is opened as a child must be able to be recalled."""
    children = {o.procedure for q in registry.versions() for s in q.steps for o in s.opens if not o.new_matter}
    if p.name in children:
        recall = p.by_name.get("recall")
        if recall is None or recall.target not in p.final or not recall.automatic or OPEN not in recall.sources:
            yield "it is opened as a child, so it needs a step 'recall' from OPEN to a final state by Kernel()"
        elif p.final[str(recall.target)] != "end":
            yield "the final state of 'recall' must \"end\": the parent no longer waits"


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
            if state not in seen:
                seen.add(state)
                todo |= moves.get(state, set())


def _instant(s: Step) -> bool:
    return s.automatic and all(isinstance(b, Children) for b in s.by)


def _undo(_registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        for name in sorted(s.undoes):
            step = p.by_name.get(name)
            if step is None:
                yield f"step {s.name!r} undoes the unknown step {name!r}"
            elif (
                step.opens
                or set(step.touches) & {"leader", "erase", "tell", "protect"}
                or START in step.sources
                or step.extends
            ):
                yield f"step {s.name!r} undoes {name!r}, which opens, tells, joins, extends or erases; such a step cannot be taken back"
            elif any(name in t.restarts for t in p.terms):
                yield f"step {s.name!r} undoes {name!r}, which restarts a term; such a step cannot be taken back"


def _released(registry: "Registry", p: Procedure) -> Iterator[str]:
    released = registry.scenes[registry.owner[p.name]].released.get(f"{p.name}/{p.version}")
    if released is not None and released != p.digest:
        yield "this version was released and has changed since; restore it and declare the change as a new version"
