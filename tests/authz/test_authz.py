"""A slice of the sweep in every run; all of it is `make authz`."""

import pytest
from django.db import connections

from tests.authz.run import check


@pytest.fixture
def world(fresh, settings, tmp_path):
    from tests.authz.world import build

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }
    yield build()
    connections["default"].close()


def test_every_route_stands_in_the_table():
    from tests.authz.web import routes

    assert routes()


def test_nobody_sees_what_is_not_theirs(world):
    from tests.authz.surfaces import kernel_surfaces
    from tests.authz.web import web_surfaces

    surfaces = {
        n: s
        for n, s in (kernel_surfaces() | web_surfaces(world)).items()
        if not n.startswith(("step:", "web-list:P", "web-list:D"))
    }
    roles = (
        "dispatcher",
        "handler",
        "other_handler",
        "auditor",
        "revoked",
        "guest",
        "own_code",
        "other_code",
        "own_citizen",
        "other_citizen",
        "respondent",
        "agent",
        "former_agent",
    )
    cells, faults = check(world, surfaces, roles, ("sent", "violence", "follower"))
    assert faults == []
    assert cells > 1000


def test_an_open_table_is_found(world, database_url):
    from tests.authz.holes import HOLES
    from tests.authz.surfaces import kernel_surfaces

    hole = next(h for h in HOLES if h.name == "row-level security off on matter")
    surfaces = {n: s for n, s in kernel_surfaces().items() if n in hole.surfaces}
    with hole.open(database_url, world):
        _cells, faults = check(world, surfaces, hole.roles, hole.relations, stop_at_first=True)
    assert faults
