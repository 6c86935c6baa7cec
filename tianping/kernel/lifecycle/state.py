"""What the engine reads and what it answers: plain data, no database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from tianping.kernel.lifecycle.vocabulary import Proof


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, or reads. `keys` are the to-do keys this person answers to; `lo`..`hi` the agency paths in sight.

    Paths are dotted and end with a dot ("qx.zz."), compared byte by byte. `posts` are those of `keys` that a post gives,
    with its id; `post` and `agency` are those that are looked from, or in a decision those that sign, by the key `signs`.
    """

    kind: Literal["staff", "citizen", "guest", "system"]
    jurisdiction: str
    name: str = ""
    user: UUID | None = None
    post: UUID | None = None
    agency: str = ""
    keys: frozenset[str] = frozenset()
    posts: tuple[tuple[str, UUID], ...] = ()
    lo: str = ""
    hi: str = ""
    subject: UUID | None = None
    proof: Proof = "none"
    on_behalf: UUID | None = None
    signs: str = ""

    @property
    def system(self) -> bool:
        return self.kind == "system"


@dataclass(frozen=True, slots=True)
class PartyRef:
    role: str
    subject: UUID


@dataclass(slots=True)
class TermState:
    """status: running, paused or ended."""

    name: str
    status: Literal["running", "paused", "ended"]
    id: UUID | None = None
    due_at: datetime | None = None
    lapsed: bool = False


@dataclass(slots=True)
class ProceedingState:
    id: UUID
    matter: UUID
    procedure: str
    version: int
    state: str
    slot: str = ""
    parent: UUID | None = None
    holder: str = ""
    assigned: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    pending: dict[str, list[str]] = field(default_factory=dict)
    back: str = ""
    terms: dict[str, TermState] = field(default_factory=dict)
    supervised: bool = False
    new: bool = False


@dataclass(slots=True)
class LastEntry:
    """The newest effective entry of the matter, with the effects that an undo would turn back."""

    id: UUID
    proceeding: UUID
    procedure: str
    step: str
    user: str
    effects: list[dict[str, Any]]


@dataclass(slots=True)
class MatterState:
    id: UUID
    centre: str
    path: str
    place_path: str = ""  # the agency path of its place
    grid: str = ""
    protected: bool = False
    leader: UUID | None = None
    archived: bool = False
    facts: dict[str, Any] = field(default_factory=dict)  # concept -> value; a personal one stands as SEALED
    parties: list[PartyRef] = field(default_factory=list)
    proceedings: dict[UUID, ProceedingState] = field(default_factory=dict)
    last: LastEntry | None = None
    followers: int = 0
    audience: set[str] = field(default_factory=set)
    new: bool = False


SEALED = "\ue000sealed"  # a private-use character: no form lets it in


@dataclass(slots=True)
class Command:
    """One step asked for. `form` holds parsed values (forms.parse)."""

    step: str
    form: dict[str, Any]
    extra: dict[str, Any] = field(
        default_factory=dict
    )  # the further reads of guards and derived facts: "relations", "other", "today" …


@dataclass(slots=True)
class Move:
    """One entry to be appended: the step, where it led, its values and its effects in order.

    effects, each a dict with "do": "state" (from, to, back), "fact" (concept, field, was), "retract" (concept,
    was), "hold" (to, was, seen), "assign" (role, to, was), "term" (name, to, was), "open" (proceeding, procedure,
    slot, holder), "recall" (proceeding), "lead" (to, was), "link" (matter), "protect" (away), "unprotect",
    "pending" (step, subject), "forget", "extend" (term, amount), "correct" (concept), "erase" (concept),
    "supervise" (to, was), "represent" (id, subject, role, kind, scope, proof, expires), "unrepresent" (id), "split"
    (matter), "undo" (entry), "tell" (words).
    """

    matter: UUID
    proceeding: UUID
    procedure: str
    version: int
    step: str
    form: dict[str, Any]
    from_state: str
    to_state: str
    effects: list[dict[str, Any]] = field(default_factory=list)
    automatic: bool = False


@dataclass(slots=True)
class Decision:
    """What a step does, in order. `matters` are the states afterwards; `actor` signs with the post that gave the right."""

    moves: list[Move]
    matters: dict[UUID, MatterState]
    actor: Actor


class RefusedError(Exception):
    """A step that may not be taken. `args[0]` is a sentence that a clerk understands.

    `reason`: "state", "right", "guard", "form", "unknown". `fields`: field -> sentence, for a form.
    """

    def __init__(
        self, sentence: str, reason: str = "guard", fields: dict[str, str] | None = None, **values: Any
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reason = reason
        self.fields = fields or {}
        self.values = values
