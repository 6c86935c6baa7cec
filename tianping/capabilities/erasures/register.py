"""The register of lawful erasures, outside the database: what a backup from before an erasure must not bring back.

One JSON object a line: what was destroyed, by which entry, when; never a value. The file is only ever added to. It belongs
beside the keys, away from the backups: a restore takes from it what its backup cannot know.
"""

import fcntl
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from tianping.kernel.service import acting, system_actor

_LIST = """SELECT id, matter_id, concept, entry_id, record, erased_at FROM erasure WHERE jurisdiction = %s
 AND (%s::uuid[] IS NULL OR entry_id = ANY(%s::uuid[])) ORDER BY erased_at, id"""
_PUT = """INSERT INTO erasure (jurisdiction, id, matter_id, concept, entry_id, record, erased_at) VALUES (%s, %s, %s, %s, %s, %s, %s)
 ON CONFLICT DO NOTHING"""


class RegisterError(Exception):
    """A line of the file is not one that was written here; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(str(line))
        self.line = line


def registered(jurisdiction: str, entries: list[UUID] | None = None) -> list[dict[str, str]]:
    """The database's erasures as lines, of these entries or all. Inside the caller's `acting`."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [jurisdiction, entries, entries])
        rows = cursor.fetchall()
    return [
        {
            "jurisdiction": jurisdiction,
            "id": str(ident),
            "matter": str(matter),
            "concept": concept,
            "entry": str(entry),
            "record": bytes(record).decode(),
            "at": at.isoformat(),
        }
        for ident, matter, concept, entry, record, at in rows
    ]


def add(file: Path, lines: Iterable[dict[str, str]]) -> int:
    """Add what the file does not hold yet, and see it on the disk. Returns how many lines came."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        text = out.read()
        known = {told["id"] for told in _parsed(text)}
        fresh = [line for line in lines if line["id"] not in known]
        cut = b"" if not text or text.endswith(b"\n") else b"\n"  # a line that a power cut left short stays, alone
        out.write(cut + b"".join(json.dumps(f, ensure_ascii=False, sort_keys=True).encode() + b"\n" for f in fresh))
        out.flush()
        os.fsync(out.fileno())
    return len(fresh)


def read(file: Path) -> list[dict[str, str]]:
    """The lines of the file. RegisterError for one that cannot be read, but for a last one that was cut short."""
    return _parsed(file.read_bytes())


def _parsed(text: bytes) -> list[dict[str, str]]:
    found = []
    lines = text.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            _row(told)
        except (ValueError, KeyError, TypeError) as error:
            if number >= len(lines) - 1:
                continue  # cut short before it was acknowledged: its reader writes it again
            raise RegisterError(number) from error
        found.append(told)
    return found


def _row(told: dict[str, str]) -> list[Any]:
    return [
        told["jurisdiction"],
        UUID(told["id"]),
        UUID(told["matter"]),
        told["concept"],
        UUID(told["entry"]),
        told["record"].encode(),
        datetime.fromisoformat(told["at"]),
    ]


def bring(jurisdiction: str, lines: Iterable[dict[str, str]]) -> int:
    """Put lines of this jurisdiction into the database's register. Returns how many it did not know."""
    came = 0
    with acting(system_actor(jurisdiction, "erasure")), connection.cursor() as cursor:
        for told in lines:
            if told["jurisdiction"] == jurisdiction:
                cursor.execute(_PUT, _row(told))
                came += cursor.rowcount
    return came
