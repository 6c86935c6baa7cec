"""What a person may do here and now: the buttons of the page and the steps of the API come from this one list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.rights import check_right, failing_guard
from tianping.kernel.lifecycle.state import Actor, MatterState, ProceedingState, RefusedError
from tianping.kernel.lifecycle.vocabulary import Step


@dataclass(frozen=True, slots=True)
class Offer:
    """One step this actor may take; with a `refusal` it is shown blocked, the sentence underneath."""

    step: Step
    refusal: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)  # what the refusal names


def offers(
    registry: Registry, matter: MatterState, proceeding: ProceedingState, actor: Actor, today: str = ""
) -> list[Offer]:
    """The steps of the proceeding that are this actor's to take on that local day (ISO), in the order of the declaration.

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
        failing = failing_guard(registry, step, matter, proceeding, actor, {}, {"today": today}, before_form=True)
        if failing is None:
            found.append(Offer(step))
        elif not failing.guard.silent:
            found.append(Offer(step, failing.guard.refusal, failing.values))
    return found
