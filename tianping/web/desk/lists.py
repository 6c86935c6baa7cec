"""The worklist, search, export and steps on many."""

from dataclasses import replace
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import xlsxwriter
from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tianping.capabilities.search.find import find
from tianping.kernel.service import (
    PURPOSES,
    Actor,
    Page,
    Query,
    RefusedError,
    Row,
    advance,
    book,
    note_read,
    offices,
    registry,
    worklist,
)
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.choices import categories, category_label, grade_label
from tianping.web.desk import query as asked
from tianping.web.desk.present import list_rows, live_url, quick_left, state_label, with_query

EXPORT_MOST = 10_000
COUNTED = 99  # a chip counts so far, then says 99+


@staff_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What waits for me, or all that my post looks over; narrowed, sorted, paged."""
    actor = actor_of(request)
    query = asked.read(request)
    text = request.GET.get("q", "").strip()
    if text:
        query = replace(query, ids=tuple(find(actor, text)), view="sight", open_only=False)
    try:
        page = worklist(actor, query)
    except RefusedError:
        return HttpResponseRedirect(reverse("desk:worklist"))
    return render(request, "web/desk/worklist.html", _context(request, actor, query, page, text))


def _context(request: HttpRequest, actor: Actor, query: Query, page: Page, text: str) -> dict[str, Any]:
    now = timezone.now()
    scope = "sight" if query.view == "sight" else ""
    labels = asked.view_labels()
    chosen = request.GET.get("view", "")
    base = replace(query, late="", returned=False, supervised=False, cursor="", limit=COUNTED + 1)
    views = [
        {
            "label": labels[name],
            "url": asked.with_value(request.GET, "view", name),
            "count": _count(actor, asked.apply_view(base, name)),
            "state": state,
            "current": name == chosen,
        }
        for name, _label, state in asked.VIEWS
    ]
    prefixes = {r.number.rpartition("〕")[0] + "〕" for r in page.rows if "〕" in r.number}
    return {
        "heading": _("找到的事项") if text else _("我看得到的") if scope else _("我的待办"),
        "views": views,
        "conditions": asked.conditions(request, actor.jurisdiction),
        "add_url": with_query(reverse("desk:filter"), **{k: request.GET.getlist(k) for k in request.GET}),
        "tools": _tools(request, scope),
        "rows": list_rows(page.rows, actor, now, "", None),
        "category": True,
        "density": request.COOKIES.get("density", "close"),
        "total": _("显示%(n)s件") % {"n": len(page.rows)},
        "prefix": _("编号前都是 %(prefix)s") % {"prefix": prefixes.pop()} if len(prefixes) == 1 else "",
        "next_url": asked.with_value(request.GET, "cursor", page.next) if page.next else "",
        "bulk_action": reverse("desk:bulk") if _bulk(page.rows) else "",
        "bulk": _bulk(page.rows),
        "empty": _empty(request, text),
        "live_url": live_url("?list=1"),
        "query": text,
    }


def _count(actor: Actor, query: Query) -> str:
    found = len(worklist(actor, query).rows)
    return f"{COUNTED}+" if found > COUNTED else str(found)


def _tools(request: HttpRequest, scope: str) -> list[dict[str, Any]]:
    other = asked.with_value(request.GET, "scope", "" if scope else "sight")
    return [
        {"label": _("只看我的待办") if scope else _("看全部"), "url": other},
        {
            "label": _("导出"),
            "url": with_query(reverse("desk:export"), **{k: request.GET.getlist(k) for k in request.GET}),
        },
        {"label": _("登记"), "url": reverse("desk:new"), "icon": "plus", "fill": True, "key": "n"},
    ]


def _empty(request: HttpRequest, text: str) -> dict[str, str]:
    if text:
        return {
            "title": _("没有找到"),
            "reason": _("换个说法，或者只写编号的数字试试。"),
            "url": reverse("desk:worklist"),
            "button": _("回到待办"),
        }
    if request.GET:
        return {
            "title": _("没有等您办的事"),
            "reason": _("可能是条件太窄。"),
            "url": reverse("desk:worklist"),
            "button": _("去掉条件"),
        }
    return {
        "title": _("没有等您办的事"),
        "reason": "",
        "url": with_query(reverse("desk:worklist"), scope="sight"),
        "button": _("看全部"),
    }


# Steps that may be taken on many at once: they ask nothing, or one sentence that holds for all.
BULK = {"accept": gettext_lazy("签收"), "close": gettext_lazy("办结"), "return": gettext_lazy("退回")}


def _bulk(rows: list[Row]) -> list[dict[str, Any]]:
    offered = {step for row in rows for step in row.steps}
    return [{"value": name, "label": label} for name, label in BULK.items() if name in offered]


class FilterForm(forms.Form):
    """What may narrow the list. Sent by GET: the address is the filter."""

    use_required_attribute = False
    category = forms.MultipleChoiceField(
        label=gettext_lazy("类别"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    grade = forms.MultipleChoiceField(label=gettext_lazy("等级"), required=False, widget=forms.CheckboxSelectMultiple)
    state = forms.MultipleChoiceField(label=gettext_lazy("到哪步"), required=False, widget=forms.CheckboxSelectMultiple)
    holder = forms.ChoiceField(label=gettext_lazy("谁在办"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("哪个片区"), required=False)
    sort = forms.ChoiceField(
        label=gettext_lazy("怎么排"),
        required=False,
        choices=[
            ("due", gettext_lazy("先到期的在前")),
            ("opened", gettext_lazy("新来的在前")),
            ("changed", gettext_lazy("刚动过的在前")),
        ],
    )


@staff_required
@require_GET
def narrow(request: HttpRequest) -> HttpResponse:
    """The filter's form, in the drawer or on a page of its own."""
    actor = actor_of(request)
    form = FilterForm(
        initial={k: request.GET.getlist(k) if k in asked.MANY else request.GET.get(k) for k in request.GET}
    )
    there = offices(actor.jurisdiction)
    options: dict[str, list[Any]] = {
        "category": categories(actor.jurisdiction),
        "grade": [(g.code, grade_label(actor.jurisdiction, g.code)) for g in book(actor.jurisdiction).grades()],
        "state": [(s, _(t)) for s, t in registry().procedure("intake").states.items()],
        "holder": [("", "—"), *((o.path, o.short) for o in there)],
        "place": [("", "—"), *((o.path, o.short) for o in there if o.kind in {"town", "community", "village"})],
    }
    for name, choices in options.items():
        form.fields[name].choices = choices  # type: ignore[attr-defined]
    keep = {k: request.GET[k] for k in ("scope", "view") if request.GET.get(k)}
    return render(
        request, "web/desk/filter.html", {"form": form, "keep": keep, "still": "HX-Request" not in request.headers}
    )


