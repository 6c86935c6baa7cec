"""What a walk has taken, refused and broken."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Taken:
    """One stored entry, and how its proceeding stood before it."""

    id: UUID
    move: object
    user: str
    before: object
    audience: frozenset
    undone: bool = False


@dataclass
class Tally:
    """Shared by all walks of a run: what was taken and refused, and what broke."""

    taken: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)  # of refusals
    guards: Counter = field(default_factory=Counter)  # refusals by the guard that said no
    undone: Counter = field(default_factory=Counter)  # by the step that was taken back
    broken: list = field(default_factory=list)

    @property
    def steps(self):
        return sum(self.taken.values())
