"""Offices and people to choose from. Names of officials at work are not personal data of a matter."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Office:
    path: str
    code: str
    name: str
    name_en: str
    short: str
    kind: str
    phone: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Person:
    user: UUID
    name: str
    title: str
    path: str


def offices(jurisdiction: str) -> list[Office]:
    """Every office in use, in the order of the tree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path, code, name, name_en, short_name, kind, phone, capacity FROM agency WHERE jurisdiction = %s AND active"
            " ORDER BY path",
            [jurisdiction],
        )
        return [Office(*row) for row in cursor.fetchall()]


def people_at(jurisdiction: str, path: str) -> list[Person]:
    """Who holds a post at this office or under it on this local day."""
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (u.name, u.id) u.id, u.name, a.title, p.path FROM post p"
            " JOIN appointment a ON a.jurisdiction = p.jurisdiction AND a.post_id = p.id JOIN account u ON u.id = a.user_id"
            " WHERE p.jurisdiction = %s AND p.path >= %s AND p.path < %s AND u.is_active AND a.since <= %s"
            " AND (a.until IS NULL OR a.until >= %s) ORDER BY u.name, u.id, p.path",
            [jurisdiction, path, path[:-1] + "/", today, today],
        )
        return [Person(*row) for row in cursor.fetchall()]
