"""Which subjects are probably one person, said with reasons; merged by somebody with the right, and parted again.

A subject spans matters, so a merge is no step of one of them: it is an administrative change, kept as those are (ADR 0010). Nothing
personal stands in that record: who decided, which subjects, which matters, and a reason out of a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.access import record
from tianping.kernel.agencies.acting import acting
from tianping.kernel.agencies.administer import need, note_change, rows_of, wrong
from tianping.kernel.lifecycle.representing import REPRESENTATIVE
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.advance import registry
from tianping.kernel.matters.opening import open_values

KEEPER: Final = "dispatcher"
PURPOSE: Final = "identity"
REASONS: Final[dict[str, str]] = {
    "id_number": _("身份证号相同"),
    "uscc": _("统一社会信用代码相同"),
    "phone": _("电话和姓名都相同"),
}
WHY: Final[dict[str, str]] = {
    "checked": _("核对过证件"),
    "asked": _("问过本人"),
    "papers": _("材料里看得出来"),
}
APART: Final[dict[str, str]] = {
    "mistaken": _("认错了，是两个人"),
    "asked": _("本人要求分开"),
    "checked": _("重新核对过"),
}
LOOKED_AT: Final = 2000  # of the newest identifiers in sight: what is older was looked at when it was new
MOST = 50


@dataclass(frozen=True, slots=True)
class Part:
    """What a subject is in one matter: its role, and the matter's number and title."""

    matter: UUID
    number: str
    title: str
    role: str


@dataclass(frozen=True, slots=True)
class Someone:
    """A subject with its matters in sight, newest first. `names` are opened only where they are asked for."""

    id: UUID
    kind: str
    merged_into: UUID | None
    parts: list[Part] = field(default_factory=list)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two subjects that may be one, and why: codes of REASONS. The older one first: it stays."""

    one: Someone
    other: Someone
    reasons: tuple[str, ...]


# Two subjects with the same number, or with telephone and name. Row-level security leaves identifiers of matters in sight.
_PAIRS = f"""WITH looked AS MATERIALIZED (SELECT i.subject_id, i.kind, i.blind FROM identifier i
   WHERE i.jurisdiction = %(j)s AND i.kind IN ('id_number', 'uscc', 'phone') AND i.field NOT LIKE '{REPRESENTATIVE}%%'
   ORDER BY i.id DESC LIMIT %(looked)s),
 pair AS (SELECT DISTINCT least(a.subject_id, b.subject_id) AS one, greatest(a.subject_id, b.subject_id) AS other, a.kind
   FROM looked a JOIN identifier b ON b.jurisdiction = %(j)s AND b.blind = a.blind AND b.kind = a.kind
     AND b.subject_id <> a.subject_id AND b.field NOT LIKE '{REPRESENTATIVE}%%'
   WHERE a.kind <> 'phone' OR EXISTS (SELECT 1 FROM identifier m JOIN identifier n ON n.jurisdiction = m.jurisdiction
     AND n.blind = m.blind AND n.kind = 'name' AND n.subject_id = b.subject_id
     WHERE m.jurisdiction = %(j)s AND m.kind = 'name' AND m.subject_id = a.subject_id))
