"""A short walk in every test run; the long one is `make walks`."""

import pytest
from django.db import connections

from tests.conftest import CLUSTER
from tests.walks import stored_faults
from tests.walks.faults import planted
from tests.walks.run import deployed, find, missing, walk
from tests.walks.tally import Tally

REGISTRY = deployed()
pytestmark = pytest.mark.usefixtures("uncounted")


def test_a_walk_over_every_procedure_breaks_no_promise():
    tally = Tally()
    walk(REGISTRY, tally, 40, length=(20, 60))
    assert tally.broken == []
    assert tally.steps > 1000
    seldom, _unrefused = missing(REGISTRY, tally, floor=1)
    assert len(seldom) < 8, seldom
    assert {"stranger", "state", "missing", "guard", "restated"} <= set(tally.kinds)


@pytest.mark.parametrize("name", planted(REGISTRY))
def test_a_planted_fault_is_found(name):
    assert find(REGISTRY, planted(REGISTRY)[name])


@pytest.mark.django_db
@pytest.mark.parametrize("name", stored_faults.planted())
def test_a_fault_beneath_the_engine_is_found(name):
    assert stored_faults.find(name, steps=20)


@pytest.mark.parametrize("name", sorted(stored_faults.planted("any").keys() - stored_faults.planted().keys()))
def test_a_wall_that_is_down_is_found(fresh, name):
    assert stored_faults.find(name, CLUSTER.url("postgres", fresh), steps=12)
    connections["default"].close()


@pytest.mark.django_db
def test_what_is_stored_is_what_the_engine_decides():
    from tests.walks.stored import StoredWorld

    tally = Tally()
    StoredWorld(3, tally).walk(60)
    assert tally.broken == []
    assert tally.steps >= 60
