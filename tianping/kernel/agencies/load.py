"""Offices, posts and people from a pack's rows. Loading twice changes nothing; what left the pack is closed, not deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from tianping.kernel.agencies.home import forget
from tianping.kernel.agencies.models import Agency, Appointment, Post, User


@dataclass(frozen=True, slots=True)
class Loaded:
    agencies: int
    posts: int
    people: int


@transaction.atomic
def load(
    jurisdiction: str,
    agencies: Iterable[Any],
    posts: Iterable[Any],
    people: Iterable[Any],
    *,
    password: str | None = None,
    since: date | None = None,
) -> Loaded:
    """Write the tree, the posts and who holds them. `password` is set for new people only; without it they cannot log in yet."""
    paths = _agencies(jurisdiction, list(agencies))
    users = _people(jurisdiction, people, make_password(password))
    count = _posts(jurisdiction, posts, paths, users, since or timezone.localdate())
    forget()
    return Loaded(len(paths), count, len(users))


def _agencies(jurisdiction: str, rows: list[Any]) -> dict[str, Agency]:
    by_code = {r.code: r for r in rows}

    def path(code: str) -> str:
        row = by_code[code]
        return (path(row.parent) if row.parent else "") + code + "."

    found: dict[str, Agency] = {}
    for row in rows:
        found[row.code], _made = Agency.objects.update_or_create(
            jurisdiction=jurisdiction,
            code=row.code,
            defaults={
                "path": path(row.code),
                "name": row.name,
                "name_en": row.name_en,
                "short_name": row.short,
                "kind": row.kind,
                "phone": row.phone,
                "capacity": row.capacity,
                "active": True,
            },
        )
    Agency.objects.filter(jurisdiction=jurisdiction).exclude(code__in=by_code).update(active=False)
    return found


def _people(jurisdiction: str, rows: Iterable[Any], password: str) -> dict[str, User]:
    found: dict[str, User] = {}
    for row in rows:
        found[row.code], _made = User.objects.update_or_create(
            username=row.code,
            defaults={"jurisdiction": jurisdiction, "name": row.name, "email": row.email},
            create_defaults={"jurisdiction": jurisdiction, "name": row.name, "email": row.email, "password": password},
        )
    return found


def _posts(
    jurisdiction: str, rows: Iterable[Any], agencies: dict[str, Agency], users: dict[str, User], since: date
) -> int:
    count = 0
    for row in rows:
        agency = agencies[row.agency]
        post, _made = Post.objects.get_or_create(
            jurisdiction=jurisdiction, path=agency.path, kind=row.kind, defaults={"agency_id": agency.id}
        )
        if not Appointment.objects.filter(
            jurisdiction=jurisdiction, post_id=post.id, user_id=users[row.person].id, until=None
        ).exists():
            Appointment.objects.create(
                jurisdiction=jurisdiction,
                post_id=post.id,
                user_id=users[row.person].id,
                title=row.name,
                since=since,
                deputy=row.deputy,
            )
        count += 1
    return count