SELECT p.one, p.other, array_agg(p.kind ORDER BY p.kind) FROM pair p
 JOIN subject a ON a.jurisdiction = %(j)s AND a.id = p.one AND NOT a.protected
 JOIN subject b ON b.jurisdiction = %(j)s AND b.id = p.other AND NOT b.protected
 WHERE subject_root(%(j)s, p.one) <> subject_root(%(j)s, p.other)
 GROUP BY p.one, p.other ORDER BY p.other DESC, p.one LIMIT %(most)s"""  # noqa: S608  # a constant
_SOMEONE = """SELECT s.id, s.kind, s.merged_into, m.id, m.number, m.title, p.role FROM subject s
 JOIN party p ON p.jurisdiction = s.jurisdiction AND p.subject_id = s.id
 JOIN matter m ON m.jurisdiction = p.jurisdiction AND m.id = p.matter_id
 WHERE s.jurisdiction = %s AND s.id = ANY(%s) AND NOT s.protected ORDER BY m.opened_at DESC"""


def probable(actor: Actor) -> list[Pair]:
    """Pairs that look like one person, newest first: a suggestion with its reasons, never a decision."""
    need(actor, KEEPER)
    with acting(actor):
        found = rows_of(_PAIRS, {"j": actor.jurisdiction, "looked": LOOKED_AT, "most": MOST})
        if found:
            record(actor, PURPOSE, ["identifier"], rows=len(found))
        people = _people(actor.jurisdiction, [i for one, other, _why in found for i in (one, other)])
    return [Pair(people[one], people[other], tuple(why)) for one, other, why in found]


def merged(actor: Actor) -> list[tuple[Someone, Someone]]:
    """Who was merged into whom, of those in sight; newest first."""
    need(actor, KEEPER)
    statement = "SELECT id, merged_into FROM subject WHERE jurisdiction = %s AND merged_into IS NOT NULL ORDER BY id DESC LIMIT %s"
    with acting(actor):
        found = rows_of(statement, [actor.jurisdiction, MOST])
        people = _people(actor.jurisdiction, [i for pair in found for i in pair])
    return [(people[a], people[b]) for a, b in found if a in people and b in people]


def compare(actor: Actor, one: UUID, other: UUID) -> tuple[Someone, Someone]:
    """Both with the names they gave, opened for this purpose and recorded for each matter. RefusedError("unknown") out of sight."""
    need(actor, KEEPER)
    with acting(actor):
        people = _both(actor.jurisdiction, one, other)
        return _named(actor, people[one]), _named(actor, people[other])


def merge(actor: Actor, keep: UUID, other: UUID, why: str) -> None:
    """The two are one person from now on: each is found by what the other is found by. `why`: a code of WHY."""
    need(actor, KEEPER)
    if why not in WHY:
        raise wrong("why", _("请选一项理由"))
    with acting(actor):
        people = _both(actor.jurisdiction, keep, other)
        _locked(actor.jurisdiction, (keep, other))
        roots = [_root(actor.jurisdiction, i) for i in (keep, other)]
        if roots[0] == roots[1]:
            raise RefusedError(_("这两个已经是同一个人"), "state")
        if people[keep].kind != people[other].kind:
            raise RefusedError(_("一个是人，一个是单位，不能合成一个"), "guard")
        rows_of(
            "UPDATE subject SET merged_into = %s WHERE jurisdiction = %s AND id = %s",
            [roots[0], actor.jurisdiction, roots[1]],
        )
        before = {"subject": roots[1], "merged_into": None, "why": None}
        after = {"subject": roots[1], "merged_into": roots[0], "why": why}
        note_change(actor, "subject.merge", _about(people[keep], people[other]), before, after)


def part(actor: Actor, subject: UUID, why: str) -> None:
    """It was not the same person, after all: this subject stands for itself again, with what was merged into it. `why`: of APART."""
    need(actor, KEEPER)
    if why not in APART:
        raise wrong("why", _("请选一项理由"))
    with acting(actor):
        people = _people(actor.jurisdiction, [subject])
        _locked(actor.jurisdiction, (subject,))
        found = rows_of(
            "SELECT merged_into FROM subject WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, subject]
        )
        if subject not in people or found[0][0] is None:
            raise RefusedError(_("没有这个人，或者没有合并过"), "unknown")
        rows_of(
            "UPDATE subject SET merged_into = NULL WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, subject]
        )
        before = {"subject": subject, "merged_into": found[0][0], "why": None}
        after = {"subject": subject, "merged_into": None, "why": why}
        note_change(actor, "subject.part", _about(people[subject]), before, after)


def _people(jurisdiction: str, ids: Iterable[UUID]) -> dict[UUID, Someone]:
    """Subjects with a matter in sight. Protected ones are nobody here."""
    found: dict[UUID, Someone] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SOMEONE, [jurisdiction, list(ids)])
        for subject, kind, into, matter, number, title, role in cursor.fetchall():
            found.setdefault(subject, Someone(subject, kind, into)).parts.append(Part(matter, number, title, role))
    return found


def _both(jurisdiction: str, one: UUID, other: UUID) -> dict[UUID, Someone]:
    people = _people(jurisdiction, [one, other])
    if one == other or len(people) < 2:  # both
        raise RefusedError(_("没有这个人，或者您无权查看"), "unknown")
    return people


def _named(actor: Actor, someone: Someone) -> Someone:
    types: dict[str, Any] = {c.name: c.type for c in registry().concepts.values()}
    names: dict[str, None] = {}
    for part_ in someone.parts[:5]:
        opened = open_values(actor, part_.matter, PURPOSE, types=types, concepts=[f"{part_.role}_name"])
        names |= dict.fromkeys(str(o.value) for o in opened if o.value)
    return Someone(someone.id, someone.kind, someone.merged_into, someone.parts, tuple(names))


def _locked(jurisdiction: str, subjects: Iterable[UUID]) -> None:
    """One change of these people at a time; the roots are read after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"subjects:{jurisdiction}"])
        cursor.execute(
            "SELECT id FROM subject WHERE jurisdiction = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            [jurisdiction, list(subjects)],
        )


def _root(jurisdiction: str, subject: UUID) -> UUID:
    return rows_of("SELECT subject_root(%s, %s)", [jurisdiction, subject])[0][0]  # type: ignore[no-any-return]


def _about(*people: Someone) -> str:
    """The numbers of their newest matters: no name stands in the record of a change."""
    return " · ".join(p.parts[0].number for p in people)
