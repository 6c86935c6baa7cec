"""The engine: what a step does, decided from plain data. No clock, no database, no randomness but the ids it is given.

`begin` opens a matter; `decide` takes one step of a proceeding. Both answer with the moves to be recorded, the causing
one first, and raise RefusedError when the step may not be taken. A refused step leaves no trace in what is stored; the
states that were passed in must then be thrown away.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from tianping.kernel.lifecycle import effects
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.rights import check_right, failing_guard, signing
from tianping.kernel.lifecycle.state import (
    Actor,
    Command,
    Decision,
    MatterState,
    Move,
    PartyRef,
    ProceedingState,
    RefusedError,
)
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import BACK, START, Children, Kernel, Open, Party, Step

MAX_MOVES = 250  # one step may open fifty children; boot refuses loops, this is the belt to those braces
NEXT = "@next"  # the slot of what follows on the matter's road
SETTLED = "@settled"  # in `pending`: the children whose outcome an earlier wait has used


class Run:
    """One decision being made. `extra` are the guards' further reads."""

    def __init__(self, registry: Registry, actor: Actor, new_id: Callable[[], UUID], extra: Mapping[str, Any]) -> None:
        self.registry = registry
        self.actor = actor
        self.new_id = new_id
        self.extra = extra
        self.moves: list[Move] = []
        self.matters: dict[UUID, MatterState] = {}
        self.busy: set[UUID] = set()  # proceedings in the middle of a step: they look at their children when it is done

    def decision(self) -> Decision:
        return Decision(self.moves, self.matters, self.actor)

    # ── taking a step ────────────────────────────────────────────────────────────────────────────────────────
    def take(
        self,
        procedure: Procedure,
        matter: MatterState,
        proceeding: ProceedingState,
        step: Step,
        form: dict[str, Any],
        *,
        automatic: bool = False,
    ) -> Move:
        """Record the step and all that follows from it."""
        derived = effects.derive(self, matter, proceeding, step, form)
        form = form | {name: value for name, value in derived.items() if value is not None}
        if len(self.moves) >= MAX_MOVES:
            raise RefusedError(_("这一步引起了没完没了的自动步骤，请联系管理员"), "unknown")
        move = Move(
            matter.id,
            proceeding.id,
            procedure.name,
            procedure.version,
            step.name,
            form,
            proceeding.state,
            proceeding.state,
            automatic=automatic,
        )
        self.moves.append(move)
        self.busy.add(proceeding.id)
        proceeding.counts[step.name] = proceeding.counts.get(step.name, 0) + 1
        effects.record_facts(self.registry, matter, step, self._kept(step, form), move)
        effects.retract(matter, derived, move)
        if step.undoes:
            effects.undo(procedure, matter, proceeding, step, move)
        if not self._waits_for_others(matter, proceeding, step, move):
            self._carry_out(procedure, matter, proceeding, step, move)
        self.busy.discard(proceeding.id)
        if move.to_state != move.from_state and move.to_state in procedure.final:
            self._finish(procedure, matter, proceeding, move)
        else:
            self._look(matter, proceeding)
        return move

    def _carry_out(
        self, procedure: Procedure, matter: MatterState, proceeding: ProceedingState, step: Step, move: Move
    ) -> None:
        effects.touch(self, matter, proceeding, step, move.form, move)
        if step.extends:
            effects.extend(procedure, proceeding, step, move.form, move)
        if step.target is not None:
            self._enter(procedure, matter, proceeding, step, move)
        for declared in step.opens:
            self._open_declared(declared, matter, proceeding, move)

    def _kept(self, step: Step, form: dict[str, Any]) -> dict[str, Any]:
        """The values that become facts of this matter: what a split sends to the new matter does not."""
        sent = {
            f.name
            for o in step.opens
            if o.new_matter
            for f in kernel_start(self.registry.procedure(o.procedure)).form.fields
        }
        return {name: value for name, value in form.items() if name not in sent}

    def _waits_for_others(self, matter: MatterState, proceeding: ProceedingState, step: Step, move: Move) -> bool:
        """A step that every party must take moves the state only with the last of them."""
        every = next((b for b in step.by if isinstance(b, Party) and b.every), None)
        if every is None:
            return False
        subject = str(self.actor.on_behalf or self.actor.subject)
        done = proceeding.pending.setdefault(step.name, [])
        done.append(subject)
        move.effects.append({"do": "pending", "step": step.name, "subject": subject})
        missing = {str(p.subject) for p in matter.parties if p.role == every.role} - set(done)
        if not missing:
            proceeding.pending.pop(step.name)
        return bool(missing)

    def _enter(
        self, procedure: Procedure, matter: MatterState, proceeding: ProceedingState, step: Step, move: Move
    ) -> None:
        was, back = proceeding.state, proceeding.back
        target = back if step.target == BACK else str(step.target)
        proceeding.state = move.to_state = target
        proceeding.back = was if target == procedure.suspended else ""
        move.effects.append({"do": "state", "from": was, "to": target, "back": back})
        effects.run_terms(procedure, proceeding, step, target, move)
        if target == procedure.suspended:
            return  # what the state waits for waits on
        left = back if was == procedure.suspended else was
        if target != left:
            if effects.forget_pending(proceeding):
                move.effects.append({"do": "forget"})
            self._recall(procedure, matter, proceeding, left, target, move)

    def _recall(
        self,
        procedure: Procedure,
        matter: MatterState,
        proceeding: ProceedingState,
        left: str,
        target: str,
        move: Move,
    ) -> None:
        """A parent that stops waiting, or ends, recalls its open children."""
        ended = target in procedure.final
        slots = procedure.awaited(left) - procedure.awaited(target)
        for child in self._children(matter, proceeding):
            if ended or child.slot in slots:
                if not self._over(child):
                    move.effects.append({"do": "recall", "proceeding": str(child.id)})
                    child_procedure = self.registry.procedure(child.procedure, child.version)
                    self.take(child_procedure, matter, child, child_procedure.by_name["recall"], {}, automatic=True)
                effects.settle(proceeding, SETTLED, [child])

    # ── opening ──────────────────────────────────────────────────────────────────────────────────────────────
    def _open_declared(
        self,
        declared: Open,
        matter: MatterState,
        proceeding: ProceedingState,
        move: Move,
    ) -> None:
        if declared.new_matter:
            self._split(declared, matter, move)
            return
        for holder in move.form[declared.many] if declared.many else [proceeding.holder]:
            self.open(declared.procedure, matter, proceeding, declared.slot, holder, move)

    def open(
        self,
        name: str,
        matter: MatterState,
        parent: ProceedingState | None,
        slot: str,
        holder: str,
        cause: Move,
    ) -> ProceedingState:
        """Open a proceeding by its START step, on behalf of the kernel."""
        procedure = self.registry.procedure(name)
        step = kernel_start(procedure)
        proceeding = self._new_proceeding(procedure, matter, parent, slot, holder)
        opened = {"proceeding": str(proceeding.id), "procedure": name, "slot": slot, "holder": holder}
        cause.effects.append({"do": "open"} | opened)
        effects.see(matter, holder)
        self.take(procedure, matter, proceeding, step, {}, automatic=True)
        return proceeding

    def _new_proceeding(
        self,
        procedure: Procedure,
        matter: MatterState,
        parent: ProceedingState | None,
        slot: str,
        holder: str,
    ) -> ProceedingState:
        proceeding = ProceedingState(
            id=self.new_id(),
            matter=matter.id,
            procedure=procedure.name,
            version=procedure.version,
            state=START,
            slot=slot,
            parent=parent.id if parent else None,
            holder=holder,
            new=True,
        )
        matter.proceedings[proceeding.id] = proceeding
        effects.see_parties(procedure, matter)
        return proceeding

    def _split(self, declared: Open, matter: MatterState, move: Move) -> None:
        """Open another matter with this one's parties and place, and with what the form says of it.

        Of the facts, it takes over those that its START step asks for and that are not personal: a sealed value belongs
        to the matter it was told in, and a copy of it would outlive an erasure.
        """
        procedure = self.registry.procedure(declared.procedure)
        twin = MatterState(
            id=self.new_id(),
            centre=matter.centre,
            path=matter.path,
            place_path=matter.place_path,
            grid=matter.grid,
            new=True,
        )
        twin.parties = [PartyRef(p.role, p.subject) for p in matter.parties if p.role != REPRESENTATIVE]
        self.matters[twin.id] = twin
        move.effects.append({"do": "split", "matter": str(twin.id)})
        proceeding = self._new_proceeding(procedure, twin, None, "", twin.centre)
        start = kernel_start(procedure)
        carried = {f.name: move.form[f.name] for f in start.form.fields if f.name in move.form}
        for field in start.form.fields:
            fact = matter.facts.get(field.concept)
            if fact is not None and not self.registry.concepts[field.concept].personal:
                carried.setdefault(field.name, fact)
        first = self.take(procedure, twin, proceeding, start, carried, automatic=True)
        first.effects.append({"do": "link", "matter": str(matter.id)})
        for party in twin.parties:
            first.effects.append(
                {"do": "party", "role": party.role, "subject": str(party.subject), "prefix": party.role, "known": True}
            )

    # ── ending ───────────────────────────────────────────────────────────────────────────────────────────────
    def _finish(self, procedure: Procedure, matter: MatterState, proceeding: ProceedingState, move: Move) -> None:
        follow = procedure.final[proceeding.state]
        parent = matter.proceedings.get(proceeding.parent) if proceeding.parent else None
        if follow in {"opener", "end"}:
            if parent is not None and proceeding.slot != NEXT:
                self._look(matter, parent)
        else:
            self.open(follow, matter, proceeding, NEXT, matter.centre, move)

    def _look(self, matter: MatterState, parent: ProceedingState) -> None:
        """Take the step that waits for the outcomes of this proceeding's children, if it is now due.

        Asked when a child ends and when a step of the parent is done: a child may have ended while the parent was
        suspended, and one that ends in the middle of a step must not move the parent before that step is done.
        """
        if parent.id in self.busy:
            return
        procedure = self.registry.procedure(parent.procedure, parent.version)
        waiting = [
            (step, by) for step in procedure.steps_from(parent.state) for by in step.by if isinstance(by, Children)
        ]
        for step, by in waiting:
            used = self._fulfilled(by, matter, parent)
            if used and failing_guard(self.registry, step, matter, parent, self.actor, {}, self.extra) is None:
                effects.settle(parent, SETTLED, used)
                self.take(procedure, matter, parent, step, {}, automatic=True)
                return

    def _fulfilled(self, by: Children, matter: MatterState, parent: ProceedingState) -> list[ProceedingState]:
        """The children that fulfil the clause, or none: all that reported ended so, or with `every=False` one did."""
        settled = parent.pending.get(SETTLED, [])
        children = [c for c in self._children(matter, parent) if c.slot == by.slot and str(c.id) not in settled]
        so = [c for c in children if c.state in by.outcomes]
        if not by.every:
            return so
        other = [c for c in children if c.state not in by.outcomes and not self._silent(c)]
        return [] if other else so

    def _children(self, matter: MatterState, parent: ProceedingState) -> list[ProceedingState]:
        return [p for p in matter.proceedings.values() if p.parent == parent.id and p.slot != NEXT]

    def _over(self, proceeding: ProceedingState) -> bool:
        return proceeding.state in self.registry.procedure(proceeding.procedure, proceeding.version).final

    def _silent(self, child: ProceedingState) -> bool:
        """Whether this child ended without an outcome for its parent."""
        final = self.registry.procedure(child.procedure, child.version).final
        return final.get(child.state) == "end"


