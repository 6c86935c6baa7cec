"""The API at /api/v1: its routers, and what holds for every route.

A capability brings a router of its own: it is added to ROUTERS, with `Access` on each operation.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from tianping.kernel.parties.identifiers import IdentifierError
from tianping.kernel.service import RefusedError
from tianping.web.api import (
    accounts,
    declarations,
    desk,
    files,
    matters,
    notices,
    offices,
    people,
    problems,
    reports,
    same,
    watching,
)
from tianping.web.api.document import CACHED, Document
from tianping.web.api.problems import UNREADABLE, Problem
from tianping.web.api.reference import page_of

MOST_BYTES: Final = 1 << 20
ROUTERS: Final[list[Router]] = [
    reports.router,
    matters.router,
    desk.router,
    files.router,
    people.router,
    same.router,
    notices.router,
    watching.router,
    offices.router,
    accounts.router,
    declarations.router,
    declarations.places,
]
View = Callable[..., HttpResponseBase]


class JsonParser(Parser):
    """JSON and nothing else, up to 1 MB."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise Problem("type", _("请求体要用 application/json"))
        if len(request.body) > MOST_BYTES:
            raise Problem("size", problems.TOO_BIG)
        try:
            body = msgspec.json.decode(request.body)
        except (ValueError, RecursionError) as error:
            raise Problem("syntax", UNREADABLE) from error
        if not isinstance(body, dict):
            raise Problem("syntax", UNREADABLE)
        return body


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        return msgspec.json.encode(data)


class Api(NinjaAPI):
    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return Document(self, path_prefix if path_prefix is not None else self.get_root_path(path_params or {}))


def strict(run: View) -> View:
    """What holds for every operation: no unknown query, nothing personal kept in caches, an ETag on what is public."""
    operation = cast("Operation", run.__self__)  # type: ignore[attr-defined]
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", {})
    }
    public = operation.tags == [CACHED]

    @wraps(run)
    def checked(request: HttpRequest, **values: Any) -> HttpResponseBase:
        if unknown := sorted(set(request.GET) - known):
            said = gettext("没有这个查询参数")
            return problems.respond("form", gettext("有几处需要补充或修改"), {name[:80]: said for name in unknown[:20]})
        response = run(request, **values)
        if not public or response.status_code != 200:
            response["Cache-Control"] = "no-store"
            return response
        response["Cache-Control"] = "private, no-cache"
        set_response_etag(cast("HttpResponse", response))
        found = get_conditional_response(request, etag=response["ETag"], response=cast("HttpResponse", response))
        return cast("HttpResponseBase", found)

    return checked


def shell(view: View) -> View:
    """The reader's language by Accept-Language alone; and refusals that come before any operation as problem details too."""

    @wraps(view)
    def shelled(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = answered(request, *args, **values)
        response["Content-Language"] = language
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def answered(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **values)
        except SuspiciousOperation:  # too many parameters, a host or a cookie that cannot be
            return problems.respond("syntax", gettext("请求写得不对，请对照接口说明"))
        except Http404 as error:
            return problems.of_missing(request, error)
        except Exception as error:  # noqa: BLE001  # outside any operation, as in one: told in a sentence, logged whole
            return problems.of_fault(request, error)
        if response.status_code == problems.STATUS["method"]:
            headers = {"Allow": response["Allow"]}
            return problems.respond("method", gettext("这里不能用这种方法，请对照接口说明"), headers=headers)
        return response

    shelled.csrf_exempt = True  # type: ignore[attr-defined]  # `Access` checks it where a log-in counts
    return shelled


def nowhere(_request: HttpRequest) -> HttpResponse:
    """Every other address under the API."""
    return problems.respond("unknown", gettext("没有这个地址，请对照接口说明"))


nowhere.csrf_exempt = True  # type: ignore[attr-defined]


def describe(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI document."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    response = HttpResponse(msgspec.json.encode(dict(api.get_openapi_schema())), content_type="application/json")
    response["Cache-Control"] = "private, no-cache"
    return response


@require_GET
def reference(request: HttpRequest) -> HttpResponse:
    """The same document as a page to read: made here, without any script."""
    context = page_of(dict(api.get_openapi_schema()))
    return render(request, "web/api/reference.html", context)


def build() -> NinjaAPI:
    api = Api(
        title="天平 Tianping",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        renderer=JsonRenderer(),
        parser=JsonParser(),
    )
    handlers: list[tuple[type[Exception], Callable[..., HttpResponse]]] = [
        (Exception, problems.of_fault),
        (Problem, problems.of_problem),
        (RefusedError, problems.of_refusal),
        (IdentifierError, problems.of_identifier),
        (ValidationError, problems.of_validation),
        (HttpError, problems.of_http_error),
        (Http404, problems.of_missing),
        (RequestDataTooBig, problems.of_too_big),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)
    for router in ROUTERS:
        router.add_decorator(strict, mode="view")
        api.add_router("", router)
    return api


_DESCRIPTION: Final = _(
    "网页能办的，接口都能办，用的是同一批函数。每次改动都要带 Idempotency-Key，同一个值再发一次不会办两遍。"
    "错误一律是 RFC 9457 的问题说明，中文或英文看 Accept-Language。清单凭游标翻页，不给总数。看不到的和没有的，答复一样，都是 404。"
)
api = build()
patterns = [path("openapi.json", describe, name="openapi"), *cast("list[URLPattern]", api.urls[0])]
for pattern in patterns:
    pattern.callback = shell(pattern.callback)
patterns.insert(0, path("docs", reference, name="docs"))
