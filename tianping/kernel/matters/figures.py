"""Figures that a leader can trust: counts of matters, each with its definition, in the sight of who asks. Never a person's.

They come from the counters (`readers.counters`), so that no page counts a million rows; the list behind a figure is asked
of the entries themselves.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.advance import registry
from tianping.kernel.matters.readers.counters import happened

BEHIND_MOST = 500
COUNTED_MOST = 20_000  # happenings of a period, up to which the matters behind a figure are counted too


@dataclass(frozen=True, slots=True)
class Figure:
    """`part` of `whole`; `whole` None for a plain count; `before` the same part (or share) in the time just before.

    `meaning` defines both in a sentence. `behind` names the lists with how many matters each holds, which together hold
    the whole: "" for what was registered, else see `behind`. A count of what happened may be above its list's: a matter
    is returned twice. None where too much happened to count the matters on a page.
    """

    key: str
    name: str
    part: int
    whole: int | None
    before: tuple[int, int | None]
    meaning: str
    behind: tuple[tuple[str, int | None], ...]


# key, name, what is counted, of what, definition, the lists behind
_DECLARED: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("opened", _("收到"), ("opened",), (), _("这段时间登记的事项，不含受保护的。"), ("",)),
    (
        "in_time",
        _("按期答复率"),
        ("answered.in_time",),
        ("answered.in_time", "answered.late"),
        _("这段时间答复的、有答复期限的事项里，到期前答复的占多少；期限按暂停和延期后的日子算。"),
        ("in_time", "late"),
    ),
    ("returned", _("退回"), ("returned",), (), _("这段时间承办单位退回的次数，同一件退回两次算两次。"), ("returned",)),
    (
        "reopened",
        _("重办率"),
        ("reopened",),
        ("answered",),
        _("这段时间要求重办的次数，除以这段时间答复的次数。"),
        ("reopened", "answered"),
    ),
    (
        "content",
        _("满意率"),
        ("rated.4", "rated.5"),
        ("rated.1", "rated.2", "rated.3", "rated.4", "rated.5"),
        _("这段时间的评价里，满意和很满意占多少；没有评价的不算。"),
        ("content", "so_so", "discontent"),
    ),
    ("closed", _("办结"), ("closed",), (), _("这段时间办结的事项。"), ("closed",)),
    ("declined", _("不予受理"), ("declined",), (), _("这段时间决定不予受理的事项。"), ("declined",)),
)


def figures(actor: Actor, first: date, last: date) -> list[Figure]:
    """The figures from `first` to `last`, both included, of what the actor's post looks over; nothing for other posts."""
    if not actor.lo:
        return []
    span = last - first + timedelta(days=1)
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for (_path, day), counts in happened(actor, first - span, last).items():
        (now if day >= first else before).update(counts)
    few = sum(now.values()) <= COUNTED_MOST
    since = datetime.combine(first, time.min, SHANGHAI)
    until = datetime.combine(last + timedelta(days=1), time.min, SHANGHAI)
    made = []
    for key, name, part, whole, meaning, lists in _DECLARED:
        held = {which: len(behind(actor, which, since, until)) if which and few else None for which in lists}
        figure = Figure(
            key=key,
            name=name,
            part=_sum(now, part),
            whole=_whole(now, whole),
            before=(_sum(before, part), _whole(before, whole)),
            meaning=meaning,
            behind=tuple(held.items()),
        )
        made.append(figure)
    return made


def _sum(counts: Mapping[str, int], names: tuple[str, ...]) -> int:
    return sum(counts.get(n, 0) for n in names)


def _whole(counts: Mapping[str, int], names: tuple[str, ...]) -> int | None:
    return _sum(counts, names) if names else None


