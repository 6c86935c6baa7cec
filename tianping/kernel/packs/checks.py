"""What reaches over rows and packs: names that must exist, dates in order, nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from tianping.kernel.packs.reader import Item, Pack, Problem
from tianping.kernel.packs.routing import targets
from tianping.kernel.packs.schema import placeholders

SEPARATE = ("auditor", "security_admin", "system_admin")  # three people, GB/T 22239 level 3 (U)


class Known:
    """All codes of a pack and of those it is checked with, by kind."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        for pack in packs:
            for item in pack.items:
                self.rows.setdefault(item.kind, {})[item.code] = item.data

    def has(self, kind: str, code: str) -> bool:
        return code in self.rows.get(kind, {})

    def any(self, kind: str) -> bool:
        return bool(self.rows.get(kind))


def check(pack: Pack, others: Iterable[Pack] = ()) -> list[Problem]:
    """Every problem of `pack`, its own schema's first. `others` are the packs loaded beside it."""
    others = list(others)
    known = Known([*others, pack])
    found = [*pack.problems, *_duplicates(pack, others), *_dates(pack)]
    for kind, look in LOOKS.items():
        for item in pack.by_kind.get(kind, []):
            found += [Problem(item.file, item.row, name, reason) for name, reason in look(item.data, known)]
    return [*found, *_whole(pack)]


def _duplicates(pack: Pack, others: list[Pack]) -> Iterator[Problem]:
    elsewhere = {(i.kind, i.code): other.manifest.title for other in others for i in other.items}
    seen: dict[tuple[str, str, Any], Item] = {}
    for item in pack.items:
        key = (item.kind, item.code, item.effective_from)
        if first := seen.get(key):
            reason = _("%(code)s 和第%(row)s行重复") % {"code": item.code, "row": first.row}
            yield Problem(item.file, item.row, "code", reason)
        seen.setdefault(key, item)
        if title := elsewhere.get((item.kind, item.code)):
            reason = _("%(code)s 在“%(title)s”里已经有了，请换一个") % {"code": item.code, "title": title}
            yield Problem(item.file, item.row, "code", reason)


def _dates(pack: Pack) -> Iterator[Problem]:
    versions: dict[tuple[str, str], list[Item]] = {}
    for item in pack.items:
        versions.setdefault((item.kind, item.code), []).append(item)
        if item.effective_to and item.effective_to <= item.effective_from:
            yield Problem(item.file, item.row, "effective_to", _("停用日期要晚于生效日期"))
    for items in versions.values():
        for earlier, later in pairwise(sorted(items, key=lambda i: i.effective_from)):
            if earlier.effective_to and earlier.effective_to > later.effective_from:
                yield Problem(earlier.file, earlier.row, "effective_to", _("和后一版的生效日期重叠"))


def _missing(kind: str, code: str | None, known: Known, field: str) -> Iterator[tuple[str, str]]:
    if code and not known.has(kind, code):
        yield field, _("没有 %(code)s，请先登记或改对") % {"code": code}


def _parent(kind: str) -> Callable[[Any, Known], Iterator[tuple[str, str]]]:
    return lambda row, known: _missing(kind, row.parent, known, "parent")


def _category(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    yield from _missing("category", row.parent, known, "parent")
    for name in ("event_type", "city_matter", "civil_cause"):
        yield from _missing(name, getattr(row, name), known, name)
    if row.parent and not row.code.startswith(f"{row.parent}."):
        yield "code", _("要以上级类别开头，如 %(parent)s.xxx") % {"parent": row.parent}
    if row.protected and row.dispute:
        yield "dispute", _("要保护的事项不能标成可以调解的纠纷")
    if row.dispute != bool(row.mediation):
        yield "mediation", _("纠纷要写人民调解的类别，不是纠纷就留空")


def _grade(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    if known.any("term_rule"):
        yield from _missing("term_rule", row.term, known, "term")


def _routing(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    if bool(row.agency) == bool(row.at):
        yield "agency", _("写一个单位，或写当地的一种单位，二选一")
    yield from _missing("agency", row.agency, known, "agency")
    yield from _missing("agency", row.under, known, "under")
    if row.at and not any(a.serves and targets(row, a) for a in known.rows.get("agency", {}).values()):
        yield "at", _("没有一家这种单位写明管哪里")
    if not row.categories and not row.keywords:
        yield "categories", _("写上类别或关键词，不然什么都对得上")
    for code in row.categories:
        if code != "*":
            yield from _missing("category", code, known, "categories")
    for code in row.places:
        yield from _missing("agency", code, known, "places")


def _template(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    for name in ("text", "text_en"):
        if placeholders(getattr(row, name)) != set(row.fields):
            yield name, _("花括号里的名字要和 fields 一致")
    for code in row.categories or ():
        yield from _missing("category", code, known, "categories")


def _agency(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    yield from _missing("agency", row.parent, known, "parent")
    yield from _missing("division", row.division, known, "division")
    for code in row.serves:
        yield from _missing("agency", code, known, "serves")
    above, seen = row.parent, {row.code}
    while above:
        if above in seen:
            yield "parent", _("上下级绕成了圈")
            return
        seen.add(above)
        above = getattr(known.rows["agency"].get(above), "parent", None)


def _post(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    yield from _missing("agency", row.agency, known, "agency")
    yield from _missing("person", row.person, known, "person")
    for code in row.grids:
        yield from _missing("grid", code, known, "grids")
    if (row.kind == "grid_worker") != bool(row.grids):
        yield "grids", _("网格员要写明网格，别的岗位不写")


def _address(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    yield from _missing("grid", row.grid, known, "grid")
    yield from _missing("division", row.division, known, "division")


def _grid(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    yield from _missing("agency", row.agency, known, "agency")
    yield from _missing("division", row.division, known, "division")


def _scenario(row: Any, known: Known) -> Iterator[tuple[str, str]]:
    for name, kind in (("category", "category"), ("place", "address"), ("grade", "grade")):
        yield from _missing(kind, getattr(row, name), known, name)


LOOKS: dict[str, Callable[[Any, Known], Iterator[tuple[str, str]]]] = {
    "division": _parent("division"),
    "event_type": _parent("event_type"),
    "civil_cause": _parent("civil_cause"),
    "category": _category,
    "grade": _grade,
    "routing": _routing,
    "answer_template": _template,
    "agency": _agency,
    "post": _post,
    "address": _address,
    "grid": _grid,
    "scenario": _scenario,
}


def _whole(pack: Pack) -> Iterator[Problem]:
    """What only the whole pack shows: three administrators are three people, every grid has somebody."""
    holders: dict[str, list[Item]] = {}
    for item in pack.by_kind.get("post", []):
        if item.data.kind in SEPARATE:
            holders.setdefault(item.data.person, []).append(item)
    for items in holders.values():
        if len({i.data.kind for i in items}) > 1:
            reason = _("系统管理、安全管理、审计管理要由三个人分任")
            yield Problem(items[-1].file, items[-1].row, "person", reason)
    covered = {code for post in pack.rows("post") for code in post.grids}
    for item in pack.by_kind.get("grid", []):
        if pack.by_kind.get("post") and item.code not in covered:
            yield Problem(item.file, item.row, "code", _("这个网格没有网格员"))
    owners = Counter(p.email for p in pack.rows("person"))
    for item in pack.by_kind.get("person", []):
        if owners[item.data.email] > 1:
            yield Problem(item.file, item.row, "email", _("这个邮箱有两个人在用"))
