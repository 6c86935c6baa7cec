"""What a person may do here and now: the buttons of the page and the steps of the API come from this one list."""

from dataclasses import dataclass

from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.rights import check_right, failing_guard
from tianping.kernel.lifecycle.state import Actor, MatterState, ProceedingState, RefusedError
from tianping.kernel.lifecycle.vocabulary import Step


@dataclass(frozen=True, slots=True)
class Offer:
    """One step this actor may take; with a `refusal` it is shown blocked, the sentence underneath."""

    step: Step
    refusal: str = ""


def offers(registry: Registry, matter: MatterState, proceeding: ProceedingState, actor: Actor) -> list[Offer]:
    """The steps of the proceeding that are this actor's to take, in the order of the declaration.

    A step of somebody else's and a step hidden by a silent guard are left out; another failing guard leaves the step
    with its refusal. Guards that read the form are checked when the step is taken.
    """
    try:
        procedure = registry.procedure(proceeding.procedure, proceeding.version)
    except RefusedError:
        return []
    found: list[Offer] = []
    for step in procedure.steps_from(proceeding.state):
        if step.automatic:
            continue
        try:
            check_right(step, matter, proceeding, actor)
        except RefusedError as error:
            if error.reason == "proof":
                found.append(Offer(step, error.sentence))
            continue
        guard = failing_guard(registry, step, matter, proceeding, actor, {}, {}, before_form=True)
        if guard is None:
            found.append(Offer(step))
        elif not guard.silent:
            found.append(Offer(step, guard.refusal))
    return found
