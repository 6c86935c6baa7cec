"""Files in and out: in one piece, or in chunks over a bad line; downloads leave their record."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop as _
from ninja import Header, Query, Router, Status

from tianping.kernel.service import (
    Actor,
    append_upload,
    begin_upload,
    finish_upload,
    open_paper,
    paper_name,
    store,
)
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.document import binary_answer, binary_body, marked
from tianping.web.api.file_shapes import FileName, Stored, Upload, UploadIn
from tianping.web.api.once import Answer, once
from tianping.web.api.problems import Problem
from tianping.web.api.reports import KEY
from tianping.web.api.schemas import Purpose
from tianping.web.limits import Limit

router = Router(tags=["files"])
CHUNK: Final = 2 * 1024 * 1024  # bytes of one chunk
UPLOADS: Final = Limit("upload", 300, 3600)
SEND: Final = Access("files", guests=True, limit=UPLOADS)


@router.post(
    "/files",
    auth=SEND,
    response={201: Stored, 200: Stored},
    summary=_("上传一个文件，一次传完"),
    openapi_extra=marked(binary_body()),
)
def send_whole(request: HttpRequest, name: Query[FileName], key: str = KEY) -> Status[Answer]:
    """The body is the file, up to 50 MB. What it is told by its content, never by its name."""
    actor, size = _sender(request), _size(request)

    def write() -> Answer:
        return _stored(store(actor, name.name, request, size))  # type: ignore[arg-type]  # a request is read like a file

    return once(request, key, {"name": name.name, "size": size}, write)


@router.post(
    "/uploads", auth=SEND, response={201: Upload, 200: Upload}, summary=_("开始分段上传"), openapi_extra=marked({})
)
def begin(request: HttpRequest, body: UploadIn, key: str = KEY) -> Status[Answer]:
    """Announce a file; its chunks follow in order."""
    actor = _sender(request)
    return once(
        request,
        key,
        body.model_dump(),
        lambda: {"upload": str(begin_upload(actor, body.name, body.size)), "received": 0},
    )


@router.patch(
    "/uploads/{uuid:upload}",
    auth=SEND,
    response=Upload,
    summary=_("传下一段；同一段传两次没有关系"),
    openapi_extra=marked(binary_body()),
)
def chunk(
    request: HttpRequest,
    upload: UUID,
    offset: int = Header(..., alias="Upload-Offset", ge=0, le=1 << 40, description=_("这一段从第几个字节开始")),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """The body is the chunk, up to 2 MB. Its place makes it the same chunk when it is sent again: it needs no key."""
    actor = _sender(request)
    if _size(request) > CHUNK:
        raise Problem("size", _("一段最多2兆"))
    return {"upload": upload, "received": append_upload(actor, upload, offset, request.read(CHUNK)), "repeated": False}


@router.post(
    "/uploads/{uuid:upload}/finish",
    auth=SEND,
    response={201: Stored, 200: Stored},
    summary=_("传完了，核对并收下"),
    openapi_extra=marked({}),
)
def finish(request: HttpRequest, upload: UUID, key: str = KEY) -> Status[Answer]:
    """What was cut short, is of a type that is not taken, or infected, is refused."""
    actor = _sender(request)
    return once(request, key, {}, lambda: _stored(finish_upload(actor, upload)))


@router.get(
    "/files/{uuid:document}",
    auth=Access("read"),
    response={200: None},
    summary=_("取一个文件，留下查看记录"),
    openapi_extra=binary_answer("application/octet-stream"),
)
def download(request: HttpRequest, document: UUID, purpose: Purpose = "handling") -> StreamingHttpResponse:
    """As bytes to be kept, never to be run. A citizen opens those of their own matters."""
    actor = caller_of(request).actor
    stored, content = open_paper(actor, document, purpose if actor.kind == "staff" else "own")
    response = StreamingHttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, paper_name(stored)) or "attachment"
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _sender(request: HttpRequest) -> Actor:
    """A token, a log-in, or a guest with a mark of their own. Raises Problem."""
    actor = caller_of(request).actor
    if actor.user is None and not any(key.startswith("upload:") for key in actor.keys):
        raise Problem("token", _("上传要带令牌；没有令牌的，请带上自定的 X-Upload-Key"))
    return actor


def _size(request: HttpRequest) -> int:
    """The length of the body as it was announced."""
    text = str(request.META.get("CONTENT_LENGTH") or "")
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _stored(found: Any) -> Answer:
    return {"id": str(found.id), "name": found.name, "mime": found.mime, "size": found.size}
