"""The kernel's effects: what a step's `touches`, `extends`, `undoes` and terms do to the states, and their inverses."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from tianping.kernel.lifecycle import representing
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.rights import PROTECTOR, reads_of, todo_keys
from tianping.kernel.lifecycle.state import (
    SEALED,
    MatterState,
    Move,
    PartyRef,
    ProceedingState,
    RefusedError,
    TermState,
)
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import PARTS, Party, Step

if TYPE_CHECKING:
    from tianping.kernel.lifecycle.engine import Run

# What an entry did that no later entry can take back: others have seen it or acted on it.
LASTING = frozenset(
    {
        "open",
        "split",
        "recall",
        "lead",
        "erase",
        "tell",
        "pending",
        "forget",
        "correct",
        "protect",
        "unprotect",
        "link",
        "party",
        "represent",
        "unrepresent",
        "extend",
    }
)
REPORTER = "reporter"
_INVERSE_TERM = {"start": "cancel", "pause": "unpause", "resume": "repause", "end": "unend"}
_STATUS = {
    "start": "running",
    "resume": "running",
    "unpause": "running",
    "unend": "running",
    "restart": "running",
    "pause": "paused",
    "repause": "paused",
    "end": "ended",
    "cancel": "ended",
}


def see(matter: MatterState, path: str) -> list[str]:
    """Let the agency at `path`, and those between it and the root, see the matter; answers with who newly does.

    A protected matter stays as it is.
    """
    if matter.protected or not path:
        return []
    labels = path.rstrip(".").split(".")
    keys = {"agency:" + ".".join(labels[:depth]) + "." for depth in range(2, len(labels) + 1)} - matter.audience
    matter.audience |= keys
    return sorted(keys)


def see_parties(procedure: Procedure, matter: MatterState) -> None:
    """Let those parties see the matter who reported it, or to whom the procedure gives a step.

    Who is only named in it is not told of it; in a protected matter, nobody but the reporter is.
    """
    acting = {by.role for step in procedure.steps for by in step.by if isinstance(by, Party)}
    roles = {REPORTER} if matter.protected else {REPORTER} | acting
    matter.audience |= {f"subject:{p.subject}" for p in matter.parties if p.role in roles}


def derive(
    run: "Run", matter: MatterState, proceeding: ProceedingState, step: Step, form: dict[str, Any]
) -> dict[str, Any]:
    """Concept -> what follows for it from what the step reads; None where nothing does."""
    rules = [run.registry.derived[name] for name in step.derives]
    return {d.concept: d.value(reads_of(d, matter, proceeding, run.actor, form, run.extra)) for d in rules}


def retract(matter: MatterState, derived: dict[str, Any], move: Move) -> None:
    """A derived fact from which nothing follows any more no longer holds."""
    for concept, value in derived.items():
        if value is None and concept in matter.facts:
            move.effects.append({"do": "retract", "concept": concept, "was": matter.facts.pop(concept)})


def record_facts(registry: Registry, matter: MatterState, step: Step, form: dict[str, Any], move: Move) -> None:
    concepts = dict(step.values)
    for name, value in form.items():
        concept = registry.concepts[concepts[name]] if name in concepts else None
        if concept is None or concept.scope != "matter":
            continue
        was = matter.facts.get(concept.name)
        matter.facts[concept.name] = value
        move.effects.append(
            {"do": "fact", "concept": concept.name, "field": name, "was": SEALED if concept.personal and was else was}
        )


def run_terms(procedure: Procedure, proceeding: ProceedingState, step: Step, state: str, move: Move) -> None:
    """Bring every clock into the status that the new state gives it.

    Suspension pauses what runs, whatever state it leaves, so that nothing begins anew on the way back; a term that
    names the suspended state among its `runs` goes on.
    """
    for term in procedure.terms:
        clock = proceeding.terms.get(term.name)
        status = clock.status if clock else "ended"
        if state == procedure.suspended:
            do = "pause" if status == "running" and state not in term.runs else ""
        elif state in term.runs:
            do = {"ended": "start", "paused": "resume", "running": "restart" if step.name in term.restarts else ""}[
                status
            ]
        elif state in term.pauses:
            do = "pause" if status == "running" else ""
        else:
            do = "" if status == "ended" else "end"
        if do:
            set_term(proceeding, term.name, do)
            move.effects.append({"do": "term", "name": term.name, "to": do})


def forget_pending(proceeding: ProceedingState) -> bool:
    """Drop what parties have done toward a step of the state that is left; whether there was anything."""
    waiting = [name for name in proceeding.pending if not name.startswith("@")]
    for name in waiting:
        del proceeding.pending[name]
    return bool(waiting)


def settle(proceeding: ProceedingState, name: str, children: list[ProceedingState]) -> None:
    """Note that these children's outcomes are used: a later wait on the same slot starts from nothing."""
    used = proceeding.pending.setdefault(name, [])
    used += [str(c.id) for c in children if str(c.id) not in used]


