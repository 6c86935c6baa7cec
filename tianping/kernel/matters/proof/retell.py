"""Telling a matter again from its entries alone: what its rows must say, if nobody but the kernel has written them.

Only the hashed bytes are read here, one body after the other. What the centre assigns (number, due dates, time of
receipt, where a place lies) is not in them and is not told again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import MatterState, ProceedingState
from tianping.kernel.lifecycle.vocabulary import START
from tianping.kernel.matters.columns import main_proceeding
from tianping.kernel.matters.proof.stored import EntryRow

Body = Mapping[str, Any]
_STATUS = {"pause": "paused", "repause": "paused", "end": "ended", "cancel": "ended"}  # any other: running


@dataclass(slots=True)
class ToldFact:
    """`superseded_by`: the entry that gave another value, took it back or restored the one before."""

    entry: UUID
    seq: int
    concept: str
    field: str
    at: datetime
    superseded_by: UUID | None = None


@dataclass(slots=True)
class ToldTerm:
    """`pauses`: for each whether it is over. `granted`: amount, time and entry of each extension."""

    id: UUID
    proceeding: UUID
    name: str
    seq: int
    at: datetime
    status: str = "running"
    pauses: list[bool] = field(default_factory=list)
    granted: list[tuple[str, datetime, str]] = field(default_factory=list)


@dataclass(slots=True)
class ToldProceeding:
    state: ProceedingState
    seq: int  # of its newest entry
    opened_seq: int
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(slots=True)
class Told:
    """A matter as its entries tell it. `seqs`: what changed last at which entry, by column."""

    matter: MatterState
    happened_at: datetime
    opened_at: datetime
    changed_at: datetime
    last_seq: int
    first_seq: int
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    main: ProceedingState | None = None
    proceedings: dict[UUID, ToldProceeding] = field(default_factory=dict)
    facts: dict[tuple[UUID, str], ToldFact] = field(default_factory=dict)
    current: dict[str, ToldFact] = field(default_factory=dict)
    shown: dict[str, ToldFact | None] = field(default_factory=dict)  # column -> the fact that it shows
    terms: list[ToldTerm] = field(default_factory=list)
    parties: Counter[tuple[UUID, str, str]] = field(default_factory=Counter)  # entry, role, place in its sealed list
    links: set[UUID] = field(default_factory=set)


class Teller:
    """Takes the entries of one chain in order, with their bodies."""

    def __init__(self, registry: Registry, matter: UUID) -> None:
        self.registry = registry
        self.id = matter
        self.bodies: dict[UUID, Body] = {}
        self.opened: dict[UUID, tuple[UUID, Mapping[str, Any]]] = {}  # proceeding -> who opened it, by which effect
        self.fresh: dict[str, ToldFact] = {}
        self.late: list[tuple[str, EntryRow, Any]] = []
        self.touched: set[UUID] = set()
        self.told: Told

    def tell(self, entries: list[EntryRow], bodies: list[Body]) -> Told:
        """RefusedError where a procedure is not installed here: then nobody can tell what its states mean."""
        first = entries[0]
        opening = bodies[0]
        state = MatterState(self.id, opening["centre"], opening["centre"])
        at = _moment(opening["at"])
        self.told = Told(state, _moment(opening["happened_at"]), at, at, first.seq, first.seq)
        for entry, body in zip(entries, bodies, strict=True):
            at = _moment(body["at"])
            # What a step causes is written with it: at the same moment, and without a key of its own.
            if self.touched and (entry.first or at != self.told.changed_at):
                self._close()
            self.told.changed_at = at
            self._entry(entry, body)
        self._close()
        return self.told

    def _entry(self, entry: EntryRow, body: Body) -> None:
        self.bodies[entry.id] = body
        ident = UUID(body["proceeding"])
        if ident not in self.told.proceedings:
            self._open(ident, body, entry.seq)
        told = self.told.proceedings[ident]
        proceeding = told.state
        told.seq = self.told.last_seq = entry.seq
        self.touched.add(ident)
        proceeding.counts[body["step"]] = proceeding.counts.get(body["step"], 0) + 1
        started = 0
        for effect in body["effects"]:
            if effect["do"] == "term":
                started += 1
                self._term(entry, body, effect, UUID(int=entry.id.int ^ started))
            else:
                self._effect(entry, body, proceeding, effect)
        proceeding.state = body["to"]

    def _open(self, ident: UUID, body: Body, seq: int) -> None:
        parent, effect = self.opened.get(ident, (None, {}))
        proceeding = ProceedingState(
            id=ident,
            matter=self.id,
            procedure=body["procedure"],
            version=int(body["version"]),
            state=START,
            slot=effect.get("slot", ""),
            parent=parent,
            holder=effect.get("holder", self.told.matter.centre),
        )
        self.told.matter.proceedings[ident] = proceeding
        self.told.proceedings[ident] = ToldProceeding(proceeding, seq, seq, _moment(body["at"]))

    def _effect(self, entry: EntryRow, body: Body, proceeding: ProceedingState, effect: Mapping[str, Any]) -> None:
        match effect["do"]:
            case "state":
                proceeding.back = self._back(body, effect)
            case "hold":
                proceeding.holder = effect["to"]
            case "assign":
                proceeding.assigned.pop(effect["role"], None)
                if effect["to"]:
                    proceeding.assigned[effect["role"]] = effect["to"]
            case "supervise":
                proceeding.supervised = effect["to"]
            case "extend":
                granted = (effect["amount"], _moment(body["at"]), str(entry.id))
                self._newest(proceeding.id, effect["term"]).granted.append(granted)
            case "open":
                self.opened[UUID(effect["proceeding"])] = (proceeding.id, effect)
            case "fact" | "correct":
                fact = ToldFact(entry.id, entry.seq, effect["concept"], effect["field"], _moment(body["at"]))
                self.fresh[fact.concept] = fact
            case "undo":
                undone = UUID(effect["entry"])
                proceeding.counts[effect["step"]] = max(0, proceeding.counts.get(effect["step"], 0) - 1)
                self.late.append(("undo", entry, undone))
            case "retract" | "erase":
                self.late.append((effect["do"], entry, effect["concept"]))
            case _:
                self._around(entry, effect)

    def _around(self, entry: EntryRow, effect: Mapping[str, Any]) -> None:
        """Effects on the matter. Of the others (recall, pending, tell …) what they change stands in entries of its own."""
        matter = self.told.matter
        match effect["do"]:
            case "protect" | "unprotect":
                matter.protected = effect["do"] == "protect"
                for away in effect.get("away", ()):
                    self.told.proceedings[UUID(away)].state.assigned.clear()
                    self.touched.add(UUID(away))
            case "lead":
                matter.leader = UUID(effect["to"]) if effect["to"] else None
            case "party":
                self.told.parties[entry.id, effect["role"], effect["subject"]] += 1
            case "link":
                self.told.links.add(UUID(effect["matter"]))

    def _back(self, body: Body, effect: Mapping[str, Any]) -> str:
        """Where a suspended proceeding goes back to; taken back with the entry that an undo names."""
        undone = next((e["entry"] for e in body["effects"] if e["do"] == "undo"), None)
        if undone is not None:
            before = self.bodies[UUID(undone)]["effects"]
            return str(next(e["back"] for e in before if e["do"] == "state"))
        procedure = self.registry.procedure(body["procedure"], int(body["version"]))
        return str(effect["from"]) if effect["to"] == procedure.suspended else ""

    # ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────
    def _newest(self, proceeding: UUID, name: str) -> ToldTerm:
        return next(t for t in reversed(self.told.terms) if (t.proceeding, t.name) == (proceeding, name))

    def _term(self, entry: EntryRow, body: Body, effect: Mapping[str, Any], ident: UUID) -> None:
        proceeding, name, do = UUID(body["proceeding"]), effect["name"], effect["to"]
        if do in {"start", "restart"}:
            if do == "restart":
                self._newest(proceeding, name).status = "ended"
            self.told.terms.append(ToldTerm(ident, proceeding, name, entry.seq, _moment(body["at"])))
            return
        term = self._newest(proceeding, name)
        term.seq, term.status = entry.seq, _STATUS.get(do, "running")
        match do:
            case "pause":
                term.pauses.append(False)
            case "unpause":
                term.pauses.pop()
            case "resume" | "repause":
                term.pauses[-1] = do == "resume"

    # ── the end of a decision ────────────────────────────────────────────────────────────────────────────────────
    def _close(self) -> None:
        """What is written once a decision, after all its entries: facts and the columns of the matter."""
        told = self.told
        was_protected = told.shown.get("title", ...) is None
        shown = {
            self.registry.concepts[c].column: fact for c, fact in self.fresh.items() if c in self.registry.concepts
        }
        for column in ("title", "place"):
            if told.matter.protected:
                told.shown[column] = None
            elif column in shown:
                told.shown[column] = shown[column]
            elif was_protected:
                told.shown.pop(column, None)
        for concept, fact in self.fresh.items():
            if concept in told.current:
                told.current[concept].superseded_by = fact.entry
            told.current[concept] = told.facts[fact.entry, concept] = fact
        self.fresh = {}
        for do, entry, what in self.late:
            self._later(do, entry, what)
        self.late = []
        self._columns()
        self.touched = set()

    def _later(self, do: str, entry: EntryRow, what: Any) -> None:
        told = self.told
        match do:
            case "undo":
                for fact in told.facts.values():
                    if fact.entry == what and fact.superseded_by is None:
                        fact.superseded_by = entry.id
                        del told.current[fact.concept]
                for fact in told.facts.values():
                    if fact.superseded_by == what and fact.entry != what:
                        fact.superseded_by = None
                        told.current[fact.concept] = fact
            case "retract":
                told.current.pop(what).superseded_by = entry.id
            case _:  # "erase"
                fact = told.current.pop(what)
                fact.superseded_by = fact.entry

    def _columns(self) -> None:
        told, now = self.told, self.told.changed_at
        open_roots = False
        for proceeding in told.proceedings.values():
            state = proceeding.state
            final = state.state in self.registry.procedure(state.procedure, state.version).final
            if state.id in self.touched:
                proceeding.closed_at = (proceeding.closed_at or now) if final else None
            open_roots = open_roots or (not final and state.procedure != "archive")
        told.main = main = main_proceeding(self.registry, told.matter)
        procedure = self.registry.procedure(main.procedure, main.version)
        told.closed_at = None if open_roots else told.closed_at or now
        at_rest = main.state in procedure.rests or (told.archived_at is not None and main.state in procedure.final)
        told.archived_at = (told.archived_at or now) if at_rest else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
