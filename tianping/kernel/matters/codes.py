"""Which pack codes are in force, held in memory until a pack is loaded."""

from django.db import connection

_held: dict[str, tuple[object, dict[str, frozenset[str]]]] = {}


def in_force(jurisdiction: str, kind: str, code: str) -> bool:
    """Whether a pack row of this kind and code is in force today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(loaded_at) FROM pack_release WHERE jurisdiction = %s", [jurisdiction])
        stamp = cursor.fetchone()
        stored, kinds = _held.get(jurisdiction, (None, {}))
        if stored != stamp:
            kinds = {}
            _held[jurisdiction] = (stamp, kinds)
        if kind not in kinds:
            cursor.execute(
                "SELECT code FROM pack_row WHERE jurisdiction = %s AND kind = %s AND effective_from <= current_date"
                " AND (effective_to IS NULL OR effective_to > current_date)",
                [jurisdiction, kind],
            )
            kinds[kind] = frozenset(row[0] for row in cursor.fetchall())
    return code in kinds[kind]
