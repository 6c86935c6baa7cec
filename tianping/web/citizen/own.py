"""The part of a matter that is its reporter's own: what they told, what they were answered, who read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from tianping.kernel.service import (
    PURPOSES,
    Actor,
    EntryView,
    MatterView,
    PaperView,
    RefusedError,
    RepresentativeView,
    readers_of,
    registry,
    reveal,
    show,
)
from tianping.web.citizen.where import office_name
from tianping.web.desk.present import file_of

# What a reporter tells of themselves and of the matter. The other side's telephone is nobody's to take along.
FACTS: Final = (
    "description",
    "place",
    "reporter_name",
    "reporter_phone",
    "reporter_id_number",
    "reporter_uscc",
    "other_name",
)
MASKED: Final = frozenset({"reporter_phone", "reporter_id_number"})
SAID: Final = ("description", "note", "reason", "answer")
AUTOMATIC: Final = frozenset({"search", "reader"})  # by the system alone, without anybody's eyes: told in one sentence
FROM_PARTY: Final = frozenset({"guest", "citizen"})


@dataclass(frozen=True, slots=True)
class Own:
    """`facts`: {name, label, value}; `entries`: for components/timeline.html, newest first, each with its `hash`.

    `readers`: (at, office, purpose).
    """

    number: str
    title: str
    facts: list[dict[str, str]]
    entries: list[dict[str, Any]]
    representatives: list[RepresentativeView]
    papers: list[PaperView]
    answer: str
    answered_at: datetime | None
    readers: list[tuple[Any, str, str]]


def read(actor: Actor, matter: UUID) -> Own:
    """The reporter's own part of a matter; the read is recorded. RefusedError where it is not theirs."""
    view = show(actor, matter, "own")
    files: dict[UUID, list[dict[str, Any]]] = {}
    for paper in view.papers:
        if paper.entry:
            files.setdefault(paper.entry, []).append(file_of(paper))
    answered = next((e for e in view.entries if e.values.get("answer")), None)
    return Own(
        number=view.row["number"],
        title=str(view.facts.get("title") or view.row["number"]),
        facts=_facts(actor, view),
        entries=[_entry(e, files.get(e.id, [])) for e in view.entries],
        representatives=view.representatives,
        papers=view.papers,
        answer=str(answered.values["answer"]) if answered else "",
        answered_at=answered.recorded_at if answered else None,
        readers=[
            (at, _who(office, why), _(PURPOSES.get(why, why)))
            for at, office, why in readers_of(actor, matter)
            if office or why not in AUTOMATIC
        ],
    )


def _facts(actor: Actor, view: MatterView) -> list[dict[str, str]]:
    concepts = registry().concepts
    masked = {name for party in view.parties if party.role == "reporter" for name in party.masked}
    found = []
    for name in FACTS:
        value = view.facts.get(name)
        if name in MASKED & masked:
            value = _open(actor, view.state.id, name)
        if value:
            found.append({"name": name, "label": _(concepts[name].label), "value": str(value)})
    return found


def _open(actor: Actor, matter: UUID, name: str) -> str:
    try:
        return reveal(actor, matter, name, "own")
    except RefusedError:
        return ""  # erased


def _entry(entry: EntryView, files: list[dict[str, Any]]) -> dict[str, Any]:
    mine = entry.actor_kind in FROM_PARTY
    rating = entry.values.get("rating")
    said = [str(entry.values[name]) for name in SAID if entry.values.get(name)]
    if rating:
        said.insert(0, _(dict(registry().concepts["rating"].choices).get(str(rating), str(rating))))
    return {
        "at": entry.recorded_at,
        "what": _(entry.public),
        "who": _("您") if mine else office_name(entry.agency),
        "text": "；".join(said),
        "note": _("有内容已依法删除") if entry.erased else "",
        "files": files,
        "full": True,
        "undone": entry.undone,
        "hash": entry.hash,
    }


def _who(office: str, purpose: str) -> str:
    return _("您自己") if purpose == "own" else office_name(office) or _("系统")
