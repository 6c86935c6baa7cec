"""One transaction on behalf of one actor: what row-level security lets it see is set first, and only for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tianping.kernel.lifecycle.state import Actor

_SET = """SELECT set_config('tp.jurisdiction', %s, true), set_config('tp.keys', %s, true), set_config('tp.lo', %s, true),
 set_config('tp.hi', %s, true), set_config('tp.system', %s, true), set_config('tp.matters', '', true)"""


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """A transaction in which reads and writes see exactly what `actor` may see. Inside it, do not change the actor."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _SET,
            [actor.jurisdiction, " ".join(sorted(actor.keys)), actor.lo, actor.hi, "on" if actor.system else ""],
        )
        yield


def system_actor(jurisdiction: str, name: str = "") -> Actor:
    """The clock, the readers and the importers of packs: sees the whole jurisdiction, and its entries say so."""
    return Actor(kind="system", jurisdiction=jurisdiction, name=name)
