"""The auditor's page: who read what, for what, and who read unusually much."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tianping.kernel.service import PURPOSES, audit, registry
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import post_required
from tianping.web.desk.exporting import workbook
from tianping.web.desk.names import Names
from tianping.web.desk.present import with_query

BESIDE = {"identifier": gettext_noop("按号码查找")}  # what a read may name that is no concept
FILTERS = ("person", "purpose", "number", "day")
PAGES = 100  # of the export: as many records as the page shows at once, so many times


@post_required("auditor")
@never_cache
@require_GET
def readers(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    asked = {name: request.GET.get(name, "").strip()[:80] for name in FILTERS}
    if request.GET.get("format") == "xlsx":
        headings = (_("时间"), _("谁"), _("单位"), _("用途"), _("编号"), _("看了什么"), _("行数"))
        return workbook(_("查看记录.xlsx"), headings, _cells(actor, asked), widths={0: 18, 5: 40})
    found, names = audit(actor, **asked, before=request.GET.get("before", "")), Names(actor.jurisdiction)
    context = {
        "rows": [_shown(r, names) for r in found.rows],
        "alarms": [a | {"agency": names.called(a["agency"])} for a in found.alarms],
        "purposes": [(k, _(v)) for k, v in PURPOSES.items()],
        "asked": asked,
        "narrowed": any(asked.values()),
        "next_url": with_query(request.path, **asked, before=found.next) if found.next else "",
        "first_url": with_query(request.path, **asked) if request.GET.get("before") else "",
        "export_url": with_query(request.path, **asked, format="xlsx"),
    }
    return render(request, "web/desk/audit.html", context)


def _shown(row: dict[str, Any], names: Names) -> dict[str, Any]:
    concepts = registry().concepts
    what = "、".join(_(concepts[name].label if name in concepts else BESIDE.get(name, name)) for name in row["what"])
    purpose = _(PURPOSES.get(row["purpose"], row["purpose"]))
    nobody = _("反映人本人") if row["purpose"] == "own" else _("系统")
    name = row["name"] or nobody
    return row | {"name": name, "agency": names.called(row["agency"]), "purpose": purpose, "what": what}


def _cells(actor: Any, asked: dict[str, str]) -> Iterator[list[Any]]:
    before, names = "", Names(actor.jurisdiction)
    for _page in range(PAGES):
        found = audit(actor, **asked, before=before)
        for row in (_shown(r, names) for r in found.rows):
            yield [row["at"], row["name"], row["agency"], row["purpose"], row["number"], row["what"], row["rows"]]
        before = found.next
        if not before:
            return
