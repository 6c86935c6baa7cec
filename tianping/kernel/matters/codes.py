"""Which pack codes are in force, held in memory until a pack is loaded or the day is over."""

from datetime import date

from django.db import connection
from django.utils import timezone

_held: dict[str, tuple[tuple[str, date], dict[str, frozenset[str]]]] = {}


def in_force(jurisdiction: str, stamp: str, kind: str, code: str) -> bool:
    """Whether a pack row of this kind and code is in force today. `stamp`: of the packs, as this transaction read it."""
    asked = (stamp, timezone.localdate())
    held, kinds = _held.get(jurisdiction, (None, {}))
    if held != asked:
        kinds = {}
        _held[jurisdiction] = (asked, kinds)
    if kind not in kinds:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT code FROM pack_row WHERE jurisdiction = %(j)s AND kind = %(kind)s"
                " AND effective_from <= %(today)s AND (effective_to IS NULL OR effective_to > %(today)s)",
                {"j": jurisdiction, "kind": kind, "today": asked[1]},
            )
            kinds[kind] = frozenset(row[0] for row in cursor.fetchall())
    return code in kinds[kind]
