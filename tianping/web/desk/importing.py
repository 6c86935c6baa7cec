"""Matters by Excel: bring a sheet, see every row with what is wrong in it, then take it in, part by part."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tianping.capabilities.imports import parcels
from tianping.capabilities.imports.sheet import HEADINGS, RowError, SheetError
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.desk.exporting import workbook
from tianping.web.desk.present import with_query

PAGE: Final = 50
KEPT: Final = ("show", "q")


class BringForm(forms.Form):
    use_required_attribute = False
    source = forms.CharField(
        label=gettext_lazy("从哪个系统来的"),
        max_length=20,
        help_text=gettext_lazy("同一个系统每次写一样的名字，比如“12345”：同一个编号就不会登记两次。"),
        error_messages={"required": gettext_lazy("请写从哪个系统来的")},
    )
    file = forms.FileField(
        label=gettext_lazy("Excel 文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods"}),
        help_text=gettext_lazy("先检查，不会马上登记。"),
        error_messages={"required": gettext_lazy("选一个文件")},
    )


@post_required("dispatcher")
@never_cache
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    if "template" in request.GET:
        return workbook(_("登记事项.xlsx"), [names[0] for names in HEADINGS.values()], [], widths={2: 30, 4: 60, 5: 40})
    form = BringForm(data=request.POST or None, files=request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            parcel = parcels.bring(actor, sent.name or "", form.cleaned_data["source"], sent.read())
        except SheetError as error:
            form.add_error("file", str(error))
        else:
            return HttpResponseRedirect(reverse("desk:import-sheet", args=[parcel.id]))
    mine = [
        {
            "url": reverse("desk:import-sheet", args=[p.id]),
            "name": p.name,
            "source": p.source,
            "done": p.done,
            "rows": p.rows,
            "over": p.over,
        }
        for p in parcels.mine(actor)
    ]
    context = {"form": form, "mine": mine, "headings": [names[0] for names in HEADINGS.values()]}
    return render(request, "web/desk/import.html", context, status=422 if form.is_bound and form.errors else 200)


def _own(request: HttpRequest, sheet: UUID) -> parcels.Parcel:
    found = parcels.find(actor_of(request), sheet)
    if found is None:
        raise Http404
    return found


@post_required("dispatcher")
@never_cache
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, sheet: UUID) -> HttpResponse:
    """Every row, and how far the sheet is. A press takes the next part; the page goes on by itself where a script runs."""
    parcel = _own(request, sheet)
    if request.method == "POST":
        return _act(request, parcel)
    try:
        found = parcels.preview(parcels.sheet_of(parcel))
    except SheetError:
        raise Http404 from None
    wrong = [row for row in found if isinstance(row[2], RowError)]
    show, words = request.GET.get("show", ""), request.GET.get("q", "").strip()[:100]
    rows = [r for r in (wrong if show == "wrong" else found) if words in " ".join(map(str, r[1]))]
    page = max(int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1, 1)
    last = (len(rows) + PAGE - 1) // PAGE
    kept = {n: request.GET[n] for n in KEPT if request.GET.get(n)}
    context = {
        "parcel": parcel,
        "good": len(found) - len(wrong),
        "wrong": len(wrong),
        "rows": [_shown(row) for row in rows[(page - 1) * PAGE : page * PAGE]],
        "views": [
            {"label": _("全部"), "url": with_query("", q=words), "count": len(found), "current": show != "wrong"},
            {"label": _("要改的"), "url": with_query("", q=words, show="wrong"), "count": len(wrong), "current": show == "wrong"},
        ],
        "show": show,
        "q": words,
        "next_url": with_query("", **kept, page=page + 1) if page < last else "",
        "previous_url": with_query("", **kept, page=page - 1) if 1 < page <= last else "",
        "refused": parcel.refused[:PAGE],
        "errors_url": reverse("desk:import-errors", args=[parcel.id]) if wrong or parcel.refused else "",
        "going": 0 < parcel.done < parcel.rows and "go" in request.GET,
        "counts": [{"label": label, "n": parcel.counts[name]} for name, label in _count_labels().items()],
    }  # fmt: skip
    return render(request, "web/desk/import_sheet.html", context)


def _act(request: HttpRequest, parcel: parcels.Parcel) -> HttpResponse:
    if "forget" in request.POST:
        parcels.forget(parcel)
        messages.success(request, _("这份表不要了。已经登记的还在。"))
        return HttpResponseRedirect(reverse("desk:import"))
    if not parcel.over and request.POST.get("from") == str(parcel.done):  # a second press takes nothing more
        parcels.take(actor_of(request), parcel)
    return HttpResponseRedirect(f"{request.path}?go=1")


def _count_labels() -> dict[str, str]:
    return {
        "new": _("新登记"),
        "known": _("以前登记过"),
        "repeats": _("并到同一件"),
        "dispatched": _("按规则派出"),
        "answered": _("记下了原来的答复"),
    }


def _shown(row: tuple[int, list[Any], Any]) -> dict[str, Any]:
    number, cells, said = row
    if isinstance(said, RowError):
        return {"row": number, "number": "", "title": " ".join(map(str, cells))[:80], "wrong": str(said)}
    return {
        "row": number,
        "number": said.number,
        "title": said.title or said.text[:60],
        "at": timezone.localtime(said.time),
        "answered": bool(said.answer),
        "wrong": "",
    }


@post_required("dispatcher")
@never_cache
@require_GET
def errors(request: HttpRequest, sheet: UUID) -> HttpResponseBase:
    """The rows that did not come in, as they stood, with the reason in a last column: to be mended and brought again."""
    parcel = _own(request, sheet)
    found = parcels.sheet_of(parcel)
    told = parcel.refused + [
        (cells, str(said))
        for n, cells, said in parcels.preview(found)
        if isinstance(said, RowError) and n - 2 >= parcel.done
    ]
    name = _("%(name)s没收下的.xlsx") % {"name": parcel.name.rpartition(".")[0] or parcel.name}
    return workbook(name, [*found.headings, _("原因")], [[*map(str, cells), why] for cells, why in told])
