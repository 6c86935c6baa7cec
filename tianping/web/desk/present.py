"""From what the kernel shows to what the templates say: rows, headers, timelines, clocks."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.engine import DueDate, remaining
from tianping.kernel.clock.engine import state as clock_state
from tianping.kernel.clock.explain import law, sentences, standing
from tianping.kernel.clock.rules import Unit
from tianping.kernel.lifecycle.offers import Offer
from tianping.kernel.service import (
    Actor,
    EntryView,
    MatterView,
    PaperView,
    ProceedingView,
    Row,
    TermView,
    offices,
    registry,
)
from tianping.web.choices import category_label, grade_label

UNITS = {Unit.WORKING_DAY: "workday", Unit.DAY: "day", Unit.HOUR: "hour", Unit.MINUTE: "hour"}
OUTLINED = 3  # buttons beside the filled one; the rest stand under 其他
# What a timeline tells beneath its line, in this order.
TOLD = ("description", "note", "reason", "result", "on_site", "minutes", "answer", "value")


def left_of(due: DueDate | None, calendar: WorkCalendar | None, now: datetime) -> dict[str, Any] | None:
    """What the tags `due` and `left` take."""
    if due is None or calendar is None:
        return None
    state = clock_state(due, now, calendar)
    if state == "paused":
        return {"held": _(due.pauses[-1].why) if due.pauses and due.pauses[-1].why else _("等消息"), "at": due.at}
    rest = remaining(due, now, calendar)
    unit = UNITS.get(rest.unit, "day")
    amount = rest.amount if rest.unit is not Unit.MINUTE else 0
    return {"remaining": -max(amount, 1) if rest.overdue else amount, "unit": unit, "at": due.at}


def quick_left(due_at: datetime | None, state: str, now: datetime) -> dict[str, Any]:
    """The same from a list's bare due date: whole days, without the calendar."""
    if state == "suspended":
        return {"held": _("等消息"), "at": due_at}
    if due_at is None:
        return {"remaining": None}
    days = (timezone.localtime(due_at).date() - timezone.localtime(now).date()).days
    if due_at < now:
        return {"remaining": min(days, -1), "unit": "day", "at": due_at}
    return {"remaining": days, "unit": "day", "at": due_at}


def state_label(procedure: str, state: str) -> str:
    rules = registry()
    return _(rules.procedure(procedure).states.get(state, state)) if rules.has(procedure) else state


def list_rows(
    rows: Iterable[Row], actor: Actor, now: datetime, query: str, current: UUID | None = None
) -> list[dict[str, Any]]:
    """Rows for components/table.html; `query` is carried into the address that opens a row."""
    made = []
    areas = {o.path: o.short for o in offices(actor.jurisdiction)}
    for row in rows:
        address = reverse("desk:matter", args=[row.matter])
        made.append(
            {
                "id": f"{row.proceeding or ''}:{row.matter}",
                "url": address,
                "pane_url": reverse("desk:pane", args=[row.matter]) + query,
                "number_short": row.number.rpartition("〕")[2].removesuffix("号"),
                "title": row.title or _("（没有标题）"),
                "due": quick_left(row.due_at, row.state, now),
                "place": areas.get(".".join(row.place_path.split(".")[:2]) + ".", "") if row.place else "",
                "state": state_label(row.procedure, row.state),
                "holder": row.assignee_name or row.holder_name,
                "mine": row.assignee is not None and row.assignee == actor.user,
                "category": category_label(actor.jurisdiction, row.category),
                "current": row.matter == current,
            }
        )
    return made


