"""Other matters that may say the same thing: suggested with the reason, joined by nobody but a person."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.access import record
from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.plain import words
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.identifiers import IdentifierError, normalise_phone

MOST = 6
RECENT = "90 days"  # how far back the same place, or the same kind of thing in the same grid, says something
REASONS = (_("文字一样"), _("同一个电话"), _("同一地点"), _("同一网格的同类事"))

# Each way to a likeness is a branch of its own, so that each uses its index; a matter's reasons are gathered afterwards.
_BY_WORDS = "SELECT o.id, 0 AS why FROM matter o WHERE o.jurisdiction = %(j)s AND o.repeat = %(repeat)s"
# Of the parties themselves: an agent has many matters that have nothing in common but the agent.
_PHONES = f"i.kind = 'phone' AND i.field <> '{REPRESENTATIVE}_phone'"
_BY_PHONE = f"""SELECT i.matter_id, 1 FROM identifier i
 WHERE i.jurisdiction = %(j)s AND {_PHONES} AND i.blind = ANY(%(phones)s)"""  # noqa: S608  # a constant
_BY_PLACE = f"""SELECT o.id, 2 FROM matter o WHERE o.jurisdiction = %(j)s AND o.place = %(place)s AND %(place)s <> ''
 AND o.opened_at > clock_timestamp() - interval '{RECENT}'"""  # noqa: S608  # a constant
_BY_KIND = f"""SELECT o.id, 3 FROM matter o WHERE o.jurisdiction = %(j)s AND o.grid = %(grid)s AND o.category = %(category)s
 AND %(grid)s <> '' AND %(category)s <> '' AND o.opened_at > clock_timestamp() - interval '{RECENT}'"""  # noqa: S608  # a constant
_ALIKE = f"""SELECT o.id, o.number, o.title, o.procedure, o.state, o.opened_at, o.closed_at IS NOT NULL, o.leader IS NOT NULL,
  array_agg(DISTINCT found.why ORDER BY found.why)
 FROM ({_BY_WORDS} UNION ALL {_BY_PHONE} UNION ALL {_BY_PLACE} UNION ALL {_BY_KIND}) found (id, why)
 JOIN matter o ON o.jurisdiction = %(j)s AND o.id = found.id AND NOT o.protected
 WHERE o.id IS DISTINCT FROM %(self)s::uuid
 GROUP BY o.id, o.number, o.title, o.procedure, o.state, o.opened_at, o.closed_at, o.leader
 ORDER BY min(found.why), o.closed_at IS NOT NULL, o.opened_at DESC LIMIT %(most)s"""  # noqa: S608  # constants
_OWN = f"""SELECT m.repeat, m.place, m.grid, m.category, m.protected, ARRAY(SELECT i.blind FROM identifier i
  WHERE i.jurisdiction = m.jurisdiction AND i.matter_id = m.id AND {_PHONES})
 FROM matter m WHERE m.jurisdiction = %s AND m.id = %s"""  # noqa: S608  # a constant


@dataclass(frozen=True, slots=True)
class Alike:
    """`reasons`: why it may be the same, strongest first. `following`: it is merged into another one already."""

    matter: UUID
    number: str
    title: str
    procedure: str
    state: str
    opened_at: datetime
    closed: bool
    following: bool
    reasons: tuple[str, ...]


def alike(actor: Actor, matter: UUID) -> list[Alike]:
    """Matters in the actor's sight with the same words, telephone or place, or the same kind in the same grid.

    A protected matter is like none: that it exists is not told to whoever reads another.
    """
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_OWN, [actor.jurisdiction, matter])
        own = cursor.fetchone()
        if own is None or own[4]:
            return []
        return _found(actor, own[0], list(own[5]), own[1], own[2], own[3], matter)


def alike_to(actor: Actor, *, description: str = "", phone: str = "", place: str = "") -> list[Alike]:
    """The same for what is only being written down. To look for a telephone is a read, and recorded as one."""
    phones: list[bytes] = []
    with acting(actor):
        with suppress(IdentifierError):  # half a number, still being typed
            phones = [vault().blind("phone", normalise_phone(phone))] if phone.strip() else []
        if phones:
            record(actor, "search", ["reporter_phone"])
        text = words(description)
        repeat = vault().blind("text", text) if len(text) > 1 else None
        return _found(actor, repeat, phones, place.strip(), "", "", None)


def _found(
    actor: Actor, repeat: bytes | None, phones: list[Any], place: str, grid: str, category: str, self: UUID | None
) -> list[Alike]:
    with connection.cursor() as cursor:
        cursor.execute(
            _ALIKE,
            {
                "j": actor.jurisdiction,
                "repeat": repeat,
                "phones": [bytes(p) for p in phones],
                "place": place,
                "grid": grid,
                "category": category,
                "self": self,
                "most": MOST,
            },
        )
        return [
            Alike(matter, number, title, procedure, state, opened, closed, following, tuple(REASONS[n] for n in why))
            for matter, number, title, procedure, state, opened, closed, following, why in cursor.fetchall()
        ]
