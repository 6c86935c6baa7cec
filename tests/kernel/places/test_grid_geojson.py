import copy

import pytest

from tianping.kernel.places.geojson import GridError, is_unit_grid_code, read
from tianping.kernel.places.locate import GridIndex

SQUARE = [[119.0, 30.0], [119.1, 30.0], [119.1, 30.1], [119.0, 30.1], [119.0, 30.0]]
CODE = "990101001001001"


def feature(ring=SQUARE, code=CODE, name="第一网格", kind="Polygon", holes=()):
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": kind, "coordinates": [ring, *holes]},
    }


def collection(*features, datum="CGCS2000"):
    return {"type": "FeatureCollection", "datum": datum, "features": list(features)}


def shifted(east, code):
    return feature([[x + east, y] for x, y in SQUARE], code, f"网格{code[-1]}")


def hard(*features):
    return [p for p in read(collection(*features))[1] if not p.soft]


def test_a_good_square_is_read_with_its_properties():
    shapes, problems = read(collection(feature()))
    assert (problems, [s.code for s in shapes], shapes[0].datum) == ([], [CODE], "CGCS2000")


@pytest.mark.parametrize(
    ("ring", "words"),
    [
        ([[119.0, 30.0], [119.1, 30.1], [119.1, 30.0], [119.0, 30.1], [119.0, 30.0]], "边自己相交"),
        (SQUARE[:-1], "没有闭合"),
        ([*SQUARE[:2], SQUARE[0]], "至少要四个点"),
        ([], "至少要四个点"),
        ([[y, x] for x, y in SQUARE], "写反了"),
        ([[219.0, 30.0], *SQUARE[1:]], "超出范围"),
        ([["119", "30"], *SQUARE[1:]], "[经度, 纬度]"),
        ([[119.0], *SQUARE[1:]], "[经度, 纬度]"),
        ([[True, 30.0], *SQUARE[1:]], "[经度, 纬度]"),
        ([[float("nan"), 30.0], *SQUARE[1:]], "[经度, 纬度]"),
        ("ring", "[经度, 纬度]"),
    ],
)
def test_a_faulty_ring_names_its_feature_and_the_fault(ring, words):
    (problem,) = hard(feature(), feature(ring, "990101001001002", "第二网格"))
    assert (problem.row, problem.name) == (2, "990101001001002 第二网格")
    assert words in problem.reason
    assert str(problem).startswith("第2个要素 990101001001002")


def test_a_hole_outside_its_polygon_is_named():
    hole = [[x + 1, y] for x, y in SQUARE]
    (problem,) = hard(feature(holes=[hole]))
    assert "里圈跑到外圈外面" in problem.reason


def test_a_collapsed_polygon_is_refused():
    flat = [[119.0, 30.0], [119.1, 30.0], [119.2, 30.0], [119.0, 30.0]]
    assert "多边形画错了" in hard(feature(flat))[0].reason or "相交" in hard(feature(flat))[0].reason


def test_overlapping_grids_name_each_other_and_neighbours_do_not():
    assert hard(feature(), shifted(0.1, "990101001001002")) == []
    (problem,) = hard(feature(), shifted(0.05, "990101001001002"))
    assert problem.row == 2
    assert CODE in problem.reason


@pytest.mark.parametrize("bad", [feature(kind="Point"), {"properties": None, "geometry": None}, 3, feature(code="")])
def test_what_is_no_grid_is_refused(bad):
    assert hard(bad)


def test_a_polygon_without_rings_and_a_repeated_code_are_refused():
    empty = feature()
    empty["geometry"]["coordinates"] = []
    assert "没有坐标" in hard(empty)[0].reason
    assert "重复" in hard(feature(), shifted(0.1, CODE))[0].reason


@pytest.mark.parametrize("data", [None, [], {"type": "Feature"}, collection(feature(), datum="北京54")])
def test_a_file_without_features_or_datum_is_refused(data):
    with pytest.raises(GridError):
        GridIndex.from_geojson(data)


def test_a_code_of_other_form_is_worth_a_look_but_no_reason_to_refuse():
    data = collection(feature(code="binhe-3"))
    (problem,) = read(data)[1]
    assert problem.soft
    assert GridIndex.from_geojson(data).grid_at(119.05, 30.05) == "binhe-3"
    assert not is_unit_grid_code("９９０１０１００１００１００１")


def test_the_error_lists_every_fault_at_once():
    broken = copy.deepcopy(feature(code="990101001001002"))
    broken["geometry"]["coordinates"][0][0] = [500, 30]
    with pytest.raises(GridError) as error:
        GridIndex.from_geojson(collection(broken, feature(kind="Point", code="x")))
    assert [p.row for p in error.value.problems] == [1, 2]
