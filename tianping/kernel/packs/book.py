"""The packs of a jurisdiction in memory, read again when something newer was loaded."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Collection
from typing import Any

import msgspec
from django.utils import timezone

from tianping.kernel.packs.models import PackRelease, PackRow
from tianping.kernel.packs.routing import Router, Suggestion
from tianping.kernel.packs.schema import KINDS, AnswerTemplate, Category, Grade

_books: dict[str, PackBook] = {}
_lock = threading.Lock()


def book(jurisdiction: str) -> PackBook:
    """The jurisdiction's book: one small query a call, a new book only after a load."""
    releases = tuple(PackRelease.objects.filter(jurisdiction=jurisdiction).order_by("id").values_list("id", flat=True))
    with _lock:
        known = _books.get(jurisdiction)
        if known is None or known.releases != releases:
            known = _books[jurisdiction] = PackBook(jurisdiction, releases)
        return known


class PackBook:
    """Rows by kind and day. Each kind is read once, when first asked for; `on` is the day whose rules count."""

    def __init__(self, jurisdiction: str, releases: tuple[uuid.UUID, ...]) -> None:
        self.jurisdiction = jurisdiction
        self.releases = releases
        self._kinds: dict[str, list[tuple[dt.date, dt.date | None, Any]]] = {}
        self._routers: dict[dt.date, Router] = {}

    def rows(self, kind: str, on: dt.date | None = None) -> list[Any]:
        """The rows of one kind that hold on the day (today when None), by code: structs; mappings for the clock."""
        day = on or timezone.localdate()
        return [row for since, until, row in self._versions(kind) if since <= day and (until is None or day < until)]

    def categories(self, on: dt.date | None = None) -> list[Category]:
        """Classes and leaves of the day."""
        return self.rows("category", on)

    def category(self, code: str, on: dt.date | None = None) -> Category | None:
        """The class or leaf as it stood on the day, or None."""
        return next((c for c in self.categories(on) if c.code == code), None)

    def grades(self, on: dt.date | None = None) -> list[Grade]:
        """The grades, most urgent first."""
        return sorted(self.rows("grade", on), key=lambda g: g.order)

    def templates(self, kind: str, on: dt.date | None = None) -> list[AnswerTemplate]:
        """The texts for one purpose, such as `answer` or `return`."""
        return [t for t in self.rows("answer_template", on) if t.kind == kind]

    def routing(
        self,
        category: str | None,
        place: str | None,
        text: str,
        *,
        exclude: Collection[str] = (),
        on: dt.date | None = None,
    ) -> list[Suggestion]:
        """Suggested offices with reasons, best first; see `Router.suggest`."""
        day = on or timezone.localdate()
        if day not in self._routers:
            parts = [self.rows(kind, day) for kind in ("routing", "agency", "category", "grid")]
            self._routers = {day: Router(*parts)}
        return self._routers[day].suggest(category, place, text, exclude)

    def _versions(self, kind: str) -> list[tuple[dt.date, dt.date | None, Any]]:
        if kind not in self._kinds:
            columns = ("code", "effective_from", "effective_to", "source", "verified", "body")
            rows = PackRow.objects.filter(jurisdiction=self.jurisdiction, kind=kind)
            self._kinds[kind] = [
                (row[1], row[2], _restore(kind, dict(zip(columns, row, strict=True))))
                for row in rows.order_by("code", "effective_from").values_list(*columns)
            ]
        return self._kinds[kind]


def _restore(kind: str, row: dict[str, Any]) -> Any:
    body = row.pop("body")
    wanted = KINDS[kind]
    return body if wanted is None else msgspec.convert({**body, **row}, wanted)
