"""What must hold after every step. Written against the declarations, not with the engine's own functions."""

from uuid import UUID

from tests.walks.answers import office_of
from tianping.kernel.lifecycle import effects, rights
from tianping.kernel.lifecycle.state import SEALED
from tianping.kernel.lifecycle.vocabulary import OPEN, Assigned, Children, Kernel, Lapse, Leader, Party, Post

WALKERS = 100  # the ids of a walk's people are small numbers; those of the stored walk are the county's


class BrokenError(Exception):
    """A promise that a step broke."""


def need(truth, sentence):
    if not truth:
        raise BrokenError(sentence)


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def keys_of(by, matter, proceeding, step):
    """The keys that the clause names, told from the design: a protected matter has one post, its protector."""
    if isinstance(by, Post):
        if matter.protected and not by.informed:
            return {f"protector@{matter.centre}"}
        parent = matter.proceedings.get(proceeding.parent)
        path = {
            "centre": matter.centre,
            "root": matter.centre.split(".")[0] + ".",
            "place": matter.place_path or matter.centre,
            "holder": proceeding.holder,
            "opener": parent.holder if parent else matter.centre,
        }[by.at]
        return {f"{by.kind}@{path}"}
    if isinstance(by, Assigned):
        return {f"person:{proceeding.assigned[by.role]}"} if by.role in proceeding.assigned else set()
    if isinstance(by, Party):
        done = proceeding.pending.get(step, []) if by.every else []
        return {f"subject:{p.subject}" for p in matter.parties if p.role == by.role and str(p.subject) not in done}
    return set()


def failing(registry, step, matter, proceeding, actor, form, extra):
    """The first guard that says no, asked directly."""
    for name in step.guards:
        guard = registry.guards[name]
        if not guard.test(rights.reads_of(guard, matter, proceeding, actor, form, extra)):
            return guard
    return None


# ── what holds ───────────────────────────────────────────────────────────────────────────────────────────────────────
def archived(registry, matter):
    return any(p.state in registry.procedure(p.procedure, p.version).rests for p in matter.proceedings.values())


def keep(registry, matters, decision, before, log):
    """Check every promise on the matters that a decision touched."""
    for ident in {m for d in decision.matters.values() for m in (d.id, d.leader) if m}:
        followers = sum(m.leader == ident for m in matters.values())
        need(
            matters[ident].followers == followers,
            f"{matters[ident].followers} followers are counted, there are {followers}",
        )
    for matter in decision.matters.values():
        _open_road(registry, matter)
        for proceeding in matter.proceedings.values():
            procedure = registry.procedure(proceeding.procedure, proceeding.version)
            need(proceeding.state in procedure.states, f"{procedure.name} is in the unknown state {proceeding.state!r}")
            _terms(procedure, proceeding)
            _todo(procedure, matter, proceeding)
            _children(registry, procedure, matter, proceeding)
            _complained(matter, proceeding, procedure)
            _follows(matter, proceeding, procedure)
        _sight(registry, matter, log[matter.id])
    _signed(registry, decision, before)
    for move in decision.moves:
        _facts(registry, move, before.get(move.matter), decision.matters[move.matter])
        _protection(move, before.get(move.matter), decision.matters[move.matter])
        _because(registry, move, before.get(move.matter), decision)


def _signed(registry, decision, before):
    """Whoever works here signs with an office that a clause of the step names: its post's, or whose hands the matter is in."""
    move, actor = decision.moves[0], decision.actor
    matter = before.get(move.matter)
    if matter is None or actor.kind != "staff":
        return
    proceeding = matter.proceedings[move.proceeding]
    step = registry.procedure(move.procedure, move.version).by_name[move.step]
    named = {proceeding.holder} if any(isinstance(by, Assigned) for by in step.by) else set()
    for by in step.by:
        named |= {k.partition("@")[2] for k in keys_of(by, matter, proceeding, step.name) if "@" in k}
    need(actor.agency in named, f"{move.step} is signed by {actor.agency!r} and not by one of {sorted(named)}")
    need(actor.post == UUID(int=9), f"{move.step} is signed with another post than gave the right")


def _open_road(registry, matter):
    road = [p for p in matter.proceedings.values() if p.slot in {"", "@next"}]
    live = [p for p in road if p.state not in registry.procedure(p.procedure, p.version).final]
    need(live or archived(registry, matter), "an unarchived matter has no open proceeding")
    need(len(live) <= 1, f"the matter goes on twice: {[p.procedure for p in live]}")


