"""Reporting, and what a receipt code shows and does. No account is needed; addresses are counted."""
# the framework hands every view its request

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _
from ninja import Header, Router, Status

from tianping.capabilities.notices.languages import speak_to_reporters
from tianping.kernel.service import Actor, RefusedError, actor_for_code, advance, progress, report
from tianping.kernel.service import Receipt as Done
from tianping.web.api import shaping
from tianping.web.api.callers import OVER_LIMIT, Access, caller_of
from tianping.web.api.document import marked
from tianping.web.api.forms import named, plain
from tianping.web.api.problems import Problem
from tianping.web.api.schemas import CodeIn, CodeStepIn, Progress, Receipt, ReportIn
from tianping.web.limits import CODES, REPORTS, WRONG_CODES

router = Router(tags=["reports"])
KEY_PATTERN = r"^[A-Za-z0-9_\-.:]{16,200}$"
KEY = Header(  # type: ignore[type-arg]
    ...,
    alias="Idempotency-Key",
    pattern=KEY_PATTERN,
    description=_("每办一件事换一个新的随机值（比如 UUID）；只有同一个请求再发一次才用同一个值。"),
)
CODE = Header(..., alias="X-Receipt-Code", min_length=1, max_length=60)  # type: ignore[type-arg]
BY_CODE = Access(guests=True, limit=CODES)


def receipt(done: Done) -> Status[dict[str, Any]]:
    """201, or 200 when the key had been seen."""
    body = {
        "entry": done.entry,
        "matter": done.matter,
        "proceeding": done.proceeding,
        "number": done.number,
        "code": done.code,
        "repeated": done.repeated,
    }
    return Status(200 if done.repeated else 201, body)


@router.post(
    "/reports",
    auth=Access("report", guests=True, limit=REPORTS),
    response={201: Receipt, 200: Receipt},
    summary=_("反映一件事，得到编号和查询码"),
    openapi_extra=marked({}),
)
def report_matter(request: HttpRequest, body: ReportIn, key: str = KEY) -> Status[dict[str, Any]]:
    """Report something. The receipt's code shows and moves the matter later; it is told only here."""
    done = report(
        actor=caller_of(request).actor,
        form=plain(body.form),
        key=key,
        procedure=body.procedure,
        step=body.step,
        happened_at=body.happened_at,
    )
    speak_to_reporters(settings.JURISDICTION, done.matter, get_language() or "")
    return receipt(done)


@router.get("/progress", auth=BY_CODE, response=Progress, summary=_("凭查询码看办到哪了（码在请求头里）"))
def progress_by_header(request: HttpRequest, code: str = CODE) -> dict[str, Any]:
    """Where the matter stands, by the code on the receipt."""
    return shaping.progress(progress(_holder(request, code)))


@router.post("/progress", auth=BY_CODE, response=Progress, summary=_("凭查询码看办到哪了（码在请求体里）"))
def progress_by_body(request: HttpRequest, body: CodeIn) -> dict[str, Any]:
    """The same, for callers that keep codes out of headers."""
    return shaping.progress(progress(_holder(request, body.code)))


@router.post(
    "/progress/steps/{step}",
    auth=BY_CODE,
    response={201: Receipt, 200: Receipt},
    summary=_("凭查询码办一步：补充、评价、要求重办"),
)
def step_by_code(request: HttpRequest, step: str, body: CodeStepIn, key: str = KEY) -> Status[dict[str, Any]]:
    """Take a step that the receipt's holder may take: supplement, rate, ask to reopen."""
    actor = _holder(request, body.code)
    return receipt(advance(_proceeding(actor), named(step), actor=actor, form=plain(body.form), key=key))


def _holder(request: HttpRequest, code: str) -> Actor:
    """The party whose receipt it is. Wrong codes are counted by address, with those of the pages, whoever is logged in."""
    if WRONG_CODES.over(request):
        raise Problem("rate", OVER_LIMIT, headers={"Retry-After": str(WRONG_CODES.seconds)})
    try:
        return actor_for_code(settings.JURISDICTION, code)
    except RefusedError:
        WRONG_CODES.reached(request)
        raise


def _proceeding(actor: Actor) -> UUID:
    return progress(actor).proceeding
