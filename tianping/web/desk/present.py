"""From what the kernel shows to what the templates say: rows, headers, timelines, clocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tianping.kernel.clock.calendar import CalendarYearMissing, WorkCalendar
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
)
from tianping.web.desk import telling
from tianping.web.desk.names import Names, channel_label, state_label
from tianping.web.forms import said
from tianping.web.templatetags._dates import date_text, time_text
from tianping.web.templatetags._terms import Day, bar_runs, moment_runs

UNITS = {Unit.WORKING_DAY: "workday", Unit.DAY: "day", Unit.HOUR: "hour", Unit.MINUTE: "hour"}
FAR_AHEAD = 60  # days; what is due later is told by its date
OUTLINED_BESIDE = 2  # in the pane, so that the bar stays on one line
OUTLINED = 3  # buttons beside the filled one; the rest stand under 其他


def left_of(due: DueDate | None, calendar: WorkCalendar | None, now: datetime) -> dict[str, Any] | None:
    """What the tags `due` and `left` take."""
    if due is None or calendar is None:
        return None
    state = clock_state(due, now, calendar)
    if state == "paused":
        why = _(due.pauses[-1].why) if due.pauses and due.pauses[-1].why else _("等消息")
        return {"held": "" if why == _("暂停") else why, "at": due.at}
    rest = remaining(due, now, calendar)
    unit = UNITS.get(rest.unit, "day")
    amount = rest.amount if rest.unit is not Unit.MINUTE else 0
    return {"remaining": -max(amount, 1) if rest.overdue else amount, "unit": unit, "at": due.at}


def quick_left(due_at: datetime | None, state: str, now: datetime, calendar: WorkCalendar) -> dict[str, Any]:
    """The same from a list's bare due date: working days where they are known, and days where none lies between."""
    if state == "suspended":
        return {"held": "", "at": due_at}
    if due_at is None:
        return {"remaining": None}
    today, last = timezone.localtime(now).date(), timezone.localtime(due_at).date()
    days = (last - today).days
    if due_at < now:
        return {"remaining": min(days, -1), "unit": "day", "at": due_at}
    if days > FAR_AHEAD:
        return {"remaining": None, "at": due_at}
    try:
        worked = sum(calendar.is_working(today + timedelta(days=n)) for n in range(1, days + 1))
    except CalendarYearMissing:
        return {"remaining": None, "at": due_at}
    return (
        {"remaining": worked, "unit": "workday", "at": due_at}
        if worked
        else {"remaining": days, "unit": "day", "at": due_at}
    )


