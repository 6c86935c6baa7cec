from hypothesis import given
from hypothesis import strategies as st
from shapely import unary_union
from shapely.geometry import Point, Polygon, box

from tianping.kernel.places.geojson import GridShape
from tianping.kernel.places.locate import GridIndex

UNIT = st.floats(0, 1, allow_nan=False)


def brute(index, lon, lat):
    """Every polygon asked in turn."""
    hits = sorted(s.code for s in index.shapes if s.polygon.intersects(Point(lon, lat)))
    return hits[0] if hits else None


def squares(width):
    """A board of touching unit squares, west to east and north to south."""
    cells = [(x, y) for y in range(width) for x in range(width)]
    return GridIndex(GridShape(f"{i:03d}", "", box(x, y, x + 1, y + 1), "WGS-84", {}) for i, (x, y) in enumerate(cells))


def test_outside_all_grids_there_is_none(index):
    assert index.grid_at(0, 0) is None
    assert GridIndex([]).grid_at(119.4, 30.0) is None


def test_a_point_on_a_shared_border_always_goes_to_the_smallest_code():
    board = squares(3)
    assert board.grid_at(1, 0.5) == "000"
    assert board.grid_at(1, 1) == "000"
    assert board.grid_at(2, 1) == "001"
    assert GridIndex(reversed(board.shapes)).grid_at(1, 1) == "000"


@given(UNIT, UNIT)
def test_the_tree_says_what_every_polygon_asked_in_turn_says(index, x, y):
    west, south, east, north = unary_union([s.polygon for s in index.shapes]).bounds
    lon, lat = west + x * (east - west), south + y * (north - south)
    assert index.grid_at(lon, lat) == brute(index, lon, lat)


@given(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_tree_agrees_on_borders_and_corners_too(column, row, dx, dy):
    board = squares(4)
    assert board.grid_at(column + dx, row + dy) == brute(board, column + dx, row + dy)


@given(st.data(), UNIT, UNIT)
def test_a_point_made_inside_a_grid_lies_in_exactly_that_one(index, data, x, y):
    shape = data.draw(st.sampled_from(index.shapes))
    west, south, east, north = shape.polygon.bounds
    point = Point(west + x * (east - west), south + y * (north - south))
    if not shape.polygon.contains(point):
        point = shape.polygon.representative_point()
    assert [s.code for s in index.shapes if s.polygon.contains(point)] == [shape.code]
    assert index.grid_at(point.x, point.y) == shape.code


def test_the_grids_tile_the_county_without_gap_or_overlap(index):
    whole = unary_union([s.polygon for s in index.shapes])
    assert isinstance(whole, Polygon)
    assert not whole.interiors
    assert abs(whole.area - sum(s.polygon.area for s in index.shapes)) < 1e-12


def test_every_known_address_lies_in_the_grid_it_names(index, address_rows):
    assert {r["code"] for r in address_rows if index.grid_at(r["lon"], r["lat"]) != r["grid"]} == set()


def test_each_community_is_one_piece(index):
    communities = {}
    for shape in index.shapes:
        communities.setdefault(shape.code[:12], []).append(shape.polygon)
    assert {code for code, parts in communities.items() if unary_union(parts).geom_type != "Polygon"} == set()


def test_grids_of_a_community_are_numbered_from_west_to_east(index):
    west = {}
    for shape in index.shapes:
        west.setdefault(shape.code[:12], []).append(shape.polygon.centroid.x)
    assert all(xs == sorted(xs) for xs in west.values())
