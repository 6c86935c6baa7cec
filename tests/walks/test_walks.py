"""A short walk in every test run; the long one is `make walks`."""

import pytest

from tests.walks.faults import planted
from tests.walks.run import deployed, find, missing, walk
from tests.walks.tally import Tally

REGISTRY = deployed()


def test_a_walk_over_every_procedure_breaks_no_promise():
    tally = Tally()
    walk(REGISTRY, tally, 40, length=(20, 60))
    assert tally.broken == []
    assert tally.steps > 1000
    seldom, _never = missing(REGISTRY, tally, floor=1)
    assert len(seldom) < 8, seldom
    assert {"stranger", "state", "missing", "guard", "restated"} <= set(tally.kinds)


@pytest.mark.parametrize("name", planted(REGISTRY))
def test_a_planted_fault_is_found(name):
    assert find(REGISTRY, planted(REGISTRY)[name])


@pytest.mark.django_db
def test_what_is_stored_is_what_the_engine_decides():
    from tests.walks.stored import StoredWorld

    tally = Tally()
    StoredWorld(3, tally).walk(60)
    assert tally.broken == []
    assert tally.steps >= 60