def kernel_start(procedure: Procedure) -> Step:
    """The START step by which the kernel opens this procedure. Boot checks that there is one where it is needed."""
    return next(s for s in procedure.starts if any(isinstance(b, Kernel) for b in s.by))


def begin(
    registry: Registry,
    procedure_name: str,
    parse_form: Callable[[Step], dict[str, Any]],
    *,
    actor: Actor,
    matter: MatterState,
    new_id: Callable[[], UUID],
    step_name: str = "",
    extra: Mapping[str, Any] | None = None,
) -> Decision:
    """Open `matter` with its first proceeding: by the START step named, or else by the first that this actor, this form
    and its guards allow. When none does, the first refusal is raised. `parse_form` may add to `extra` what the step reads."""
    procedure = registry.procedure(procedure_name)
    run = Run(registry, actor, new_id, {} if extra is None else extra)
    run.matters[matter.id] = matter
    proceeding = run._new_proceeding(procedure, matter, None, "", matter.centre)  # noqa: SLF001
    refusal: RefusedError | None = None
    for step in procedure.starts:
        if step.automatic or (step_name and step.name != step_name):
            continue
        try:
            run.actor = signing(actor, check_right(step, matter, proceeding, actor), proceeding)
            form = parse_form(step)
        except RefusedError as error:
            refusal = refusal or error
            continue
        failing = failing_guard(registry, step, matter, proceeding, actor, form, run.extra)
        if failing is None:
            run.take(procedure, matter, proceeding, step, form)
            return run.decision()
        refusal = refusal or failing.refusal
    raise refusal or RefusedError(_("这个程序不能这样开始"), "unknown")


