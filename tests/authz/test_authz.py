"""A part of the sweep in every run, in which each way in, each role and each relation has its turn; all of it is `make authz`."""

from itertools import product

import pytest
from django.db import connections

from tests.authz import world as world_of
from tests.authz.run import FLOOR_PLANTED, check, every, find_hole, prepared, some

pytestmark = pytest.mark.usefixtures("uncounted")
# One way in of each kind, which is taken by each of ROLES for each of RELATIONS.
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

    canary = Canary("fresh", Receipt(), *(f"秘{n}" for n in range(10)), ("甲", "乙"), "s", "画")
    there = Said("/desk/matter/m-1/ 没有", typed="/desk/matter/m-1/")
    assert judge("web:GET desk/matter/<uuid:matter>/", "handler", "fresh", canary, there) == ""
    for text in (Said("青溪〔2026〕9号", typed="/desk/matter/m-1/"), Said("m-1", typed="/desk/")):
        assert "exists" in judge("web:GET desk/", "handler", "fresh", canary, text)


KINDS = {  # of a surface, by the beginning or a part of its name
    "detail": ("detail", "web:GET desk/matter/<uuid:matter>/"),
    "list": ("list:", "web-list:GET desk/"),
    "search": ("search:",),
    "count": ("count",),
    "export": ("web-list:POST desk/export/", "web-list:GET api/v1/export"),
    "file": ("web:GET files/",),
    "feed": ("feed:",),
    "error text": ("step:",),
    "API": ("web:GET api/", "web-list:GET api/"),
    "SQL": ("sql",),
}


def test_a_hole_is_planted_in_each_kind_of_door():
    from tests.authz.doors import DOORS
    from tests.authz.holes import HOLES

    holes = [*HOLES, *DOORS]
    assert {hole.sweep for hole in holes} == {"cells", "tokens", "dump"}
    for kind, names in KINDS.items():
        assert [h for h in holes if h.surfaces and all(s.startswith(names) for s in h.surfaces)], kind


def test_nobody_sees_what_is_not_theirs_and_planted_holes_are_found(county, database_url):
    from tests.authz import dump, tokens
    from tests.authz.doors import DOORS
    from tests.authz.holes import HOLES

    world, surfaces = county
    assert set(SURFACES) <= set(surfaces)
    cells = {*every(SURFACES, ROLES, RELATIONS), *some(surfaces)}
    assert {(relation, role) for relation, role, _name in cells} == set(product(world_of.RELATIONS, world_of.ROLES))
    assert {name for _relation, _role, name in cells} == set(surfaces)
    assert check(world, surfaces, sorted(cells)) == (len(cells), [])
    assert dump.check(database_url, world, RELATIONS)[1] == []
    assert tokens.check(world, ("sent",), ("dispatcher",), names=("read", "revoked"))[1] == []
    planted = (*HOLES, *DOORS)
    assert len(planted) >= FLOOR_PLANTED
    assert [hole.name for hole in planted if not find_hole(hole, database_url, world, surfaces)] == []
