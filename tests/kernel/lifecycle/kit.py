"""Small procedures and a house in memory: what the lifecycle's tests are made of."""

from dataclasses import replace
from itertools import count
from uuid import UUID

from tianping.kernel.lifecycle import engine
from tianping.kernel.lifecycle.common import COMMON_GUARDS
from tianping.kernel.lifecycle.procedure import Procedure, Scene
from tianping.kernel.lifecycle.registry import DeclarationError, Registry
from tianping.kernel.lifecycle.state import Actor, Command, LastEntry, MatterState
from tianping.kernel.lifecycle.vocabulary import OPEN, START, Field, Form, Kernel, Post, Step

CLERK = Post("clerk", "centre")
OFFICE = Post("handler", "holder")
CENTRE = "qx.zz."
REASON = Form((Field("reason", "reason", required=True),))


def procedure(**changes):
    """open -> done, by a clerk."""
    base = {
        "name": "p",
        "label": "程序",
        "version": 1,
        "states": {"open": "待办", "done": "办结"},
        "steps": (Step("start", "开始", START, "open", (CLERK,)), Step("finish", "办结", "open", "done", (CLERK,))),
        "final": {"done": "end"},
    }
    return Procedure(**(base | changes))


def child(**changes):
    """What an office does for a parent: asked -> well | badly, or recalled."""
    base = {
        "name": "c",
        "states": {"asked": "待办", "well": "办好", "badly": "没办好", "recalled": "撤回"},
        "steps": (
            Step("ask", "请办", START, "asked", (Kernel(),)),
            Step("well", "办好", "asked", "well", (OFFICE,)),
            Step("badly", "没办好", "asked", "badly", (OFFICE,)),
            Step("recall", "撤回", OPEN, "recalled", (Kernel(),)),
        ),
        "final": {"well": "opener", "badly": "opener", "recalled": "end"},
    }
    return procedure(**(base | changes))


def with_step(base, *steps, **changes):
    return replace(base, steps=(*base.steps, *steps), **changes)


def house(*procedures, guards=(), concepts=(), documents=None, released=None, derived=(), common=COMMON_GUARDS):
    scene = Scene(
        "s", "场景", tuple(procedures), tuple(guards), tuple(concepts), documents or {}, released or {}, tuple(derived)
    )
    return Registry([scene], common)


def faults(*procedures, **rest):
    """The boot's sentences about these declarations."""
    try:
        house(*procedures, **rest)
    except DeclarationError as error:
        return error.faults
    return []


def staff(*keys, user=1, agency=CENTRE):
    return Actor("staff", "990101", user=UUID(int=user), agency=agency, keys=frozenset(keys))


CLERK_ACTOR = staff("clerk@qx.zz.")
SYSTEM = Actor("system", "990101")


def citizen(subject, proof="code", on_behalf=None):
    return Actor("citizen", "990101", subject=UUID(int=subject), proof=proof, on_behalf=on_behalf)


class Desk:
    """One matter in memory, taken through its steps."""

    def __init__(self, registry):
        self.registry = registry
        self.ids = (UUID(int=n) for n in count(1000))
        self.matters = {}
        self.log = []
        self.matter = None
        self.road = None

    def new_id(self):
        return next(self.ids)

    def begin(self, name="p", form=None, actor=CLERK_ACTOR, step="", **matter):
        fresh = MatterState(self.new_id(), CENTRE, CENTRE, new=True, **matter)
        decision = engine.begin(
            self.registry,
            name,
            lambda _step: dict(form or {}),
            actor=actor,
            matter=fresh,
            new_id=self.new_id,
            step_name=step,
        )
        self._keep(decision, actor)
        if self.matter is None:
            self.matter = fresh
            self.road = next(iter(fresh.proceedings.values()))
        return decision

    def take(self, step, form=None, actor=CLERK_ACTOR, at=None, extra=None):
        at = at or self.road
        self.matters[at.matter].last = self.last(at.matter)
        decision = engine.decide(
            self.registry,
            self.matters,
            at.id,
            Command(step, dict(form or {}), extra or {}),
            actor=actor,
            new_id=self.new_id,
        )
        self._keep(decision, actor)
        return decision

    def last(self, matter):
        for ident, move, user, undone in reversed(self.log):
            if move.matter == matter and not undone and move.step not in {"undo", "note"}:
                return LastEntry(ident, move.proceeding, move.procedure, move.step, user, list(move.effects))
        return None

    def _keep(self, decision, actor):
        for move in decision.moves:
            for effect in move.effects:
                if effect["do"] == "undo":
                    self.log = [(i, m, u, x or str(i) == effect["entry"]) for i, m, u, x in self.log]
            self.log.append((self.new_id(), move, "" if move.automatic else str(actor.user or ""), False))
        self.matters |= decision.matters

    @property
    def children(self):
        return [p for p in self.matter.proceedings.values() if p.parent == self.road.id]

    @property
    def steps(self):
        return [move.step for _id, move, _user, _undone in self.log]
