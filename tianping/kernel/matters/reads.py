"""The further reads of guards and forms: the other matter, recusal, documents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import Actor, MatterState, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.matters import represent
from tianping.kernel.matters.codes import in_force
from tianping.kernel.matters.snapshot import Snapshot
from tianping.kernel.matters.standing import own_roles


def other_matter(form: Mapping[str, Any]) -> UUID | None:
    """The second matter that a merge or link names; its head is locked too."""
    try:
        return UUID(str(form["other_matter"])) if form.get("other_matter") else None
    except ValueError:
        return None


def documents_in(step: Step, values: Mapping[str, Any], registry: Registry) -> list[str]:
    return [
        document
        for field in step.form.fields
        if registry.concepts[field.concept].type == "files"
        for document in values.get(field.name) or []
    ]


def hashes(actor: Actor, documents: list[str]) -> dict[str, str]:
    """Document id -> SHA-256, for files that this actor has uploaded and nobody has attached. Refuses others."""
    if not documents:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, sha256 FROM document WHERE jurisdiction = %s AND id::text = ANY(%s) AND matter_id IS NULL",
            [actor.jurisdiction, documents],
        )
        found = dict(cursor.fetchall())
    if missing := [d for d in documents if d not in found]:
        raise RefusedError(
            _("有文件没有传完，请重新添加"), "form", {"files": _("有文件没有传完，请重新添加")}, missing=missing
        )
    return found


def extra_for(
    registry: Registry, step: Step, matter: MatterState, snapshot: Snapshot, values: Mapping[str, Any], actor: Actor
) -> dict[str, Any]:
    """What the step's guards and derived facts read beyond the matter itself. "today": of this entry, local, ISO."""
    wanted = {r for name in step.guards for r in registry.guards[name].reads}
    wanted |= {r for name in step.derives for r in registry.derived[name].reads}
    extra: dict[str, Any] = {"today": snapshot.today}
    for read in wanted:
        kind, _colon, what = read.partition(":")
        if kind == "row":
            extra[read] = _row(registry, step, matter, snapshot, values, what, actor)
    if "other" in wanted:
        extra["other"] = _other(registry, matter, snapshot, other_matter(values))
    if wanted & {"relations", "offices"}:
        people = _concerned(registry, step, values, actor)
        extra["relations"] = relations(actor.jurisdiction, people, matter.id)
        extra["offices"] = offices_of(actor.jurisdiction, people)
    if "opposing" in wanted:
        role = str(values.get("represented") or next(iter(own_roles(actor, matter.parties)), ""))
        extra["opposing"] = represent.opposing(actor.jurisdiction, matter.id, values, role)
    if "represented" in wanted:
        extra["represented"] = represent.represented(actor.jurisdiction, matter.id)
    return extra


def _row(
    registry: Registry,
    step: Step,
    matter: MatterState,
    snapshot: Snapshot,
    values: Mapping[str, Any],
    name: str,
    actor: Actor,
) -> dict[str, Any] | None:
    """The pack's row behind the code that a field chooses, or chose before."""
    concept = registry.concepts[dict(step.values)[name]]
    code = values.get(name) or matter.facts.get(concept.name)
    return in_force(actor.jurisdiction, snapshot.stamp, concept.source, str(code)) if code else None


def _other(registry: Registry, matter: MatterState, snapshot: Snapshot, named: UUID | None) -> dict[str, Any] | None:
    """Whether the other matter can lead: in sight, open, its own master, not protected, and not yet answered."""
    other = snapshot.matters.get(named) if named else None
    if other is None or other is matter:
        return None
    takes = False
    for proceeding in other.proceedings.values():
        procedure = registry.procedure(proceeding.procedure, proceeding.version)
        absorb = procedure.by_name.get("absorb")
        takes = takes or (absorb is not None and absorb in procedure.steps_from(proceeding.state))
    return {"free": takes and other.leader is None and not other.protected and not other.archived, "id": str(other.id)}


def _concerned(registry: Registry, step: Step, values: Mapping[str, Any], actor: Actor) -> list[str]:
    """Whom the step gives the matter to: those its form names; where it names nobody, whoever takes it."""
    named = [name for name, concept in step.values if registry.concepts[concept].type == "person"]
    return [str(values[n]) for n in named if values.get(n)] if named else [str(actor.user)]


def relations(jurisdiction: str, people: list[str], matter: UUID) -> list[str]:
    """Why these people must stand back from this matter (回避): a declared interest, or a part in it. Empty when nothing is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.why FROM recusal r JOIN identifier i ON i.jurisdiction = r.jurisdiction AND i.blind = r.blind"
            " CROSS JOIN LATERAL subject_group(i.jurisdiction, i.subject_id) g (id)"
            " JOIN party p ON p.jurisdiction = i.jurisdiction AND p.subject_id = g.id"
            " WHERE r.jurisdiction = %(j)s AND r.user_id::text = ANY(%(people)s) AND p.matter_id = %(matter)s"
            " UNION ALL SELECT 'party' FROM account u JOIN party p ON p.jurisdiction = u.jurisdiction"
            " AND p.subject_id = u.subject_id WHERE u.jurisdiction = %(j)s AND u.id::text = ANY(%(people)s)"
            " AND p.matter_id = %(matter)s",
            {"j": jurisdiction, "people": people, "matter": matter},
        )
        return [row[0] for row in cursor.fetchall()]


def offices_of(jurisdiction: str, people: list[str]) -> list[str]:
    """The paths of the offices in which these people hold a post now, on leave or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.path FROM appointment a JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id"
            " WHERE a.jurisdiction = %(j)s AND a.user_id::text = ANY(%(people)s) AND a.since <= %(today)s"
            " AND (a.until IS NULL OR a.until >= %(today)s)",
            {"j": jurisdiction, "people": people, "today": timezone.localdate()},
        )
        return [row[0] for row in cursor.fetchall()]


def number_of(jurisdiction: str, matter: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM matter WHERE jurisdiction = %s AND id = %s", [jurisdiction, matter])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
