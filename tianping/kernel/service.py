"""The one door of the kernel: `report`, `advance`, and the reads. Pages, API, jobs and scenes come in here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from tianping.kernel.agencies.access import PURPOSES, record
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.actors import guest_actor, posts_of, staff_actor
from tianping.kernel.agencies.audit import Audited, audit
from tianping.kernel.agencies.directory import Office, Person, offices, people_at
from tianping.kernel.agencies.home import home
from tianping.kernel.documents.files import download_name as paper_name
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.matters import advance as road
from tianping.kernel.matters.advance import Receipt, registry
from tianping.kernel.matters.alike import Alike, alike, alike_to
from tianping.kernel.matters.chains import verify_matter
from tianping.kernel.matters.clocks import lengthened
from tianping.kernel.matters.figures import BEHIND_MOST, Figure, behind, counted_until, figures, loads
from tianping.kernel.matters.foresight import Precedent, precedents, promise
from tianping.kernel.matters.lists import Page, Query, Row, worklist
from tianping.kernel.matters.papers import append_upload, begin_upload, finish_upload, open_paper, store
from tianping.kernel.matters.progress import OwnMatter, Progress, actor_for_code, own_matters, progress, readers_of
from tianping.kernel.matters.proof.words import said
from tianping.kernel.matters.show import (
    MASKED,
    EntryView,
    MatterView,
    PaperView,
    PartyView,
    ProceedingView,
    RepresentativeView,
    TermView,
    reveal,
    sees,
    show,
)
from tianping.kernel.matters.standing import citizen, subjects_of
from tianping.kernel.matters.tallies import Listing, Tally, drawn, listing
from tianping.kernel.matters.titles import first_words, titled
from tianping.kernel.packs.book import PackBook, book
from tianping.kernel.places.locator import Located, locate

__all__ = [
    "BEHIND_MOST",
    "MASKED",
    "PURPOSES",
    "Actor",
    "Alike",
    "Audited",
    "EntryView",
    "Figure",
    "Listing",
    "Located",
    "MatterView",
    "Office",
    "OwnMatter",
    "PackBook",
    "Page",
    "PaperView",
    "PartyView",
    "Person",
    "Precedent",
    "ProceedingView",
    "Progress",
    "Query",
    "Receipt",
    "RefusedError",
    "RepresentativeView",
    "Row",
    "Tally",
    "TermView",
    "acting",
    "actor_for_code",
    "advance",
    "alike",
    "alike_to",
    "append_upload",
    "audit",
    "begin_upload",
    "behind",
    "book",
    "citizen",
    "counted_until",
    "drawn",
    "figures",
    "finish_upload",
    "first_words",
    "guest_actor",
    "home",
    "lengthened",
    "listing",
    "loads",
    "locate",
    "note_read",
    "offices",
    "open_paper",
    "own_matters",
    "paper_name",
    "people_at",
    "posts_of",
    "precedents",
    "progress",
    "promise",
    "readers_of",
    "registry",
    "report",
    "reveal",
    "sees",
    "show",
    "staff_actor",
    "store",
    "subjects_of",
    "system_actor",
    "verify_here",
    "worklist",
]


def report(
    *,
    actor: Actor,
    form: Mapping[str, Any],
    key: str,
    procedure: str = "intake",
    step: str = "",
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
) -> Receipt:
    """Open a matter. Its place is matched to a grid first; without a title it is called by its first words, whichever door it
    comes by. See `matters.advance.report`."""
    return road.report(
        actor=actor,
        form=titled(registry(), procedure, step, form),
        key=key,
        procedure=procedure,
        step=step,
        happened_at=happened_at,
        received_at=received_at,
        located=_located(actor.jurisdiction, form),
    )


def advance(
    proceeding: UUID,
    step: str,
    *,
    actor: Actor,
    form: Mapping[str, Any],
    key: str,
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
) -> Receipt:
    """Take one step. Of a citizen, the party takes it that they are in this matter. See `matters.advance.advance`."""
    return road.advance(
        proceeding,
        step,
        actor=actor,
        form=form,
        key=key,
        happened_at=happened_at,
        received_at=received_at,
        located=_located(actor.jurisdiction, form),
    )


def _located(jurisdiction: str, form: Mapping[str, Any]) -> dict[str, str]:
    """Grid and agency path of the form's point or place words, told or corrected; empty where neither says enough."""
    told = {**form, str(form.get("concept")): form.get("value")}
    if not told.get("point") and not told.get("place"):
        return {}
    found = locate(jurisdiction, told.get("point"), str(told.get("place") or ""))
    return {"grid": found.grid, "path": found.agency_path} if found else {}


def note_read(actor: Actor, purpose: str, what: list[str], *, rows: int = 1) -> None:
    """Record a read that gave out many rows at once, such as an export."""
    with acting(actor):
        record(actor, purpose, what, rows=rows)


def verify_here(actor: Actor, matter: UUID) -> list[tuple[int, str]]:
    """What is wrong with a matter in sight, as numbers of entries and sentences in the reader's language; empty when it holds."""
    with acting(actor):
        return [(fault.seq, said(fault, gettext)) for fault in verify_matter(matter, actor.jurisdiction)]