def _terms(procedure, proceeding):
    for term in procedure.terms:
        clock = proceeding.terms.get(term.name)
        status = clock.status if clock else "ended"
        state = proceeding.state
        suspended = bool(procedure.suspended) and state == procedure.suspended
        if suspended and state not in term.runs:
            left = proceeding.back
            right = {"paused"} if left in term.runs else {"paused", "ended"} if left in term.pauses else {"ended"}
        elif state in term.runs:
            right = {"running"}
        elif state in term.pauses:
            right = {"paused", "ended"}
        else:
            right = {"ended"}
        need(status in right, f"term {term.name} is {status} in {state}")
        need(term.name not in proceeding.terms or clock.name == term.name, "a term is filed under another name")


def _todo(procedure, matter, proceeding):
    expected = {}
    if proceeding.state not in procedure.final:
        for step in procedure.steps:
            if proceeding.state in step.sources and OPEN not in step.sources and step.target and not step.optional:
                for by in step.by:
                    for key in keys_of(by, matter, proceeding, step.name):
                        expected.setdefault(key, set()).add(step.name)
        told = {key: set(steps) for key, steps in rights.todo_keys(procedure, matter, proceeding).items()}
        need(told == expected, f"to-do rows of {procedure.name}/{proceeding.state}: {told} instead of {expected}")
        rests = proceeding.state in procedure.rests
        lapses = any(  # who reported may have stayed unnamed: then the window closes by itself
            t.status == "running" and isinstance(by, Lapse) and by.term == t.name and step.target in procedure.final
            for t in proceeding.terms.values()
            for step in procedure.steps_from(proceeding.state)
            for by in step.by
        )
        need(told or rests or lapses, f"nobody is asked to go on with {procedure.name}/{proceeding.state}")


def _children(registry, procedure, matter, parent):
    slots = {b.slot for s in procedure.steps for b in s.by if isinstance(b, Children)}
    ended = parent.state in procedure.final
    here = parent.back if procedure.suspended and parent.state == procedure.suspended else parent.state
    awaited = {
        b.slot
        for s in procedure.steps
        if here in s.sources or OPEN in s.sources
        for b in s.by
        if isinstance(b, Children)
    }
    for slot in slots:
        children = [c for c in matter.proceedings.values() if c.parent == parent.id and c.slot == slot]
        live = [c for c in children if c.state not in registry.procedure(c.procedure, c.version).final]
        need(not live or (not ended and slot in awaited), f"an open child of {procedure.name} nobody waits for")
        if slot in awaited and here == parent.state and not ended and children:
            newest = registry.procedure(children[-1].procedure).final.get(children[-1].state)
            need(live or newest != "opener", f"{procedure.name} waits for children that are all done")


def _complained(matter, proceeding, procedure):
    complained = matter.facts.get("complained_agency")
    if complained and proceeding.state not in procedure.final:
        need(not proceeding.holder.startswith(complained), "who is complained of has the matter")
        people = [p for p in proceeding.assigned.values() if UUID(p).int < WALKERS]
        ours = [p for p in people if office_of(p).startswith(complained)]
        need(not ours, "somebody of the office complained of is assigned")


def _follows(matter, proceeding, procedure):
    """Who follows is in a state that follows, or suspended out of one; nobody else names a leader."""
    states = {step.target for step in procedure.steps if "leader" in step.touches}
    if states:
        suspended = bool(procedure.suspended) and proceeding.state == procedure.suspended
        state = proceeding.back if suspended else proceeding.state
        need((matter.leader is not None) == (state in states), f"the leader is {matter.leader} in {proceeding.state}")


def represented(log):
    """Representation -> whom it represents, of those that were registered and not ended, told from the entries."""
    held = {}
    for entry in log:
        for effect in entry.move.effects:
            if effect["do"] == "represent":
                held[effect["id"]] = effect["subject"]
            elif effect["do"] == "unrepresent":
                held.pop(effect["id"])
    return held


def _sight(registry, matter, log):
    see = {f"represents:{i}" for i, s in represented(log).items() if f"subject:{s}" in matter.audience}
    acting = {k for k in matter.audience if k.startswith("represents:")}
    need(acting == see, "who acts for nobody any more still sees the matter, or who does is kept out")
    if matter.protected:
        seen = effects.protected_audience(registry, matter)
        offices = {k for k in matter.audience | seen if k.startswith("agency:")}
        need(not offices, f"a protected matter is seen by {sorted(offices)}")
        need(matter.path == "", "a protected matter lies in an office's sight")
        others = {f"subject:{p.subject}" for p in matter.parties if p.role != "reporter"}
        need(not others & seen, "the other side sees a protected matter")
        told = {f"protector@{matter.centre}"} | _informed(registry, matter)
        need({k for k in seen if "@" in k} == told, "a post beside the protector and whoever is asked sees it")
        return
    held = {matter.centre} | {p.holder for p in matter.proceedings.values()}
    for entry in log:
        if not entry.undone:
            held |= {e["to"] for e in entry.move.effects if e["do"] == "hold"}
    for key in matter.audience:
        if key.startswith("agency:"):
            path = key.removeprefix("agency:")
            need(any(h.startswith(path) for h in held), f"{path} sees a matter that it was never given")
    named = {f"person:{v}" for p in matter.proceedings.values() for v in p.assigned.values()}
    people = {k for k in matter.audience if k.startswith("person:")}
    need(people == named, "who is no longer assigned still sees the matter")