def set_term(proceeding: ProceedingState, name: str, do: str) -> None:
    clock = proceeding.terms.setdefault(name, TermState(name, "ended"))
    clock.status = _STATUS[do]  # type: ignore[assignment]
    if do in {"start", "restart"}:
        clock.id, clock.lapsed = None, False


def extend(procedure: Procedure, proceeding: ProceedingState, step: Step, form: dict[str, Any], move: Move) -> None:
    name = str(form["term"]) if step.extends == "*" else step.extends
    clock = proceeding.terms.get(name)
    if name not in procedure.term_by_name or clock is None or clock.status == "ended":
        raise RefusedError(_("这个时限现在没有在走，不能延期"), "form", {"term": _("请选一个正在走的时限")})
    move.effects.append({"do": "extend", "term": name, "amount": form["amount"]})


def touch(
    run: "Run",
    matter: MatterState,
    proceeding: ProceedingState,
    step: Step,
    form: dict[str, Any],
    move: Move,
) -> None:
    for effect, source in step.touches.items():
        kind, _colon, what = effect.partition(":")
        match kind:
            case "holder":
                _hold(matter, proceeding, source, form, move)
            case "assign":
                _assign(matter, proceeding, what, form.get(source), move)
            case "leader":
                _lead(run, matter, UUID(form[source]), move)
            case "unlead":
                _unlead(run, matter, move, linked=source == "linked")
            case "link":
                move.effects.append({"do": "link", "matter": form[source]})
            case "party":
                _party(run, matter, what, source, form, move)
            case "protect":
                _protect(matter, move) if source == "on" else _unprotect(run, matter, move)
            case "correct":
                _correct(run.registry, matter, form, move)
            case "erase":
                _erase(matter, str(form[source]), move)
            case "represent":
                representing.represent(run, matter, source, form, move)
            case "unrepresent":
                representing.unrepresent(matter, str(form[source]), move)
            case "supervise":
                move.effects.append({"do": "supervise", "to": source == "on", "was": proceeding.supervised})
                proceeding.supervised = source == "on"
            case _:  # "tell"
                move.effects.append({"do": "tell", "words": source})


def _protect(matter: MatterState, move: Move) -> None:
    """From now on only the protector and the reporter see it: offices and whoever had it in hand are let go."""
    matter.protected, matter.path = True, ""
    matter.audience = {k for k in matter.audience if not k.startswith("agency:")}
    gone = [str(p.id) for p in matter.proceedings.values() if _let_go(matter, p)]
    move.effects.append({"do": "protect"} | ({"away": gone} if gone else {}))


def _let_go(matter: MatterState, proceeding: ProceedingState) -> bool:
    """Nobody is assigned any more; whether somebody was."""
    roles = list(proceeding.assigned)
    for role in roles:
        _entrust(matter, proceeding, role, None)
    return bool(roles)


