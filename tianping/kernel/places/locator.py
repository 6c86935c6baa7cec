"""From a point, or words for a place, to the grid that is responsible for it. Held in memory until a pack is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from tianping.kernel.places.addresses import AddressBook, KnownPlace
from tianping.kernel.places.load import index
from tianping.kernel.places.locate import GridIndex


@dataclass(frozen=True, slots=True)
class Located:
    """`reason` is the sentence that says why; empty when a point decided."""

    grid: str
    agency_path: str
    address: str = ""
    reason: str = ""


@dataclass(frozen=True)
class _Held:
    stamp: object
    grids: GridIndex
    paths: dict[str, str]  # grid -> agency path
    addresses: AddressBook


_held: dict[str, _Held] = {}


def _load(jurisdiction: str) -> _Held:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(loaded_at) FROM pack_release WHERE jurisdiction = %s", [jurisdiction])
        stamp = cursor.fetchone()
        held = _held.get(jurisdiction)
        if held is not None and held.stamp == stamp:
            return held
        cursor.execute(
            "SELECT body::json FROM pack_row WHERE jurisdiction = %s AND kind = 'address' AND effective_to IS NULL ORDER BY code",
            [jurisdiction],
        )
        bodies = [row[0] for row in cursor.fetchall()]
    grids = index(jurisdiction)
    paths = {s.code: str(s.properties["agency_path"]) for s in grids.shapes}
    known = [KnownPlace(b["address"], tuple(b["names"]), b["grid"], b["division"], b["lon"], b["lat"]) for b in bodies]
    known += [KnownPlace(s.name, (s.name,), s.code) for s in grids.shapes]
    _held[jurisdiction] = _Held(stamp, grids, paths, AddressBook(known))
    return _held[jurisdiction]


def locate(jurisdiction: str, point: Sequence[str] | str | None, words: str) -> Located | None:
    """The point decides where it lies in a grid; otherwise the best known address, or a grid's name, in the words.

    None when neither does.
    """
    held = _load(jurisdiction)
    if point:
        parts = point.split(",") if isinstance(point, str) else point
        try:
            grid = held.grids.grid_at(float(parts[0]), float(parts[1]))
        except (ValueError, IndexError, TypeError):
            grid = None  # the form's parser names the fault
        if grid:
            return Located(grid, held.paths[grid])
    candidates = held.addresses.match_address(words) if words else []
    best = candidates[0] if candidates else None
    if best is None or best.place.grid not in held.paths:
        return None
    return Located(best.place.grid, held.paths[best.place.grid], best.place.address, best.reason)
