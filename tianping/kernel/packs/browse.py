"""The packs as they were loaded, to be read: which release, which rows hold today, where each comes from and how it was verified."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

PAGE = 200


@dataclass(frozen=True, slots=True)
class Release:
    pack: str
    version: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class PackLine:
    """`verified`: V in the text itself, V2 in a transcription, U not verified."""

    pack: str
    code: str
    name: str
    since: date
    until: date | None
    source: str
    verified: str
    body: dict[str, Any]


def releases(jurisdiction: str) -> list[Release]:
    """What was loaded when, newest first."""
    return [
        Release(*row)
        for row in _rows(
            "SELECT pack, version, loaded_at FROM pack_release WHERE jurisdiction = %s ORDER BY loaded_at DESC LIMIT 20",
            [jurisdiction],
        )
    ]


def kinds(jurisdiction: str) -> list[tuple[str, int, int]]:
    """Kind, how many rows hold today, how many of them are not verified."""
    today = timezone.localdate()
    return [
        (kind, count, unsure)
        for kind, count, unsure in _rows(
            "SELECT kind, count(*), count(*) FILTER (WHERE verified = 'U') FROM pack_row WHERE jurisdiction = %s"
            " AND effective_from <= %s AND (effective_to IS NULL OR effective_to > %s) GROUP BY kind ORDER BY kind",
            [jurisdiction, today, today],
        )
    ]


def lines(jurisdiction: str, kind: str, text: str = "", *, unsure: bool = False) -> list[PackLine]:
    """The rows of one kind that hold today, by part of code or name; up to `PAGE`."""
    today = timezone.localdate()
    return [
        PackLine(*row)
        for row in _rows(
            "SELECT pack, code, coalesce(body->>'name', body->>'title', ''), effective_from, effective_to, source, verified, body::json"
            " FROM pack_row WHERE jurisdiction = %s AND kind = %s AND effective_from <= %s AND (effective_to IS NULL OR effective_to > %s)"
            " AND (%s = '' OR strpos(code, %s) > 0 OR strpos(coalesce(body->>'name', ''), %s) > 0) AND (NOT %s OR verified = 'U')"
            " ORDER BY code LIMIT %s",
            [jurisdiction, kind, today, today, text, text, text, unsure, PAGE],
        )
    ]


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()  # type: ignore[no-any-return]