def _unprotect(run: "Run", matter: MatterState, move: Move) -> None:
    """Back among the matters of its place; its parties see it as before."""
    matter.protected, matter.path = False, matter.place_path or matter.centre
    see_parties(run.registry.procedure(move.procedure, move.version), matter)
    move.effects.append({"do": "unprotect"})


def _hold(matter: MatterState, proceeding: ProceedingState, source: str, form: dict[str, Any], move: Move) -> None:
    if source == "centre":
        to = matter.centre
    elif source == "opener":
        parent = matter.proceedings.get(proceeding.parent) if proceeding.parent else None
        to = parent.holder if parent else matter.centre
    elif form.get(source):
        to = str(form[source])
    else:
        return
    was, proceeding.holder = proceeding.holder, to
    move.effects.append({"do": "hold", "to": to, "was": was, "seen": see(matter, to)})


def _assign(matter: MatterState, proceeding: ProceedingState, role: str, person: str | None, move: Move) -> None:
    if not person:
        return
    move.effects.append({"do": "assign", "role": role, "to": person, "was": proceeding.assigned.get(role)})
    _entrust(matter, proceeding, role, person)


def _entrust(matter: MatterState, proceeding: ProceedingState, role: str, person: str | None) -> None:
    """Who is assigned sees the matter in person, as long as some role in it is theirs."""
    was = proceeding.assigned.pop(role, None)
    if person:
        proceeding.assigned[role] = person
        matter.audience.add(f"person:{person}")
    if was and not any(was in p.assigned.values() for p in matter.proceedings.values()):
        matter.audience.discard(f"person:{was}")


def _lead(run: "Run", matter: MatterState, leader_id: UUID, move: Move) -> None:
    """Follow another matter's handling; that one records on its own chain that it was joined."""
    leader = run.matters.get(leader_id)
    if leader is None or leader_id == matter.id:
        raise RefusedError(
            _("没有找到那件事项，请核对编号"), "form", {"other_matter": _("没有找到那件事项，请核对编号")}
        )
    move.effects.append({"do": "lead", "to": str(leader_id), "was": None})
    matter.leader = leader_id
    leader.followers += 1
    for proceeding in leader.proceedings.values():
        procedure = run.registry.procedure(proceeding.procedure, proceeding.version)
        absorb = procedure.by_name.get("absorb")
        if absorb is not None and absorb in procedure.steps_from(proceeding.state):
            run.take(procedure, leader, proceeding, absorb, {}, automatic=True)
            return
    raise RefusedError(_("那件事项已经并入别处、已办结或受保护，不能再并进去"))


def _unlead(run: "Run", matter: MatterState, move: Move, *, linked: bool) -> None:
    """Follow no longer; the leader counts one less. What was handled together stays linked."""
    if matter.leader is None:
        return
    run.matters[matter.leader].followers -= 1
    move.effects.append({"do": "lead", "to": None, "was": str(matter.leader)})
    if linked:
        move.effects.append({"do": "link", "matter": str(matter.leader)})
    matter.leader = None


def _party(run: "Run", matter: MatterState, role: str, prefix: str, form: dict[str, Any], move: Move) -> None:
    """A party, from the form's `<prefix>_name`, `<prefix>_phone`, `<prefix>_id_number`; a proven citizen is the subject."""
    given = any(form.get(f"{prefix}_{part}") for part in PARTS)
    own = role == REPORTER and run.actor.kind in {"citizen", "guest"}
    if not (given or own):
        return
    subject = run.actor.subject if own and run.actor.subject else run.new_id()
    matter.parties.append(PartyRef(role, subject))
    see_parties(run.registry.procedure(move.procedure, move.version), matter)
    move.effects.append(
        {
            "do": "party",
            "role": role,
            "subject": str(subject),
            "prefix": prefix,
            "known": bool(own and run.actor.subject),
        }
    )


