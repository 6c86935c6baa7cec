"""Followers of a merged handling: what its leader is answered, each follower is answered, on a chain of its own."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.vocabulary import Leader, Step
from tianping.kernel.matters.advance import advance, registry
from tianping.kernel.matters.opening import open_values
from tianping.kernel.matters.readers.cursor import Batch, Fed, Reader
from tianping.kernel.matters.readers.declared import declared

log = logging.getLogger(__name__)
# Only who had joined before the leader's step goes with it: the leader's own chain says when, by the entry it recorded then.
# What became protected meanwhile tells its followers nothing: they stay on the dispatcher's list.
_FOLLOWERS = """SELECT p.id, p.procedure, p.version, p.state FROM matter m
 JOIN proceeding p ON p.jurisdiction = m.jurisdiction AND p.matter_id = m.id
 JOIN matter l ON l.jurisdiction = m.jurisdiction AND l.id = m.leader AND NOT l.protected
 WHERE m.jurisdiction = %(j)s AND m.leader = %(leader)s AND p.closed_at IS NULL AND EXISTS (
   SELECT 1 FROM entry joined JOIN entry absorbed ON absorbed.jurisdiction = joined.jurisdiction
     AND absorbed.matter_id = %(leader)s AND absorbed.recorded_at = joined.recorded_at
   WHERE joined.jurisdiction = m.jurisdiction AND joined.proceeding_id = p.id AND joined.to_state = p.state
     AND absorbed.seq < %(seq)s)
 ORDER BY p.id"""


class Followers(Reader):
    """Takes each follower's declared step by `advance`, each in a transaction of its own, with a key that knows itself again."""

    name = "followers"
    together = False

    def read(self, batch: Batch) -> None:
        wanted = {
            s
            for p in registry().versions()
            for step in p.steps
            for by in step.by
            if isinstance(by, Leader)
            for s in by.steps
        }
        for row in batch.rows:
            if row.step in wanted:
                _follow(batch.jurisdiction, row)


def _follow(jurisdiction: str, led: Fed) -> None:
    actor = system_actor(jurisdiction, Followers.name)
    with acting(actor):
        steps = list(_steps(jurisdiction, led))
        values = _values(actor, led, steps) if steps else {}
    for proceeding, step in steps:
        form = {f.name: values[f.name] for f in step.form.fields if f.name in values}
        try:
            advance(proceeding, step.name, actor=actor, form=form, key=f"follow:{led.entry}:{proceeding}")
        except RefusedError as error:
            # It went its own way meanwhile, or the answer was erased: it stays on the dispatcher's list.
            log.warning("follower %s does not take %s: %s", proceeding, step.name, error.reason)


def _steps(jurisdiction: str, led: Fed) -> Iterator[tuple[UUID, Step]]:
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWERS, {"j": jurisdiction, "leader": led.matter, "seq": led.seq})
        rows = cursor.fetchall()
    for proceeding, name, version, state in rows:
        procedure = declared(name, version)
        steps = procedure.steps_from(state) if procedure else ()
        yield from [(proceeding, s) for s in steps if any(isinstance(b, Leader) and led.step in b.steps for b in s.by)][
            :1
        ]


def _values(actor: Actor, led: Fed, steps: list[tuple[UUID, Step]]) -> dict[str, Any]:
    """What the leader's entry says in the fields that the followers' steps ask for; sealed ones are opened, with a record."""
    names = {f.name for _proceeding, step in steps for f in step.form.fields}
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM entry WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, led.entry])
        fields = msgspec.json.decode(bytes(cursor.fetchone()[0]))["fields"]
    types = {c.name: c.type for c in registry().concepts.values()}
    asked = {
        n: f for n, f in fields.items() if n in names and types[f["concept"]] != "files"
    }  # a file belongs to one matter
    values = {n: f["value"] for n, f in asked.items() if "value" in f}
    concepts = {f["concept"] for f in asked.values() if "value" not in f}
    opened = open_values(actor, led.matter, "reader", types=types, concepts=concepts) if concepts else []
    return values | {o.field: o.value for o in opened if o.entry == led.entry and o.value is not None}