def admit(
    registry: Registry, matters: Mapping[UUID, MatterState], proceeding_id: UUID, step_name: str, actor: Actor
) -> tuple[Procedure, MatterState, ProceedingState, Step]:
    """The step asked for, once it exists, the state offers it and the actor has the right; RefusedError otherwise."""
    matter, proceeding = next(
        (m, m.proceedings[proceeding_id]) for m in matters.values() if proceeding_id in m.proceedings
    )
    procedure = registry.procedure(proceeding.procedure, proceeding.version)
    step = procedure.by_name.get(step_name)
    if step is None or START in step.sources:
        raise RefusedError(_("没有这一步"), "unknown")
    if proceeding.state not in procedure.states:
        raise RefusedError(_("这件事停在新版程序的一个环节，要先升级系统才能办"), "state")
    if step not in procedure.steps_from(proceeding.state):
        raise RefusedError(_("现在不能办这一步：这件事已经到了别的环节"), "state")
    check_right(step, matter, proceeding, actor)
    return procedure, matter, proceeding, step


def decide(
    registry: Registry,
    matters: dict[UUID, MatterState],
    proceeding_id: UUID,
    command: Command,
    *,
    actor: Actor,
    new_id: Callable[[], UUID],
) -> Decision:
    """Take one step. `matters` holds the proceeding's matter and, for a merge, the other one."""
    procedure, matter, proceeding, step = admit(registry, matters, proceeding_id, command.step, actor)
    actor = signing(actor, check_right(step, matter, proceeding, actor), proceeding)
    failing = failing_guard(registry, step, matter, proceeding, actor, command.form, command.extra)
    if failing is not None:
        raise failing.refusal
    run = Run(registry, actor, new_id, command.extra)
    run.matters = matters
    run.take(procedure, matter, proceeding, step, dict(command.form))
    return run.decision()