def list_rows(
    rows: Iterable[Row], actor: Actor, names: Names, calendar: WorkCalendar, now: datetime, here: "Here"
) -> list[dict[str, Any]]:
    """Rows for components/table.html. `here`: the list they stand in, carried into the addresses that open a row."""
    return [
        {
            "id": f"{row.proceeding or ''}:{row.matter}",
            "url": here.to(reverse("desk:matter", args=[row.matter])),
            "pane_url": here.to(reverse("desk:pane", args=[row.matter])),
            "push_url": here.opened(row.matter),
            "number_short": row.number.rpartition("〕")[2].removesuffix("号"),
            "title": row.title or _("（没有标题）"),
            "due": quick_left(row.due_at, row.state, now, calendar),
            "place": names.area(row.place_path) if row.place else "",
            "state": state_label(row.procedure, row.state),
            "holder": row.assignee_name or names.called(row.holder_name),
            "mine": row.assignee is not None and row.assignee == actor.user,
            "category": names.category(row.category),
            "reporter": channel_label(row.channel),
            "current": row.matter == here.open,
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Here:
    """The list that somebody came from: its address is kept while a matter of it is open."""

    query: str  # as in the address, without "?"
    open: UUID | None = None

    def to(self, path: str) -> str:
        return f"{path}?{urlencode({'in': self.query})}"

    def opened(self, matter: UUID) -> str:
        joined = f"{self.query}&open={matter}" if self.query else f"open={matter}"
        return f"{reverse('desk:worklist')}?{joined}"

    @property
    def address(self) -> str:
        return reverse("desk:worklist") + (f"?{self.query}" if self.query else "")


def buttons(
    view: MatterView, proceeding: ProceedingView, here: Here | None = None, *, fill: bool = True, beside: bool = False
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One filled, at most three outlined, the rest under 其他. A blocked step stays in sight with its reason."""
    work = [o for o in proceeding.offers if o.step.work]
    filled = next((o for o in work if not o.refusal), None) if fill else None
    work.sort(
        key=lambda o: o is not filled
    )  # the filled one stands first, the others keep the order of the declaration

    def made(offer: Offer) -> dict[str, Any]:
        address = reverse("desk:step", args=[view.state.id, proceeding.state.id, offer.step.name])
        is_first = offer is filled
        return {
            "label": _(offer.step.label),
            "url": (here.to(address) + ("&at=pane" if beside else "")) if here else address,
            "fill": is_first,
            "key": "a" if is_first else "",
            "drawer": True,
            "danger": offer.step.danger,
            "blocked": said(offer.refusal, offer.values) if offer.refusal else "",
        }

    first = (OUTLINED_BESIDE if beside else OUTLINED) + (1 if filled else 0)
    rest = [o for o in proceeding.offers if not o.step.work]
    return [made(o) for o in work[:first]], [made(o) for o in [*work[first:], *rest]]


def main_of(view: MatterView) -> ProceedingView:
    """The proceeding that the page is headed by."""
    road = [p for p in view.proceedings if p.state.slot in {"", "@next"}]
    return next((p for p in reversed(road) if p.open), road[-1])


def timeline(view: MatterView, names: Names, only: str = "") -> list[dict[str, Any]]:
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
    return [_entry(e, files.get(e.id, []), view, names) for e in entries]


def _entry(entry: EntryView, files: list[dict[str, Any]], view: MatterView, names: Names) -> dict[str, Any]:
    who = " ".join(part for part in (names.called(entry.agency), entry.actor_name) if part)
    if not who:
        who = {"guest": _("反映人"), "citizen": _("反映人"), "system": _("系统")}.get(entry.actor_kind, "")
    notes = [late] if (late := telling.recorded(entry)) else []
    if entry.erased:
        notes.append(_("有内容已依法删除"))
    return {
        "at": entry.happened_at,
        "what": _(entry.label),
        "who": who,
        "told": telling.told(entry, view, names),
        "text": telling.words(entry),
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
    begun = date_text(term.due.started, "day") + (f" {time_text(term.due.started)}" if exact else "")
    days: list[Day] = [] if exact else days_of(term.due)
    held = [(p.from_, p.to) for p in term.due.pauses]
    runs = moment_runs(term.due.started, term.due.at, held, now) if exact else bar_runs(days)
    late = bool(left and (left.get("remaining") or 0) < 0)
    return {
        "name": _(term.label),
        "left": left,
        "due": term.due.at,
        "since": _("%(day)s开始") % {"day": begun},
        "exact": exact,
        "days": days,
        "runs": [r | {"kind": "late"} if late and r["kind"] == "ran" else r for r in runs],
        "sentences": sentences(term.due),
        "law": law(term.due.rule),
        "basis": standing(term.due.rule),
        "open": opened,
        "late": late,
    }


_KINDS = {"start": "start", "counted": "count", "rest": "rest", "paused": "held", "due": "count"}


def days_of(due: DueDate) -> list[Day]:
    """The day cells; a long term shows its last ten weeks."""
    made: list[Day] = [
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


def tags(view: MatterView, proceeding: ProceedingView, names: Names) -> list[dict[str, str]]:
    shape = "suspended" if proceeding.state.state == "suspended" else "running" if proceeding.open else "done"
    made = [{"state": shape, "text": _(proceeding.state_label)}]
    if view.row["grade"]:
        made.append({"state": "", "text": names.grade(view.row["grade"])})
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
