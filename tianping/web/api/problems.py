"""Refusals as RFC 9457 problem details in the reader's language, never a word about what the reader may not see."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja.errors import HttpError, ValidationError

from tianping.kernel.parties.identifiers import IdentifierError
from tianping.kernel.service import RefusedError
from tianping.web.forms import said

MEDIA_TYPE: Final = "application/problem+json"
# The kernel's reasons, and those of this door, as status codes.
STATUS: Final[dict[str, int]] = {
    "syntax": 400,
    "proof": 401,
    "token": 401,
    "right": 403,
    "scope": 403,
    "csrf": 403,
    "unknown": 404,
    "method": 405,
    "guard": 409,
    "state": 409,
    "key": 409,
    "size": 413,
    "type": 415,
    "form": 422,
    "purpose": 422,
    "rate": 429,
    "fault": 500,
}
TITLES: Final[dict[int, str]] = {
    400: _("请求写得不对"),
    401: _("请先证明您是谁"),
    403: _("没有这项权限"),
    404: _("没有找到"),
    405: _("这里不能用这种方法"),
    409: _("现在办不了"),
    413: _("内容太大"),
    415: _("格式不对"),
    422: _("有几处需要修改"),
    429: _("来得太多了"),
    500: _("系统出错了"),
}
NOT_FOUND: Final = _("没有找到这件事，或者您无权查看")
_MESSAGES: Final[dict[str, str]] = {
    "missing": _("请填写这一项"),
    "extra_forbidden": _("没有这一项"),
    "string_too_long": _("太长了"),
    "string_too_short": _("太短了"),
    "enum": _("请从列出的选项里选一个"),
    "literal_error": _("请从列出的选项里选一个"),
    "timezone_aware": _("时间要带时区"),
    "greater_than_equal": _("太小了"),
    "less_than_equal": _("太大了"),
}
_log = logging.getLogger("tianping.api")


class Problem(Exception):  # noqa: N818  # the word of the standard
    """A refusal of this door. `reason`: a key of STATUS; `fields`: field -> sentence; `headers` go out with it."""

    def __init__(
        self,
        reason: str,
        sentence: str,
        fields: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


def respond(
    reason: str, detail: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The response; `detail` and `fields` are translated already."""
    status = STATUS[reason]
    body: dict[str, Any] = {
        "type": f"urn:tianping:problem:{reason}",
        "title": gettext(TITLES[status]),
        "status": status,
        "detail": detail,
    }
    if fields:
        body["fields"] = fields
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if status == STATUS["token"]:
        response["WWW-Authenticate"] = 'Bearer realm="tianping"'
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def of_problem(_request: HttpRequest, problem: Problem) -> HttpResponse:
    fields = {name: gettext(sentence) for name, sentence in problem.fields.items()}
    return respond(problem.reason, gettext(problem.sentence), fields, problem.headers)


def of_refusal(_request: HttpRequest, error: RefusedError) -> HttpResponse:
    """The kernel's refusal. What does not exist and what may not be seen get the same words."""
    details: Mapping[str, Mapping[str, Any]] = error.values.get("details") or {}
    fields = {name: said(sentence, details.get(name) or {}) for name, sentence in error.fields.items()}
    reason = error.reason if error.reason in STATUS else "guard"
    return respond(reason, said(error.sentence, error.values), fields)


def of_identifier(_request: HttpRequest, error: IdentifierError) -> HttpResponse:
    """A name or number that the parser let pass and the register of persons does not."""
    return respond("form", gettext(str(error)))


def of_validation(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A query, header or body of another shape than declared."""
    fields: dict[str, str] = {}
    for fault in error.errors:
        path = [str(part) for part in fault["loc"][1:]] or [str(fault["loc"][0])]
        if fault["loc"][0] == "body" and len(path) > 1:
            path = path[1:]
        fields[".".join(path)[:80]] = gettext(_MESSAGES.get(str(fault["type"]), _("写法不对，请对照接口说明")))
    return respond("form", gettext(_("有几处需要补充或修改")), fields)


def of_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses: a body it cannot read, nobody logged in."""
    if isinstance(error.__cause__, Problem):
        return of_problem(request, error.__cause__)
    if error.status_code in {401, 403}:
        return respond("token" if error.status_code == STATUS["token"] else "right", gettext(UNPROVED))
    return respond("syntax", gettext(UNREADABLE))


def of_missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return respond("unknown", gettext(NOT_FOUND))


def of_too_big(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return respond("size", gettext(TOO_BIG))


def of_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Nothing foreseen: it is logged in full and told in one sentence."""
    if isinstance(error, IntegrityError) and "entry_key" in str(error):  # two uses of one key ran at once
        return respond("key", gettext(_("同一个请求号正在办理，请稍后再试")))
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return respond("fault", gettext(_("系统出了错，没有办成，也没有留下一半。请稍后再试；一直不行请告诉管理员。")))


UNPROVED: Final = _("令牌或登录无效：请重新登录，或者换一个有效的令牌")
UNREADABLE: Final = _("请求体应当是一个 UTF-8 编码的 JSON 对象")
TOO_BIG: Final = _("请求体超过 1 MB，请分开发")
