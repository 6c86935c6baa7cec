"""Other matters that may say the same thing: suggested with the reason, joined by nobody but a person."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.lifecycle.text import gettext_noop as _

MOST = 6
_ALIKE = """SELECT o.id, o.number, o.title, o.closed_at IS NOT NULL, o.repeat IS NOT DISTINCT FROM m.repeat,
  EXISTS (SELECT 1 FROM party a JOIN identifier x ON x.jurisdiction = a.jurisdiction AND x.subject_id = a.subject_id AND x.kind = 'phone'
    JOIN identifier y ON y.jurisdiction = x.jurisdiction AND y.blind = x.blind
    WHERE a.jurisdiction = m.jurisdiction AND a.matter_id = m.id AND y.matter_id = o.id),
  o.grid <> '' AND o.grid = m.grid AND o.place = m.place
 FROM matter m JOIN matter o ON o.jurisdiction = m.jurisdiction AND o.id <> m.id AND NOT o.protected
   AND (o.repeat = m.repeat OR (o.grid <> '' AND o.grid = m.grid AND o.place = m.place) OR o.id IN (
     SELECT y.matter_id FROM identifier x JOIN identifier y ON y.jurisdiction = x.jurisdiction AND y.blind = x.blind AND y.kind = 'phone'
     WHERE x.jurisdiction = m.jurisdiction AND x.matter_id = m.id AND x.kind = 'phone'))
 WHERE m.jurisdiction = %s AND m.id = %s AND NOT m.protected ORDER BY 5 DESC, o.opened_at DESC LIMIT %s"""


@dataclass(frozen=True, slots=True)
class Alike:
    matter: UUID
    number: str
    title: str
    closed: bool
    reasons: tuple[str, ...]


def alike(actor: Actor, matter: UUID) -> list[Alike]:
    """Matters in the actor's sight with the same words, the same telephone or the same place."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_ALIKE, [actor.jurisdiction, matter, MOST])
        rows = cursor.fetchall()
    labels = (_("文字一样"), _("同一个电话"), _("同一地点"))
    return [
        Alike(r[0], r[1], r[2], r[3], tuple(label for label, holds in zip(labels, r[4:], strict=True) if holds))
        for r in rows
    ]
