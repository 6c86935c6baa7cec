"""What was received: the page that follows a report, the only place where its code is shown."""

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tianping.kernel.service import Progress, RefusedError, actor_for_code, book, progress
from tianping.web.citizen import picture
from tianping.web.citizen.where import office_name
from tianping.web.desk.present import left_of, quick_left
from tianping.web.templatetags._dates import date_text, time_text

SENT: Final = "sent"  # the session's key for the last report: key, code, title, phone, drafts
BEFORE_SENDING: Final = frozenset({"triage", "protecting"})  # states in which nobody has it in hand yet
CODE: Final = "code"  # … and for the code that the progress page goes by


def was_sent(request: HttpRequest, key: str) -> bool:
    """Whether this session has sent the report with that key."""
    sent = request.session.get(SENT)
    return bool(key and sent and sent["key"] == key)


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What was received, until when what happens, the code."""
    known = _known(request)
    if known is None:
        return HttpResponseRedirect(reverse("citizen:home"))
    sent, seen = known
    groups = sent["code"].split("-")
    context: dict[str, Any] = answer_date(seen) | {
        "at": seen.opened_at,
        "why_url": f"{reverse('citizen:standing')}#why",
        "agency": office_name(seen.office),
        "phone": seen.office_phone,
        "title": sent["title"],
        "number": seen.number,
        "code_lines": ["-".join(part) for part in (groups[:2], groups[2:4], groups[4:])],
        "track_url": _track(request, sent["code"]),
        "save_url": reverse("citizen:picture") if picture.font() else "",
        "print_url": "?print=1",
        "printing": "print" in request.GET,
        "draft_keys": sent["drafts"],
        "next_steps": _next(seen, phone=sent["phone"]),
    }
    return render(request, "web/citizen/receipt.html", context)


@never_cache
@require_GET
def as_picture(request: HttpRequest) -> HttpResponse:
    """The receipt as a PNG to keep. 404 where this machine has no Chinese font to draw it with."""
    known = _known(request)
    if known is None or not picture.font():
        raise Http404
    sent, seen = known
    date = answer_date(seen)
    until = (
        " ".join(filter(None, (date_text(date["answer_by"], "short"), date["answer_time"])))
        if date["answer_by"]
        else ""
    )
    lines = [
        (date["answer_label"], _("%(date)s前") % {"date": until} if until else ""),
        (_("现在谁在管"), f"{office_name(seen.office)} {seen.office_phone}"),
        (_("事项"), sent["title"]),
        (_("编号"), seen.number),
        (_("查询码"), sent["code"]),
    ]
    moment = f"{date_text(seen.opened_at)} {time_text(seen.opened_at)}"
    drawn = picture.draw(_("收到了"), moment, [line for line in lines if line[1]], _track(request, sent["code"]))
    response = HttpResponse(drawn, content_type="image/png")
    response["Content-Disposition"] = 'attachment; filename="receipt.png"'
    return response


def _known(request: HttpRequest) -> tuple[dict[str, Any], Progress] | None:
    sent = request.session.get(SENT)
    if not sent:
        return None
    try:
        return sent, progress(actor_for_code(settings.JURISDICTION, sent["code"]))
    except RefusedError:
        return None


def _track(request: HttpRequest, code: str) -> str:
    return request.build_absolute_uri(reverse("citizen:code", args=[code]))


def answer_date(seen: Progress) -> dict[str, Any]:
    """The date that counts now and what it is: before somebody has sorted the matter, no answer date is promised.

    What follows another handling is answered with it: that day is told, and nothing else of the other matter.
    """
    if seen.with_leader is not None and seen.promised is None:
        left = quick_left(seen.with_leader, seen.state, seen.now, seen.calendar)
        return {"answer_label": _("答复您的日子"), "answer_by": seen.with_leader, "answer_time": "", "left": left}
    due = seen.promised or seen.next_due
    label = _("什么时候有专人接手") if seen.protected else _("什么时候告诉您谁来办")
    waiting = seen.state in BEFORE_SENDING
    if due is None or due.at is None or not (seen.promised or waiting):
        return {"answer_label": "", "answer_by": None, "answer_time": "", "left": None}
    return {
        "answer_label": _("答复您的日子") if seen.promised else label,
        "answer_by": due.at,
        "answer_time": time_text(due.at) if due.rule.unit.exact else "",
        "left": left_of(due, seen.calendar, seen.now),
    }


def _next(seen: Progress, *, phone: bool) -> list[dict[str, str]]:
    if seen.protected:
        first = _("专人先看这件事。") + (_("要联系您就用您留的电话，短信里不写是什么事。") if phone else "")
        return [
            {"icon": "lock", "text": first},
            {"icon": "search", "text": _("凭查询码看办到哪一步，不写内容和姓名。")},
        ]
    told = _("分给该管的单位以后，就有答复您的日子。")
    alone = _("您没有留电话，请把查询码拍下来或抄下来，凭它看办到哪一步；答复的内容要打上面的电话，或者到窗口问。")
    follow = _("有进展通知您；凭查询码也能随时查。") if phone else alone
    steps = [{"icon": "chat", "text": told}, {"icon": "search", "text": follow}]
    if days := reopening_days():
        text = ngettext(
            "办完给您答复，请您评一评；不满意，%(n)s天内可以要求重办。",
            "办完给您答复，请您评一评；不满意，%(n)s天内可以要求重办。",
            days,
        )
        steps.append({"icon": "check", "text": text % {"n": days}})
    return steps


def reopening_days() -> int:
    """How many days after the answer it can be rated and reopened, by the rule in force; 0 when none is."""
    rules = book(settings.JURISDICTION).rows("term_rule")
    found = next((r for r in rules if r["code"] == "intake.rate_window" and r["unit"] == "day"), None)
    return int(found["amount"]) if found else 0
