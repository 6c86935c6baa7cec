"""What of a matter is a citizen's own: what they told and what they were answered. Never another party's, never the office's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from django.db import connection

from tianping.kernel.lifecycle.effects import REPORTER
from tianping.kernel.lifecycle.state import Actor, MatterState, PartyRef, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.body import SUBJECTS
from tianping.kernel.matters.standing import own_roles, parties_of, reading
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.keys import KeyNotHeld

if TYPE_CHECKING:
    from tianping.kernel.matters.show import EntryView, MatterView

ANSWER = "answer"
NUMBERS = ("phone", "id_number")
ROW = ("id", "number", "opened_at", "changed_at", "closed_at")  # what of the matter's own columns is for its party
_ENTRIES = """SELECT e.id, e.body, s.kek, s.seed, s.blob FROM entry e
 LEFT JOIN sealed s ON s.jurisdiction = e.jurisdiction AND s.entry_id = e.id AND s.field = %s AND s.blob IS NOT NULL
 WHERE e.jurisdiction = %s AND e.matter_id = %s"""


def own_entries(jurisdiction: str, matter: UUID, subjects: set[UUID]) -> tuple[set[UUID], set[UUID]]:
    """The entries of these subjects, taken by them, for them or in their words; and those that answer. Within `acting`."""
    told: set[UUID] = set()
    answers: set[UUID] = set()
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [SUBJECTS, jurisdiction, matter])
        for entry, raw, kek, seed, blob in cursor.fetchall():
            body = msgspec.json.decode(bytes(raw))
            if any(f["concept"] == ANSWER for f in body["fields"].values()):
                answers.add(entry)
            if blob is not None and _behind(body, _listed(entry, kek, seed, blob)) in subjects:
                told.add(entry)
    return told, answers


def _listed(entry: UUID, kek: str, seed: bytes, blob: bytes) -> list[str]:
    """The ids that the entry seals; none where this installation does not hold its key."""
    try:
        text, _salt = vault().open(entry, SUBJECTS, kek, seed, blob)
    except KeyNotHeld:
        return []
    return list(msgspec.json.decode(text))


def _behind(body: Mapping[str, Any], subjects: list[str]) -> UUID | None:
    """Whose words these are: for whom, or by whom, the step was taken; else whose report or representative it wrote down."""
    who = body["actor"]
    place = who.get("on_behalf", who.get("subject"))
    if place is None:
        told = (e for e in body["effects"] if (e["do"], e.get("role")) == ("party", REPORTER) or e["do"] == "represent")
        place = next((e["subject"] for e in told), None)
    return UUID(subjects[int(place)]) if place is not None and subjects else None  # the chain writes numbers as text


def own_part(view: "MatterView", actor: Actor) -> None:
    """Leave of the view what is the citizen's, as whom `actor` reads it. Within `acting`."""
    parties = view.state.parties
    roles = own_roles(actor, parties)
    told, answers = own_entries(actor.jurisdiction, view.state.id, set().union(*roles.values()))
    entries = [e for e in view.entries if e.public and (e.id in told or e.actor_kind not in {"guest", "citizen"})]
    alone = _alone(parties, roles)
    view.facts = _facts(view, {e.id: e for e in entries if e.id in told}, alone=alone)
    view.entries = [_entry(e, told) for e in entries]
    view.parties = [
        replace(p, name=str(view.facts.get(f"{p.role}_name", "")), masked=p.masked if alone else ())
        for p in view.parties
        if p.subject in roles.get(p.role, ())
    ]
    view.representatives = [r for r in view.representatives if r.principal in set().union(*roles.values())]
    view.papers = [p for p in view.papers if p.entry in told | answers]
    view.links, view.proceedings, view.names = [], [], {}
    view.row = {name: view.row[name] for name in ROW}
    view.state = MatterState(view.state.id, view.state.centre, "", protected=view.state.protected)


def _alone(parties: list[PartyRef], roles: Mapping[str, set[UUID]]) -> bool:
    """Whether nobody else has one of these roles: then what the matter knows of the role, it knows of them."""
    return all({p.subject for p in parties if p.role == role} <= own for role, own in roles.items())


def _facts(view: "MatterView", told: "Mapping[UUID, EntryView]", *, alone: bool) -> dict[str, Any]:
    """What they told, as it stands now, put right where it was; where others tell it too, as they told it. And the answer."""
    said = {name: value for entry in reversed(list(told.values())) for name, value in entry.values.items()}
    if alone:
        facts = {name: value for name, value in view.facts.items() if name in said or name.startswith(f"{REPORTER}_")}
    else:
        facts = {name: said[name] for name in view.facts if name in said}
    return facts | ({ANSWER: view.facts[ANSWER]} if ANSWER in view.facts else {})


def _entry(entry: "EntryView", told: set[UUID]) -> "EntryView":
    own = entry.values if entry.id in told else {k: v for k, v in entry.values.items() if k == ANSWER}
    return replace(entry, values=own, actor_name="", effects=())


def need_number(actor: Actor, matter: UUID, concept: str, now: datetime) -> None:
    """Refuses a citizen any value but a number of their own: of a role that nobody but they have. Within `acting`."""
    parties = parties_of(actor.jurisdiction, matter)
    found = reading(actor, matter, parties, now)
    roles = own_roles(found.actor, parties)
    mine = {f"{role}_{number}" for role in roles for number in NUMBERS}
    if found.via is not None or concept not in mine or not _alone(parties, roles):
        raise RefusedError(_("没有登记这一项，或者已经依法删除"), "unknown")


def need_paper(actor: Actor, matter: UUID, document: UUID, now: datetime) -> None:
    """Refuses a citizen any file but those they sent, or were answered with. Within `acting`."""
    parties = parties_of(actor.jurisdiction, matter)
    roles = own_roles(reading(actor, matter, parties, now).actor, parties)
    told, answers = own_entries(actor.jurisdiction, matter, set().union(*roles.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id FROM document WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, document]
        )
        (entry,) = cursor.fetchone()
    if entry not in told | answers:
        raise RefusedError(_("没有找到这个文件，或者您无权查看"), "unknown")
