"""Writing a decision: every row of it in one statement. Nothing else in the house writes these tables."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

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
    "term": "jurisdiction, id, matter_id, proceeding_id, name, rule_code, rule, status, started_at, due_at, alarm_at, alarms,"
    " pauses, extensions, ended_at",
    "link": "jurisdiction, matter_id, other_id, kind, entry_id",
    "outbox": "jurisdiction, matter_id, seq, entry_id, procedure, step, to_state",
    "erasure": "jurisdiction, id, matter_id, concept, entry_id, record, erased_at",
}
_UPDATES = {
    "proceeding": ("state", "holder", "assigned", "counts", "pending", "back", "supervised", "closed_at"),
    "term": ("status", "due_at", "alarm_at", "alarms", "pauses", "extensions", "ended_at"),
    "matter": (
        "title", "category", "grade", "channel", "place", "grid", "path", "place_path", "audience", "protected", "leader",
        "followers", "procedure", "state", "holder", "assignee", "supervised", "due_at", "returns", "changed_at",
        "closed_at", "archived_at", "head", "head_seq", "head_sm3",
    ),
}
_MATTER = "jurisdiction, id, " + ", ".join(_UPDATES["matter"]) + ", centre, happened_at, opened_at, number_year, repeat"
# A matter's number is taken last, from a sequence: no report waits for another.
_NEW_MATTER = f"""numbered AS MATERIALIZED (SELECT r.*, next_number(r.jurisdiction, r.number_year) AS taken
   FROM json_populate_recordset(NULL::matter, %(new_matter)s) r),
 new_matter AS (INSERT INTO matter ({_MATTER}, number_seq, number)
   SELECT {_MATTER}, taken, replace(replace(%(number_format)s, '{{year}}', number_year::text), '{{seq}}', taken::text)
   FROM numbered)"""  # noqa: S608  # column names are constants
# The old value must be superseded before the new one comes: one current value a concept is a constraint.
_FACTS = """old_fact AS (UPDATE fact f SET superseded_by = r.entry_id FROM json_populate_recordset(NULL::fact, %(fact)s) r
   WHERE f.jurisdiction = r.jurisdiction AND f.matter_id = r.matter_id AND f.concept = r.concept AND f.superseded_by IS NULL
   RETURNING 1),
 fact_in AS (INSERT INTO fact (jurisdiction, id, matter_id, concept, value, entry_id, field, valid_from, superseded_by)
   SELECT jurisdiction, id, matter_id, concept, value, entry_id, field, valid_from, NULL
   FROM json_populate_recordset(NULL::fact, %(fact)s) WHERE (SELECT count(*) FROM old_fact) >= 0)"""
_TODO = """todo_out AS (DELETE FROM todo t USING json_to_recordset(%(todo_keep)s) AS k(jurisdiction text, proceeding_id uuid, keys text[])
   WHERE t.jurisdiction = k.jurisdiction AND t.proceeding_id = k.proceeding_id AND t.key <> ALL (k.keys)),
 todo_in AS (INSERT INTO todo (jurisdiction, proceeding_id, key, matter_id, steps, procedure, state, category, grade, place_path,
     due_at, since)
   SELECT jurisdiction, proceeding_id, key, matter_id, steps, procedure, state, category, grade, place_path, due_at, since
   FROM json_populate_recordset(NULL::todo, %(todo)s)
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


def _hook(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} is no column")


_encode = msgspec.json.Encoder(enc_hook=_hook).encode


def hexed(value: bytes | None) -> str | None:
    """A bytea as JSON carries it."""
    return None if value is None else "\\x" + value.hex()


_statements: dict[tuple[str, ...], str] = {}


def _statement(parts: tuple[str, ...]) -> str:
    """The one write for this set of tables; a few dozen sets exist, each is prepared once a connection."""
    if parts not in _statements:
        ctes: list[str] = []
        for part in parts:
            kind, _colon, table = part.partition(":")
            match kind:
                case "new_matter":
                    ctes.append(_NEW_MATTER)
                case "fact":
                    ctes.append(_FACTS)
                case "todo":
                    ctes.append(_TODO)
                case "insert":
                    columns = _INSERTS[table]
                    ctes.append(
                        f"{table}_in AS (INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608  # constants
                        f" FROM json_populate_recordset(NULL::{table}, %({table}_in)s))"
                    )
                case "update":
                    sets = ", ".join(f"{c} = r.{c}" for c in _UPDATES[table])
                    ctes.append(
                        f"{table}_up AS (UPDATE {table} x SET {sets} FROM json_populate_recordset(NULL::{table},"  # noqa: S608
                        f" %({table}_up)s) r WHERE x.jurisdiction = r.jurisdiction AND x.id = r.id)"
                    )
        answer = "SELECT id, taken FROM numbered" if "new_matter" in parts else "SELECT NULL::uuid, NULL::bigint"
        _statements[parts] = "WITH " + ",\n ".join(ctes) + "\n" + answer
    return _statements[parts]


def write(rows: Rows, number_format: str) -> dict[UUID, int]:
    """Write everything in one statement; answers with the number that each new matter got."""
    parts: list[str] = []
    values: dict[str, Any] = {"number_format": number_format}
    if rows.new_matter:
        parts.append("new_matter")
        values["new_matter"] = _encode(rows.new_matter).decode()
    for table, found in sorted(rows.insert.items()):
        parts.append(f"insert:{table}")
        values[f"{table}_in"] = _encode(found).decode()
    for table, found in sorted(rows.update.items()):
        parts.append(f"update:{table}")
        values[f"{table}_up"] = _encode(found).decode()
    if rows.fact:
        parts.append("fact")
        values["fact"] = _encode(rows.fact).decode()
    if rows.todo_keep:
        parts.append("todo")
        values["todo"] = _encode(rows.todo).decode()
        values["todo_keep"] = _encode(rows.todo_keep).decode()
    with connection.cursor() as cursor:
        cursor.execute(_statement(tuple(parts)), values)
        return {row[0]: row[1] for row in cursor.fetchall() if row[0] is not None}
