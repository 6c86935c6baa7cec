"""The list's question as the address carries it: saved view, conditions, sort, page. And the chips that show it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from tianping.kernel.service import Query, offices, registry
from tianping.web.choices import category_label, grade_label

VIEWS: tuple[tuple[str, str, str], ...] = (
    ("", "全部", ""),
    ("overdue", "逾期", "overdue"),
    ("soon", "快到期", "soon"),
    ("returned", "退回", ""),
    ("supervised", "督办", ""),
)
MANY = ("state", "category", "grade", "channel")
ONE = ("holder", "place", "from", "until", "q", "scope", "sort", "done")


def view_labels() -> dict[str, str]:
    return {"": _("全部"), "overdue": _("逾期"), "soon": _("快到期"), "returned": _("退回"), "supervised": _("督办")}


def read(request: HttpRequest, limit: int = 50) -> Query:
    """The query of this address; what is not understood is left out."""
    get = request.GET
    scope = get.get("scope", "")
    query = Query(
        view="sight" if scope == "sight" else "todo",
        states=tuple(get.getlist("state")),
        categories=tuple(get.getlist("category")),
        grades=tuple(get.getlist("grade")),
        channels=tuple(get.getlist("channel")),
        holder=get.get("holder", ""),
        place_path=get.get("place", ""),
        opened_from=_day(get.get("from", "")),
        opened_until=_day(get.get("until", ""), 1),
        cursor=get.get("cursor", ""),
        limit=limit,
        open_only=get.get("done") != "1",
        sort=get.get("sort", "due") if get.get("sort") in {"due", "opened", "changed"} else "due",  # type: ignore[arg-type]
    )
    return apply_view(query, get.get("view", ""))


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


def _day(text: str, add: int = 0) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d") + timedelta(days=add)  # noqa: DTZ007  # made local below
    except ValueError:
        return None
    return timezone.make_aware(day)


def without(get: QueryDict, name: str, value: str | None = None) -> str:
    """The address without that condition, from the first page."""
    copy = get.copy()
    copy.pop("cursor", None)
    values = [v for v in copy.getlist(name) if value is not None and v != value]
    copy.setlist(name, values)
    text = copy.urlencode()
    return f"?{text}" if text else "?"


def with_value(get: QueryDict, name: str, value: str) -> str:
    copy = get.copy()
    copy.pop("cursor", None)
    if value:
        copy[name] = value
    else:
        copy.pop(name, None)
    text = copy.urlencode()
    return f"?{text}" if text else "?"


def conditions(request: HttpRequest, jurisdiction: str) -> list[dict[str, str]]:
    """The chips of what narrows the list, each with the address that takes it off."""
    get = request.GET
    labels: dict[str, Any] = {
        "category": lambda v: category_label(jurisdiction, v) or v,
        "grade": lambda v: grade_label(jurisdiction, v) or v,
        "state": _state,
        "channel": _channel,
    }
    found = [
        {"label": labels[name](value), "url": without(get, name, value)} for name in MANY for value in get.getlist(name)
    ]
    names = {o.path: o.short for o in offices(jurisdiction)} if get.get("holder") or get.get("place") else {}
    for name, text in (("holder", _("承办：%(name)s")), ("place", _("地点：%(name)s"))):
        if get.get(name):
            found.append({"label": text % {"name": names.get(get[name], get[name])}, "url": without(get, name)})
    for name, text in (("from", _("%(day)s起")), ("until", _("到%(day)s"))):
        if get.get(name):
            found.append({"label": text % {"day": get[name]}, "url": without(get, name)})
    if get.get("q"):
        found.append({"label": f"“{get['q']}”", "url": without(get, "q")})
    return found


def _state(value: str) -> str:
    for procedure in registry().procedures():
        if value in procedure.states:
            return _(procedure.states[value])
    return value


def _channel(value: str) -> str:
    return _(dict(registry().concepts["channel"].choices).get(value, value))
