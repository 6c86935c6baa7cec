"""Which versions of a row to add and which to end, so that an old matter keeps its old rule. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from tianping.kernel.packs.reader import Item, Problem

COLUMNS = {"code", "effective_from", "effective_to", "source", "verified"}
WORDED = frozenset({"note_en"})  # the same said in another language: it may be added to a row that is in force


@dataclass(frozen=True)
class Stored:
    """A version in the table, or one about to be there."""

    kind: str
    code: str
    effective_from: dt.date
    effective_to: dt.date | None
    digest: bytes


@dataclass
class Plan:
    """What to write. `add` pairs a row with its end; `end` gives stored versions a new `effective_to`."""

    add: list[tuple[Item, dt.date | None]] = field(default_factory=list)
    end: list[tuple[Stored, dt.date]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)

    @property
    def changed(self) -> int:
        """Rows that replace an earlier version."""
        return sum((item.kind, item.code) in self.known for item, _end in self.add)

    @property
    def ended(self) -> int:
        """Rows that end without a successor."""
        replaced = {(item.kind, item.code) for item, _end in self.add}
        return len({(version.kind, version.code) for version, _end in self.end} - replaced)


def body(item: Item) -> dict[str, Any]:
    """What is stored of a row: all but the columns of the table; a clock's row keeps everything."""
    if isinstance(item.data, dict):
        return item.data
    return {k: v for k, v in msgspec.to_builtins(item.data).items() if k not in COLUMNS}


def digest(item: Item) -> bytes:
    """SHA-256 of body, source and mark. The dates are left out: they say when a text holds, not what it says; so is `WORDED`."""
    data = {k: v for k, v in body(item).items() if k not in {"effective_from", "effective_to"} | WORDED}
    text = json.dumps([data, item.source, item.verified], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def plan(stored: Iterable[Stored], items: Iterable[Item], release: dt.date) -> Plan:
    """Compare a pack's rows with the versions in the table.

    A row that says the same stays. A row that says something else needs a later `effective_from`: its predecessor
    ends on that day. A row that left the pack ends on `release`, the pack's own date. What would rewrite the past
    is a problem, never done.
    """
    made = Plan()
    have: dict[tuple[str, str], list[Stored]] = {}
    want: dict[tuple[str, str], list[Item]] = {}
    for version in stored:
        have.setdefault((version.kind, version.code), []).append(version)
    for item in items:
        want.setdefault((item.kind, item.code), []).append(item)
    made.known = set(have)
    for key, versions in want.items():
        _row(made, sorted(have.get(key, []), key=_since), sorted(versions, key=_since))
    for key, old in have.items():
        if key not in want:
            _dropped(made, max(old, key=_since), release)
    return made


def _since(version: Stored | Item) -> dt.date:
    return version.effective_from


def _row(made: Plan, old: list[Stored], new: list[Item]) -> None:
    for item, following in zip(new, [*new[1:], None], strict=True):
        end = item.effective_to or (following.effective_from if following else None)
        same_day = next((s for s in old if s.effective_from == item.effective_from), None)
        if same_day and same_day.digest != digest(item):
            made.problems.append(_problem(item, _("内容改了，生效日期没改：请改成新内容起用的那天")))
        elif same_day is None and (not old or item.effective_from > old[-1].effective_from):
            _later(made, old, item, end)
        elif same_day is None or (same_day is not old[-1] and following is None):
            made.problems.append(_problem(item, _("库里已有更晚的版本，请用新的数据包")))
        elif same_day is old[-1] and same_day.effective_to != end:
            _new_end(made, old, item, end)


def _new_end(made: Plan, old: list[Stored], item: Item, end: dt.date | None) -> None:
    if end is None:
        made.problems.append(_problem(item, _("这一行已经停用；要重新启用，请写新的生效日期")))
        return
    made.end.append((old[-1], end))
    old[-1] = replace(old[-1], effective_to=end)


def _later(made: Plan, old: list[Stored], item: Item, end: dt.date | None) -> None:
    last = old[-1] if old else None
    if last and last.effective_to is None and last.digest == digest(item):
        if end is not None:
            _new_end(made, old, item, end)
        return
    if last and (last.effective_to is None or last.effective_to > item.effective_from):
        made.end.append((last, item.effective_from))
        old[-1] = replace(last, effective_to=item.effective_from)
    made.add.append((item, end))
    old.append(Stored(item.kind, item.code, item.effective_from, end, digest(item)))


def _dropped(made: Plan, last: Stored, release: dt.date) -> None:
    if last.effective_to is not None:
        return
    if release <= last.effective_from:
        reason = _("%(code)s 从数据包里删掉了：把 pack.json 的 effective_from 改成停用的那天") % {"code": last.code}
        made.problems.append(Problem("pack.json", 0, "effective_from", reason))
        return
    made.end.append((last, release))


def _problem(item: Item, reason: str) -> Problem:
    return Problem(item.file, item.row, "effective_from", f"{item.code}：{reason}")
