"""Over the whole: what is late, returned, reopened, supervised; and the figures with their definitions. Never by person."""

from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tianping.kernel.service import BEHIND_MOST, Actor, Figure, Query, behind, counted_until, figures, listing
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.desk.names import Names, directory, short_name
from tianping.web.desk.present import Here, list_rows, live_url, with_query

PERIODS: Final = (7, 30, 90, 365)
USUAL: Final = 30
LOOKED: Final = 5_000  # open matters that these counts look at: up to there they are exact
SHOWN: Final = 10  # rows of each list; the whole list is one press away
AREAS: Final = frozenset({"town"})
OFTEN: Final = frozenset({"returned"})  # counts of what may happen to a matter more than once


@post_required("supervisor", "leader")
@never_cache
@require_GET
def supervise(request: HttpRequest) -> HttpResponse:
    """Five lists, each with the way to all of it and out of it."""
    actor = actor_of(request)
    names = Names(actor.jurisdiction)
    area = request.GET.get("place", "")
    area = area if area in names.offices else ""
    since = timezone.now() - timedelta(days=USUAL)
    day = timezone.localtime(since).date().isoformat()
    parts = (
        ("overdue", _("逾期"), Query(view="sight", late="overdue"), {"view": "overdue"}),
        ("soon", _("快到期"), Query(view="sight", late="soon"), {"view": "soon"}),
        ("returned", _("退回过"), Query(view="sight", returned=True), {"view": "returned"}),
        ("reopened", _("近30天要求重办"), _of(behind(actor, "reopened", since, None)), {"of": "reopened", "from": day}),
        ("supervised", _("正在督办"), Query(view="sight", supervised=True), {"view": "supervised"}),
    )
    lists = [_list(actor, names, key, name, query, address, area) for key, name, query, address in parts]
    areas = [(o.path, short_name(o)) for o in directory(actor.jurisdiction) if o.kind in AREAS]
    context = {
        "lists": lists,
        "areas": [{"label": _("全县"), "url": request.path, "current": not area, "count": None}]
        + [
            {"label": short, "url": with_query(request.path, place=path), "current": path == area, "count": None}
            for path, short in areas
        ],
        "live_url": live_url("?list=1"),
    }
    return render(request, "web/desk/supervise.html", context)


def _of(ids: list[Any]) -> Query:
    return Query(view="sight", ids=tuple(ids), open_only=False, sort="changed")


def _list(
    actor: Actor, names: Names, key: str, name: str, query: Query, address: dict[str, str], area: str
) -> dict[str, Any]:
    asked = {"scope": "sight", **address, **({"place": area} if area else {})}
    here = Here(with_query("", **asked).lstrip("?"))
    found = listing(
        actor,
        Query(**{f: getattr(query, f) for f in query.__slots__} | {"place_path": area, "limit": SHOWN}),
        looked=LOOKED,
    )
    counts = {"overdue": found.tally.overdue, "soon": found.tally.soon, "returned": found.tally.returned,
              "supervised": found.tally.supervised, "reopened": found.tally.everything}  # fmt: skip
    return {
        "key": key,
        "name": name,
        "count": f"{counts[key]}+" if found.tally.least else counts[key],
        "rows": list_rows(found.page.rows, actor, names, found.calendar, timezone.now(), here),
        "url": here.address,
        "export_url": with_query(reverse("desk:export"), **asked),
    }


