"""Which grid a point lies in. Pure: built from shapes, or from the rows of the `grid` table by `load.index`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shapely import STRtree
from shapely.geometry import Point

from tianping.kernel.places.geojson import GridError, GridShape, read


class GridIndex:
    """An STRtree over grids. Immutable; build a new one when grids change."""

    def __init__(self, shapes: Iterable[GridShape]) -> None:
        self.shapes = sorted(shapes, key=lambda shape: shape.code)
        self._tree = STRtree([shape.polygon for shape in self.shapes])

    @classmethod
    def from_geojson(cls, data: Any) -> GridIndex:
        """Read a FeatureCollection. Raises GridError naming every feature that cannot be used; soft problems pass."""
        shapes, problems = read(data)
        if hard := [problem for problem in problems if not problem.soft]:
            raise GridError(hard)
        return cls(shapes)

    def grid_at(self, lon: float, lat: float) -> str | None:
        """The code of the grid at a point in degrees of the grids' own datum, or None outside all of them.

        A point on a shared border belongs to the grid with the smallest code, so that it always goes to the same one.
        """
        found = self._tree.query(Point(lon, lat), predicate="intersects")
        return self.shapes[int(found.min())].code if found.size else None
