"""A slice of the sweep in every run; all of it is `make authz`."""

import pytest
from django.db import connections

from tests.authz.run import check, find_hole, prepared

# One way in of each kind.
SURFACES = (
    "detail",
    "masked",
    "file",
    "list:sight",
    "search:hits",
    "search:number",
    "sql:matter",
    "sql:feed",
    "sql-all:feed",
    "sql:access_record",
    "sql:counter",
    "count:sight",
    "count-all:list",
    "count-all:figures",
    "feed:heard",
    "feed:stream",
    "web:GET desk/matter/<uuid:matter>/",
    "web:GET api/v1/matters/<uuidstr:matter>",
    "web:GET api/v1/mine/<uuidstr:matter>/content",
    "web:POST api/v1/bulk",
    "web:POST desk/bulk/",
    "web-list:GET desk/",
    "web-list:GET api/v1/matters",
    "web-list:POST desk/export/",
    "web-list:POST api/v1/alike",
    "web-reveal:POST api/v1/matters/<uuidstr:matter>/reveal",
)
ROLES = (
    "dispatcher",
    "handler",
    "other_handler",
    "auditor",
    "revoked",
    "guest",
    "own_code",
    "own_citizen",
    "former_agent",
)
RELATIONS = ("sent", "violence")
# One hole of each kind; each is planted and looked for where it is in the whole sweep.
PLANTED = (
    "row-level security off on matter",
    "a page that reads for everybody",
    "an operation of the API that reads for everybody",
    "an export of every row",
    "the feed told to everybody",
    "counts of the whole county",
    "a protected title in the open",
)


@pytest.fixture
def county(fresh, settings, tmp_path):
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }
    with prepared() as (world, surfaces):
        yield world, surfaces
    connections["default"].close()


def test_every_route_stands_in_the_table():
    from tests.authz.routes import routes

    assert routes()


def test_every_operation_that_tells_of_matters_is_tried_with_tokens_that_must_not_do():
    from tests.authz.tokens import operations

    found = operations()
    assert len(found) > 30
    assert {scope for _route, _method, scope in found} >= {"read", "advance", "export", "own", "admin.read"}


def test_an_archive_is_opened_before_it_is_looked_through():
    from io import BytesIO
    from zipfile import ZIP_DEFLATED, ZipFile

    from tests.authz.web import opened

    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "密语" * 50)
    assert "密语".encode() not in out.getvalue()
    assert "密语密语" in opened(out.getvalue())


def test_only_what_was_typed_may_be_repeated():
    from tests.authz.judge import judge
    from tests.authz.surfaces import Said
    from tests.authz.world import Canary

    class Receipt:
        matter = "m-1"
        proceeding = "p-1"
        number = "青溪〔2026〕9号"

    canary = Canary("fresh", Receipt(), *(f"秘{n}" for n in range(10)), ("甲", "乙"), "s")
    there = Said("/desk/matter/m-1/ 没有", typed="/desk/matter/m-1/")
    assert judge("web:GET desk/matter/<uuid:matter>/", "handler", "fresh", canary, there) == ""
    for text in (Said("青溪〔2026〕9号", typed="/desk/matter/m-1/"), Said("m-1", typed="/desk/")):
        assert "exists" in judge("web:GET desk/", "handler", "fresh", canary, text)


def test_nobody_sees_what_is_not_theirs_and_planted_holes_are_found(county, database_url):
    from tests.authz import dump, tokens
    from tests.authz.doors import DOORS
    from tests.authz.holes import HOLES

    world, surfaces = county
    assert set(SURFACES) <= set(surfaces)
    cells, faults = check(world, {n: surfaces[n] for n in SURFACES}, ROLES, RELATIONS)
    assert faults == []
    assert cells == len(SURFACES) * len(ROLES) * len(RELATIONS)
    assert dump.check(database_url, world, RELATIONS)[1] == []
    assert tokens.check(world, ("sent",), ("dispatcher",), names=("read", "revoked"))[1] == []
    planted = [hole for hole in (*HOLES, *DOORS) if hole.name in PLANTED]
    assert len(planted) == len(PLANTED)
    assert [hole.name for hole in planted if not find_hole(hole, database_url, world, surfaces)] == []