def buttons(view: MatterView, proceeding: ProceedingView) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One filled, at most three outlined, the rest under 其他."""
    work = [o for o in proceeding.offers if o.step.work]
    other = [o for o in proceeding.offers if not o.step.work]
    shown = [
        _button(view, proceeding, o, fill=n == 0 and not o.refusal, key="a" if n == 0 else "")
        for n, o in enumerate(work)
    ]
    first, rest = shown[: OUTLINED + 1], shown[OUTLINED + 1 :]
    return first, rest + [_button(view, proceeding, o) for o in other]


def _button(
    view: MatterView, proceeding: ProceedingView, offer: Offer, *, fill: bool = False, key: str = ""
) -> dict[str, Any]:
    address = reverse("desk:step", args=[view.state.id, proceeding.state.id, offer.step.name])
    return {
        "label": _(offer.step.label),
        "url": address,
        "fill": fill,
        "key": key,
        "drawer": True,
        "danger": offer.step.danger,
        "blocked": _(offer.refusal) if offer.refusal else "",
    }


def main_of(view: MatterView) -> ProceedingView:
    """The proceeding that the page is headed by."""
    road = [p for p in view.proceedings if p.state.slot in {"", "@next"}]
    return next((p for p in reversed(road) if p.open), road[-1])


def timeline(view: MatterView, only: str = "") -> list[dict[str, Any]]:
    """Newest first. `only`: "steps" leaves notes out, "papers" keeps entries with files."""
    files: dict[UUID, list[dict[str, Any]]] = {p.entry: [] for p in view.papers if p.entry}
    for paper in view.papers:
        if paper.entry:
            files[paper.entry].append(file_of(paper))
    entries = view.entries
    if only == "steps":
        entries = [e for e in entries if e.step != "note"]
    if only == "papers":
        entries = [e for e in entries if e.id in files]
    return [_entry(e, files.get(e.id, [])) for e in entries]


def _entry(entry: EntryView, files: list[dict[str, Any]]) -> dict[str, Any]:
    who = " ".join(part for part in (entry.agency, entry.actor_name) if part)
    if not who:
        who = {"guest": _("反映人"), "citizen": _("反映人"), "system": _("系统")}.get(entry.actor_kind, "")
    text = next((str(entry.values[c]) for c in TOLD if entry.values.get(c)), "")
    notes = []
    if entry.happened_at != entry.recorded_at:
        notes.append(
            _("%(day)s的事，后来补记") % {"day": timezone.localtime(entry.happened_at).strftime("%Y-%m-%d %H:%M")}
        )
    if entry.erased:
        notes.append(_("有内容已依法删除"))
    return {
        "at": entry.happened_at,
        "what": _(entry.label),
        "who": who,
        "text": text,
        "note": "；".join(notes),
        "files": files,
        "full": entry.from_state != entry.to_state,
        "undone": entry.undone,
    }


def file_of(paper: PaperView) -> dict[str, Any]:
    address = reverse("files:download", args=[paper.id])
    return {
        "id": str(paper.id),
        "url": address,
        "name": paper.name,
        "thumb": address if paper.mime.startswith("image/") else None,
    }


def clocks(
    terms: Iterable[TermView], calendar: WorkCalendar | None, now: datetime, *, first_open: bool = False
) -> list[dict[str, Any]]:
    """Running and paused clocks for components/terms.html."""
    made: list[dict[str, Any]] = []
    for term in terms:
        if term.row.status == "ended":
            continue
        made.append(clock(term, calendar, now, opened=first_open and not made))
    return made


def clock(term: TermView, calendar: WorkCalendar | None, now: datetime, *, opened: bool = False) -> dict[str, Any]:
    if term.due is None:
        text = _("还没有%(year)s年的节假日安排，到期日等安排公布后再算") % {"year": term.missing_year}
        return {"name": _(term.label), "left": {"remaining": None}, "since": text, "due": None}
    left = left_of(term.due, calendar, now)
    exact = term.due.rule.unit.exact
    return {
        "name": _(term.label),
        "left": left,
        "due": term.due.at,
        "since": _("%(day)s起算") % {"day": timezone.localtime(term.due.started).strftime("%m-%d %H:%M")},
        "days": [] if exact else days_of(term.due),
        "sentences": sentences(term.due),
        "law": law(term.due.rule),
        "basis": standing(term.due.rule),
        "open": opened,
        "late": bool(left and (left.get("remaining") or 0) < 0),
    }


_KINDS = {"start": "start", "counted": "count", "rest": "rest", "paused": "held", "due": "count"}


def days_of(due: DueDate) -> list[dict[str, Any]]:
    """The day cells; a long term shows its last ten weeks."""
    made = [
        {
            "date": m.day,
            "kind": _KINDS[m.kind],
            "n": m.number,
            "note": _(m.note) if m.kind == "start" and m.note else "",
            "due": m.kind == "due",
        }
        for m in due.days
    ]
    return made[-70:]


def tags(
    view: MatterView, proceeding: ProceedingView, left: dict[str, Any] | None, jurisdiction: str
) -> list[dict[str, str]]:
    late = left is not None and (left.get("remaining") or 0) < 0
    shape = "suspended" if proceeding.state.state == "suspended" else "done" if not proceeding.open else "running"
    made = [{"state": shape, "text": _(proceeding.state_label)}]
    if view.row["grade"]:
        made.append({"state": "", "text": grade_label(jurisdiction, view.row["grade"])})
    if late:
        made.append({"state": "overdue", "text": _("逾期")})
    if proceeding.state.supervised:
        made.append({"state": "soon", "text": _("督办")})
    if view.state.protected:
        made.append({"state": "", "text": _("受保护")})
    if view.row["followers"]:
        made.append({"state": "", "text": _("%(n)s人反映") % {"n": view.row["followers"] + 1}})
    return made


def live_url(query: str) -> str:
    """Where a page of the desk hears of news; "" where nothing is served there."""
    return f"{settings.LIVE_URL}{query}" if settings.LIVE_URL else ""


def with_query(path: str, **values: Any) -> str:
    kept = {k: v for k, v in values.items() if v not in (None, "", [], ())}
    return path + (f"?{urlencode(kept, doseq=True)}" if kept else "")