def counted_until(jurisdiction: str) -> tuple[datetime | None, int]:
    """When the counters last moved on, and how many entries they have not counted yet."""
    with acting(Actor(kind="system", jurisdiction=jurisdiction)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.moved_at, greatest(0, coalesce((SELECT max(f.position) FROM feed f WHERE f.jurisdiction = %(j)s), 0) - c.position)"
            " + (SELECT count(*) FROM outbox o WHERE o.jurisdiction = %(j)s)"
            " FROM cursor c WHERE c.jurisdiction = %(j)s AND c.reader = 'counters'",
            {"j": jurisdiction},
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (None, 0)


# ── the list behind a figure ─────────────────────────────────────────────────────────────────────────────────────
_IN_SIGHT = """SELECT DISTINCT ON (m.opened_at, m.id) m.id FROM entry e
 JOIN matter m ON m.jurisdiction = e.jurisdiction AND m.id = e.matter_id
 {more} WHERE m.jurisdiction = %(j)s AND m.path >= %(lo)s AND m.path < %(hi)s AND NOT m.protected AND m.changed_at >= %(since)s
 AND e.recorded_at >= %(since)s AND e.recorded_at < %(until)s AND e.undone_by IS NULL AND {which}
 ORDER BY m.opened_at DESC, m.id DESC LIMIT %(most)s"""
# Of the promised clocks of the proceeding, the run that the answer ended: the newest that had begun.
_PROMISED = """JOIN LATERAL (SELECT t.ended_at <= t.due_at AS kept FROM term t WHERE t.jurisdiction = e.jurisdiction
  AND t.proceeding_id = e.proceeding_id AND t.started_at <= e.recorded_at AND t.name = ANY(%(promised)s)
  ORDER BY t.started_at DESC, t.id DESC LIMIT 1) p ON true"""
_RATING = """JOIN fact r ON r.jurisdiction = e.jurisdiction AND r.entry_id = e.id AND r.concept = 'rating'"""
_ANSWER = "e.to_state = 'answered' AND e.from_state <> 'answered'"
_LISTS: dict[str, tuple[str, str]] = {
    "answered": ("", _ANSWER),
    "in_time": (_PROMISED, f"{_ANSWER} AND p.kept"),
    "late": (_PROMISED, f"{_ANSWER} AND NOT p.kept"),
    "returned": ("", "e.step IN ('return', 'return_third')"),
    "reopened": ("", "e.step = 'reopen'"),
    "content": (_RATING, "r.value #>> '{}' IN ('4', '5')"),
    "so_so": (_RATING, "r.value #>> '{}' = '3'"),
    "discontent": (_RATING, "r.value #>> '{}' IN ('1', '2')"),
    "closed": ("", "e.to_state = ANY(%(closing)s) AND e.from_state <> ALL(%(closing)s)"),
    "declined": ("", "e.to_state = 'declined' AND e.from_state <> 'declined'"),
}


def behind(actor: Actor, which: str, since: datetime | None, until: datetime | None) -> list[UUID]:
    """The matters behind a figure, newest first, up to `BEHIND_MOST`; none for an unknown name. Open ends are wide open."""
    if which not in _LISTS or not actor.lo:
        return []
    more, condition = _LISTS[which]
    far = datetime.fromisoformat("2000-01-01T00:00:00+08:00"), datetime.fromisoformat("9999-01-01T00:00:00+08:00")
    values: dict[str, Any] = {
        "j": actor.jurisdiction,
        "lo": actor.lo,
        "hi": actor.hi,
        "since": since or far[0],
        "until": until or far[1],
        "promised": sorted({t.name for p in registry().versions() for t in p.terms if t.promised}),
        "closing": sorted({s for p in registry().versions() for s, to in p.final.items() if to == "archive"}),
        "most": BEHIND_MOST,
    }
    statement = _IN_SIGHT.format(more=more, which=condition)
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def loads(actor: Actor) -> dict[str, tuple[int, int]]:
    """Open and overdue matters by holder, of what the actor looks over."""
    if not actor.lo:
        return {}
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.holder, count(*), count(*) FILTER (WHERE m.due_at < clock_timestamp()) FROM matter m"
            " WHERE m.jurisdiction = %s AND m.path >= %s AND m.path < %s AND m.closed_at IS NULL AND m.holder <> m.centre"
            " GROUP BY m.holder",
            [actor.jurisdiction, actor.lo, actor.hi],
        )
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
