"""The list's question as the address carries it: saved view, conditions, sort, page. And the chips that show it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from tianping.capabilities.search.find import find
from tianping.kernel.service import Actor, Query, behind, registry
from tianping.web.desk.names import Names, channel_label

VIEWS = ("", "overdue", "soon", "returned", "supervised")
MANY = ("state", "category", "grade", "channel")
# What the address may carry, in its order; "cursor" and "open" belong to one look, not to the question.
KEPT = ("scope", "view", *MANY, "holder", "place", "from", "until", "of", "q", "sort", "done")
NOT_SAVED = ("q", "of")  # words of a search may be somebody's name, and are not kept
SORTS = ("due", "opened", "changed")


def view_labels() -> dict[str, str]:
    return {"": _("全部"), "overdue": _("逾期"), "soon": _("快到期"), "returned": _("退回"), "supervised": _("督办")}


def sort_labels() -> dict[str, str]:
    return {"due": _("按到期"), "opened": _("新来的在前"), "changed": _("刚动过的在前")}


def asked(text: str) -> QueryDict:
    """The parts of an address that belong to the question, in one order: the same list has one address."""
    given = QueryDict(text)
    kept = QueryDict(mutable=True)
    for name in KEPT:
        if values := [v[:200] for v in given.getlist(name) if v.strip()][:20]:
            kept.setlist(name, values)
    return kept


def read(get: QueryDict, actor: Actor, *, cursor: str = "", limit: int = 50) -> Query:
    """The query of this address; what is not understood is left out."""
    since, until = _day(get.get("from", "")), _day(get.get("until", ""), 1)
    query = Query(
        view="sight" if get.get("scope") == "sight" else "todo",
        states=tuple(get.getlist("state")),
        categories=tuple(get.getlist("category")),
        grades=tuple(get.getlist("grade")),
        channels=tuple(get.getlist("channel")),
        holder=get.get("holder", ""),
        place_path=_path(get.get("place", "")),
        opened_from=since,
        opened_until=until,
        cursor=cursor,
        limit=limit,
        open_only=get.get("done") != "1",
        sort=get.get("sort", "due") if get.get("sort") in SORTS else "due",  # type: ignore[arg-type]
    )
    return _narrowed(apply_view(query, get.get("view", "")), get, actor)


def _narrowed(query: Query, get: QueryDict, actor: Actor) -> Query:
    """A search, or the matters behind a figure: both are lists of ids in the actor's sight."""
    found: list[UUID] | None = None
    if text := get.get("q", "").strip():
        found = find(actor, text)
    elif of := get.get("of", ""):
        found = behind(actor, of, query.opened_from, query.opened_until)
        query = replace(query, opened_from=None, opened_until=None)  # the figure's days are of what happened
    return query if found is None else replace(query, ids=tuple(found), view="sight", open_only=False)


def apply_view(query: Query, view: str) -> Query:
    match view:
        case "overdue":
            return replace(query, late="overdue")
        case "soon":
            return replace(query, late="soon")
        case "returned":
            return replace(query, returned=True)
        case "supervised":
            return replace(query, supervised=True)
    return query


def _path(text: str) -> str:
    return text if text.endswith(".") else ""


def _day(text: str, add: int = 0) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d") + timedelta(days=add)  # noqa: DTZ007  # made local below
    except ValueError:
        return None
    return timezone.make_aware(day)


def without(get: QueryDict, name: str, value: str | None = None) -> str:
    """The address without that condition, from the first page."""
    copy = get.copy()
    copy.setlist(name, [v for v in copy.getlist(name) if value is not None and v != value])
    return f"?{copy.urlencode()}"


def with_value(get: QueryDict, name: str, value: str) -> str:
    copy = get.copy()
    copy[name] = value
    return f"?{asked(copy.urlencode()).urlencode()}"


def conditions(get: QueryDict, names: Names) -> list[dict[str, str]]:
    """The chips of what narrows the list, each with the address that takes it off."""
    labels: dict[str, Any] = {
        "category": names.category,
        "grade": names.grade,
        "state": _state,
        "channel": channel_label,
    }
    found = [
        {"label": labels[name](value) or value, "url": without(get, name, value)}
        for name in MANY
        for value in get.getlist(name)
    ]
    for name, text, label in (
        ("holder", _("谁在办：%(name)s"), names.short),
        ("place", _("地点：%(name)s"), names.short),
        ("from", _("%(name)s起"), str),
        ("until", _("到%(name)s"), str),
        ("q", _("找“%(name)s”"), str),
        ("of", "%(name)s", _figure),
    ):
        if value := get.get(name, ""):
            found.append({"label": text % {"name": label(value) or value}, "url": without(get, name)})
    if get.get("done") == "1" and not get.get("q") and not get.get("of"):
        found.append({"label": _("连办结的"), "url": without(get, "done")})
    return found


def _state(value: str) -> str:
    return next((_(p.states[value]) for p in registry().procedures() if value in p.states), value)


def _figure(value: str) -> str:
    return {
        "answered": _("答复过"),
        "in_time": _("按期答复的"),
        "late": _("超期答复的"),
        "reopened": _("要求重办的"),
        "rated": _("有评价的"),
        "returned": _("退回过的"),
        "closed": _("办结的"),
        "declined": _("不予受理的"),
        "content": _("评了满意的"),
        "so_so": _("评了一般的"),
        "discontent": _("评了不满意的"),
    }.get(value, value)
