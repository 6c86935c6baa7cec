"""Finding matters by what people remember of them: number, phone, name, address, words of the report."""

import re
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from tianping.capabilities.search.words import query
from tianping.kernel.agencies.access import record
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.blind import Kind
from tianping.kernel.parties.identifiers import (
    IdentifierError,
    check_id_number,
    check_uscc,
    normalise_name,
    normalise_phone,
)
from tianping.kernel.service import acting

MOST = 500
_NUMBER = re.compile(r"(?:〔(\d{4})〕)?\s*0*(\d{1,9})\s*号?$")


def find(actor: Actor, text: str, limit: int = MOST) -> list[UUID]:
    """Matters in the actor's sight, best way first: number, then phone, identity number or name, then words.

    A search by a person's data is a read of it, and recorded as one.
    """
    text = text.strip()[:200]
    if not text or actor.kind == "guest":
        return []
    with acting(actor):
        found = _by_number(actor, text)
        if not found and (blinds := _blinds(text)):
            record(actor, "search", ["identifier"])
            found = _by_blind(actor, blinds, limit)
        words = query(text)
        more = _by_words(words, limit) if words and len(found) < limit else []
    return list(dict.fromkeys([*found, *more]))[:limit]


def _by_number(actor: Actor, text: str) -> list[UUID]:
    match = _NUMBER.search(text)
    if match is None or (match.start() and "〔" not in text):
        return []
    year, number = match.groups()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM matter WHERE jurisdiction = %s AND number_seq = %s AND (%s::int IS NULL OR number_year = %s::int)"
            " ORDER BY number_year DESC LIMIT 5",
            [actor.jurisdiction, int(number), year, year],
        )
        return [row[0] for row in cursor.fetchall()]


_WAYS: tuple[tuple[Kind, Callable[[str], str]], ...] = (
    ("phone", normalise_phone),
    ("id_number", lambda text: check_id_number(text).number),
    ("uscc", check_uscc),
    ("name", normalise_name),
)


def _blinds(text: str) -> list[bytes]:
    found: list[bytes] = []
    for kind, normal in _WAYS:
        try:
            found.append(vault().blind(kind, normal(text)))
        except IdentifierError:
            continue
    return found


def _by_blind(actor: Actor, blinds: list[bytes], limit: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.matter_id FROM identifier i"
            " CROSS JOIN LATERAL subject_group(i.jurisdiction, i.subject_id) g (id)"
            " JOIN party p ON p.jurisdiction = i.jurisdiction AND p.subject_id = g.id"
            " WHERE i.jurisdiction = %s AND i.blind = ANY(%s) LIMIT %s",
            [actor.jurisdiction, blinds, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _by_words(words: str, limit: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_matters(%s, %s)", [words, limit])
        return [row[0] for row in cursor.fetchall()]