def _informed(registry, matter):
    """The posts that a protected matter waits for by a step of their own."""
    return {
        key
        for proceeding in matter.proceedings.values()
        for step in registry.procedure(proceeding.procedure, proceeding.version).steps
        if proceeding.state in step.sources and step.target and not step.optional
        for by in step.by
        if isinstance(by, Post) and by.informed
        for key in keys_of(by, matter, proceeding, step.name)
    }


def _protection(move, old, now):
    """A protection lets everybody go at once, who had it or saw it; nothing but its own step ends it."""
    done = {e["do"] for e in move.effects}
    if "protect" in done:
        need(now.protected and now.path == "", "what is protected is not")
        need(not any(p.assigned for p in now.proceedings.values()), "somebody still has what was protected")
        left = [k for k in now.audience if k.startswith(("agency:", "person:"))]
        need(not left, f"{left} still see what was protected")
    if old is not None and old.protected and not now.protected:
        need("unprotect" in done, f"{move.step} ended a protection")


def _facts(registry, move, old, now):
    known = old.facts if old else {}
    step = registry.procedure(move.procedure, move.version).by_name[move.step]
    splits = any(o.new_matter for o in step.opens)
    _derived(registry, step, move, now)
    for name in move.form:
        item = step.form.field(name)
        if name in step.derives:
            continue
        need(item is not None, f"{move.step} kept {name}, which it does not ask")
        concept = registry.concepts[item.concept]
        if concept.scope == "matter" and not item.revises and not move.automatic:
            need(item.concept not in known, f"{move.step} asked again for {item.concept}")
    if splits and not move.automatic:
        changed = [e["concept"] for e in move.effects if e["do"] in {"fact", "correct"}]
        need(not changed, f"a split changed {changed} of the matter that it came from")
    if "erase" in step.touches:
        need(move.form[step.touches["erase"]] not in now.facts, "an erased fact is still there")
    if "correct" in step.touches:
        concept = registry.concepts[move.form["concept"]]
        need(
            now.facts[concept.name] == (SEALED if concept.personal else move.form["value"]), "a correction did not hold"
        )


def _derived(registry, step, move, now):
    """What a step derives is a fact afterwards, or none is left: never one that an earlier rule gave."""
    for name in step.derives:
        told = [e for e in move.effects if e["do"] == "fact" and e["concept"] == name]
        need(bool(told) == (name in now.facts), f"{move.step} left {name} as it was")


def _because(registry, move, old, decision):
    """An automatic step has its cause; a step by hand its source."""
    procedure = registry.procedure(move.procedure, move.version)
    step = procedure.by_name[move.step]
    kinds = {type(b) for b in step.by}
    if kinds <= {Kernel, Children}:
        need(move.automatic, f"{move.step} was taken by hand")
    if not move.automatic and old is not None:
        state = old.proceedings[move.proceeding].state
        need(state in step.sources or OPEN in step.sources, f"{move.step} was taken from {state}")
    if Children in kinds:
        cut_short = any(e["do"] == "recall" for e in move.effects)
        need(not (cut_short and all(b.every for b in step.by)), f"{move.step} did not wait for every child")
    if Lapse in kinds and Leader not in kinds and not move.automatic and old is not None:
        clocks = old.proceedings[move.proceeding].terms
        ran = any(clocks[b.term].lapsed for b in step.by if isinstance(b, Lapse) and b.term in clocks)
        need(ran or not kinds <= {Lapse}, f"{move.step} came before its term had run out")


def undone(matter, entry):
    """An undo gives back exactly what was: state, office, people, clocks, sight."""
    now, was = matter.proceedings[entry.move.proceeding], entry.before
    for name in ("state", "holder", "assigned", "back", "supervised"):
        need(getattr(now, name) == getattr(was, name), f"undo of {entry.move.step} left {name} changed")
    clocks = {n: t.status for n, t in was.terms.items()}
    told = {n: t.status for n, t in now.terms.items() if n in clocks or t.status != "ended"}
    need(told == clocks, f"undo of {entry.move.step} left the clocks at {told} instead of {clocks}")
    need(frozenset(matter.audience) == entry.audience, f"undo of {entry.move.step} left somebody in sight")
