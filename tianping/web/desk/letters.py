"""What came for somebody's posts: letters, read once for all who hold the post. The bell that says how many are unread."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tianping.capabilities.notices.store import Letter, inbox, mark_read, unread
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk.exporting import workbook
from tianping.web.desk.present import live_url, with_query

SHOWN: Final = 50
COUNTED: Final = 99  # the bell counts so far, then it says 99+
MOST: Final = 10_000  # of the export


@staff_required
@never_cache
@require_GET
def letters(request: HttpRequest) -> HttpResponseBase:
    """The newest first; all or what is unread, by number, page by page, and as a workbook."""
    actor = actor_of(request)
    number = request.GET.get("number", "").strip()[:40]
    only = request.GET.get("unread") == "1"
    if request.GET.get("format") == "xlsx":
        found = inbox(actor, limit=MOST, unread_only=only, number=number)
        headings = (_("时间"), _("内容"), _("急"), _("看过"))
        rows = ([one.created_at, one.text, _("急") if one.urgent else "", one.read_at] for one in found)
        return workbook(_("消息.xlsx"), headings, rows, widths={0: 18, 1: 60, 3: 18})
    cursor = request.GET.get("before", "")
    found = inbox(actor, before=after(cursor), limit=SHOWN + 1, unread_only=only, number=number)
    shown, kept = found[:SHOWN], {"number": number, "unread": "1" if only else ""}
    context: dict[str, Any] = {
        "letters": shown,
        "number": number,
        "chips": [
            {"label": _("全部"), "url": with_query(request.path, number=number), "current": not only, "count": None},
            {
                "label": _("没看过的"),
                "url": with_query(request.path, number=number, unread="1"),
                "current": only,
                "count": None,
            },
        ],
        "next_url": with_query(request.path, **kept, before=cursor_of(shown[-1])) if len(found) > SHOWN else "",
        "first_url": with_query(request.path, **kept) if cursor else "",
        "export_url": with_query(request.path, **kept, format="xlsx"),
        "live_url": live_url("?list=1"),
    }
    return render(request, "web/desk/letters.html", context)


@staff_required
@never_cache
@require_GET
def letter(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Read it, and go to what it is about."""
    actor = actor_of(request)
    found = inbox(actor, ids=[notice])
    if not found:
        raise Http404
    mark_read(actor, [notice])
    (one,) = found
    return HttpResponseRedirect(reverse("desk:matter", args=[one.matter]) if one.matter else reverse("desk:letters"))


@staff_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Those that stood on the page, or all."""
    ids = [found for text in request.POST.getlist("id") if (found := _uuid(text))]
    mark_read(actor_of(request), ids if "id" in request.POST else None)
    return HttpResponseRedirect(reverse("desk:letters"))


@staff_required
@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell with its count, fetched by every page of the desk once it stands, and when it hears that letters came."""
    count = unread(actor_of(request))
    return render(request, "web/components/bell.html", {"unread": f"{COUNTED}+" if count > COUNTED else count})


def cursor_of(one: Letter) -> str:
    """Where the page after this letter begins."""
    return f"{one.created_at.isoformat()} {one.id}"


def after(text: str) -> tuple[datetime, UUID] | None:
    """A cursor of ours; what is none begins at the newest."""
    at, _space, ident = text.partition(" ")
    try:
        moment, found = datetime.fromisoformat(at), _uuid(ident)
    except ValueError:
        return None
    return (moment, found) if found and moment.tzinfo else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
