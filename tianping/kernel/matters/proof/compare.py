"""What is stored, held against what the entries tell: every difference is a fault that names its entry."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.ledger.canonical import canonical, parse
from tianping.kernel.ledger.faults import Fault
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.matters.plain import PROTECTED_TITLE
from tianping.kernel.matters.proof import words
from tianping.kernel.matters.proof.retell import Body, Told, ToldTerm
from tianping.kernel.matters.proof.stored import EntryRow, FactRow, MatterRow, Stored, TermRow

_decode = msgspec.json.decode


def columns_of(entry: EntryRow, body: Body, told_undone: UUID | None) -> list[Fault]:
    """The columns of one entry, all of which but the centre's own derive from its body."""
    who = body["actor"]
    told: dict[str, Any] = {
        "proceeding_id": body["proceeding"],
        "procedure": body["procedure"],
        "step": body["step"],
        "from_state": body["from"],
        "to_state": body["to"],
        "actor_kind": who["kind"],
        "agency": who.get("agency", ""),
        "happened_at": datetime.fromisoformat(body["happened_at"]),
        "recorded_at": datetime.fromisoformat(body["at"]),
        "undone_by": told_undone,
    }
    found = {
        "proceeding_id": str(entry.proceeding_id),
        "procedure": entry.procedure,
        "step": entry.step,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        "actor_kind": entry.actor_kind,
        "agency": entry.agency,
        "happened_at": entry.happened_at,
        "recorded_at": entry.recorded_at,
        "undone_by": entry.undone_by,
    }
    if who["kind"] != "citizen":  # a citizen is in the body as a commitment alone
        told["actor"], found["actor"] = who.get("user"), None if entry.actor is None else str(entry.actor)
    if told == found:
        return []
    return [
        Fault(
            "column", entry.matter_id, entry.seq, entry.id, words.COLUMN, entry.seq,
            {"what": words.COLUMNS[name], "told": _shown(told[name]), "found": _shown(found[name])},
        )
        for name in told
        if told[name] != found[name]
    ]  # fmt: skip


