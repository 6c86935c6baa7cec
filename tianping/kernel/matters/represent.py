"""Who acts for a party of a matter: read from the record, and held against the rules of `parties.representation`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.blind import Kind
from tianping.kernel.parties.identifiers import normalise_name
from tianping.kernel.parties.representation import Representation

_FOUND_BY: tuple[Kind, ...] = ("name", "phone", "id_number")


@dataclass(frozen=True, slots=True)
class Represents:
    """One row of the record. `scope`: acts, or "all"; `expires`: its last day; `proof`: what showed it."""

    id: UUID
    principal: UUID
    agent: UUID
    kind: str
    role: str
    scope: list[str]
    proof: str
    document: UUID | None
    expires: date | None
    ended_at: datetime | None
    entry: UUID

    @property
    def rule(self) -> Representation:
        """As the rules take it. What showed it is its document, or the step by which it was recorded."""
        scope = "all" if "all" in self.scope else frozenset(self.scope)
        proof = self.document or self.entry
        return Representation(self.kind, scope, proof, self.expires, self.principal, self.agent)  # type: ignore[arg-type]


_ROWS = """SELECT id, principal, agent, kind, role, scope::json, proof, document_id, expires, ended_at, entry_id
 FROM representation WHERE jurisdiction = %s AND matter_id = %s ORDER BY id"""


def of_matter(jurisdiction: str, matter: UUID) -> list[Represents]:
    """Every representation that was registered for the matter, ended ones too. Within `acting`."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [jurisdiction, matter])
        return [Represents(*row) for row in cursor.fetchall()]


def keys_of(actor: Actor, today: date) -> frozenset[str]:
    """The keys by which a citizen sees the matters of those they act for: of representations in force on that local day.

    A matter's audience holds the key as long as nobody has ended the representation; its expiry takes the key away here.
    """
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM representation WHERE jurisdiction = %s AND 'subject:' || agent = ANY(%s) AND ended_at IS NULL"
            " AND (expires IS NULL OR expires >= %s)",
            [actor.jurisdiction, sorted(actor.keys), today],
        )
        return frozenset(f"represents:{row[0]}" for row in cursor.fetchall())


def represented(jurisdiction: str, matter: UUID) -> dict[str, str]:
    """Representation -> whom it represents, of those that nobody has ended."""
    return {str(r.id): str(r.principal) for r in of_matter(jurisdiction, matter) if r.ended_at is None}


# The parties on another side than the one that is to be represented, and who acts for them, by what they are found by.
_OPPOSING = f"""SELECT DISTINCT i.kind FROM identifier i JOIN party p ON p.jurisdiction = i.jurisdiction AND p.subject_id = i.subject_id
  AND p.matter_id = i.matter_id
 LEFT JOIN representation r ON r.jurisdiction = p.jurisdiction AND r.matter_id = p.matter_id AND r.agent = p.subject_id
 WHERE i.jurisdiction = %(j)s AND i.matter_id = %(m)s AND i.blind = ANY(%(blinds)s)
   AND (p.role NOT IN ('{REPRESENTATIVE}', %(role)s) OR r.ended_at IS NULL AND r.role <> %(role)s)"""  # noqa: S608  # a constant


def opposing(jurisdiction: str, matter: UUID, values: Mapping[str, Any], role: str) -> list[str]:
    """By what the person named in the form is one of the other side, or already acts for it: name, phone, id_number."""
    blinds = [
        vault().blind(kind, normalise_name(value) if kind == "name" else value)
        for kind in _FOUND_BY
        if (value := str(values.get(f"{REPRESENTATIVE}_{kind}") or ""))
    ]
    with connection.cursor() as cursor:
        cursor.execute(_OPPOSING, {"j": jurisdiction, "m": matter, "blinds": blinds, "role": role})
        return [row[0] for row in cursor.fetchall()]
