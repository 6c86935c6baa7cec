import json
from pathlib import Path

import pytest

from tianping.kernel.places.addresses import AddressBook, KnownPlace
from tianping.kernel.places.locate import GridIndex

PACK = Path(__file__).resolve().parents[3] / "packs" / "qingxi"


@pytest.fixture(scope="session")
def geojson():
    return json.loads((PACK / "grids.geojson").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def index(geojson):
    return GridIndex.from_geojson(geojson)


@pytest.fixture(scope="session")
def address_rows():
    return json.loads((PACK / "addresses.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def known(address_rows):
    return [
        KnownPlace(r["address"], tuple(r["names"]), r["grid"], r["division"], r["lon"], r["lat"]) for r in address_rows
    ]


@pytest.fixture(scope="session")
def addresses(known):
    communities = {r["division"]: r for r in json.loads((PACK / "agencies.json").read_text(encoding="utf-8"))}
    areas = [KnownPlace(a["short"], (a["short"],), division=d) for d, a in communities.items() if d]
    return AddressBook([*known, *areas])
