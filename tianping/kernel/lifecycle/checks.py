"""The boot checks: a declaration that could strand a matter never starts. Each message names the scene and the mend."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tianping.kernel.lifecycle.checks_family import FAMILY
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.vocabulary import (
    BACK,
    OPEN,
    PARTS,
    START,
    By,
    Children,
    Guest,
    Kernel,
    Lapse,
    Leader,
    Party,
    Post,
    Step,
)

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
        "represent",
        "unrepresent",
        "tell",
    }
)
READS = frozenset(
    {
        "form",
        "actor",
        "matter",
        "parties",
        "last",
        "other",
        "relations",
        "offices",
        "opposing",
        "represented",
        "state",
        "today",
    }
)
READ_KINDS = frozenset({"fact", "count", "term", "children", "row"})
WORDS_OF_HOLD = frozenset({"centre", "opener"})
LASTING_TOUCHES = frozenset(
    {"leader", "unlead", "link", "party", "protect", "correct", "erase", "tell", "represent", "unrepresent"}
)
AT = frozenset({"centre", "holder", "opener", "root", "place"})


def check(registry: "Registry") -> list[str]:
    """Every fault of every procedure, or an empty list."""
    faults: list[str] = []
    for scene in registry.scenes.values():
        declared = {f"{p.name}/{p.version}" for p in scene.procedures}
        faults += [
            f"{scene.name}: {key} was released and is gone; keep its declaration, open proceedings follow it"
            for key in sorted(set(scene.released) - declared)
        ]
    for procedure in registry.versions():
        where = f"{registry.owner[procedure.name]}: {procedure.name}/{procedure.version}"
        for look in (
            _states,
            _reachable,
            _steps,
            _forms,
            _guards,
            _derives,
            _terms,
            _following,
            _undo,
            _released,
            *FAMILY,
        ):
            faults += [f"{where}: {fault}" for fault in look(registry, procedure)]
    faults += [f"concepts: {fault}" for fault in _concepts(registry)]
    return faults + [
        f"{what}: {fault}" for what, reads in _reading(registry) for fault in _guard_reads(registry, reads)
    ]


def _reading(registry: "Registry") -> Iterator[tuple[str, frozenset[str]]]:
    yield from ((f"guard {g.name!r}", g.reads) for g in registry.guards.values())
    yield from ((f"derived {d.concept!r}", d.reads) for d in registry.derived.values())


def _states(registry: "Registry", p: Procedure) -> Iterator[str]:
    if not p.starts:
        yield "no START step; add one, a report or a hand-over begins there"
    for state, follow in p.final.items():
        if state not in p.states:
            yield f"final state {state!r} is not in states; add it with its label"
        if follow not in WORDS and not registry.has(follow):
            yield f"final state {state!r} hands over to {follow!r}, which no installed scene declares"
        if follow == "archive" and not registry.has("archive"):
            yield f"final state {state!r} goes to the archive, but the archive scene is not installed; add it to SCENES"
    if p.suspended and p.suspended not in p.open_states:
        yield f"suspended state {p.suspended!r} is not an open state; add it to states with its label, not to final"
    for state in p.rests - set(p.states):
        yield f"rests names {state!r}, which is not a state; correct the name"
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
                yield f"step {s.name!r} starts from {state!r}, which is not an open state; correct `source`"
        if s.target not in {None, BACK} and s.target not in p.states:
            yield f"step {s.name!r} leads to {s.target!r}, which is not a state; correct `target`"
        if s.target == BACK and not p.suspended:
            yield f"step {s.name!r} goes BACK, but the procedure has no suspended state; name it"
        elif s.target == BACK and s.sources != (p.suspended,):
            yield f"step {s.name!r} goes BACK, so it must start from {p.suspended!r} alone"
        if START in s.sources and s.target is None:
            yield f"START step {s.name!r} needs a target state; name the one it leads to"
        if not s.by:
            yield f"step {s.name!r} is nobody's; say in `by` who may take it"
        for by in s.by:
            yield from _by(s, by)
        for kind, source in s.touches.items():
            yield from _touch(s, kind, source)
        yield from _reserved(s)


def _by(s: Step, by: By) -> Iterator[str]:
    if isinstance(by, Post) and by.at not in AT:
        yield f"step {s.name!r}: post {by.kind!r} at {by.at!r}; use one of {sorted(AT)}"
    if isinstance(by, Guest) and s.sources != (START,):
        yield f"step {s.name!r} is open to guests, but does not START; whoever goes on with a matter needs a right"
    if isinstance(by, Party) and by.every and len(s.by) > 1:
        yield (
            f"step {s.name!r} waits for every {by.role!r}, so nobody else may take it; "
            "give the others a step of their own"
        )


def _reserved(s: Step) -> Iterator[str]:
    """Names that the kernel itself knows: what they mean is fixed."""
    if s.name == "undo" and not s.undoes:
        yield "a step called 'undo' must say in `undoes` what it takes back; or rename it"
    if s.name in {"note", "add"} and (s.target is not None or set(s.touches) - {"tell"} or s.opens or s.extends):
        yield f"a step called {s.name!r} changes nothing, an undo looks past it; rename this one"
    if s.name == "absorb" and (s.target is not None or s.by != (Kernel(),)):
        yield "a step called 'absorb' records a merge: by Kernel() alone and without a target; or rename it"


def _touch(s: Step, kind: str, source: str) -> Iterator[str]:
    name, _colon, what = kind.partition(":")
    if name not in TOUCHES:
        yield f"step {s.name!r} touches {kind!r}; the kernel knows {sorted(TOUCHES)}"
    if name in {"assign", "party"} and not what:
        yield f"step {s.name!r} touches {kind!r} without a role; write {name + ':<role>'!r}"
    if name == "party" and not any(s.form.field(f"{source}_{part}") for part in PARTS):
        yield f"step {s.name!r} touches {kind!r}, so its form needs {source + '_name'!r} or another field of that person"
    if name in {"leader", "link", "correct", "erase", "unrepresent"} or (
        name in {"holder", "assign"} and source not in WORDS_OF_HOLD
    ):
        field = s.form.field(source)
        if field is None:
            yield f"step {s.name!r} touches {kind!r} with the field {source!r}, which its form lacks; add it"
        elif not field.required and name not in {"holder", "assign"}:
            yield f"step {s.name!r} touches {kind!r} with the field {source!r}; make it required"
    if name == "represent" and not (s.form.field("representative_phone") and (source == "own" or s.form.field(source))):
        yield f"step {s.name!r} touches {kind!r}, so its form needs 'representative_phone' and {source!r}, or the word 'own'"
    if name == "correct" and not getattr(s.form.field("value"), "required", False):
        yield f"step {s.name!r} corrects a fact, so its form needs the required field 'value'"


def _forms(registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        names = [f.name for f in s.form.fields]
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield f"step {s.name!r}: two fields are called {name!r}; rename one"
        for f in s.form.fields:
            if f.concept not in registry.concepts:
                yield f"step {s.name!r}: field {f.name!r} names the unknown concept {f.concept!r}; declare it in the scene's concepts"
            elif registry.concepts[f.concept].scope == "matter" and not f.revises and f.name in _used(s):
                yield (
                    f"step {s.name!r} acts on the field {f.name!r}, which a known fact would leave out; "
                    "let it revise or take a concept with scope='entry'"
                )
        if (
            START not in s.sources
            and any(f.required for f in s.form.fields)
            and any(isinstance(b, Children | Kernel) for b in s.by)
        ):
            yield f"step {s.name!r} is automatic but asks for a required field; nobody is there to fill it in"
        for name in ("amount", "term") if s.extends == "*" else ("amount",) if s.extends else ():
            if not getattr(s.form.field(name), "required", False):
                yield f"step {s.name!r} extends a term, so its form needs the required field {name!r}"
        for kind in s.documents:
            if kind not in registry.documents:
                yield f"step {s.name!r} makes the unknown document kind {kind!r}; declare it in the scene's documents"


def _used(s: Step) -> set[str]:
    """The fields that the kernel acts on."""
    used = {source for kind, source in s.touches.items() if not kind.startswith("party:")}
    used |= {"value"} if "correct" in s.touches else set()
    used |= {o.many for o in s.opens}
    return used | ({"amount", "term"} if s.extends else set())


def _concepts(registry: "Registry") -> Iterator[str]:
    for c in registry.concepts.values():
        if c.type == "choice" and not (c.choices or c.source):
            yield f"concept {c.name!r} is a choice without choices; list them, or name the pack kind in `source`"


def _guards(registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        for name in s.guards:
            if name not in registry.guards:
                yield f"step {s.name!r} asks the unknown guard {name!r}; declare it in the scene's guards"
                continue
            yield from (f"step {s.name!r}: guard {name!r} {t}" for t in _read_here(p, s, registry.guards[name].reads))


def _derives(registry: "Registry", p: Procedure) -> Iterator[str]:
    for s in p.steps:
        for name in s.derives:
            derived, concept = registry.derived.get(name), registry.concepts.get(name)
            if derived is None or concept is None:
                yield f"step {s.name!r} derives {name!r}, and nobody says how; declare it in the scene's derived and concepts"
                continue
            if concept.scope != "matter" or concept.personal:
                yield f"step {s.name!r} derives {name!r}; only a fact of the matter that is not personal follows from a rule"
            if s.form.field(name) is not None:
                yield f"step {s.name!r} both asks for {name!r} and derives it; keep one"
            yield from (f"step {s.name!r}: derived {name!r} {t}" for t in _read_here(p, s, derived.reads))


def _read_here(p: Procedure, s: Step, reads: frozenset[str]) -> Iterator[str]:
    """What is read must be there: a step of this procedure, a field of this form, a term of this procedure."""
    for read in sorted(reads):
        kind, _colon, what = read.partition(":")
        if kind == "count" and what not in p.by_name:
            yield f"counts the unknown step {what!r}; correct the name"
        if kind == "row" and s.form.field(what) is None:
            yield f"reads the row of {what!r}, a field that the form lacks; add it"
        if kind == "term" and what not in p.term_by_name:
            yield f"reads the unknown term {what!r}; correct the name"


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
            yield f"term {t.name!r} runs or pauses in {state!r}, which is not an open state; correct the name"
        if both := sorted(t.runs & t.pauses):
            yield f"term {t.name!r} both runs and pauses in {both}; choose one"
        for step in sorted(t.restarts - set(p.by_name)):
            yield f"term {t.name!r} restarts with the unknown step {step!r}; correct the name"
        for name in (part.split("}")[0] for part in t.rule.split("{")[1:]):
            if name not in registry.concepts:
                yield f"term {t.name!r} takes its rule from the unknown concept {name!r}; declare it or correct the name"
    for s in p.steps:
        for by in s.by:
            if isinstance(by, Lapse) and by.term not in p.term_by_name:
                yield f"step {s.name!r} waits for the unknown term {by.term!r}; declare it"
            if isinstance(by, Leader):
                for name in sorted(by.steps - {t.name for q in registry.versions() for t in q.steps}):
                    yield f"step {s.name!r} follows the leader's step {name!r}, which no procedure has; correct the name"
        if s.extends and s.extends != "*" and s.extends not in p.term_by_name:
            yield f"step {s.name!r} extends the unknown term {s.extends!r}; declare it or correct the name"


def _following(_registry: "Registry", p: Procedure) -> Iterator[str]:
    """The leader counts who follows it; so whatever leaves a state that follows must say that it does."""
    following = {s.target for s in p.steps if "leader" in s.touches}
    for state in p.open_states:
        for s in p.steps_from(state) if state in following else ():
            if set(p.targets(s, state)) - following - {p.suspended} and "unlead" not in s.touches:
                yield f"step {s.name!r} leaves {state!r}, which follows another handling; let it touch 'unlead'"


def _undo(_registry: "Registry", p: Procedure) -> Iterator[str]:
    undone = {name for s in p.steps for name in s.undoes}
    for s in p.steps:
        if s.reversible and s.name not in undone:
            yield f"step {s.name!r} is marked reversible, but no step undoes it; name it in `undoes` or drop the mark"
        for name in sorted(s.undoes):
            step = p.by_name.get(name)
            if step is None:
                yield f"step {s.name!r} undoes the unknown step {name!r}; correct the name"
                continue
            if not step.reversible:
                yield f"step {s.name!r} undoes {name!r}, which is not marked reversible; mark it"
            kinds = {kind.partition(":")[0] for kind in step.touches}
            every = any(isinstance(b, Party) and b.every for b in step.by)
            if step.opens or kinds & LASTING_TOUCHES or START in step.sources or step.extends or every:
                yield (
                    f"step {s.name!r} undoes {name!r}, which opens, tells, joins, names a party, extends, corrects, erases or waits "
                    "for all; such a step cannot be taken back, leave it out"
                )
            elif any(name in t.restarts for t in p.terms):
                yield f"step {s.name!r} undoes {name!r}, which restarts a term; it cannot be taken back, leave it out"


def _released(registry: "Registry", p: Procedure) -> Iterator[str]:
    released = registry.scenes[registry.owner[p.name]].released.get(f"{p.name}/{p.version}")
    if released is not None and released != p.digest:
        yield "this version was released and has changed since; restore it and declare the change as a new version"
