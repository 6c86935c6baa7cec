"""The record of who read what. It is written in the transaction of the read: if it cannot be written, nothing is read."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection
from msgspec.json import encode
from uuid_utils.compat import uuid7

from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _

# Why somebody may open personal data (个人信息保护法第6条: a clear purpose). The label is what the person concerned reads.
PURPOSES: Final[dict[str, str]] = {
    "handling": _("办理这件事"),
    "dispatch": _("分类派单"),
    "verify": _("现场核实"),
    "contact": _("联系当事人"),
    "supervision": _("督办和检查"),
    "audit": _("审计"),
    "search": _("查找事项"),
    "identity": _("核对是不是同一个人"),
    "export": _("导出"),
    "own": _("本人查看"),
    "archive": _("整理档案"),
    "reader": _("系统随主办件答复"),
}

_INSERT = """INSERT INTO access_record (jurisdiction, id, at, user_id, subject_id, agency, purpose, matter_id, what, rows)
 SELECT %s, r.id, clock_timestamp(), %s::uuid, %s::uuid, %s, %s, r.matter, r.what, %s
 FROM json_to_recordset(%s::json) AS r(id uuid, matter uuid, what jsonb)"""


def record(actor: Actor, purpose: str, what: list[str], *, matter: UUID | None = None, rows: int = 1) -> None:
    """Record a read of `what` (concept names) inside the current transaction. An unknown purpose refuses the read."""
    record_each(actor, purpose, [(matter, what)], rows=rows)


def record_each(actor: Actor, purpose: str, reads: Iterable[tuple[UUID | None, list[str]]], *, rows: int = 1) -> None:
    """A record for each matter (None: of no one matter) and what was read of it, as `record` makes it."""
    if purpose not in PURPOSES:
        raise RefusedError(_("要看个人信息，请先说明用途"), "purpose")
    records = [{"id": uuid7(), "matter": matter, "what": sorted(set(what))} for matter, what in reads]
    told = [actor.jurisdiction, actor.user, actor.subject, actor.agency, purpose, rows, encode(records).decode()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, told)