@post_required("supervisor", "leader", "dispatcher")
@never_cache
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Each figure says what it counts and opens its list."""
    actor = actor_of(request)
    days = _days(request.GET.get("days", ""))
    last = timezone.localdate()
    first = last - timedelta(days=days - 1)
    moved, waiting = counted_until(actor.jurisdiction)
    now = listing(actor, Query(view="sight", limit=1), looked=LOOKED).tally
    context = {
        "tiles": [_tile(f, first, last) for f in figures(actor, first, last)] + [_mediated()] if actor.lo else [],
        "standing": _standing(now) if actor.lo else [],
        "first": first,
        "last": last,
        "counted_at": moved,
        "uncounted": waiting,
        "periods": [
            {"label": _("近%(n)s天") % {"n": n}, "url": f"?days={n}", "current": n == days, "count": None}
            for n in PERIODS
        ],
    }
    return render(request, "web/desk/figures.html", context)


def _days(text: str) -> int:
    return int(text) if text in {str(n) for n in PERIODS} else USUAL


def _tile(figure: Figure, first: date, last: date) -> dict[str, Any]:
    share = figure.whole is not None
    often = figure.key in OFTEN
    part, whole = f"{figure.part:,}", f"{figure.whole or 0:,}"
    matters = figure.behind[0][1]
    if share:
        of = _("%(part)s次，共%(whole)s次") % {"part": part, "whole": whole} if figure.whole else ""
    else:
        of = _("涉及%(n)s件。") % {"n": _held(matters)} if often and matters else ""
    return {
        "figure": _percent(figure.part, figure.whole) if share else part,
        "unit": "%" if share and figure.whole else "" if share else _("次") if often else _("件"),
        "name": _(figure.name),
        "lists": [
            {"label": _list_name(which), "count": _held(n), "url": _list_url(which, first, last)}
            for which, n in figure.behind
        ],
        "meaning": _(figure.meaning),
        "change": _change(figure),
        "of": of,
    }


def _held(matters: int | None) -> str:
    """How many matters a list holds; "" where they were not counted."""
    return "" if matters is None else f"{BEHIND_MOST}+" if matters >= BEHIND_MOST else str(matters)


def _list_url(which: str, first: date, last: date) -> str:
    asked = {"scope": "sight", "done": "1", "from": first.isoformat(), "until": last.isoformat(), "of": which}
    return with_query(reverse("desk:worklist"), **asked)


def _list_name(which: str) -> str:
    return {
        "": _("看这些事项"),
        "in_time": _("看按期答复的"),
        "late": _("看超期答复的"),
        "answered": _("看答复过的"),
        "returned": _("看退回过的"),
        "reopened": _("看要求重办的"),
        "content": _("看评了满意的"),
        "so_so": _("看评了一般的"),
        "discontent": _("看评了不满意的"),
    }.get(which, _("看这些事项"))


def _percent(part: int, whole: int | None) -> str:
    return f"{100 * part / whole:.1f}" if whole else "—"


def _change(figure: Figure) -> str:
    """Against the same number of days just before."""
    part, whole = figure.before
    if figure.whole is None:
        words = _("前一段%(n)s次") if figure.key in OFTEN else _("前一段%(n)s件")
        return words % {"n": f"{part:,}"}
    return _("前一段%(n)s%%") % {"n": _percent(part, whole)} if whole else _("前一段没有")


def _mediated() -> dict[str, Any]:
    return {
        "figure": "—",
        "unit": "",
        "name": _("诉前化解率"),
        "lists": [],
        "meaning": _("起诉前调解成功的，占起诉前调解结束的多少。调解办起来以后才有数。"),
        "change": "",
        "of": "",
    }


def _standing(tally: Any) -> list[dict[str, Any]]:
    """How things stand at this moment, whatever the period."""
    rows = (
        (_("没办结"), tally.everything, "", ""),
        (_("逾期"), tally.overdue, "overdue", "overdue"),
        (_("快到期"), tally.soon, "soon", "soon"),
        (_("退回过"), tally.returned, "returned", ""),
        (_("正在督办"), tally.supervised, "supervised", ""),
    )
    return [
        {
            "label": label,
            "count": f"{count:,}+" if tally.least else f"{count:,}",
            "url": with_query(reverse("desk:worklist"), scope="sight", view=view),
            "state": state,
            "current": False,
        }
        for label, count, view, state in rows
    ]