def _shown(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


class Comparison:
    """Of one matter. `opened`: (entry, field) -> the text that was sealed; None where it was lawfully erased."""

    def __init__(
        self,
        registry: Registry,
        stored: Stored,
        matter: MatterRow,
        told: Told,
        bodies: Mapping[UUID, Body],
        opened: Mapping[tuple[UUID, str], str | None],
    ) -> None:
        self.registry = registry
        self.stored = stored
        self.matter = matter
        self.told = told
        self.bodies = bodies
        self.opened = opened
        self.ids = {entry.seq: entry.id for entry in stored.entries}
        self.faults: list[Fault] = []

    def faults_found(self) -> list[Fault]:
        self._matter()
        self._proceedings()
        self._terms()
        self._facts()
        self._parties()
        self._links()
        return self.faults

    # ── telling ──────────────────────────────────────────────────────────────────────────────────────────────────
    def _tell(self, seq: int, sentence: str, **values: str) -> None:
        self.faults.append(Fault("derived", self.stored.id, seq, self.ids.get(seq), sentence, seq, values))

    def _differ(self, of: str, seq: int, told: Mapping[str, Any], row: Any) -> None:
        """A fault for each column of `row` that is not as told."""
        for name, value in told.items():
            found = getattr(row, name)
            if found != value:
                self._tell(seq, words.DIFFERS, of=of, what=words.COLUMNS[name], told=_shown(value), found=_shown(found))

    def _match(
        self, of: str, told: Mapping[Any, tuple[int, str]], found: Iterable[Any], name: Callable[[Any], str]
    ) -> None:
        """What is told and not there, and what is there and was never told. told: key -> seq and name."""
        there = list(found)
        for key in told.keys() - set(there):
            seq, what = told[key]
            self._tell(seq, words.GONE, of=of, what=what)
        for key in set(there) - told.keys():
            self._tell(self.told.last_seq, words.STRAY, of=of, what=name(key))

    # ── the matter's row ─────────────────────────────────────────────────────────────────────────────────────────
    def _matter(self) -> None:
        told, row = self.told, self.matter
        state, main = told.matter, told.main
        assert main is not None  # noqa: S101  # a told matter has a proceeding
        running = [t.due_at for t in self.stored.terms if t.status == "running" and t.due_at]
        columns = {
            "centre": state.centre,
            "protected": state.protected,
            "leader": state.leader,
            "procedure": main.procedure,
            "state": main.state,
            "holder": main.holder,
            "assignee": UUID(main.assigned["handler"]) if "handler" in main.assigned else None,
            "supervised": any(p.state.supervised for p in told.proceedings.values()),
            "due_at": min(running, default=None),
            "returns": sum(
                p.state.counts.get(step, 0) for p in told.proceedings.values() for step in ("return", "return_third")
            ),
            "path": "" if state.protected else row.place_path or state.centre,
            "happened_at": told.happened_at,
            "opened_at": told.opened_at,
            "changed_at": max(told.changed_at, row.changed_at),  # who follows it is counted without an entry
            "closed_at": told.closed_at,
            "archived_at": told.archived_at,
            "head_sm3": self.stored.entries[-1].sm3,
        }
        self._differ(words.MATTER, told.last_seq, columns, row)
        for column in ("category", "grade", "channel"):
            self._fact_column(column)
        for column in ("title", "place"):
            self._shown_column(column)
        year = told.opened_at.astimezone(SHANGHAI).year
        if row.number_year != year or not (str(year) in row.number and str(row.number_seq) in row.number):
            self._tell(told.first_seq, words.NUMBER, found=row.number)

    def _fact_column(self, column: str) -> None:
        fact = self.told.current.get(column)
        value = "" if fact is None else str(self.bodies[fact.entry]["fields"][fact.field].get("value", ""))
        self._differ(words.MATTER, self.told.last_seq if fact is None else fact.seq, {column: value}, self.matter)

    def _shown_column(self, column: str) -> None:
        """What lists show of a sealed value. Where it cannot be opened here, nothing is said."""
        found = getattr(self.matter, column)
        fact = self.told.shown.get(column)
        if fact is None:
            hidden = PROTECTED_TITLE if column == "title" and self.told.matter.protected else ""
            seq, value = self.told.last_seq, hidden
        elif (fact.entry, fact.field) not in self.opened:
            return
        else:
            seq, value = fact.seq, (self.opened[fact.entry, fact.field] or "")[:200]
        if found != value:
            self._tell(seq, words.SHOWN, what=words.COLUMNS[column])

    # ── proceedings and clocks ───────────────────────────────────────────────────────────────────────────────────
    def _proceedings(self) -> None:
        told = self.told.proceedings
        labels = {i: (p.opened_seq, self._label(p.state.procedure)) for i, p in told.items()}
        rows = {row.id: row for row in self.stored.proceedings}
        self._match(words.PROCEEDING, labels, rows, lambda ident: self._label(rows[ident].procedure))
        for ident in told.keys() & rows.keys():
            one = told[ident]
            columns = {
                name: getattr(one.state, name)
                for name in ("procedure", "version", "state", "slot", "parent", "holder", "assigned", "counts", "back", "supervised")
            }  # fmt: skip
            columns |= {"opened_at": one.opened_at, "closed_at": one.closed_at}
            row = rows[ident]._replace(assigned=_decode(rows[ident].assigned), counts=_decode(rows[ident].counts))
            self._differ(words.PROCEEDING, one.seq, columns, row)

    def _label(self, procedure: str) -> str:
        return self.registry.procedure(procedure).label if self.registry.has(procedure) else procedure

    def _terms(self) -> None:
        told = {term.id: term for term in self.told.terms}
        rows = {row.id: row for row in self.stored.terms}
        self._match(words.TERM, {i: (t.seq, t.name) for i, t in told.items()}, rows, lambda ident: rows[ident].name)
        for ident in told.keys() & rows.keys():
            self._term(told[ident], rows[ident])

    def _term(self, told: ToldTerm, row: TermRow) -> None:
        pauses = [end is not None for _start, end, _why in _decode(row.pauses)]
        more = _decode(row.extensions)
        # A term that was lengthened before extensions named their entry says nothing of it.
        names = [entry for _amount, _at, entry in told.granted] + [""] * len(more)
        granted = [
            (str(e["amount"]), datetime.fromisoformat(e["at"]), e.get("entry", name))
            for e, name in zip(more, names, strict=False)
        ]
        columns = {"proceeding_id": told.proceeding, "name": told.name, "status": told.status}
        self._differ(words.TERM, told.seq, columns, row)
        found = {
            "pauses": pauses == told.pauses,
            "extensions": granted == told.granted,
            "ended_at": (row.ended_at is not None) == (told.status == "ended"),
            "started_at": row.started_at <= told.at,
        }
        for name, right in found.items():
            if not right:
                shown = _shown(getattr(row, name))
                self._tell(told.seq, words.DIFFERS, of=words.TERM, what=words.COLUMNS[name], told="…", found=shown)

    # ── facts, parties, links ────────────────────────────────────────────────────────────────────────────────────
    def _facts(self) -> None:
        told = self.told.facts
        rows = {(row.entry_id, row.concept): row for row in self.stored.facts}
        names = {key: (fact.seq, self._concept(fact.concept)) for key, fact in told.items()}
        self._match(words.FACT, names, rows, lambda key: self._concept(key[1]))
        brought = {row.concept for row in self.stored.erased}
        for key in told.keys() & rows.keys():
            fact, row = told[key], rows[key]
            columns: dict[str, Any] = {"field": fact.field, "valid_from": fact.at, "superseded_by": fact.superseded_by}
            if fact.superseded_by is None and fact.concept in brought:  # erased by a register that was brought here
                columns["superseded_by"] = fact.entry
            self._differ(words.FACT, fact.seq, columns, row)
            if not self._holds(row):
                self._tell(fact.seq, words.VALUE, what=self._concept(fact.concept))

    def _holds(self, row: FactRow) -> bool:
        """Whether the row's value is the body's. A personal one has none: it is in the seal."""
        told = self.bodies[row.entry_id]["fields"].get(row.field)
        if told is None or told["concept"] != row.concept:
            return False
        if row.value is None or "value" not in told:
            return row.value is None and "value" not in told
        found = _decode(row.value)
        if found == told["value"]:
            return True
        try:
            return bool(parse(canonical(self._typed(row.concept, found))) == told["value"])
        except (TypeError, ValueError, ArithmeticError):
            return False

    def _typed(self, concept: str, found: Any) -> Any:
        """A stored value in the type that the body was written from: JSON keeps neither money nor times."""
        match self.registry.concepts[concept].type:
            case "money":
                return Decimal(found)
            case "datetime":
                return datetime.fromisoformat(found)
        return found

    def _concept(self, name: str) -> str:
        concept = self.registry.concepts.get(name)
        return concept.label if concept else name

    def _parties(self) -> None:
        told: dict[tuple[Any, ...], tuple[int, str]] = {}
        seqs = {entry.id: entry.seq for entry in self.stored.entries}
        for entry, role, place in self.told.parties:
            listed = self.opened.get((entry, "@subjects"))
            subject = None if listed is None else UUID(_decode(listed)[int(place)])
            told[entry, role, subject] = (seqs[entry], role)
        sealed = {entry for entry, _role, subject in told if subject is None}
        found = [(p.entry_id, p.role, None if p.entry_id in sealed else p.subject_id) for p in self.stored.parties]
        self._match(words.PARTY, told, found, lambda key: str(key[1]))

    def _links(self) -> None:
        there = {row.other_id for row in self.stored.links}
        for other in self.told.links - there:
            self._tell(self.told.last_seq, words.GONE, of=words.LINK, what=str(other))
