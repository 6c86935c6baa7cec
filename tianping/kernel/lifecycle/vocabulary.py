"""The words a scene declares with. Small, complete, and data all the way: `by` is never a function.

A declaration is the single source of the buttons, the API's steps, the permission table, the term clocks, the
offline choices, the diagram and the walks. Nothing here imports Django.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

START: Final = "@start"  # the step that opens a proceeding
OPEN: Final = "@open"  # any state that is not final
BACK: Final = "@back"  # the state that a suspension left

At = Literal["centre", "holder", "opener", "root", "place"]
Proof = Literal["none", "code", "identity"]
Act = Literal["speak", "receive", "agree", "entrust"]
PARTS: Final = ("name", "phone", "id_number", "uscc")  # what a party is told by: fields with the prefix of its role
PROOFS: Final[tuple[Proof, ...]] = ("none", "code", "identity")


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody who holds a post of this kind at the matter's centre, the proceeding's holder, the holder of
    the proceeding that opened it, the root of the jurisdiction, or the agency of the matter's place.

    In a protected matter the protector stands in for every post, but for one that is `informed`: it sees the matter as
    long as it waits for this step.
    """

    kind: str
    at: At = "holder"
    informed: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """The person assigned to this proceeding in that role."""

    role: str


@dataclass(frozen=True, slots=True)
class Party:
    """A party of the matter. With `every`, the state moves only when each party of the role has taken the step."""

    role: str
    every: bool = False
    proof: Proof = "code"


@dataclass(frozen=True, slots=True)
class Guest:
    """Anybody, without an account. For START steps."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """The clock, when that term has run out."""

    term: str


@dataclass(frozen=True, slots=True)
class Children:
    """The kernel, in the same transaction, once children in the slot ended so: all of them, or the first one."""

    slot: str
    outcomes: frozenset[str]
    every: bool = True


@dataclass(frozen=True, slots=True)
class Leader:
    """The feed, when the handling that this matter follows took one of these steps."""

    steps: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The kernel itself, in the same transaction as the step that causes it: a hand-over, an absorbed report."""


By = Post | Assigned | Party | Guest | Lapse | Children | Leader | Kernel


@dataclass(frozen=True, slots=True)
class Open:
    """Opens a proceeding of another procedure: one, one for each value of the form field `many`, or, with
    `new_matter`, the first proceeding of a matter that is split off."""

    procedure: str
    slot: str = ""
    many: str = ""
    new_matter: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A clock that runs in some states. It cannot drift: its status follows from the state alone.

    `rule` is a code in the rule book; `{concept}` in it is replaced by that fact's value.
    """

    name: str
    label: str
    rule: str
    runs: frozenset[str]
    pauses: frozenset[str] = frozenset()
    restarts: frozenset[str] = frozenset()
    promised: bool = False  # the citizen is told this date


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of a step. `test` sees exactly what `reads` names, fetched in the step's one read.

    reads: "form", "actor", "matter", "parties", "fact:<concept>", "count:<step>", "term:<name>",
    "children:<slot>", "last", "state" (the proceeding), "other" (the second matter of a merge), "relations" (why
    who is named, or else who acts, must stand back), "offices" (where that person holds a post), "opposing" (why the representative
    who is named may not act), "represented" (who is represented, by representation),
    "today" (local, ISO), "row:<field>" (the pack's row behind the code in that field).
    A `silent` guard hides its step when it fails; others leave it visible with their `refusal`, which may name what was
    read: `%(amount)s` is the value of "fact:amount".
    """

    name: str
    reads: frozenset[str]
    test: Callable[[Mapping[str, Any]], bool]
    refusal: str
    where: Literal["anywhere", "centre"] = "anywhere"
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact that follows from a rule: the steps that name its concept in `derives` work it out instead of asking for it.

    `value` sees exactly what `reads` names (as for a guard); None: nothing follows, and an older value no longer holds.
    """

    concept: str
    reads: frozenset[str]
    value: Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. Type and personal come from its concept."""

    name: str
    concept: str
    required: bool = False
    label: str = ""
    hint: str = ""
    revises: bool = False  # may state a known fact anew; otherwise a known fact is only confirmed
    max_length: int = 10_000
    choices: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None
    texts: str = ""  # the kind of the pack's texts that are offered for it


@dataclass(frozen=True, slots=True)
class Form:
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class Step:
    """One declared move of a procedure.

    `touches` maps a kernel effect to the form field that carries its value, or to a word:
    "holder" (agency field, or "centre"/"opener"), "assign:<role>" (person field), "leader" (matter field),
    "unlead" ("on", or "linked": what was handled together stays linked), "link" (matter field), "party:<role>" (prefix of
    name/phone/id fields), "protect" ("on"/"off"), "correct" (concept field), "erase" (concept field), "supervise" ("on"/"off"),
    "represent" (role field, or "own"), "unrepresent" (representation field), "tell" (words of a notice).
    `extends` names the term that the form's `amount` lengthens, or "*" when the form's `term` field names it.
    `undoes` names the steps whose newest entry this step takes back.
    """

    name: str
    label: str
    source: str | tuple[str, ...]
    target: str | None
    by: tuple[By, ...]
    form: Form = field(default_factory=Form)
    guards: tuple[str, ...] = ()
    opens: tuple[Open, ...] = ()
    extends: str = ""
    documents: tuple[str, ...] = ()
    touches: Mapping[str, str] = field(default_factory=dict)
    undoes: frozenset[str] = frozenset()
    derives: tuple[str, ...] = ()  # concepts whose value follows from what the step reads: see Derived
    reversible: bool = False
    public: str = ""  # the sentence that the reporter reads; "" when it is the office's own business
    danger: bool = False  # drawn in cinnabar: destruction
    act: Act = "speak"  # of a party: what somebody who acts for them must be allowed
    optional: bool = False  # possible, but not what the matter waits for: it puts nothing on a worklist

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source

    @property
    def values(self) -> tuple[tuple[str, str], ...]:
        """(name, concept) of everything that an entry of this step may hold: what is asked, then what is derived."""
        return (*((f.name, f.concept) for f in self.form.fields), *((c, c) for c in self.derives))

    @property
    def automatic(self) -> bool:
        return all(isinstance(b, Lapse | Children | Leader | Kernel) for b in self.by)

    @property
    def work(self) -> bool:
        """Whether this step puts its proceeding on a worklist: moves do, what is possible at any time does not."""
        return self.target is not None and OPEN not in self.sources and not (self.automatic or self.optional)
