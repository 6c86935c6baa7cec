"""The further reads of guards and forms: the other matter, recusal, documents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import Actor, MatterState, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.matters.codes import in_force
from tianping.kernel.matters.snapshot import Snapshot


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
        extra["other"] = _other(registry, matter, snapshot)
    if "relations" in wanted:
        extra["relations"] = relations(actor.jurisdiction, str(values.get("assignee") or ""), matter.id)
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


def _other(registry: Registry, matter: MatterState, snapshot: Snapshot) -> dict[str, Any] | None:
    """Whether the other matter can lead: in sight, open, its own master, not protected, and not yet answered."""
    other = next((m for m in snapshot.matters.values() if m.id != matter.id), None)
    if other is None:
        return None
    takes = False
    for proceeding in other.proceedings.values():
        procedure = registry.procedure(proceeding.procedure, proceeding.version)
        absorb = procedure.by_name.get("absorb")
        takes = takes or (absorb is not None and absorb in procedure.steps_from(proceeding.state))
    return {"free": takes and other.leader is None and not other.protected and not other.archived, "id": str(other.id)}


def relations(jurisdiction: str, person: str, matter: UUID) -> list[str]:
    """Why this person must stand back from this matter (回避); empty when nothing is declared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.why FROM recusal r JOIN identifier i ON i.jurisdiction = r.jurisdiction AND i.blind = r.blind"
            " JOIN party p ON p.jurisdiction = i.jurisdiction AND p.subject_id = i.subject_id"
            " WHERE r.jurisdiction = %s AND r.user_id::text = %s AND p.matter_id = %s",
            [jurisdiction, person, matter],
        )
        return [row[0] for row in cursor.fetchall()]


def number_of(jurisdiction: str, matter: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM matter WHERE jurisdiction = %s AND id = %s", [jurisdiction, matter])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
