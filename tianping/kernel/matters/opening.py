"""Opening sealed values, always with a purpose and a record in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from tianping.kernel.agencies.access import record_each
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
    return open_each(actor, [matter], purpose, types=types, concepts=concepts).get(matter, [])


def open_each(
    actor: Actor,
    matters: Iterable[UUID],
    purpose: str,
    *,
    types: Mapping[str, str],
    concepts: Iterable[str] | None = None,
) -> dict[UUID, list[Opened]]:
    """The sealed values of several matters, as `open_values` gives those of one; a matter without any is absent."""
    if actor.kind == "guest":
        raise RefusedError(_("请先验证您的身份，再看内容"), "proof")
    wanted = None if concepts is None else list(concepts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter_id, entry_id, field, concept, kek, seed, blob FROM sealed WHERE jurisdiction = %s"
            " AND matter_id = ANY(%s) AND (%s::text[] IS NULL OR concept = ANY(%s::text[])) ORDER BY matter_id, entry_id, field",
            [actor.jurisdiction, list(matters), wanted, wanted],
        )
        rows: dict[UUID, list[tuple[Any, ...]]] = {}
        for row in cursor.fetchall():
            rows.setdefault(row[0], []).append(row[1:])
    if rows:
        named = [(m, [row[2] for row in found if not row[2].startswith("@")]) for m, found in rows.items()]
        record_each(actor, purpose, named)
    return {matter: [_open(row, types) for row in found] for matter, found in rows.items()}


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