def _correct(registry: Registry, matter: MatterState, form: dict[str, Any], move: Move) -> None:
    concept = registry.concepts.get(str(form["concept"]))
    if concept is None or concept.scope != "matter" or concept.name not in matter.facts:
        raise RefusedError(_("没有登记过这一项，不用更正"), "form", {"concept": _("请选一项已登记的内容")})
    if concept.name in registry.derived:
        sentence = _("这一项是按规定算出来的，不能直接改")
        raise RefusedError(sentence, "form", {"concept": sentence})
    was = matter.facts[concept.name]
    matter.facts[concept.name] = SEALED if concept.personal else form["value"]
    move.effects.append(
        {"do": "correct", "concept": concept.name, "field": "value", "was": SEALED if concept.personal else was}
    )


def _erase(matter: MatterState, concept: str, move: Move) -> None:
    if concept not in matter.facts:
        raise RefusedError(_("没有登记过这一项，不用删除"), "form", {"concept": _("请选一项已登记的内容")})
    matter.facts.pop(concept)
    move.effects.append({"do": "erase", "concept": concept})


def undo(procedure: Procedure, matter: MatterState, proceeding: ProceedingState, step: Step, move: Move) -> None:
    """Take back the newest effective entry, by the inverse of each of its effects, newest first."""
    last = matter.last
    if (
        last is None
        or last.proceeding != proceeding.id
        or last.procedure != procedure.name
        or last.step not in step.undoes
    ):
        raise RefusedError(_("上一步不能撤回"), "state")
    if any(e["do"] in LASTING for e in last.effects):
        raise RefusedError(_("上一步之后已经有了通知、送达或新开的办理，不能撤回"), "state")
    move.effects.append({"do": "undo", "entry": str(last.id), "step": last.step})
    for effect in reversed(last.effects):
        _invert(matter, proceeding, effect, move)
    proceeding.counts[last.step] = max(0, proceeding.counts.get(last.step, 0) - 1)


def _invert(matter: MatterState, proceeding: ProceedingState, effect: dict[str, Any], move: Move) -> None:
    match effect["do"]:
        case "state":
            move.effects.append(
                {"do": "state", "from": proceeding.state, "to": effect["from"], "back": proceeding.back}
            )
            proceeding.state, proceeding.back = effect["from"], effect["back"]
            move.to_state = effect["from"]
        case "fact" | "retract":
            if effect["was"] is None:
                matter.facts.pop(effect["concept"], None)
            else:
                matter.facts[effect["concept"]] = effect["was"]
            move.effects.append({"do": "unfact", "concept": effect["concept"]})
        case "hold":
            move.effects.append({"do": "hold", "to": effect["was"], "was": proceeding.holder})
            proceeding.holder = effect["was"]
            matter.audience.difference_update(effect.get("seen", ()))
        case "assign":
            move.effects.append({"do": "assign", "role": effect["role"], "to": effect["was"], "was": effect["to"]})
            _entrust(matter, proceeding, effect["role"], effect["was"])
        case "term":
            do = _INVERSE_TERM[effect["to"]]
            set_term(proceeding, effect["name"], do)
            move.effects.append({"do": "term", "name": effect["name"], "to": do})
        case _:  # "supervise": what else an entry may do, LASTING names
            move.effects.append({"do": "supervise", "to": effect["was"], "was": proceeding.supervised})
            proceeding.supervised = effect["was"]


def protected_audience(registry: Registry, matter: MatterState) -> set[str]:
    """Need to know: who reported, who is named to act, who has a step to take now, and the protector. No office."""
    others = {f"subject:{p.subject}" for p in matter.parties if p.role != REPORTER}
    others -= {f"subject:{p.subject}" for p in matter.parties if p.role == REPORTER}
    keys = {k for k in matter.audience if "@" not in k and not k.startswith("agency:")} - others
    for proceeding in matter.proceedings.values():
        procedure = registry.procedure(proceeding.procedure, proceeding.version)
        if proceeding.state not in procedure.final:
            keys |= set(todo_keys(procedure, matter, proceeding))
    return keys | {f"{PROTECTOR}@{matter.centre}"}
