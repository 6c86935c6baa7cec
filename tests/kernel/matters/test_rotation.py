"""Keys change while people work; nothing becomes unreadable."""

import shutil
import threading

import pytest
from django.db import connections

from tests.people import actor
from tianping.kernel.matters import vault as vaults
from tianping.kernel.matters.rotation import reseal_all
from tianping.kernel.service import reveal, show


@pytest.fixture
def own_keys(fresh, settings, tmp_path):
    """A copy of the keys, so that the other tests keep theirs."""
    folder = tmp_path / "keys"
    shutil.copytree(settings.KEY_FOLDER, folder)
    settings.KEY_FOLDER = folder
    yield
    connections["default"].close()


def test_every_value_moves_to_the_new_key_and_opens(own_keys, road):
    matter = road().to("answered").matter
    vaults.vault().store.rotate()
    moved = reseal_all("990101")
    assert moved > 0
    assert reseal_all("990101") == 0
    assert reveal(actor("dispatcher"), matter, "reporter_phone", "contact") == "13800002207"


def test_matters_are_opened_and_handled_while_keys_change(own_keys, road):
    roads = [road() for _n in range(20)]
    stop = threading.Event()
    errors = []

    def go_on():
        try:
            while not stop.is_set():
                road().to("dispatch")
                show(actor("dispatcher"), roads[0].matter, "handling")
        except Exception as error:
            errors.append(error)
        finally:
            connections["default"].close()

    worker = threading.Thread(target=go_on)
    worker.start()
    try:
        vaults.vault().store.rotate()
        reseal_all("990101")
    finally:
        stop.set()
        worker.join()
    assert errors == []
    assert all(show(actor("dispatcher"), r.matter, "handling").facts["title"] == "楼上漏水" for r in roads)
