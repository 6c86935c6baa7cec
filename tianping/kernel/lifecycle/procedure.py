"""A procedure: the declared, versioned lifecycle of a proceeding; and a scene, the folder that declares some."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.vocabulary import BACK, OPEN, START, Children, Derived, Guard, Step, Term

WORDING = frozenset({"label", "hint", "icon", "danger", "public", "texts"})


@dataclass(frozen=True)
class Procedure:
    """States, steps and terms of one version.

    `states`: name -> label, in the order of the road. `final`: final state -> the procedure that follows, or
    "archive", "opener" (the outcome goes to the parent), "end". `rests`: states in which the matter counts as archived.
    """

    name: str
    label: str
    version: int
    states: Mapping[str, str]
    steps: tuple[Step, ...]
    final: Mapping[str, str]
    terms: tuple[Term, ...] = ()
    rests: frozenset[str] = frozenset()
    suspended: str = ""  # the state that COMMON suspension enters
    icon: str = ""

    @cached_property
    def by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps}

    @cached_property
    def term_by_name(self) -> dict[str, Term]:
        return {term.name: term for term in self.terms}

    @cached_property
    def starts(self) -> tuple[Step, ...]:
        return tuple(s for s in self.steps if START in s.sources)

    @cached_property
    def open_states(self) -> tuple[str, ...]:
        return tuple(s for s in self.states if s not in self.final)

    @cached_property
    def _from_state(self) -> dict[str, tuple[Step, ...]]:
        return {
            state: tuple(
                s
                for s in self.steps
                if state in s.sources
                or (OPEN in s.sources and not (s.target == self.suspended and state == self.suspended))
            )
            for state in self.open_states
        }

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """The steps that may be taken in `state`, in the order of their declaration."""
        return self._from_state.get(state, ())

    def awaited(self, state: str) -> frozenset[str]:
        """The slots whose children's outcomes move a proceeding on that is in `state`."""
        return frozenset(b.slot for s in self.steps_from(state) for b in s.by if isinstance(b, Children))

    def targets(self, step: Step, state: str) -> tuple[str, ...]:
        """The states that `step` may lead to from `state`."""
        if step.target is None:
            return (state,)
        if step.target == BACK:
            return tuple(s for s in self.open_states if s != self.suspended)
        return (step.target,)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the declaration does; a released version must keep it.

        Wording is left out, so that a typing error can be mended, and so is what stands at its default, so that a word
        that the vocabulary gains later changes no version that does not use it.
        """
        return hashlib.sha256(json.dumps(_plain(self), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Procedure):
        return _declared(value) | {"states": list(value.states)}
    if is_dataclass(value) and not isinstance(value, type):
        return _declared(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(_plain(v) for v in value)
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


def _declared(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"_": type(value).__name__}
    for f in fields(value):
        now = getattr(value, f.name)
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if f.name == "choices":
            now = tuple(code for code, _label in now)
        if f.name not in WORDING and now != default:
            plain[f.name] = _plain(now)
    return plain


@dataclass(frozen=True)
class Scene:
    """What one folder declares. `released` maps "procedure/version" to the digest that was released."""

    name: str
    label: str
    procedures: tuple[Procedure, ...]
    guards: tuple[Guard, ...] = ()
    concepts: tuple[Concept, ...] = ()
    documents: Mapping[str, str] = field(default_factory=dict)  # kind -> label
    released: Mapping[str, str] = field(default_factory=dict)
    derived: tuple[Derived, ...] = ()


def released(scene_file: str) -> dict[str, str]:
    """The digests in `released.json` beside a scene's file: "procedure/version" -> SHA-256. None before the first release.

    `tools/release_procedures.py` writes it.
    """
    path = Path(scene_file).with_name("released.json")
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
