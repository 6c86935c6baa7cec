"""Over the whole: figures and the lists they open, what is late or returned, who read what. Never by person."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query as QueryParam
from ninja import Router

from tianping.kernel.agencies.administer import AUDITOR
from tianping.kernel.service import Query, audit, behind, counted_until, figures, listing
from tianping.web.api import desk_shapes as shapes
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.problems import Problem
from tianping.web.desk.watch import LOOKED, SHOWN, USUAL

router = Router(tags=["watching"])
LONGEST: Final = 366 * 3  # days that figures are added up over


@router.get(
    "/figures",
    auth=Access("read", kind="staff", posts=("supervisor", "leader", "dispatcher")),
    response=shapes.Figures,
    summary=_("各项数字，连同定义；每个数字都说得出是哪些事项"),
)
def numbers(request: HttpRequest, days: QueryParam[shapes.Days]) -> dict[str, Any]:
    """Of what the caller's post looks over. `of` goes into /matters, with the same days, to open what is behind."""
    actor = caller_of(request).actor
    last = days.last or timezone.localdate()
    first = days.first or last - timedelta(days=USUAL - 1)
    if not first <= last <= first + timedelta(days=LONGEST):
        raise Problem("form", _("有几处需要补充或修改"), {"first": _("开始的日子要在结束之前，最多三年")})
    moved, waiting = counted_until(actor.jurisdiction)
    items = [
        {
            "key": f.key,
            "name": gettext(f.name),
            "part": f.part,
            "whole": f.whole,
            "before": {"part": f.before[0], "whole": f.before[1]},
            "meaning": gettext(f.meaning),
            "lists": [{"of": of, "matters": matters} for of, matters in f.behind],
        }
        for f in figures(actor, first, last)
    ]
    standing = listing(actor, Query(view="sight", limit=1), looked=LOOKED).tally
    return {
        "first": first,
        "last": last,
        "items": items,
        "standing": standing,
        "counted_at": moved,
        "uncounted": waiting,
    }


@router.get(
    "/supervision",
    auth=Access("read", kind="staff", posts=("supervisor", "leader")),
    response=shapes.Supervision,
    summary=_("督办要看的：逾期、快到期、退回、重办、正在督办"),
)
def supervision(request: HttpRequest, area: QueryParam[shapes.Area]) -> dict[str, Any]:
    """The first rows of each list; all of them are /matters with the same condition."""
    actor = caller_of(request).actor
    again = tuple(behind(actor, "reopened", timezone.now() - timedelta(days=USUAL), None))
    lists: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("overdue", _("逾期"), {"late": "overdue"}),
        ("soon", _("快到期"), {"late": "soon"}),
        ("returned", _("退回过"), {"returned": True}),
        ("reopened", _("近30天要求重办"), {"ids": again, "open_only": False, "sort": "changed"}),
        ("supervised", _("正在督办"), {"supervised": True}),
    )
    found = []
    for key, name, more in lists:
        query = Query(view="sight", place_path=area.place_path or "", limit=SHOWN, **more)
        one = listing(actor, query, looked=LOOKED)
        count = one.tally.everything if key == "reopened" else getattr(one.tally, key)
        found.append(
            {
                "key": key,
                "name": gettext(name),
                "count": count,
                "least": one.tally.least,
                "items": one.page.rows,
            }
        )
    return {"lists": found}


@router.get(
    "/audit",
    auth=Access("admin.read", kind="staff", posts=(AUDITOR,)),
    response=shapes.Audit,
    summary=_("谁看了什么、为什么看；看得反常多的另列"),
)
def readers(request: HttpRequest, asked: QueryParam[shapes.AuditFor]) -> dict[str, Any]:
    """Newest first. `next` goes into `before`, "" on the last page."""
    found = audit(
        caller_of(request).actor,
        person=asked.person,
        purpose=asked.purpose or "",
        number=asked.number,
        day=asked.day.isoformat() if asked.day else "",
        before=asked.before,
    )
    return {"items": found.rows, "alarms": found.alarms, "next": found.next}
