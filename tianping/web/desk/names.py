"""What codes and paths are called, looked up once a page: a list of fifty rows must not ask fifty times."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from tianping.kernel.agencies.administer import OfficeRow
from tianping.kernel.service import Office, book, offices, registry
from tianping.web.choices import english, label_of

HELD = 60.0  # seconds; an office is renamed once in years, and what is written asks the table itself
_offices: dict[str, tuple[float, list[Office]]] = {}


def directory(jurisdiction: str) -> list[Office]:
    """The offices in use, held for a minute by each process."""
    held = _offices.get(jurisdiction)
    if held is None or time.monotonic() - held[0] > HELD:
        held = _offices[jurisdiction] = (time.monotonic(), offices(jurisdiction))
    return held[1]


def forget() -> None:
    """After the tree of offices was changed here."""
    _offices.clear()


def office_name(office: Office | OfficeRow) -> str:
    return office.name_en if english() and office.name_en else office.name


def short_name(office: Office | OfficeRow) -> str:
    """The declared short name; English has the whole name only."""
    return office.name_en if english() and office.name_en else office.short


@dataclass(frozen=True)
class Names:
    """One page's names: the pack is asked once, by the first that needs it."""

    jurisdiction: str

    @cached_property
    def book(self) -> Any:
        return book(self.jurisdiction)

    @cached_property
    def _categories(self) -> dict[str, str]:
        return {c.code: label_of(c) for c in self.book.categories()}

    @cached_property
    def _grades(self) -> dict[str, str]:
        return {g.code: label_of(g) for g in self.book.grades()}

    @cached_property
    def offices(self) -> dict[str, Office]:
        return {o.path: o for o in directory(self.jurisdiction)}

    def category(self, code: str) -> str:
        return self._categories.get(code, "")

    def grade(self, code: str) -> str:
        return self._grades.get(code, "")

    def office(self, path: str) -> str:
        found = self.offices.get(path)
        return office_name(found) if found else ""

    def short(self, path: str) -> str:
        found = self.offices.get(path)
        return short_name(found) if found else ""

    @cached_property
    def _by_short(self) -> dict[str, Office]:
        return {o.short: o for o in self.offices.values()}

    def called(self, short: str) -> str:
        """An office that a row names by its short name, in the reader's language."""
        found = self._by_short.get(short) if english() else None
        return short_name(found) if found else short

    def area(self, path: str) -> str:
        """The town or street in which a path lies; "" for the county itself."""
        parts = path.split(".")
        return self.short(".".join(parts[:2]) + ".") if len(parts) > 2 else ""


def state_label(procedure: str, state: str) -> str:
    rules = registry()
    return _(rules.procedure(procedure).states.get(state, state)) if rules.has(procedure) else state


def channel_label(code: str) -> str:
    return _(dict(registry().concepts["channel"].choices).get(code, code)) if code else ""
