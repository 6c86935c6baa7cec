"""Offices and appointments by Excel: take the sheet, change it, have it tried, and only then keep it."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from python_calamine import CalamineError, CalamineWorkbook

from tianping.capabilities.notices.contacts import set_phone, with_phone
from tianping.kernel.agencies import sheets
from tianping.kernel.agencies.administer import SECURITY, SYSTEM
from tianping.kernel.service import acting
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import fresh_required
from tianping.web.desk import names
from tianping.web.desk.admin.frame import admins, kinds_of, tabs
from tianping.web.desk.exporting import workbook
from tianping.web.forms import said, sentences

LARGEST = 2 * 1024 * 1024
SALT = "tianping.admin.sheet"
HOUR = 3600
OWNER = {"offices": SYSTEM, "people": SECURITY, "appointments": SECURITY}
COLUMNS = {"offices": sheets.OFFICES, "people": sheets.PEOPLE, "appointments": sheets.APPOINTMENTS}
HOME = {"offices": "offices", "people": "people", "appointments": "offices"}  # the tab that a sheet belongs to
# The headings of the sheet as it is written and read; codes are understood too.
HEADINGS = {
    "code": "代码", "name": "名称", "name_en": "英文名", "short": "短名", "kind": "类型", "parent": "上级代码", "phone": "电话",
    "capacity": "能办多少件", "office": "单位代码", "post": "岗位", "username": "登录名", "title": "称呼", "since": "从哪天",
    "until": "到哪天", "deputy": "代理", "email": "邮箱",
}  # fmt: skip


@admins(SYSTEM, SECURITY)
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What stands now, in the form that comes back: also the template of an import."""
    if kind not in COLUMNS or (kind == "people" and SECURITY not in kinds_of(request)):
        raise Http404
    name = {"offices": _("单位.xlsx"), "people": _("人员.xlsx"), "appointments": _("任职.xlsx")}[kind]
    actor = actor_of(request)
    with acting(actor):
        phones = with_phone(actor.jurisdiction)
    rows = sheets.sheet_of(actor, kind, phones)
    return workbook(name, [_heading(kind, c) for c in COLUMNS[kind]], rows, widths={1: 34})


def _heading(kind: str, column: str) -> str:
    return (
        "手机"
        if (kind, column) == ("people", "phone")
        else "姓名"
        if (kind, column) == ("people", "name")
        else HEADINGS[column]
    )


class SheetForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=gettext_lazy("Excel 文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        help_text=gettext_lazy("先导出一份，改好再传回来。先检查，不会马上改。"),
        error_messages={"required": gettext_lazy("选一个文件")},
    )


@admins(SYSTEM, SECURITY)
@fresh_required
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest, kind: str) -> HttpResponse:
    """First the file is tried; the page of the result carries its rows, signed, to be kept with one more press."""
    if kind not in COLUMNS or OWNER[kind] not in kinds_of(request):
        raise Http404
    actor = actor_of(request)
    form = SheetForm(data=request.POST or None, files=request.FILES or None)
    back = reverse(f"desk:admin-{HOME[kind]}")
    context: dict[str, Any] = {
        "tabs": tabs(request, HOME[kind]),
        "kind": kind,
        "form": form,
        "title": _title(kind),
        "back": back,
    }
    if kind == "people":
        form.fields["file"].help_text += _("手机一栏空着就是不改，写“删去”就是不要了。")
    if request.method == "POST" and "rows" in request.POST:
        rows = _unsign(request.POST["rows"])
        tried = sheets.try_sheet(actor, kind, rows, keep=True, set_phone=set_phone) if rows is not None else None
        if tried is None or any(t.error for t in tried):
            messages.warning(request, _("情况变了，请再检查一遍"))
            return HttpResponseRedirect(request.path)
        names.forget()
        done = _("导入好了：新加%(new)s行，改了%(changed)s行") % _counts(tried)
        if fresh := [(t.about, t.secret) for t in tried if t.secret]:
            return render(request, "web/desk/admin/passwords.html", context | {"done": done, "fresh": fresh})
        messages.success(request, done)
        return HttpResponseRedirect(back)
    if request.method == "POST" and form.is_valid():
        try:
            rows = list(_read(form.cleaned_data["file"], kind))
        except SheetError as error:
            form.add_error("file", str(error))
        else:
            context |= _tried(sheets.try_sheet(actor, kind, rows, keep=False, set_phone=set_phone), rows)
    return render(request, "web/desk/admin/import.html", context, status=422 if form.is_bound and form.errors else 200)


def _title(kind: str) -> str:
    return {"offices": _("导入单位"), "people": _("导入人员"), "appointments": _("导入任职")}[kind]


def _unsign(text: str) -> list[dict[str, Any]] | None:
    try:
        return signing.loads(text, salt=SALT, max_age=HOUR)  # type: ignore[no-any-return]
    except signing.BadSignature:
        return None


def _counts(tried: list[sheets.Tried]) -> dict[str, int]:
    return {name: sum(t.done == name for t in tried) for name in ("new", "changed", "same")}


def _tried(tried: list[sheets.Tried], rows: list[dict[str, Any]]) -> dict[str, Any]:
    wrong = [
        {
            "row": t.row,
            "about": t.about,
            "text": "；".join(sentences(t.error).values()) or said(t.error.sentence, t.error.values),
        }
        for t in tried
        if t.error is not None
    ]
    counts = _counts(tried)
    worth = not wrong and counts["new"] + counts["changed"] > 0
    return {
        "tried": True,
        "wrong": wrong,
        "counts": counts,
        "rows": signing.dumps(rows, salt=SALT, compress=True) if worth else "",
    }


class SheetError(ValueError):
    """The file as a whole cannot be read."""


def _read(file: UploadedFile, kind: str) -> Iterator[dict[str, Any]]:
    if (file.size or 0) > LARGEST:
        raise SheetError(_("文件太大，最多2MB"))
    try:
        cells = CalamineWorkbook.from_filelike(BytesIO(file.read())).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError) as error:
        raise SheetError(_("打不开这个文件，请存成 .xlsx 再传")) from error
    if len(cells) > sheets.MOST:
        raise SheetError(_("一次最多5000行"))
    found = {
        c: i
        for i, cell in enumerate(cells[0] if cells else [])
        for c in COLUMNS[kind]
        if str(cell).strip() in {c, HEADINGS[c], _heading(kind, c)}
    }
    if missing := [_heading(kind, c) for c in COLUMNS[kind] if c not in found]:
        raise SheetError(_("第一行少了这些列：%(columns)s") % {"columns": "、".join(missing)})
    for row in cells[1:]:
        if any(str(cell).strip() for cell in row):
            yield {c: _plain(row[i]) if i < len(row) else "" for c, i in found.items()}


def _plain(cell: Any) -> Any:
    """As it can be signed and read again."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return cell if isinstance(cell, str | int | float) else str(cell or "")
