"""What a new fact changes of a matter that lists show: title, place, grid. A protected matter shows none of them."""

import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import MatterState

PROTECTED_TITLE = "受保护事项"


@dataclass
class Columns:
    title: str | None = None
    place: str | None = None
    repeat: bytes | None = None


def words(text: str) -> str:
    """The words alone, for finding exact repeats: one width, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()) or "-"


def columns_after(
    plain: dict[UUID, Columns],
    registry: Registry,
    matter: MatterState,
    concept: str,
    value: Any,
    located: dict[str, str],
) -> None:
    """Take a new fact into the matter's readable columns. `located` is where the place lies: grid and agency path."""
    columns = plain.setdefault(matter.id, Columns())
    column = registry.concepts[concept].column
    if matter.protected:
        return
    match column:
        case "title":
            columns.title = str(value)[:200]
        case "place":
            columns.place = str(value)[:200]
            _lies(matter, located)
        case "grid":
            _lies(matter, located)


def _lies(matter: MatterState, located: dict[str, str]) -> None:
    """A place that nobody's grid holds leaves the matter where it was thought to be."""
    matter.grid = located.get("grid", matter.grid)
    matter.place_path = located.get("path", matter.place_path)
