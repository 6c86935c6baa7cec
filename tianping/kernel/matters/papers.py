"""The door to files: each call is one transaction of its actor, and each download leaves a record."""

from collections.abc import Iterator
from typing import IO
from uuid import UUID

from django.utils import timezone

from tianping.kernel.agencies.access import record
from tianping.kernel.agencies.acting import acting
from tianping.kernel.documents import files
from tianping.kernel.documents.files import Stored
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.own import need_paper
from tianping.kernel.matters.standing import own_purpose

PIECE = 1024 * 1024


def begin_upload(actor: Actor, name: str, size: int) -> UUID:
    """Announce a file; see `documents.files.begin`."""
    with acting(actor):
        return files.begin(actor, name, size)


def append_upload(actor: Actor, upload: UUID, offset: int, chunk: bytes) -> int:
    """Add a chunk; the number of bytes that have come. See `documents.files.append`."""
    with acting(actor):
        return files.append(actor, upload, offset, chunk)


def finish_upload(actor: Actor, upload: UUID) -> Stored:
    """Check and keep the whole file; see `documents.files.finish`."""
    with acting(actor):
        return files.finish(actor, upload)


def store(actor: Actor, name: str, stream: IO[bytes], size: int) -> Stored:
    """A file that comes in one piece, as a form sends it."""
    upload = begin_upload(actor, name, size)
    offset = 0
    while chunk := stream.read(PIECE):
        offset = append_upload(actor, upload, offset, chunk)
    return finish_upload(actor, upload)


def open_paper(actor: Actor, document: UUID, purpose: str) -> tuple[Stored, Iterator[bytes]]:
    """A file's facts and content. The record of the read is written first; when it cannot be, nothing is opened.

    Of the files of a matter, a citizen opens those they sent or were answered with.
    """
    with acting(actor):
        stored, matter = files.find(actor, document)
        if matter is not None and actor.kind == "guest":
            raise RefusedError(_("请先验证您的身份，再看内容"), "proof")
        if matter is not None and actor.kind == "citizen":
            need_paper(actor, matter, document, timezone.now())
        record(actor, own_purpose(actor, purpose), ["files"], matter=matter)
    return stored, files.content(stored.sha256)
