"""Whose account it is: a citizen's, one a proven phone or identity at an OIDC provider; of staff, the one they have.

Citizens' accounts keep no phone and no number.
"""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from tianping.kernel.agencies.acting import acting
from tianping.kernel.agencies.models import User
from tianping.kernel.parties.models import Subject
from tianping.kernel.service import guest_actor


def by_phone(blind: bytes) -> User:
    """The account of the phone with this blind index; made at its first log-in."""
    return _account(blind.hex())


def by_claim(issuer: str, sub: str) -> User:
    """The account of a person at an OIDC provider."""
    return _account("oidc-" + hashlib.sha256(f"{issuer}\0{sub}".encode()).hexdigest()[:48])


@transaction.atomic
def _account(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is not None:
        return found
    # Two first log-ins at once: the second waits here and finds the account of the first.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [username])
    found = User.objects.filter(username=username).first()
    if found is not None:
        return found
    return User.objects.create_user(
        username, None, jurisdiction=settings.JURISDICTION, kind="citizen", subject_id=_subject(timezone.now())
    )


def staff_by_claims(claims: dict[str, Any]) -> User | None:
    """The staff account with this log-in name, else the only one with this verified e-mail address."""
    staff = User.objects.filter(kind="staff", is_active=True, jurisdiction=settings.JURISDICTION)
    if name := str(claims.get("preferred_username") or ""):
        found = staff.filter(username=name).first()
        if found is not None:
            return found
    if claims.get("email") and claims.get("email_verified") is True:
        matches = list(staff.filter(email__iexact=str(claims["email"]))[:2])
        return matches[0] if len(matches) == 1 else None
    return None


def _subject(now: datetime) -> UUID:
    """A subject of the account's own. What others wrote under the same phone is read beside it, never merged into it."""
    made = uuid7()
    with acting(guest_actor(settings.JURISDICTION)):
        Subject.objects.create(jurisdiction=settings.JURISDICTION, id=made, created_at=now)
    return made
