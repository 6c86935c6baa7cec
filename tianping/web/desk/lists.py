"""The worklist: what waits for me, or all that my post looks over; narrowed, sorted, paged, opened beside."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tianping.kernel.service import Actor, Listing, RefusedError, Tally, book, listing, registry
from tianping.web.accounts.asking import actor_of, posts_of_request
from tianping.web.accounts.guards import staff_required
from tianping.web.choices import categories, office_groups
from tianping.web.desk import query as asking
from tianping.web.desk.bulk import steps_for_many
from tianping.web.desk.keeping import Saved, saved_of
from tianping.web.desk.matters import pane_context
from tianping.web.desk.names import Names, directory, short_name
from tianping.web.desk.present import Here, list_rows, live_url, with_query

COUNTED = 99  # a chip counts so far, then says 99+
YEAR = 365 * 24 * 3600
DENSITIES = ("close", "roomy")


@staff_required
@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    if request.GET.get("density") in DENSITIES:
        return _remember(request)
    actor = actor_of(request)
    get = asking.asked(request.GET.urlencode())
    try:
        found = listing(actor, asking.read(get, actor, cursor=request.GET.get("cursor", "")))
    except RefusedError:
        return HttpResponseRedirect(reverse("desk:worklist"))  # a cursor of another day
    names = Names(actor.jurisdiction)
    here = Here(get.urlencode(), _uuid(request.GET.get("open", "")))
    context = _context(request, actor, get, found, names, here) | _pane(request, here)
    return render(request, "web/desk/worklist.html", context)


def _remember(request: HttpRequest) -> HttpResponse:
    """How high the rows stand is kept by the browser."""
    answer = HttpResponseRedirect(f"{request.path}?{asking.asked(request.GET.urlencode()).urlencode()}")
    answer.set_cookie("density", request.GET["density"], max_age=YEAR, samesite="Lax", httponly=True)
    return answer


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _pane(request: HttpRequest, here: Here) -> dict[str, Any]:
    """What is open beside the list; a matter that is gone from sight is simply not open."""
    if here.open is None:
        return {"pane": False}
    try:
        return {"pane": True, "opened": pane_context(request, here.open, here)}
    except RefusedError:
        return {"pane": False}


def _context(
    request: HttpRequest, actor: Actor, get: QueryDict, found: Listing, names: Names, here: Here
) -> dict[str, Any]:
    page = found.page
    many = steps_for_many(page.rows)
    saved = saved_of(actor)
    prefixes = {r.number.rpartition("〕")[0] + "〕" for r in page.rows if "〕" in r.number}
    sight = get.get("scope") == "sight"
    follow = {"label": _("下一页"), "url": with_query("", **_lists(get), cursor=page.next)} if page.next else None
    return {
        "heading": _("找到的事项") if get.get("q") else _("看得到的事项") if sight or get.get("of") else _("我的待办"),
        "views": [*_views(get, found.tally), *_saved(get, saved)],
        "conditions": asking.conditions(get, names),
        "add_url": with_query(reverse("desk:filter"), **_lists(get)),
        "save_url": _save_url(get, saved),
        "forget_url": next((reverse("desk:forget", args=[s.id]) for s in saved if s.address == get.urlencode()), ""),
        "scope_url": asking.with_value(get, "scope", "" if sight else "sight"),
        "scope_label": _("只看我的待办") if sight else _("看全部"),
        "sorts": [
            {
                "label": label,
                "url": asking.with_value(get, "sort", "" if name == "due" else name),
                "current": name == _sort(get),
            }
            for name, label in asking.sort_labels().items()
        ],
        "sorted_by": asking.sort_labels()[_sort(get)],
        "densities": [
            {"label": label, "url": with_query("", **_lists(get), density=name), "current": name == _density(request)}
            for name, label in (("close", _("行距紧")), ("roomy", _("行距松")))
        ],
        "import_url": reverse("desk:import") if "dispatcher" in {p.kind for p in posts_of_request(request)} else "",
        "export_url": with_query(reverse("desk:export"), **_lists(get)),
        "rows": list_rows(page.rows, actor, names, found.calendar, timezone.now(), here),
        "category": True,
        "density": _density(request),
        "total": _total(found, first=not request.GET.get("cursor")),
        "prefix": _("编号前都是 %(prefix)s") % {"prefix": prefixes.pop()} if len(prefixes) == 1 else "",
        "first_url": f"?{get.urlencode()}" if request.GET.get("cursor") else "",
        "follow": follow,
        "bulk_action": here.to(reverse("desk:bulk")) if many else "",
        "bulk": many,
        "all_label": _all_label(get, found, follow=bool(page.next)),
        "bulk_key": uuid4(),
        "empty": _empty(get),
        "live_url": live_url("?list=1"),
        "query": get.get("q", ""),
    }


def _lists(get: QueryDict) -> dict[str, list[str]]:
    return {name: get.getlist(name) for name in get}


def _sort(get: QueryDict) -> str:
    return get.get("sort", "") if get.get("sort") in asking.SORTS else "due"


def _density(request: HttpRequest) -> str:
    kept = request.COOKIES.get("density", "close")
    return kept if kept in DENSITIES else "close"


def _views(get: QueryDict, tally: Tally) -> list[dict[str, Any]]:
    counts = dict(
        zip(asking.VIEWS, (tally.everything, tally.overdue, tally.soon, tally.returned, tally.supervised), strict=True)
    )
    chosen = get.get("view", "")
    return [
        {
            "label": label,
            "url": asking.with_value(get, "view", name),
            "count": _capped(counts[name], least=tally.least),
            "state": name if name in {"overdue", "soon"} else "",
            "current": name == chosen,
        }
        for name, label in asking.view_labels().items()
    ]


def _all_label(get: QueryDict, found: Listing, *, follow: bool) -> str:
    """The box that takes the whole list, also what is on its other pages."""
    if not follow:
        return _("这%(n)s件全选") % {"n": len(found.page.rows)} if len(found.page.rows) > 1 else ""
    tally = found.tally
    counts = dict(
        zip(asking.VIEWS, (tally.everything, tally.overdue, tally.soon, tally.returned, tally.supervised), strict=True)
    )
    count = _capped(counts.get(get.get("view", ""), tally.everything), least=tally.least)
    return _("连后面几页，全部%(n)s件") % {"n": count}


def _capped(count: int, *, least: bool) -> str:
    return f"{COUNTED}+" if count > COUNTED else f"{count}+" if least else str(count)


def _saved(get: QueryDict, saved: list[Saved]) -> list[dict[str, Any]]:
    return [
        {"label": s.name, "url": f"?{s.address}", "count": None, "current": s.address == get.urlencode()} for s in saved
    ]


def _save_url(get: QueryDict, saved: list[Saved]) -> str:
    """Offered where there is something to keep that is not kept yet."""
    worth = [name for name in get if name not in {"view", "sort", "scope"}]
    if not worth or any(name in get for name in asking.NOT_SAVED) or any(s.address == get.urlencode() for s in saved):
        return ""
    return with_query(reverse("desk:save"), **_lists(get))


def _total(found: Listing, *, first: bool) -> str:
    shown = len(found.page.rows)
    if first and not found.page.next:
        return _("%(n)s件") % {"n": shown}
    return _("显示%(n)s件") % {"n": shown}


def _empty(get: QueryDict) -> dict[str, str]:
    home = reverse("desk:worklist")
    if get.get("q"):
        return {
            "title": _("没有找到"),
            "reason": _("换个说法，或者只写编号的数字试试。"),
            "url": home,
            "button": _("回到待办"),
        }
    narrowed = [name for name in get if name not in {"scope", "sort"}]
    if narrowed:
        url = with_query(home, scope=get.get("scope", ""))
        return {
            "title": _("这样看，一件也没有"),
            "reason": _("去掉条件，看看别的。"),
            "url": url,
            "button": _("去掉条件"),
        }
    if get.get("scope") == "sight":
        return {"title": _("这里还没有事项"), "reason": "", "url": reverse("desk:new"), "button": _("登记一件")}
    return {
        "title": _("没有等您办的事"),
        "reason": _("都办完了。新来的会自己出现在这里。"),
        "url": with_query(home, scope="sight"),
        "button": _("看全部"),
    }


class FilterForm(forms.Form):
    """What may narrow the list. Sent by GET: the address is the filter."""

    use_required_attribute = False
    category = forms.MultipleChoiceField(
        label=gettext_lazy("类别"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    place = forms.ChoiceField(label=gettext_lazy("哪个片区"), required=False)
    holder = forms.ChoiceField(label=gettext_lazy("谁在办"), required=False)
    grade = forms.MultipleChoiceField(label=gettext_lazy("等级"), required=False, widget=forms.CheckboxSelectMultiple)
    channel = forms.MultipleChoiceField(label=gettext_lazy("来源"), required=False, widget=forms.CheckboxSelectMultiple)
    state = forms.MultipleChoiceField(label=gettext_lazy("到哪步"), required=False, widget=forms.CheckboxSelectMultiple)
    since = forms.CharField(
        label=gettext_lazy("哪天起收到的"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.CharField(
        label=gettext_lazy("到哪天为止"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    done = forms.ChoiceField(
        label=gettext_lazy("办结的也看吗"),
        required=False,
        choices=[("", gettext_lazy("只看没办结的")), ("1", gettext_lazy("都看"))],
    )

    def add_prefix(self, field_name: str) -> str:
        """`from` is a word of Python and the name in the address."""
        return "from" if field_name == "since" else field_name


@staff_required
@require_GET
def narrow(request: HttpRequest) -> HttpResponse:
    """The filter's form, in the drawer or on a page of its own."""
    actor = actor_of(request)
    get = asking.asked(request.GET.urlencode())
    many = {*asking.MANY}
    initial = {"since" if k == "from" else k: get.getlist(k) if k in many else get.get(k) for k in get}
    form = FilterForm(initial=initial)
    there = directory(actor.jurisdiction)
    names = Names(actor.jurisdiction)
    options: dict[str, list[Any]] = {
        "category": categories(actor.jurisdiction),
        "grade": [(g.code, names.grade(g.code)) for g in book(actor.jurisdiction).grades()],
        "channel": [(code, _(text)) for code, text in registry().concepts["channel"].choices],
        "state": [(s, _(t)) for s, t in registry().procedure("intake").states.items()],
        "holder": [("", _("都看")), *office_groups(there, short=True)],
        "place": [("", _("都看")), *((o.path, short_name(o)) for o in there if o.kind in AREAS)],
    }
    for name, choices in options.items():
        form.fields[name].choices = choices  # type: ignore[attr-defined]
    keep = [(name, get[name]) for name in ("scope", "view", "sort") if get.get(name)]
    back = Here(get.urlencode()).address
    return render(
        request,
        "web/desk/filter.html",
        {"form": form, "keep": keep, "back": back, "still": "HX-Request" not in request.headers},
    )


AREAS = frozenset({"town", "community", "village"})


@staff_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The search field leads to the list of what was found."""
    text = request.GET.get("q", "").strip()[:200]
    return HttpResponseRedirect(with_query(reverse("desk:worklist"), q=text))
