"""Writing a decision: every row of it in one statement. Nothing else in the house writes these tables."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from tianping.kernel.matters.direct import fetch
from tianping.kernel.matters.snapshot import TermRow

FAR = datetime(9999, 12, 31, tzinfo=UTC)  # the due date of a to-do without a term, so that one index sorts all

_INSERTS = {
    "subject": "jurisdiction, id, kind, merged_into, protected, minor, created_at",
    "proceeding": "jurisdiction, id, matter_id, procedure, version, state, slot, parent, holder, assigned, counts, pending, back,"
    " supervised, opened_at, closed_at",
    "entry": "jurisdiction, id, matter_id, proceeding_id, seq, procedure, step, from_state, to_state, actor_kind, actor, agency,"
    " happened_at, recorded_at, undone_by, key_digest, request, body, hash, prev, joined, sm3, sm3_prev, sm3_joined",
    "sealed": "jurisdiction, entry_id, field, matter_id, concept, kek, seed, blob, erased_at",
    "party": "jurisdiction, id, matter_id, subject_id, role, code_digest, entry_id",
    "identifier": "jurisdiction, id, subject_id, kind, blind, matter_id, entry_id, field",
    "representation": "jurisdiction, id, principal, agent, kind, matter_id, role, scope, proof, document_id, expires, entry_id",
    "term": "jurisdiction, id, matter_id, proceeding_id, name, rule_code, rule, status, started_at, due_at, alarm_at, pauses,"
    " extensions, ended_at",
    "link": "jurisdiction, matter_id, other_id, kind, entry_id",
    "outbox": "jurisdiction, matter_id, seq, entry_id, procedure, step, to_state",
    "erasure": "jurisdiction, id, matter_id, concept, entry_id, record, erased_at",
    "fact": "jurisdiction, id, matter_id, concept, value, entry_id, field, valid_from, superseded_by",
    "todo": "jurisdiction, proceeding_id, key, matter_id, steps, procedure, state, category, grade, place_path, due_at, since",
}
_AGAIN = {"link": " ON CONFLICT DO NOTHING"}  # two matters may be linked more than once
_UPDATES = {
    "proceeding": ("state", "holder", "assigned", "counts", "pending", "back", "supervised", "closed_at"),
    "representation": ("ended_at",),
    "term": ("status", "due_at", "alarm_at", "pauses", "extensions", "ended_at"),
    "matter": (
        "title",
        "category",
        "grade",
        "channel",
        "place",
        "grid",
        "path",
        "place_path",
        "audience",
        "protected",
        "leader",
        "followers",
        "procedure",
        "state",
        "holder",
        "assignee",
        "supervised",
        "due_at",
        "returns",
        "changed_at",
        "closed_at",
        "archived_at",
        "head",
        "head_seq",
        "head_sm3",
    ),
}
_MATTER = "jurisdiction, id, " + ", ".join(_UPDATES["matter"]) + ", centre, happened_at, opened_at, number_year, repeat"
# A matter's number is taken last, from a sequence: no report waits for another.
_NEW_MATTER = """numbered AS MATERIALIZED (SELECT r.*, next_number(r.jurisdiction, r.number_year) AS taken
   FROM json_populate_recordset(NULL::matter, {new_matter}) r),
 new_matter AS (INSERT INTO matter ({columns}, number_seq, number)
   SELECT {columns}, taken, replace(replace({number_format}, '{{year}}', number_year::text), '{{seq}}', taken::text)
   FROM numbered)"""
# Rows that change are named by their ids beside the record set: while statistics are young, a jurisdiction is taken for one
# row, and then a join with the record set alone would read all of it.
# The old value must be superseded before the new one comes: one current value a concept is a constraint.
_FACTS = """old_fact AS (UPDATE fact f SET superseded_by = r.entry_id FROM json_populate_recordset(NULL::fact, {fact}) r
   WHERE f.matter_id = ANY({matters}::uuid[]) AND f.jurisdiction = r.jurisdiction AND f.matter_id = r.matter_id
     AND f.concept = r.concept AND f.superseded_by IS NULL
   RETURNING 1),
 fact_in AS (INSERT INTO fact (jurisdiction, id, matter_id, concept, value, entry_id, field, valid_from, superseded_by)
   SELECT jurisdiction, id, matter_id, concept, value, entry_id, field, valid_from, NULL
   FROM json_populate_recordset(NULL::fact, {fact}) WHERE (SELECT count(*) FROM old_fact) >= 0)"""
_TODO = """todo_out AS (DELETE FROM todo t
   USING json_to_recordset({todo_keep}) AS k(jurisdiction text, proceeding_id uuid, keys text[])
   WHERE t.proceeding_id = ANY({proceedings}::uuid[]) AND t.jurisdiction = k.jurisdiction
     AND t.proceeding_id = k.proceeding_id AND t.key <> ALL (k.keys)),
 todo_in AS (INSERT INTO todo (jurisdiction, proceeding_id, key, matter_id, steps, procedure, state, category, grade, place_path,
     due_at, since)
   SELECT jurisdiction, proceeding_id, key, matter_id, steps, procedure, state, category, grade, place_path, due_at, since
   FROM json_populate_recordset(NULL::todo, {todo})
   ON CONFLICT (jurisdiction, proceeding_id, key) DO UPDATE SET steps = excluded.steps, state = excluded.state,
     category = excluded.category, grade = excluded.grade, place_path = excluded.place_path, due_at = excluded.due_at)"""


@dataclass
class Rows:
    """The rows of one decision, by table, each a dict of columns."""

    insert: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    update: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    new_matter: list[dict[str, Any]] = field(default_factory=list)
    fact: list[dict[str, Any]] = field(default_factory=list)
    todo: list[dict[str, Any]] = field(default_factory=list)
    todo_keep: list[dict[str, Any]] = field(default_factory=list)

    def add(self, table: str, **columns: Any) -> None:
        self.insert.setdefault(table, []).append(columns)

    def change(self, table: str, **columns: Any) -> None:
        self.update.setdefault(table, []).append(columns)


_TERM = tuple(c.strip() for c in _INSERTS["term"].split(","))[1:]


def term_columns(term: TermRow) -> dict[str, Any]:
    return {name: getattr(term, name) for name in _TERM}


_encode = msgspec.json.Encoder().encode


def hexed(value: bytes | None) -> str | None:
    """A bytea as JSON carries it."""
    return None if value is None else "\\x" + value.hex()


_statements: dict[tuple[str, ...], bytes] = {}


def _statement(parts: tuple[str, ...]) -> bytes:
    """The one write for this set of tables; a few dozen sets exist, each is prepared once a connection.

    The parameters are the parts' values, in order: see `write`.
    """
    if parts in _statements:
        return _statements[parts]
    ctes: list[str] = []
    count = 0
    for part in parts:
        count += 1
        kind, _colon, table = part.partition(":")
        match kind:
            case "new_matter":
                ctes.append(_NEW_MATTER.format(columns=_MATTER, new_matter=f"${count}", number_format=f"${count + 1}"))
                count += 1
            case "fact":
                ctes.append(_FACTS.format(fact=f"${count}", matters=f"${count + 1}"))
                count += 1
            case "todo":
                ctes.append(_TODO.format(todo=f"${count}", todo_keep=f"${count + 1}", proceedings=f"${count + 2}"))
                count += 2
            case "insert":
                columns = _INSERTS[table]
                ctes.append(
                    f"{table}_in AS (INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608  # constants
                    f" FROM json_populate_recordset(NULL::{table}, ${count}){_AGAIN.get(table, '')})"
                )
            case _:  # "update"
                sets = ", ".join(f"{c} = r.{c}" for c in _UPDATES[table])
                ctes.append(
                    f"{table}_up AS (UPDATE {table} x SET {sets} FROM json_populate_recordset(NULL::{table},"  # noqa: S608
                    f" ${count}) r WHERE x.id = ANY(${count + 1}::uuid[]) AND x.jurisdiction = r.jurisdiction"
                    " AND x.id = r.id)"
                )
                count += 1
    answer = "SELECT id, taken FROM numbered" if "new_matter" in parts else "SELECT NULL::uuid, NULL::bigint"
    _statements[parts] = f"WITH {', '.join(ctes)} {answer}".encode()
    return _statements[parts]


def write(rows: Rows, number_format: str) -> dict[UUID, int]:
    """Write everything in one statement; answers with the number that each new matter got."""
    parts: list[str] = []
    values: list[str | list[UUID]] = []

    def add(part: str, *given: list[dict[str, Any]], ids: str = "") -> None:
        parts.append(part)
        values.extend(_encode(rows).decode() for rows in given)
        if ids:
            values.append([row[ids] for row in given[-1]])

    if rows.new_matter:
        add("new_matter", rows.new_matter)
        values.append(number_format)
    for table in sorted(rows.insert):
        add(f"insert:{table}", rows.insert[table])
    for table in sorted(rows.update):
        add(f"update:{table}", rows.update[table], ids="id")
    fresh = not rows.update  # every matter is new: it has no fact to supersede and no to-do row to take away
    if rows.fact and fresh:
        add("insert:fact", rows.fact)
    elif rows.fact:
        add("fact", rows.fact, ids="matter_id")
    if rows.todo and fresh:
        add("insert:todo", rows.todo)
    else:
        add("todo", rows.todo, rows.todo_keep, ids="proceeding_id")
    return {row[0]: row[1] for row in fetch(_statement(tuple(parts)), values) if row[0] is not None}
