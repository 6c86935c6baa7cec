"""All scenes of a deployment together: the one place where procedures, guards and concepts are found."""

import importlib
from collections.abc import Iterable
from functools import lru_cache

from tianping.kernel.lifecycle.checks import check
from tianping.kernel.lifecycle.concepts import COMMON_CONCEPTS, Concept
from tianping.kernel.lifecycle.procedure import Procedure, Scene
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Derived, Guard


class Registry:
    """Built once at boot. Raises DeclarationError with every fault found, each naming its scene and the mend."""

    def __init__(self, scenes: Iterable[Scene], common_guards: Iterable[Guard] = ()) -> None:
        self.scenes: dict[str, Scene] = {}
        self.concepts: dict[str, Concept] = {c.name: c for c in COMMON_CONCEPTS}
        self.guards: dict[str, Guard] = {g.name: g for g in common_guards}
        self.derived: dict[str, Derived] = {}
        self.documents: dict[str, str] = {}
        self._procedures: dict[tuple[str, int], Procedure] = {}
        self._latest: dict[str, Procedure] = {}
        self.owner: dict[str, str] = {}
        faults: list[str] = []
        for scene in scenes:
            faults += self._add(scene)
        faults += check(self)
        if faults:
            raise DeclarationError(faults)

    def _add(self, scene: Scene) -> list[str]:
        faults = (
            [f"{scene.name}: a second scene of this name; rename one of the folders"]
            if scene.name in self.scenes
            else []
        )
        self.scenes[scene.name] = scene
        for concept in scene.concepts:
            if self.concepts.get(concept.name, concept) != concept:
                faults.append(
                    f"{scene.name}: concept {concept.name!r} is declared otherwise elsewhere; use that one or another name"
                )
            self.concepts[concept.name] = concept
        for guard in scene.guards:
            if self.guards.get(guard.name, guard) is not guard:
                faults.append(f"{scene.name}: guard {guard.name!r} exists already; prefix it with the scene's name")
            self.guards[guard.name] = guard
        for derived in scene.derived:
            if derived.concept in self.derived:
                faults.append(f"{scene.name}: {derived.concept!r} is derived in two ways; keep one")
            self.derived[derived.concept] = derived
        self.documents |= scene.documents
        for procedure in scene.procedures:
            if (procedure.name, procedure.version) in self._procedures:
                faults.append(
                    f"{scene.name}: {procedure.name}/{procedure.version} is declared twice; raise the version"
                )
            self._procedures[procedure.name, procedure.version] = procedure
            if self.owner.setdefault(procedure.name, scene.name) != scene.name:
                faults.append(
                    f"{scene.name}: procedure {procedure.name!r} belongs to {self.owner[procedure.name]!r} already; rename it"
                )
            if procedure.version >= getattr(self._latest.get(procedure.name), "version", 0):
                self._latest[procedure.name] = procedure
        return faults

    def procedure(self, name: str, version: int | None = None) -> Procedure:
        """The procedure, in that version or the newest; refuses with a sentence when this deployment lacks it."""
        found = self._latest.get(name) if version is None else self._procedures.get((name, version))
        if found is None:
            raise RefusedError(_("这套系统没有安装办理它的程序"), "unknown")
        return found

    def has(self, name: str) -> bool:
        return name in self._latest

    def procedures(self) -> list[Procedure]:
        return [self._latest[name] for name in sorted(self._latest)]

    def versions(self) -> list[Procedure]:
        return list(self._procedures.values())


class DeclarationError(Exception):
    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load_scenes(modules: Iterable[str]) -> list[Scene]:
    return [importlib.import_module(f"{module}.scene").SCENE for module in modules]


@lru_cache(maxsize=8)
def registry_of(modules: tuple[str, ...]) -> Registry:
    """The registry of these scene packages, with the common guards; cached, since declarations never change at run time."""
    from tianping.kernel.lifecycle.common import COMMON_GUARDS  # noqa: PLC0415  # common builds on procedure

    return Registry(load_scenes(modules), COMMON_GUARDS)
