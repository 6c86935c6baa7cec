"""Opening sealed values, always with a purpose and a record in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from tianping.kernel.agencies.access import record
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.keys import KeyNotHeld

_STRUCTURED = frozenset({"point", "files", "agencies"})


@dataclass(frozen=True, slots=True)
class Opened:
    """One personal value of an entry. `value` is None where it was erased or this installation holds no key for it."""

    entry: UUID
    field: str
    concept: str
    value: Any
    state: str = "open"  # open | erased | locked


def open_values(
    actor: Actor,
    matter: UUID,
    purpose: str,
    *,
    types: Mapping[str, str],
    concepts: Iterable[str] | None = None,
) -> list[Opened]:
    """The sealed values of a matter that the actor sees, within `acting(actor)`.

    `types`: concept -> type, to give structured values back as they were. `concepts` limits what is opened. The access
    record is written first; when it cannot be, nothing is opened. A receipt code alone opens nothing.
    """
    if actor.kind == "guest":
        raise RefusedError(_("请先验证您的身份，再看内容"), "proof")
    wanted = None if concepts is None else list(concepts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id, field, concept, kek, seed, blob FROM sealed WHERE jurisdiction = %s AND matter_id = %s"
            " AND (%s::text[] IS NULL OR concept = ANY(%s::text[])) ORDER BY entry_id, field",
            [actor.jurisdiction, matter, wanted, wanted],
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    record(actor, purpose, [row[2] for row in rows if not row[2].startswith("@")], matter=matter)
    return [_open(row, types) for row in rows]


def _open(row: tuple[Any, ...], types: Mapping[str, str]) -> Opened:
    entry, field, concept, kek, seed, blob = row
    if blob is None:
        return Opened(entry, field, concept, None, "erased")
    try:
        text, _salt = vault().open(entry, field, kek, seed, blob)
    except KeyNotHeld:
        return Opened(entry, field, concept, None, "locked")
    value = msgspec.json.decode(text) if concept.startswith("@") or types.get(concept) in _STRUCTURED else text
    return Opened(entry, field, concept, value)
