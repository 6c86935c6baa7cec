"""The pack rows behind codes that are in force, held in memory until a pack is loaded or the day is over."""

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

_held: dict[str, tuple[tuple[str, date], dict[str, dict[str, Any]]]] = {}


def in_force(jurisdiction: str, stamp: str, kind: str, code: str) -> dict[str, Any] | None:
    """The pack's row of this kind and code that is in force today, or None. `stamp`: of the packs, as this transaction read it."""
    asked = (stamp, timezone.localdate())
    held, kinds = _held.get(jurisdiction, (None, {}))
    if held != asked:
        kinds = {}
        _held[jurisdiction] = (asked, kinds)
    if kind not in kinds:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT code, body::json FROM pack_row WHERE jurisdiction = %(j)s AND kind = %(kind)s"
                " AND effective_from <= %(today)s AND (effective_to IS NULL OR effective_to > %(today)s)",
                {"j": jurisdiction, "kind": kind, "today": asked[1]},
            )
            kinds[kind] = dict(cursor.fetchall())
    return kinds[kind].get(code)
