"""Reading grids from GeoJSON (RFC 7946): every fault names the feature and says what to mend. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from shapely import STRtree
from shapely.geometry import Polygon
from shapely.validation import explain_validity

DATUMS = ("CGCS2000", "WGS-84", "GCJ-02")
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
OVERLAP = 1e-10  # square degrees, about one square metre: less is rounding along a shared border
UNIT_GRID_DIGITS = 15  # 6 division, 3 street, 3 community, 3 running; read only in a transcription (V2)


@dataclass(frozen=True)
class GridProblem:
    """What is wrong with feature `row` (from 1; 0 the whole file). `soft` is worth a look but no reason to refuse."""

    row: int
    name: str
    reason: str
    soft: bool = False

    def __str__(self) -> str:
        return f"{_('第%(row)s个要素') % {'row': self.row}} {self.name}：{self.reason}" if self.row else self.reason


class GridError(ValueError):
    """Grids that cannot be used; `problems` says which and why."""

    def __init__(self, problems: list[GridProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class GridShape:
    """A grid read from a feature: its polygon in degrees and its other properties as they came."""

    code: str
    name: str
    polygon: Polygon
    datum: str
    properties: dict[str, Any]


def read(data: Any) -> tuple[list[GridShape], list[GridProblem]]:
    """The usable grids of a FeatureCollection and all problems; overlapping grids are both read and reported."""
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        return [], [GridProblem(0, "", _("文件要是 GeoJSON 的 FeatureCollection"))]
    datum = data.get("datum")
    if datum not in DATUMS:
        wanted = _("要写明坐标系 datum：%(known)s") % {"known": "、".join(DATUMS)}
        return [], [GridProblem(0, "", wanted)]
    shapes: list[tuple[int, GridShape]] = []
    problems: list[GridProblem] = []
    for row, feature in enumerate(data.get("features", []), start=1):
        properties = (feature.get("properties") if isinstance(feature, dict) else None) or {}
        code, name = str(properties.get("code", "")), str(properties.get("name", ""))
        label = f"{code} {name}".strip() or _("（没有名称）")
        polygon, reasons = _polygon(feature.get("geometry") if isinstance(feature, dict) else None)
        if not code:
            reasons.append(_("没有编码 code"))
        if any(code == shape.code for _row, shape in shapes):
            reasons.append(_("编码和前面的重复"))
        problems += [GridProblem(row, label, reason) for reason in reasons]
        if code and not is_unit_grid_code(code):
            problems.append(GridProblem(row, label, _("编码不是15位数字，和单元网格标识码的写法不同"), soft=True))
        if polygon is not None and not reasons:
            shapes.append((row, GridShape(code, name, polygon, datum, properties)))
    return [shape for _row, shape in shapes], problems + _overlaps(shapes)


def is_unit_grid_code(code: str) -> bool:
    """Whether a code looks like 单元网格标识码: 15 digits. A soft check, because the text was read only second-hand."""
    return len(code) == UNIT_GRID_DIGITS and code.isascii() and code.isdigit()


def _polygon(geometry: Any) -> tuple[Polygon | None, list[str]]:
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        return None, [_("要画成一个多边形 Polygon")]
    rings = geometry.get("coordinates")
    if not isinstance(rings, list) or not rings:
        return None, [_("没有坐标")]
    for ring in rings:
        if reason := _ring(ring):
            return None, [reason]
    polygon = Polygon(rings[0], rings[1:])
    if not polygon.is_valid:
        return None, [_invalid(explain_validity(polygon))]
    return polygon, []


def _ring(ring: Any) -> str | None:
    """What is wrong with one ring, or None: positions first, then range, then closing."""
    if not isinstance(ring, list) or not all(_is_position(p) for p in ring):
        return _("坐标要写成 [经度, 纬度]")
    swapped = [p for p in ring if _within(p[1], CHINA_LON) and _within(p[0], CHINA_LAT)]
    if ring and len(swapped) == len(ring):
        return _("经度和纬度写反了：先写经度，后写纬度")
    for lon, lat in (p[:2] for p in ring):
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            return _("坐标超出范围：%(lon)s，%(lat)s") % {"lon": lon, "lat": lat}
    if len(ring) < 4:
        return _("一圈至少要四个点，首尾相同")
    if ring[0] != ring[-1]:
        return _("一圈没有闭合：最后一点要和第一点相同")
    return None


def _is_position(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in value[:2])
    )


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _invalid(explained: str) -> str:
    where = explained.partition("[")[2].rstrip("]")
    if explained.startswith("Hole lies outside"):
        return _("里圈跑到外圈外面去了，在 %(where)s 附近") % {"where": where}
    if "Self-intersection" in explained:
        return _("边自己相交，在 %(where)s 附近") % {"where": where}
    return _("多边形画错了：%(why)s") % {"why": explained}


def _overlaps(shapes: list[tuple[int, GridShape]]) -> list[GridProblem]:
    polygons = [shape.polygon for _row, shape in shapes]
    found: list[GridProblem] = []
    if not polygons:  # the tree cannot be asked nothing
        return found
    for left, right in zip(*STRtree(polygons).query(polygons, predicate="intersects"), strict=True):
        if left < right and polygons[left].intersection(polygons[right]).area > OVERLAP:
            row, shape = shapes[right]
            other = shapes[left][1]
            facts = {"other": f"{other.code} {other.name}"}
            found.append(GridProblem(row, f"{shape.code} {shape.name}", _("和 %(other)s 重叠") % facts))
    return sorted(found, key=lambda p: p.row)
