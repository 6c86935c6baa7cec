"""Grids and addresses into their tables, and back into memory. The caller hands over rows of a checked pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from shapely.geometry import mapping, shape

from tianping.kernel.places.addresses import AddressBook, KnownPlace
from tianping.kernel.places.geojson import GridShape
from tianping.kernel.places.locate import GridIndex
from tianping.kernel.places.models import Grid, Place


@dataclass(frozen=True)
class Counts:
    """What a load did, in rows."""

    added: int
    changed: int
    ended: int


def load_grids(
    geojson: Any, agency_paths: Mapping[str, str], jurisdiction: str, since: dt.date, *, full: bool = True
) -> Counts:
    """Bring `grid` to what the FeatureCollection says; `since` is the day from which a change holds.

    `agency_paths` maps the feature's `agency` to its path. A changed grid ends and starts anew on `since`; with
    `full` one that is missing ends. Loading twice changes nothing. Raises GridError for a faulty file, KeyError for
    an unknown agency.
    """
    wanted = {s.code: s for s in GridIndex.from_geojson(geojson).shapes}
    with transaction.atomic():
        _one_at_a_time(jurisdiction)
        current = {g.code: g for g in Grid.objects.filter(jurisdiction=jurisdiction, effective_to=None)}
        new = [
            _grid(s, agency_paths[s.properties["agency"]], jurisdiction, since)
            for s in wanted.values()
            if s.code not in current or not _same(current[s.code], s, agency_paths[s.properties["agency"]])
        ]
        changed = [g.code for g in new if g.code in current]
        gone = [code for code in current if full and code not in wanted]
        # A grid corrected on the day it began never counted as anything else: no empty period is kept.
        ending = Grid.objects.filter(jurisdiction=jurisdiction, effective_to=None, code__in=changed + gone)
        ending.filter(effective_from__gte=since).delete()
        ending.update(effective_to=since)
        Grid.objects.bulk_create(new, batch_size=500)
    return Counts(added=len(new) - len(changed), changed=len(changed), ended=len(gone))


def load_places(rows: Iterable[KnownPlace], datum: str, jurisdiction: str) -> Counts:
    """Add known addresses and correct their points, by address. Places of matters are never removed."""
    with transaction.atomic():
        _one_at_a_time(jurisdiction)
        current = {p.address: p for p in Place.objects.filter(jurisdiction=jurisdiction).order_by("-id")}
        new, changed = [], []
        for row in rows:
            made = _place(row, datum, jurisdiction)
            old = current.get(row.address)
            if old is None:
                new.append(made)
            elif _facts(old) != _facts(made):
                Place.objects.filter(jurisdiction=jurisdiction, id=old.id).update(**_facts(made))
                changed.append(old)
        Place.objects.bulk_create(new, batch_size=1000)
    return Counts(added=len(new), changed=len(changed), ended=0)


def index(jurisdiction: str, on: dt.date | None = None) -> GridIndex:
    """The grids of a day (today when None) as an index."""
    day = on or timezone.localdate()
    grids = Grid.objects.filter(jurisdiction=jurisdiction, effective_from__lte=day).exclude(effective_to__lte=day)
    return GridIndex(
        GridShape(g.code, g.name, shape(g.polygon), g.datum, {"agency_path": g.agency_path}) for g in grids
    )


def address_book(
    jurisdiction: str, names: Mapping[str, Iterable[str]], areas: Iterable[KnownPlace] = ()
) -> AddressBook:
    """The known addresses with their short names (by address), and areas known only as a whole."""
    places = Place.objects.filter(jurisdiction=jurisdiction, lon__isnull=False, address__in=list(names))
    known = [
        KnownPlace(p.address, tuple(names[p.address]), p.grid_code, p.division_code, float(p.lon), float(p.lat))
        for p in places
        if p.lon is not None and p.lat is not None
    ]
    return AddressBook([*known, *areas])


def _one_at_a_time(jurisdiction: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"places:{jurisdiction}"])


def _geometry(polygon: Any) -> dict[str, Any]:
    """GeoJSON with lists, as it comes back from the database."""
    return {"type": "Polygon", "coordinates": [[list(p) for p in ring] for ring in mapping(polygon)["coordinates"]]}


def _grid(shape_: GridShape, path: str, jurisdiction: str, since: dt.date) -> Grid:
    return Grid(
        jurisdiction=jurisdiction,
        code=shape_.code,
        name=shape_.name,
        agency_path=path,
        polygon=_geometry(shape_.polygon),
        datum=shape_.datum,
        effective_from=since,
    )


def _same(old: Grid, new: GridShape, path: str) -> bool:
    facts = (old.name, old.agency_path, old.datum, old.polygon)
    return facts == (new.name, path, new.datum, _geometry(new.polygon))


def _place(row: KnownPlace, datum: str, jurisdiction: str) -> Place:
    return Place(
        jurisdiction=jurisdiction,
        address=row.address,
        lon=_degrees(row.lon),
        lat=_degrees(row.lat),
        datum=datum,
        grid_code=row.grid,
        division_code=row.division,
    )


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.000001"))


def _facts(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in ("lon", "lat", "datum", "grid_code", "division_code")}
