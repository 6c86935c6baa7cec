"""Figures that a leader can trust: each is a count of matters with its definition, in the sight of who asks. Never a person's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.lifecycle.text import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Figure:
    """`part` of `whole`; `whole` None for a plain count. `meaning` defines both. `query` is the address of the list behind it."""

    name: str
    part: int
    whole: int | None
    unit: str
    meaning: str
    query: str


_COUNTS = """SELECT count(*), count(*) FILTER (WHERE m.returns > 0), count(*) FILTER (WHERE m.closed_at IS NOT NULL),
  count(*) FILTER (WHERE m.due_at < clock_timestamp() AND m.closed_at IS NULL),
  count(*) FILTER (WHERE m.supervised AND m.closed_at IS NULL), count(*) FILTER (WHERE m.state = 'triage')
 FROM matter m WHERE m.jurisdiction = %(j)s AND m.path >= %(lo)s AND m.path < %(hi)s AND m.opened_at >= %(a)s AND m.opened_at < %(b)s"""
_ANSWERED = """SELECT count(*), count(*) FILTER (WHERE t.ended_at <= t.due_at) FROM term t
 JOIN matter m ON m.jurisdiction = t.jurisdiction AND m.id = t.matter_id
 WHERE t.jurisdiction = %(j)s AND t.name = 'answer' AND t.status = 'ended' AND t.due_at IS NOT NULL
 AND m.path >= %(lo)s AND m.path < %(hi)s AND t.ended_at >= %(a)s AND t.ended_at < %(b)s
 AND EXISTS (SELECT 1 FROM entry e WHERE e.jurisdiction = t.jurisdiction AND e.matter_id = t.matter_id AND e.to_state = 'answered')"""
_STEPS = """SELECT count(DISTINCT e.matter_id) FILTER (WHERE e.step = 'reopen'),
  count(DISTINCT e.matter_id) FILTER (WHERE e.to_state = 'answered')
 FROM entry e JOIN matter m ON m.jurisdiction = e.jurisdiction AND m.id = e.matter_id
 WHERE e.jurisdiction = %(j)s AND e.undone_by IS NULL AND e.step IN ('reopen', 'answer', 'answer_directly', 'answer_at_once',
   'follow_answer') AND m.path >= %(lo)s AND m.path < %(hi)s AND e.happened_at >= %(a)s AND e.happened_at < %(b)s"""
_RATINGS = """SELECT count(*), count(*) FILTER (WHERE f.value IN ('"4"'::jsonb, '"5"'::jsonb)) FROM fact f
 JOIN matter m ON m.jurisdiction = f.jurisdiction AND m.id = f.matter_id
 WHERE f.jurisdiction = %(j)s AND f.concept = 'rating' AND f.superseded_by IS NULL AND m.path >= %(lo)s AND m.path < %(hi)s
 AND f.valid_from >= %(a)s AND f.valid_from < %(b)s"""


def figures(actor: Actor, since: datetime, until: datetime) -> list[Figure]:
    """The figures of what the actor's post looks over; nothing for a post that looks over nothing."""
    if not actor.lo:
        return []
    values = {"j": actor.jurisdiction, "lo": actor.lo, "hi": actor.hi, "a": since, "b": until}
    opened, returned, closed, late, watched, waiting = _one(actor, _COUNTS, values)
    ended, in_time = _one(actor, _ANSWERED, values)
    reopened, answered = _one(actor, _STEPS, values)
    rated, content = _one(actor, _RATINGS, values)
    return [
        Figure(_("收到"), opened, None, _("件"), _("这段时间登记的事项，不含受保护的。"), "scope=sight&done=1"),
        Figure(
            _("按期答复"),
            in_time,
            ended,
            _("件"),
            _("这段时间答复的事项里，在答复期限那天或之前答复的；期限按暂停和延期后的日子算。"),
            "scope=sight&done=1",
        ),
        Figure(
            _("退回过"),
            returned,
            opened,
            _("件"),
            _("这段时间登记的事项里，承办单位退回过至少一次的。"),
            "scope=sight&done=1&view=returned",
        ),
        Figure(
            _("要求重办"),
            reopened,
            answered,
            _("件"),
            _("这段时间答复过的事项里，反映人要求重办的。"),
            "scope=sight&done=1",
        ),
        Figure(
            _("满意"),
            content,
            rated,
            _("件"),
            _("这段时间有评价的事项里，评了满意或很满意的；没有评价的不算在内。"),
            "scope=sight&done=1",
        ),
        Figure(_("办结"), closed, opened, _("件"), _("这段时间登记的事项里，已经办结的。"), "scope=sight&done=1"),
        Figure(
            _("现在逾期"), late, None, _("件"), _("这段时间登记、还没办结、有时限已过的。"), "scope=sight&view=overdue"
        ),
        Figure(
            _("正在督办"),
            watched,
            None,
            _("件"),
            _("这段时间登记、还没办结、正在督办的。"),
            "scope=sight&view=supervised",
        ),
        Figure(_("等分类"), waiting, None, _("件"), _("这段时间登记、还没有分类定级的。"), "scope=sight&state=triage"),
    ]


def _one(actor: Actor, statement: str, values: dict[str, Any]) -> tuple[int, ...]:
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(cursor.fetchone())


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
