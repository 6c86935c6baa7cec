"""A list as an Excel workbook. What leaves the house is on the record: how many rows, who took them and what for."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django import forms
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tianping.kernel.service import PURPOSES, Row, drawn
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk import query as asking
from tianping.web.desk.names import Names, channel_label, state_label
from tianping.web.desk.present import Here

MOST = 10_000
WHY = ("supervision", "handling", "archive")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportForm(forms.Form):
    use_required_attribute = False
    purpose = forms.ChoiceField(
        label=gettext_lazy("拿去做什么"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项用途")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [(p, _(PURPOSES[p])) for p in WHY]  # type: ignore[attr-defined]


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list, up to MOST rows, in its own order."""
    actor = actor_of(request)
    get = asking.asked(request.GET.urlencode())
    form = ExportForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        names = Names(actor.jurisdiction)
        context = {
            "form": form,
            "most": MOST,
            "conditions": [c["label"] for c in asking.conditions(get, names)],
            "back": Here(get.urlencode()).address,
        }
        return render(request, "web/desk/export.html", context, status=422 if form.is_bound else 200)
    rows = drawn(
        actor, asking.read(get, actor), purpose=form.cleaned_data["purpose"], what=["title", "place"], most=MOST
    )
    return book_of(rows, actor.jurisdiction)


def book_of(rows: Iterable[Row], jurisdiction: str) -> FileResponse:
    """Rows of a list as a workbook, in the reader's language."""
    headings = (
        _("编号"), _("事项"), _("类别"), _("等级"), _("来源"), _("地点"), _("到哪步"), _("谁在办"), _("到期"), _("收到"),
        _("退回次数"), _("督办"),
    )  # fmt: skip
    name = _("事项%(day)s.xlsx") % {"day": timezone.localdate().isoformat()}
    return workbook(name, headings, _cells(rows, Names(jurisdiction)), widths={0: 22, 1: 44, 5: 36})


def _cells(rows: Iterable[Row], names: Names) -> Iterator[Sequence[Any]]:
    for row in rows:
        yield (
            row.number,
            row.title,
            names.category(row.category),
            names.grade(row.grade),
            channel_label(row.channel),
            row.place,
            state_label(row.procedure, row.state),
            row.assignee_name or names.called(row.holder_name),
            row.due_at,
            row.opened_at,
            row.returns,
            _("督办") if row.supervised else "",
        )


def workbook(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], widths: dict[int, int] | None = None
) -> FileResponse:
    """A workbook of one sheet, written row by row into a temporary file that the answer streams and removes.

    Text is written as text whatever it begins with, so that nothing somebody reported becomes a formula.
    """
    out = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  # the response closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out.name, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 0)
        for column in range(len(headings)):
            sheet.set_column(column, column, (widths or {}).get(column, 14))
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, timezone.make_naive(cell), moment)
                elif isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell is not None:
                    sheet.write_string(number, column, str(cell))
    out.seek(0)
    response = FileResponse(out, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
