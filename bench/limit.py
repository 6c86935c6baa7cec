r"""What the same server can write at all: pgbench, prepared, with the rows that one real report and its steps have left.

The rows of a sample matter are taken from the database before and after each step; what came, changed and went becomes one
INSERT, UPDATE or DELETE a table, in one transaction a step, with the lock on the matter's row that every step takes. Ids are
new in each transaction, keys and digests too, so that no index finds equal ones; everything else keeps its value and size.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.stage import DATABASE, JURISDICTION
from tianping.config.postgres import Cluster

TABLES = (
    "matter",
    "subject",
    "proceeding",
    "entry",
    "sealed",
    "fact",
    "term",
    "party",
    "identifier",
    "todo",
    "outbox",
)
_OTHER_WHERE = {"subject": "id IN (SELECT subject_id FROM party WHERE matter_id = %s)", "matter": "id = %s"}
_KEY = {"sealed": ("entry_id", "field"), "todo": ("proceeding_id", "key"), "outbox": ("entry_id",)}
# A row that was there before is found by what is known of it outside the sample.
_FOUND_BY = {"term": ("matter_id", "name"), "fact": ("matter_id", "concept")}
_UNIQUE = {("entry", "key_digest"), ("party", "code_digest"), ("matter", "repeat"), ("identifier", "blind")}

Row = dict[str, str | None]
Rows = dict[str, dict[tuple[str | None, ...], Row]]


def rows_of(owner: "psycopg.Connection[Any]", matter: UUID) -> Rows:
    """Every row of one matter as text, by table and key."""
    found: Rows = {}
    for table in TABLES:
        columns = [
            row[0]
            for row in owner.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                [table],
            )
        ]
        wanted = sql.SQL("SELECT {} FROM {} WHERE {}").format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in columns),
            sql.Identifier(table),
            sql.SQL(_OTHER_WHERE.get(table, "matter_id = %s")),
        )
        made = [dict(zip(columns, row, strict=True)) for row in owner.execute(wanted, [matter])]
        for row in made:
            if table == "outbox":
                row.pop("id")  # numbered by the table
        found[table] = {tuple(row[c] for c in _KEY.get(table, ("id",))): row for row in made}
    return found


@dataclass
class Script:
    """Transactions for pgbench. `steps` of them are one run of the text."""

    text: str
    steps: int


class Writer:
    """Turns differences between samples into statements."""

    def __init__(self, known: dict[str, str]) -> None:
        self.names = dict(known)  # id in the sample -> variable of the script
        self.fresh: list[str] = []

    def transaction(self, before: Rows, after: Rows) -> list[str]:
        """The statements that lead from one sample to the next."""
        self._name(before, after)
        statements = ["BEGIN;"]
        if before["matter"]:
            matter = self._id(next(iter(before["matter"]))[0])
            lock = f"jurisdiction = '{JURISDICTION}' AND id = {matter} FOR UPDATE"
            statements.append(f"SELECT head, head_seq, state FROM matter WHERE {lock};")  # noqa: S608
        for table in TABLES:
            old, new = before.get(table, {}), after[table]
            gone = [old[k] for k in old if k not in new]
            changed = [(old[k], new[k]) for k in new if k in old and old[k] != new[k]]
            come = [new[k] for k in new if k not in old]
            if table != "outbox":  # nobody has fed the sample: what went there went to the feed
                statements += [f"DELETE FROM {table} WHERE {self._where(table, row)};" for row in gone]  # noqa: S608
            for was, row in changed:
                sets = ", ".join(f"{c} = {self._value(table, c, v)}" for c, v in row.items() if was[c] != v)
                statements.append(f"UPDATE {table} SET {sets} WHERE {self._where(table, was)};")  # noqa: S608
            if come:
                columns = ", ".join(come[0])
                values = ", ".join(f"({', '.join(self._value(table, c, v) for c, v in row.items())})" for row in come)
                statements.append(f"INSERT INTO {table} ({columns}) VALUES {values};")  # noqa: S608
        return [*statements, "COMMIT;"]

    def _name(self, before: Rows, after: Rows) -> None:
        for table in TABLES:
            for key, row in after[table].items():
                ident = row.get("id") or row.get("entry_id") or ""
                if (
                    table not in {"sealed", "todo", "outbox"}
                    and key not in before.get(table, {})
                    and ident not in self.names
                ):
                    self.names[ident] = f"x{len(self.names)}"
                    self.fresh.append(self.names[ident])

    def _where(self, table: str, row: Row) -> str:
        columns = _FOUND_BY.get(table) or _KEY.get(table, ("id",))
        live = " AND superseded_by IS NULL" if table == "fact" else ""
        matches = " AND ".join(f"{c} = {self._value(table, c, row[c])}" for c in columns)
        return f"jurisdiction = '{JURISDICTION}' AND {matches}{live}"

    def _id(self, ident: str | None) -> str:
        return f":{self.names[ident or '']}"

    def _value(self, table: str, column: str, value: str | None) -> str:
        if value is None:
            return "NULL"
        if value in self.names:
            return self._id(value)
        if (table, column) in _UNIQUE:
            return f"sha256((:{self.fresh[0]}::text || {quoted(column + value[-6:])})::bytea)"
        if table == "matter" and column == "number":
            return "'no ' || :taken::text"
        if table == "matter" and column == "number_seq":
            return ":taken"
        return quoted(value)


def quoted(value: str) -> str:
    """A literal in which pgbench sees no variable."""
    escaped = re.sub(r"[\\':\n]", lambda m: f"\\x{ord(m[0]):02x}", value)
    return f"E'{escaped}'"


def report_script(after: Rows) -> Script:
    """Opens a matter."""
    writer = Writer({})
    statements = writer.transaction({t: {} for t in TABLES}, after)
    ids = ", ".join(f"uuidv7() AS {name}" for name in writer.fresh)
    year = next(iter(after["matter"].values()))["number_year"]
    return Script(
        f"SELECT next_number('{JURISDICTION}', {year}) AS taken, {ids} \\gset\n" + "\n".join(statements) + "\n", 1
    )


def steps_script(samples: list[Rows]) -> Script:
    """Takes the steps between the samples on a matter that a report's script has opened."""
    (matter,), (proceeding,) = samples[0]["matter"], samples[0]["proceeding"]
    writer = Writer({str(matter[0]): "m", str(proceeding[0]): "p"})
    statements = [s for before, after in pairwise(samples) for s in writer.transaction(before, after)]
    ids = ", ".join(f"uuidv7() AS {name}" for name in writer.fresh)
    lookup = f"SELECT m, p, {ids} FROM bench_target WHERE client = :client_id AND nth = :n \\gset\n"  # noqa: S608
    return Script("\\set n :n + 1\n" + lookup + "\n".join(statements) + "\n", len(samples) - 1)


