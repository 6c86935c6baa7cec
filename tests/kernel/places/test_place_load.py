import copy
import datetime as dt

import pytest

from tianping.kernel.places.addresses import KnownPlace
from tianping.kernel.places.load import Counts, address_book, index, load_grids, load_places
from tianping.kernel.places.models import Grid, Place

pytestmark = pytest.mark.django_db
HERE, SINCE, LATER = "990199", dt.date(2026, 1, 1), dt.date(2026, 6, 1)


@pytest.fixture
def paths(geojson):
    return {f["properties"]["agency"]: f"qingxi.{f['properties']['agency']}" for f in geojson["features"]}


def test_loading_grids_twice_changes_nothing(geojson, paths):
    total = len(geojson["features"])
    assert load_grids(geojson, paths, HERE, SINCE) == Counts(total, 0, 0)
    assert load_grids(geojson, paths, HERE, SINCE) == Counts(0, 0, 0)
    assert load_grids(geojson, paths, HERE, LATER) == Counts(0, 0, 0)


def test_a_renamed_grid_ends_and_starts_anew_and_a_missing_one_ends(geojson, paths):
    load_grids(geojson, paths, HERE, SINCE)
    data = copy.deepcopy(geojson)
    data["features"][0]["properties"]["name"] = "新名字"
    gone = data["features"].pop()["properties"]["code"]
    assert load_grids(data, paths, HERE, LATER) == Counts(0, 1, 1)
    code = data["features"][0]["properties"]["code"]
    assert [g.effective_to for g in Grid.objects.filter(jurisdiction=HERE, code=code).order_by("effective_from")] == [
        LATER,
        None,
    ]
    names = [next(s.name for s in index(HERE, day).shapes if s.code == code) for day in (SINCE, LATER)]
    assert names[1] == "新名字" != names[0]
    assert gone in {s.code for s in index(HERE, SINCE).shapes}
    assert gone not in {s.code for s in index(HERE, LATER).shapes}


def test_a_part_of_the_grids_may_be_loaded_without_ending_the_rest(geojson, paths):
    load_grids(geojson, paths, HERE, SINCE)
    part = geojson | {"features": geojson["features"][:2]}
    assert load_grids(part, paths, HERE, LATER, full=False) == Counts(0, 0, 0)


def test_a_correction_on_the_first_day_leaves_no_empty_period(geojson, paths):
    load_grids(geojson, paths, HERE, SINCE)
    data = copy.deepcopy(geojson)
    data["features"][0]["properties"]["name"] = "新名字"
    load_grids(data, paths, HERE, SINCE)
    assert Grid.objects.filter(jurisdiction=HERE).count() == len(geojson["features"])


def test_a_moved_address_is_corrected_and_none_is_doubled(known):
    assert load_places(known, "CGCS2000", HERE) == Counts(len(known), 0, 0)
    assert load_places(known, "CGCS2000", HERE) == Counts(0, 0, 0)
    moved = KnownPlace(known[0].address, known[0].names, known[0].grid, known[0].division, 119.5, 30.1)
    assert load_places([moved], "CGCS2000", HERE) == Counts(0, 1, 0)
    assert float(Place.objects.get(jurisdiction=HERE, address=moved.address).lon) == 119.5
    assert Place.objects.filter(jurisdiction=HERE).count() == len(known)


def test_the_index_and_the_address_book_come_back_from_the_tables(geojson, paths, known):
    load_grids(geojson, paths, HERE, SINCE)
    load_places([*known, KnownPlace("只有文字的地点", ())], "CGCS2000", HERE)
    grids = index(HERE)
    book = address_book(HERE, {k.address: k.names for k in known}, [KnownPlace("文昌社区", ("文昌社区",))])
    best = book.match_address("滨河花园3幢漏水")[0].place
    assert grids.grid_at(best.lon, best.lat) == best.grid
    assert book.match_address("文昌社区")[0].place.lon is None
    assert Place.objects.get(jurisdiction=HERE, address="只有文字的地点").lon is None
