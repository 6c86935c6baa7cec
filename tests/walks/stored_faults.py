"""Faults planted between the engine's decision and what people read: in store, assemble, sight, clocks and feed.

The pure engine is left as it is. Each is a context; `owner` is the URL of the database's owner, for what only it can plant.
"""

from contextlib import contextmanager, nullcontext
from datetime import timedelta
from unittest.mock import patch

import psycopg

from tianping.kernel.ledger.chain import entry_hash
from tianping.kernel.matters import assemble, store
from tianping.kernel.matters.clocks import Clocks
from tianping.kernel.matters.readers import sequencer

OTHERS = ("qingxi.shuiwu.", "qingxi.zhujian.", "qingxi.zhifa.", "qingxi.minzheng.")


@contextmanager
def _statement(name, old, new):
    """One statement of the store otherwise; those that were put together before are forgotten meanwhile."""
    text = getattr(store, name)
    assert old in text
    with patch.object(store, name, text.replace(old, new)), patch.object(store, "_statements", {}):
        yield


@contextmanager
def _column_left_out(table, column):
    updates = store._UPDATES | {table: tuple(c for c in store._UPDATES[table] if c != column)}
    with patch.object(store, "_UPDATES", updates), patch.object(store, "_statements", {}):
        yield


def _another_value():
    true = assemble._fact

    def fact(context, matter, move, concept, name, entry):
        true(context, matter, move, concept, name, entry)
        row = context.rows.fact[-1]
        row["value"] = f"{row['value']}?" if isinstance(row["value"], str) else row["value"]

    return patch.object(assemble, "_fact", fact)


def _somebody_else_sees():
    true = assemble.matter_rows

    def matter_rows(context, matter, touched):
        matter.audience |= {f"agency:{path}" for path in OTHERS}
        true(context, matter, touched)

    return patch.object(assemble, "matter_rows", matter_rows)


def _a_day_late():
    true = Clocks._reckon

    def reckon(self, term):
        true(self, term)
        if term.due_at is not None and term.status != "ended":
            term.due_at += timedelta(days=1)

    return patch.object(Clocks, "_reckon", reckon)


def _clock_goes_on():
    true = Clocks._term

    def term(self, procedure, matter, move, effect, why, new_id):
        if effect["to"] != "end":
            true(self, procedure, matter, move, effect, why, new_id)

    return patch.object(Clocks, "_term", term)


def _feed(old, new):
    assert old in sequencer._FEED
    return patch.object(sequencer, "_FEED", sequencer._FEED.replace(old, new))


@contextmanager
def _wall_down(owner, table, column="matter_id"):
    """Row-level security shows every row of one table to everybody."""
    with psycopg.connect(owner, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = %s::regclass AND polname = 'sees'",
            [table],
        ).fetchone()
        connection.execute(f"ALTER POLICY sees ON {table} USING (jurisdiction = tp_jurisdiction())")
        try:
            yield
        finally:
            connection.execute(f"ALTER POLICY sees ON {table} USING ({found[0]})")


def planted(owner=""):
    """name -> the context in which the fault is there; those of the walls need the owner."""
    walls = {
        "the wall around matters is down": lambda: _wall_down(owner, "matter"),
        "the wall around facts is down": lambda: _wall_down(owner, "fact"),
        "the wall around the feed is down": lambda: _wall_down(owner, "feed"),
    }
    return {
        "a to-do row that is over stays": lambda: _statement("_TODO", "t.key <> ALL (k.keys)", "false"),
        "the matter keeps the state that it had": lambda: _column_left_out("matter", "state"),
        "the proceeding keeps the state that it had": lambda: _column_left_out("proceeding", "state"),
        "a fact is stored with another value": _another_value,
        "the parties are not written": lambda: patch.object(assemble, "_party", lambda *_words: None),
        "an entry is hashed without the one before": lambda: patch.object(
            assemble, "entry_hash", lambda body, _prev: entry_hash(body, None)
        ),
        "offices that never had it are let see it": _somebody_else_sees,
        "a clock is due a day late": _a_day_late,
        "a clock goes on that has ended": _clock_goes_on,
        "the feed leaves an entry out": lambda: _feed("FROM ready r, last", "FROM ready r, last WHERE r.seq <> 3"),
        "the feed tells another state": lambda: _feed("r.step, r.to_state,", "r.step, r.step,"),
    } | (walls if owner else {})


def find(name, owner="", steps=60, seeds=(7, 8, 9)):
    """What the stored walk says with the fault in it, or "". An error that the fault causes counts: it did not pass."""
    from tests.walks.stored import StoredWorld
    from tests.walks.tally import Tally

    with planted(owner)[name]() if name else nullcontext():
        for seed in seeds:
            tally = Tally()
            try:
                StoredWorld(seed, tally).walk(steps)
            except Exception as error:  # a broken store may break anywhere
                return f"{type(error).__name__}: {error}"
            if tally.broken:
                return tally.broken[0]
    return ""