def targets(owner: "psycopg.Connection[Any]", sample: Rows, clients: int) -> int:
    """The matters that the report's script has opened and no step has touched, shared out; how many each client has."""
    (((matter,), row),) = sample["matter"].items()
    owner.execute("DROP TABLE IF EXISTS bench_target")
    owner.execute(
        "CREATE TABLE bench_target AS SELECT (nth %% %s)::int AS client, (nth / %s + 1)::int AS nth, m, p FROM"
        " (SELECT row_number() OVER () - 1 AS nth, m.id AS m, p.id AS p FROM matter m"
        " JOIN proceeding p ON p.jurisdiction = m.jurisdiction AND p.matter_id = m.id"
        " WHERE m.number LIKE 'no %%' AND m.state = %s AND m.id <> %s ORDER BY m.id) q",
        [clients, clients, row["state"], matter],
    )
    owner.execute("CREATE UNIQUE INDEX ON bench_target (client, nth)")
    owner.execute("ANALYZE bench_target")
    (count,) = owner.execute("SELECT count(*) FROM bench_target").fetchone() or (0,)
    return int(count) // clients


def pgbench(cluster: Cluster, script: Script, clients: int, *, seconds: float = 0, runs: int = 0) -> float:
    """Steps a second, over so many seconds or so many runs of each client.

    Raises PostgresError with pgbench's words, and RuntimeError where it counted a failure.
    """
    file = Path(cluster.data.parent / "script.sql")
    length = ("-t", str(runs)) if runs else ("-T", str(max(1, round(seconds))))
    file.write_text(script.text)
    file.chmod(0o644)
    done = cluster.run(
        "pgbench",
        "-n",
        "-M",
        "prepared",
        "-c",
        str(clients),
        "-j",
        "2",
        *length,
        "-f",
        str(file),
        "-D",
        "n=0",
        "-h",
        str(cluster.socket),
        "-U",
        "postgres",
        DATABASE,
        timeout=seconds + 300,
    )
    rate = re.search(r"tps = ([0-9.]+) \(without initial", done.stdout)
    if rate is None or re.search(r"number of failed transactions: [1-9]", done.stdout) or "aborted" in done.stdout:
        raise RuntimeError(f"pgbench: {done.stdout}")
    return float(rate[1]) * script.steps
