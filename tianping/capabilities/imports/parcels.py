"""Sheets that somebody brings to the desk: kept until they are in, taken in small parts, gone on with after any break.

A parcel is a folder beside the uploads: the sheet and how far it is. What a row became hangs on its key alone (`reports`), so a
part that was killed in the middle is taken again and brings nothing twice. A parcel is its bringer's own and goes after a week.
"""

import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from tianping.capabilities.imports.reports import Import, Outcome
from tianping.capabilities.imports.sheet import Message, RowError, Sheet, SheetError, read_sheet
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.service import book

PART = 20  # rows in one go: some seconds
MOST = 5_000  # rows of a sheet
LARGEST = 10 * 1024 * 1024
WEEK = 7 * 24 * 3600
COUNTED = ("new", "known", "repeats", "dispatched", "answered")


@dataclass
class Parcel:
    """`done`: rows that were taken or refused. `refused`: the row's cells and why it did not come in."""

    id: UUID
    user: str
    jurisdiction: str
    name: str
    source: str
    at: float
    rows: int
    done: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    refused: list[tuple[list[Any], str]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.done >= self.rows


def _folder() -> Path:
    return Path(settings.UPLOAD_FOLDER) / "sheets"


def bring(actor: Actor, name: str, source: str, content: bytes) -> Parcel:
    """Keep a sheet. Raises SheetError with what to do, for what cannot be read, is too long or too large."""
    clear()
    if len(content) > LARGEST:
        raise SheetError(_("文件太大，最多10MB"))
    ident = uuid7()
    folder = _folder() / ident.hex
    folder.mkdir(parents=True, mode=0o700)
    path = folder / (Path(name.replace("\\", "/")).name.strip(". ")[-80:] or "sheet.xlsx")
    path.write_bytes(content)
    try:
        rows = _rows(path)
    except SheetError:
        shutil.rmtree(folder)
        raise
    parcel = Parcel(ident, str(actor.user), actor.jurisdiction, path.name, source, time.time(), rows)
    _keep(parcel)
    return parcel


def _rows(path: Path) -> int:
    rows = len(read_sheet(path).rows)
    if rows > MOST:
        raise SheetError(_("一次最多%(most)s行，请分成几份") % {"most": MOST})
    return rows


def find(actor: Actor, ident: UUID) -> Parcel | None:
    """One's own parcel."""
    try:
        parcel = msgspec.json.decode((_folder() / ident.hex / "state.json").read_bytes(), type=Parcel)
    except (OSError, msgspec.DecodeError):
        return None
    return parcel if (parcel.user, parcel.jurisdiction) == (str(actor.user), actor.jurisdiction) else None


def mine(actor: Actor) -> list[Parcel]:
    """One's own parcels of the last week, newest first."""
    clear()
    names = sorted((p.name for p in _folder().glob("*") if p.is_dir()), reverse=True)
    return [p for p in (find(actor, UUID(hex=name)) for name in names) if p is not None]


def sheet_of(parcel: Parcel) -> Sheet:
    return read_sheet(_folder() / parcel.id.hex / parcel.name)


def preview(sheet: Sheet) -> list[tuple[int, list[Any], Message | RowError]]:
    """Every row with what it says, or why it cannot come in as it stands."""
    return list(sheet.messages())


def take(actor: Actor, parcel: Parcel) -> None:
    """The next part, in the bringer's name; then the parcel says how far it is."""
    sheet = sheet_of(parcel)
    part = Sheet(sheet.path, sheet.headings, sheet.columns, sheet.rows[parcel.done : parcel.done + PART])
    grade = book(actor.jurisdiction).grades()[-1].code
    outcome = Import(part, actor, source=parcel.source, grade=grade).run(lambda _done, _total: None)
    _add(parcel, outcome)
    parcel.done = min(parcel.done + PART, parcel.rows)
    _keep(parcel)


def _add(parcel: Parcel, outcome: Outcome) -> None:
    for name in COUNTED:
        parcel.counts[name] += getattr(outcome, name)
    parcel.refused += [
        ([c if isinstance(c, int | float | str) else str(c) for c in cells], why) for cells, why in outcome.rejected
    ]


def _keep(parcel: Parcel) -> None:
    """In one move, so that a parcel is never half told."""
    path = _folder() / parcel.id.hex / "state.json"
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(asdict(parcel)))
    fresh.replace(path)


def forget(parcel: Parcel) -> None:
    shutil.rmtree(_folder() / parcel.id.hex, ignore_errors=True)


def clear() -> None:
    """What a week has passed over."""
    for folder in _folder().glob("*"):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > WEEK:
            shutil.rmtree(folder, ignore_errors=True)
