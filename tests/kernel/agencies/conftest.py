import pytest

from tests.kernel.matters.conftest import Road, owned

__all__ = ["owned"]


@pytest.fixture
def road(db):
    return Road
