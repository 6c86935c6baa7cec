"""From a person who is logged in, or a receipt code, to the actor that the kernel knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.lifecycle.vocabulary import Proof

# Posts that look over a subtree. The three administrators and the auditor see no matters: what they keep is the house.
OVERSIGHT = frozenset({"dispatcher", "supervisor", "leader", "registrar"})
NO_MATTERS = frozenset({"auditor", "security_admin", "system_admin", "pack_editor"})
# Offices that look over what lies beside them: the centre over the county, a governance office over its town.
_LOOKS_ROUND = frozenset({"centre", "governance_office"})


@dataclass(frozen=True, slots=True)
class Held:
    """A post that somebody holds today."""

    id: UUID
    kind: str
    title: str
    path: str
    agency: str
    agency_kind: str
    agency_short: str
    agency_en: str
    deputy: bool


_HELD = """SELECT p.id, p.kind, a.title, p.path, g.name, g.kind, g.short_name, g.name_en, a.deputy FROM appointment a
 JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id
 JOIN agency g ON g.jurisdiction = p.jurisdiction AND g.id = p.agency_id
 WHERE a.jurisdiction = %(j)s AND a.user_id = %(u)s AND a.since <= %(d)s AND (a.until IS NULL OR a.until >= %(d)s)
 AND NOT (a.away_from IS NOT NULL AND a.away_from <= %(d)s AND (a.away_until IS NULL OR a.away_until >= %(d)s))
 AND (NOT a.deputy OR NOT EXISTS (
   SELECT 1 FROM appointment b WHERE b.jurisdiction = a.jurisdiction AND b.post_id = a.post_id AND NOT b.deputy
   AND b.since <= %(d)s AND (b.until IS NULL OR b.until >= %(d)s)
   AND NOT (b.away_from IS NOT NULL AND b.away_from <= %(d)s AND (b.away_until IS NULL OR b.away_until >= %(d)s))))
 ORDER BY a.deputy, p.path, p.kind"""


def posts_of(user: User, on: date | None = None) -> list[Held]:
    """The posts that this person holds on that local day: not on leave, a deputy only while every holder is away."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"j": user.jurisdiction, "u": user.id, "d": on or timezone.localdate()})
        return [Held(*row) for row in cursor.fetchall()]


def staff_actor(user: User, held: Iterable[Held] | None = None, active: UUID | None = None) -> Actor:
    """The actor for somebody with posts. `active` picks the post whose subtree is in sight.

    An entry is signed with the post that gave the right, and with this one where several did.
    """
    posts = list(posts_of(user) if held is None else held)
    chosen = next((p for p in posts if p.id == active), posts[0] if posts else None)
    keys = {f"person:{user.id}"}
    for post in posts:
        keys.add(f"{post.kind}@{post.path}")
        if post.kind not in NO_MATTERS:
            keys.add(f"agency:{post.path}")
    lo, hi = _sight(chosen)
    return Actor(
        kind="staff",
        jurisdiction=user.jurisdiction,
        name=user.name,
        user=user.id,
        post=chosen.id if chosen else None,
        agency=chosen.path if chosen else "",
        keys=frozenset(keys),
        posts=tuple((f"{post.kind}@{post.path}", post.id) for post in posts),
        lo=lo,
        hi=hi,
        proof="identity",
    )


def _sight(post: Held | None) -> tuple[str, str]:
    """The range of agency paths that the post looks over, or nothing."""
    round_about = post is not None and post.kind == "head" and post.agency_kind == "governance_office"
    if post is None or not (post.kind in OVERSIGHT or round_about):
        return "", ""
    path = post.path
    if post.agency_kind in _LOOKS_ROUND and path.count(".") > 1:
        path = path.rstrip(".").rpartition(".")[0] + "."
    return path, path[:-1] + "/"  # "/" follows "." byte by byte: everything that begins with the path


def citizen_actor(user: User, proof: Proof = "identity", subjects: Iterable[UUID] = ()) -> Actor:
    """A citizen who has proved who they are: sees the matters of their own subject.

    `subjects`: others that were recorded with what this citizen has proven (a phone). They are seen, not merged.
    """
    subject = user.subject_id
    keys = {f"person:{user.id}"} | {f"subject:{s}" for s in (subject, *subjects) if s}
    return Actor(
        kind="citizen",
        jurisdiction=user.jurisdiction,
        name=user.name,
        user=user.id,
        keys=frozenset(keys),
        subject=subject,
        proof=proof,
    )


def guest_actor(jurisdiction: str, code_digest: bytes | None = None, subject: UUID | None = None) -> Actor:
    """Somebody without an account; with a receipt code, the party whose receipt it is."""
    if code_digest is None:
        return Actor(kind="guest", jurisdiction=jurisdiction)
    return Actor(
        kind="guest",
        jurisdiction=jurisdiction,
        keys=frozenset({"code:" + code_digest.hex()}),
        subject=subject,
        proof="code",
    )


def holders(jurisdiction: str, key: str) -> list[dict[str, Any]]:
    """Who answers to a `kind@path` key today: for notices and for "who has it"."""
    kind, _at, path = key.partition("@")
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, u.name, u.email, a.title, g.name, g.short_name, g.phone,"
            " coalesce(a.away_from <= %s AND (a.away_until IS NULL OR a.away_until >= %s), false) FROM post p"
            " JOIN appointment a ON a.jurisdiction = p.jurisdiction AND a.post_id = p.id"
            " JOIN account u ON u.id = a.user_id JOIN agency g ON g.jurisdiction = p.jurisdiction AND g.id = p.agency_id"
            " WHERE p.jurisdiction = %s AND p.kind = %s AND p.path = %s AND u.is_active AND a.since <= %s"
            " AND (a.until IS NULL OR a.until >= %s) ORDER BY a.deputy, u.name",
            [today, today, jurisdiction, kind, path, today, today],
        )
        names = ["user", "name", "email", "title", "agency", "agency_short", "phone", "away"]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
