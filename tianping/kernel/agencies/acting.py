"""One transaction on behalf of one actor: what row-level security lets it see is set first, and only for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tianping.kernel.lifecycle.state import Actor

_SET = """SELECT set_config('tp.jurisdiction', %s, true), set_config('tp.keys', %s, true), set_config('tp.lo', %s, true),
 set_config('tp.hi', %s, true), set_config('tp.system', %s, true), set_config('tp.matters', '', true)"""
# A write looks rows up by key and never wants a whole table. Said aloud, because a plan that was made while the tables
# were young is kept, and a record set is taken for a hundred rows: then each step would read all that was ever written.
# One plan for all values, too: planning the one write anew takes ten times as long as carrying it out.
_SET_WRITES = f"""{_SET}, set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
 set_config('enable_mergejoin', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)"""
# How to find the rows of a list depends on what is asked: a category may have ten matters or a hundred thousand.
_SET_LISTS = f"{_SET}, set_config('plan_cache_mode', 'force_custom_plan', true)"


@contextmanager
def acting(actor: Actor, *, writes: bool = False, lists: bool = False) -> Iterator[None]:
    """A transaction in which reads and writes see exactly what `actor` may see. Inside it, do not change the actor.

    `writes`: one step is written in it, all by key; a list or a count in such a transaction would be slow.
    `lists`: what is read in it is planned for the values asked for.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _SET_WRITES if writes else _SET_LISTS if lists else _SET,
            [actor.jurisdiction, " ".join(sorted(actor.keys)), actor.lo, actor.hi, "on" if actor.system else ""],
        )
        yield


def system_actor(jurisdiction: str, name: str = "") -> Actor:
    """The clock, the readers and the importers of packs: sees the whole jurisdiction, and its entries say so."""
    return Actor(kind="system", jurisdiction=jurisdiction, name=name)
