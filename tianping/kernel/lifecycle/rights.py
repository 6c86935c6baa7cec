"""Who may take a step: the keys that answer to it. The same keys make the to-do rows, so the two cannot differ."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import Actor, MatterState, ProceedingState, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import (
    PROOFS,
    Assigned,
    By,
    Derived,
    Guard,
    Guest,
    Lapse,
    Leader,
    Party,
    Post,
    Step,
)

PROTECTOR = "protector"
LATE = frozenset({"form", "other", "relations", "offices", "opposing", "represented"})  # fetched when the step is taken


class Failing(NamedTuple):
    """A guard that says no, and the values that its sentence names."""

    guard: Guard
    values: dict[str, Any]

    @property
    def refusal(self) -> RefusedError:
        return RefusedError(self.guard.refusal, "guard", **self.values)


def root_of(path: str) -> str:
    return path.split(".", 1)[0] + "."


def post_path(at: str, matter: MatterState, proceeding: ProceedingState) -> str:
    """The agency path at which a Post looks for its holder."""
    match at:
        case "centre":
            return matter.centre
        case "root":
            return root_of(matter.centre)
        case "place":
            return matter.place_path or matter.centre
        case "opener":
            parent = matter.proceedings.get(proceeding.parent) if proceeding.parent else None
            return parent.holder if parent else matter.centre
    return proceeding.holder


def keys_for(by: By, matter: MatterState, proceeding: ProceedingState, step: str) -> Iterator[str]:
    """The to-do keys that answer to one `by` clause."""
    match by:
        case Post(kind, at, informed):
            if (
                matter.protected and not informed
            ):  # need to know: the protector stands in for every post, named people act in person
                yield f"{PROTECTOR}@{matter.centre}"
            else:
                yield f"{kind}@{post_path(at, matter, proceeding)}"
        case Assigned(role):
            if person := proceeding.assigned.get(role):
                yield f"person:{person}"
        case Party(role, every):
            done = proceeding.pending.get(step, []) if every else []
            for party in matter.parties:
                if party.role == role and str(party.subject) not in done:
                    yield f"subject:{party.subject}"


def todo_keys(procedure: Procedure, matter: MatterState, proceeding: ProceedingState) -> dict[str, list[str]]:
    """Key -> the steps that put this proceeding on that key's worklist."""
    found: dict[str, list[str]] = {}
    for step in procedure.steps_from(proceeding.state):
        if step.work:
            for by in step.by:
                for key in keys_for(by, matter, proceeding, step.name):
                    steps = found.setdefault(key, [])
                    if step.name not in steps:
                        steps.append(step.name)
    return found


def check_right(step: Step, matter: MatterState, proceeding: ProceedingState, actor: Actor) -> str:
    """The key by which this actor may take the step, that of the post they look from first; "" where none is needed.

    Raises RefusedError("right") unless one `by` clause lets them, or "proof" where only a proof is lacking.
    """
    held: list[str] = []
    free = proof_lacking = False
    for by in step.by:
        match by:
            case Lapse(term):
                state = proceeding.terms.get(term)
                free |= actor.system and state is not None and state.lapsed and state.status == "running"
            case Guest():
                free = True
            case Party(_role, _every, proof):
                key = f"subject:{actor.on_behalf or actor.subject}"
                if key in keys_for(by, matter, proceeding, step.name):
                    if PROOFS.index(actor.proof) >= PROOFS.index(proof):
                        held.append(key)
                    else:
                        proof_lacking = True
            case Post() | Assigned():
                held += [key for key in keys_for(by, matter, proceeding, step.name) if key in actor.keys]
            case Leader():
                free |= actor.system
            case _:
                pass  # Kernel and Children: taken inside the step that causes them, never asked for
    if held:
        return next((key for key in held if (key, actor.post) in actor.posts), held[0])
    if free:
        return ""
    if proof_lacking:
        raise RefusedError(_("请先验证您的身份，再办这一步"), "proof")
    raise RefusedError(_("这一步不归您办"), "right")


def signing(actor: Actor, key: str, proceeding: ProceedingState) -> Actor:
    """The actor with the post and office by whose key the right was held; whoever is named acts for the office that holds it."""
    own = dict(actor.posts)
    if key.startswith("person:"):
        here = [k for k in own if k.endswith(f"@{proceeding.holder}")]
        key = next((k for k in here if own[k] == actor.post), min(here, default=""))
    if "@" not in key:
        return actor
    return replace(actor, post=own.get(key), agency=key.partition("@")[2], signs=key)


def reads_of(
    guard: Guard | Derived,
    matter: MatterState,
    proceeding: ProceedingState,
    actor: Actor,
    form: Mapping[str, Any],
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    """Exactly what is declared to be read; anything else is a KeyError in its test."""
    reads: dict[str, Any] = {}
    for name in guard.reads:
        kind, _colon, what = name.partition(":")
        match kind:
            case "fact":
                reads[name] = matter.facts.get(what)
            case "count":
                reads[name] = proceeding.counts.get(what, 0)
            case "term":
                reads[name] = proceeding.terms.get(what)
            case "children":
                reads[name] = [p for p in matter.proceedings.values() if p.parent == proceeding.id and p.slot == what]
            case "form":
                reads[name] = form
            case "actor":
                reads[name] = actor
            case "matter":
                reads[name] = matter
            case "parties":
                reads[name] = matter.parties
            case "last":
                reads[name] = matter.last
            case "state":
                reads[name] = proceeding
            case _:
                reads[name] = extra.get(name)
    return reads


def failing_guard(
    registry: Registry,
    step: Step,
    matter: MatterState,
    proceeding: ProceedingState,
    actor: Actor,
    form: Mapping[str, Any],
    extra: Mapping[str, Any],
    *,
    before_form: bool = False,
) -> Failing | None:
    """The first guard of the step that fails; `before_form` leaves out those that need what is not yet given."""
    for name in step.guards:
        guard = registry.guards[name]
        if before_form and any(r in LATE or r.startswith("row:") for r in guard.reads):
            continue
        reads = reads_of(guard, matter, proceeding, actor, form, extra)
        if not guard.test(reads):
            named = {read.partition(":")[2] or read: value for read, value in reads.items()}
            said = {name: value for name, value in named.items() if f"%({name})s" in guard.refusal}
            return Failing(guard, said)
    return None
