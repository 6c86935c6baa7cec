"""Files: received in chunks, told apart by their bytes, stored once under the hash of their content.

A file belongs to who uploaded it until a step attaches it to its matter; after that whoever sees the matter sees it. These
functions run inside `acting(actor)`; the door to them is `matters.papers`.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from uuid_utils.compat import uuid7

from tianping.kernel.documents.kinds import ACCEPTED, HEAD, sniff
from tianping.kernel.documents.scan import scan
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _

LARGEST = 50 * 1024 * 1024  # bytes of one file
MOST_WAITING = 30  # files that one person has uploaded and not yet attached
_NAME = 200


@dataclass(frozen=True, slots=True)
class Stored:
    id: UUID
    name: str
    mime: str
    size: int
    sha256: str


def _owner(actor: Actor) -> str:
    """The key by which the uploader is known again: a person, or a guest's draft."""
    found = sorted(k for k in actor.keys if k.startswith(("person:", "upload:", "code:")))
    if not found:
        raise RefusedError(_("请重新打开这一页再传文件"), "right")
    return found[-1]


def _spool(upload: UUID) -> Path:
    folder = Path(settings.UPLOAD_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{upload.hex}.part"


def begin(actor: Actor, name: str, size: int) -> UUID:
    """Announce a file of `size` bytes. Refuses what is too large or one file too many."""
    if not 0 < size <= LARGEST:
        raise RefusedError(
            _("文件太大或是空的，一个文件最多50兆"), "form", {"files": _("文件太大或是空的，一个文件最多50兆")}
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM document WHERE jurisdiction = %s AND owner = %s AND matter_id IS NULL",
            [actor.jurisdiction, _owner(actor)],
        )
        if cursor.fetchone()[0] >= MOST_WAITING:
            raise RefusedError(_("还没提交的文件太多了，请先提交，再传别的"), "form")
        upload = uuid7()
        cursor.execute(
            "INSERT INTO upload (jurisdiction, id, owner, name, size, received, created_at) VALUES (%s,%s,%s,%s,%s,0,clock_timestamp())",
            [actor.jurisdiction, upload, _owner(actor), _clean(name), size],
        )
    return upload


def append(actor: Actor, upload: UUID, offset: int, chunk: bytes) -> int:
    """Add a chunk at `offset`; returns how many bytes have come. A chunk sent twice changes nothing."""
    row = _upload(actor, upload)
    received = int(row["received"])
    if not 0 <= offset <= received:
        raise RefusedError(_("中间少了一段，请从断开的地方接着传"), "state", received=received)
    if offset + len(chunk) > row["size"]:
        raise RefusedError(_("传来的比说好的多，请重新添加这个文件"), "form")
    fresh = chunk[received - offset :]
    with _spool(upload).open("ab") as out:
        out.truncate(received)  # what a broken attempt left behind the last counted byte
        out.write(fresh)
        out.flush()
        os.fsync(out.fileno())
    received += len(fresh)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE upload SET received = %s WHERE jurisdiction = %s AND id = %s",
            [received, actor.jurisdiction, upload],
        )
    return received


def finish(actor: Actor, upload: UUID) -> Stored:
    """Check and keep the whole file. Refuses one that is cut short, of a type that is not accepted, or infected."""
    row = _upload(actor, upload)
    if row["received"] != row["size"]:
        raise RefusedError(_("文件还没有传完，请接着传"), "state", received=row["received"])
    spool = _spool(upload)
    try:
        stored = _keep(actor, row["owner"], row["name"], spool)
    finally:
        spool.unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM upload WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, upload])
    return stored


def _upload(actor: Actor, upload: UUID) -> dict[str, Any]:
    """The upload, locked: two chunks at once would both count from the same byte."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner, name, size, received FROM upload WHERE jurisdiction = %s AND id = %s AND owner = ANY(%s) FOR UPDATE",
            [actor.jurisdiction, upload, sorted(actor.keys)],
        )
        row = cursor.fetchone()
    if row is None:
        raise RefusedError(_("没有找到这次上传，请重新添加文件"), "unknown")
    return dict(zip(("owner", "name", "size", "received"), row, strict=True))


def _keep(actor: Actor, owner: str, name: str, spool: Path) -> Stored:
    with spool.open("rb") as stream:
        head = stream.read(HEAD)
    mime = sniff(head, spool.read_bytes() if head[:2] == b"PK" else None)
    if mime is None:
        sentence = _("这种文件收不了，请传照片、PDF、OFD、Word、Excel、录音或录像")
        raise RefusedError(sentence, "form", {"files": sentence})
    scanned = scan(spool)
    with spool.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    place = storage_name(sha256)
    if not default_storage.exists(place):
        with spool.open("rb") as stream:
            default_storage.save(place, File(stream))
    stored = Stored(uuid7(), name, mime, spool.stat().st_size, sha256)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO document (jurisdiction, id, owner, kind, name, mime, size, sha256, scanned, created_at)"
            " VALUES (%s, %s, %s, '', %s, %s, %s, %s, %s, clock_timestamp())",
            [actor.jurisdiction, stored.id, owner, name, mime, stored.size, sha256, scanned],
        )
    return stored


def storage_name(sha256: str) -> str:
    """Where the content with this hash lies."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def find(actor: Actor, document: UUID) -> tuple[Stored, UUID | None]:
    """A file's facts and its matter. A hidden one is "unknown", like one that does not exist."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, mime, size, sha256, matter_id FROM document WHERE jurisdiction = %s AND id = %s",
            [actor.jurisdiction, document],
        )
        row = cursor.fetchone()
    if row is None:
        raise RefusedError(_("没有找到这个文件，或者您无权查看"), "unknown")
    return Stored(*row[:5]), row[5]


def content(sha256: str) -> Iterator[bytes]:
    """The stored bytes, in pieces."""
    with default_storage.open(storage_name(sha256), "rb") as stream:
        while chunk := stream.read(256 * 1024):
            yield chunk


def download_name(stored: Stored) -> str:
    """The uploader's name with the ending of what it really is."""
    stem = stored.name.rsplit(".", 1)[0] or "file"
    return f"{stem}.{ACCEPTED[stored.mime]}"


def _clean(name: str) -> str:
    plain = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable() and c not in '<>:"|?*')
    return plain.strip()[-_NAME:] or "file"
