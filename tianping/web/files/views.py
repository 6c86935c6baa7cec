"""Files in and out: chunks from a phone with a bad line, whole files from a form, downloads with their record."""

import secrets
from dataclasses import replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tianping.kernel.service import (
    PURPOSES,
    Actor,
    RefusedError,
    append_upload,
    begin_upload,
    finish_upload,
    open_paper,
    paper_name,
    store,
)
from tianping.web.accounts.asking import actor_of
from tianping.web.forms import said

TOKEN = "upload_token"  # noqa: S105  # the session's key, not a secret


def uploader(request: HttpRequest) -> Actor:
    """The request's actor, known again by its session: a guest's files are theirs until the report is sent."""
    actor = actor_of(request)
    if actor.kind != "guest":
        return actor
    token = request.session.setdefault(TOKEN, secrets.token_hex(16))
    return replace(actor, keys=actor.keys | {f"upload:{token}"})


def _refusal(error: RefusedError) -> JsonResponse:
    status = {"unknown": 404, "right": 403}.get(error.reason, 422)
    return JsonResponse(
        {"error": said(error.sentence, error.values), **{k: v for k, v in error.values.items() if isinstance(v, int)}},
        status=status,
    )


@require_POST
def whole(request: HttpRequest) -> HttpResponse:
    """A file in one piece; answers with its id and what it was found to be."""
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse({"error": _("请选一个文件")}, status=422)
    try:
        stored = store(uploader(request), sent.name or "file", sent, sent.size or 0)
    except RefusedError as error:
        return _refusal(error)
    return JsonResponse(
        {"id": str(stored.id), "name": stored.name, "mime": stored.mime, "size": stored.size}, status=201
    )


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    try:
        size = int(request.POST.get("size", ""))
        upload = begin_upload(uploader(request), request.POST.get("name", "file"), size)
    except ValueError:
        return JsonResponse({"error": _("请说明文件有多大")}, status=422)
    except RefusedError as error:
        return _refusal(error)
    return JsonResponse({"upload": str(upload), "received": 0}, status=201)


@require_POST
def chunk(request: HttpRequest, upload: UUID) -> HttpResponse:
    """The request's body is the chunk; its place is the header Upload-Offset (bytes)."""
    try:
        offset = int(request.headers.get("Upload-Offset", ""))
        received = append_upload(uploader(request), upload, offset, request.body)
    except ValueError:
        return JsonResponse({"error": _("缺少 Upload-Offset")}, status=422)
    except RefusedError as error:
        return _refusal(error)
    return JsonResponse({"upload": str(upload), "received": received})


@require_POST
def finish(request: HttpRequest, upload: UUID) -> HttpResponse:
    try:
        stored = finish_upload(uploader(request), upload)
    except RefusedError as error:
        return _refusal(error)
    return JsonResponse(
        {"id": str(stored.id), "name": stored.name, "mime": stored.mime, "size": stored.size}, status=201
    )


@require_GET
@never_cache
def download(request: HttpRequest, document: UUID) -> HttpResponse | StreamingHttpResponse:
    """The file, as what it really is. Pictures and PDF are shown, everything else is saved; nothing is ever run."""
    purpose = request.GET.get("purpose", "handling")
    actor = uploader(request)
    if actor.kind != "staff":
        purpose = "own"
    if purpose not in PURPOSES:
        raise Http404
    try:
        stored, content = open_paper(actor, document, purpose)
    except RefusedError as error:
        raise Http404 from error
    response = StreamingHttpResponse(content, content_type=stored.mime)
    inline = stored.mime.startswith("image/") or stored.mime == "application/pdf"
    response["Content-Disposition"] = content_disposition_header(not inline, paper_name(stored)) or "attachment"
    response["Content-Length"] = str(stored.size)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
