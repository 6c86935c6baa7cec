"""Declarations as readers need them: an entry may be of a scene that was taken out since, and must not stop a reader."""

from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.advance import registry


def declared(procedure: str, version: int) -> Procedure | None:
    """The procedure in that version; None where this deployment has it no more."""
    try:
        return registry().procedure(procedure, version)
    except RefusedError:
        return None
