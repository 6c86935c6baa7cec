"""The few statements of the road, on psycopg's own cursor: `$1` parameters and prepared once a connection.

Rewriting the placeholders of a long statement and Django's wrappers around it took a tenth of a report's time.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import RawCursor


def fetch(statement: bytes, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement inside the running transaction. Its values come in binary, times in UTC; JSON is best asked for as text.
    Raises Django's database errors, like any cursor."""
    with connection.wrap_database_errors:
        cursor = RawCursor(connection.connection)
        cursor.execute(statement, values, prepare=True, binary=True)
        return cursor.fetchall()
