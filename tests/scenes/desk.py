"""A matter of the deployed scenes, in memory: forms are parsed as a page's would be."""

from tests.kernel.lifecycle.kit import SYSTEM, Desk, staff
from tianping.kernel.lifecycle import forms
from tianping.kernel.lifecycle.registry import registry_of
from tianping.kernel.lifecycle.state import Actor

SCENES = ("tianping.scenes.intake", "tianping.scenes.archive", "tianping.scenes.demo")
GUEST = Actor("guest", "990101")
POSTS = {kind: staff(f"{kind}@qx.zz.") for kind in ("registrar", "dispatcher", "supervisor", "protector", "archivist")}
POSTS["leader"] = staff("leader@qx.")


def office(path, kind="handler"):
    return staff(f"{kind}@{path}", agency=path)


class SceneDesk(Desk):
    def __init__(self):
        super().__init__(registry_of(SCENES))

    def parsed(self, procedure, step, raw, known=None):
        found = self.registry.procedure(procedure).by_name[step]
        return forms.parse(found.form, raw, self.registry.concepts, known=known)

    def opens(self, procedure, step, raw, actor):
        return self.begin(procedure, self.parsed(procedure, step, raw), actor=actor, step=step)

    def does(self, step, actor, at=None, extra=None, **raw):
        at = at or self.road
        known = self.matters[at.matter].facts
        person = POSTS[actor] if isinstance(actor, str) else actor
        return self.take(
            step, self.parsed(at.procedure, step, raw, known), person, at, {"relations": []} | (extra or {})
        )

    def lapses(self, step, clock, at=None, **raw):
        (at or self.road).terms[clock].lapsed = True
        return self.does(step, SYSTEM, at, **raw)

    @property
    def reporter(self):
        subject = next(p.subject for p in self.matter.parties if p.role == "reporter")
        return Actor("guest", "990101", subject=subject, proof="code")

    def archive(self):
        return next(p for p in self.matter.proceedings.values() if p.procedure == "archive")