@staff_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The search field leads to the list of what was found."""
    return HttpResponseRedirect(
        with_query(reverse("desk:worklist"), q=request.GET.get("q", "").strip()[:200], scope="sight", done="1")
    )


class BulkForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("写明原因")},
    )


@staff_required
@require_http_methods(["POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """One step on the ticked rows, each by itself: what could not be done is told by number, nothing is half done."""
    actor = actor_of(request)
    step = request.POST.get("step", "")
    picks = [p for p in (_pick(v) for v in request.POST.getlist("pick")) if p]
    if step not in BULK or not picks:
        return HttpResponseRedirect(reverse("desk:worklist"))
    form = {}
    if step == "return":
        asked_reason = BulkForm(request.POST if "reason" in request.POST else None)
        if not asked_reason.is_valid():
            context = {"form": asked_reason, "step": step, "picks": request.POST.getlist("pick"), "label": BULK[step]}
            return render(request, "web/desk/bulk.html", context)
        form = {"reason": asked_reason.cleaned_data["reason"]}
    done, refused = 0, []
    numbers = {
        r.matter: r.number
        for r in worklist(actor, Query(view="sight", open_only=False, ids=tuple(m for _p, m in picks), limit=200)).rows
    }
    for proceeding, matter in picks:
        try:
            advance(proceeding, step, actor=actor, form=form, key=str(uuid4()))
            done += 1
        except RefusedError as error:
            refused.append({"number": numbers.get(matter, ""), "sentence": _(error.sentence)})
    return render(request, "web/desk/bulk_done.html", {"done": done, "refused": refused, "label": BULK[step]})


def _pick(value: str) -> tuple[UUID, UUID] | None:
    try:
        proceeding, _colon, matter = value.partition(":")
        return UUID(proceeding), UUID(matter)
    except ValueError:
        return None


class ExportForm(forms.Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("拿去做什么"),
        choices=[(p, PURPOSES[p]) for p in ("supervision", "handling", "archive")],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项用途")},
    )


@staff_required
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as an Excel workbook; how many rows went out, to whom and what for, is on the record."""
    actor = actor_of(request)
    form = ExportForm(request.POST or None)
    for_reader = [(p, _(PURPOSES[p])) for p in ("supervision", "handling", "archive")]
    form.fields["purpose"].choices = for_reader  # type: ignore[attr-defined]
    if not form.is_valid():
        return render(request, "web/desk/export.html", {"form": form, "most": EXPORT_MOST})
    query = replace(asked.read(request), limit=200, cursor="")
    if text := request.GET.get("q", "").strip():
        query = replace(query, ids=tuple(find(actor, text)), view="sight", open_only=False)
    rows: list[Row] = []
    while len(rows) < EXPORT_MOST:
        page = worklist(actor, query)
        rows += page.rows
        if not page.next:
            break
        query = replace(query, cursor=page.next)
    note_read(actor, "export", ["title", "place"], rows=len(rows))
    return _workbook(actor, rows[:EXPORT_MOST])


def _workbook(actor: Actor, rows: list[Row]) -> FileResponse:
    out = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  # the response closes it
    headings = [
        _("编号"),
        _("事项"),
        _("类别"),
        _("等级"),
        _("地点"),
        _("到哪步"),
        _("谁在办"),
        _("到期"),
        _("收到"),
        _("退回次数"),
    ]
    with xlsxwriter.Workbook(
        out.name, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    ) as book:
        sheet = book.add_worksheet()
        sheet.set_column(1, 1, 40)
        bold = book.add_format({"bold": True})
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, 1):
            cells = [
                row.number,
                row.title,
                category_label(actor.jurisdiction, row.category),
                grade_label(actor.jurisdiction, row.grade),
                row.place,
                state_label(row.procedure, row.state),
                row.assignee_name or row.holder_name,
                _local(row.due_at),
                _local(row.opened_at),
                str(row.returns),
            ]
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
    out.seek(0)
    name = _("事项%(day)s.xlsx") % {"day": timezone.localdate().isoformat()}
    response = FileResponse(out, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


__all__ = ["bulk", "export", "index", "narrow", "quick_left", "search"]
