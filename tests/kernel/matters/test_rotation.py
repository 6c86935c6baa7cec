"""Keys change while people work; nothing becomes unreadable."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from django.db import connections, transaction

from tests.conftest import CLUSTER
from tests.people import actor
from tianping.config.database import admin_url
from tianping.kernel.matters import vault as vaults
from tianping.kernel.matters.chains import verify_matter
from tianping.kernel.matters.rotation import PATIENCE, remaining, reseal_all
from tianping.kernel.parties.keys import KeyNotHeld, KeyStore
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


def only_newest(folder):
    """Take every older version of the county's root away, as somebody does who knows that it is not needed any more."""
    file = folder / "county.json"
    roots = json.loads(file.read_text())
    newest = max(roots["versions"], key=int)
    file.write_text(json.dumps(roots | {"versions": {newest: roots["versions"][newest]}}))


RESEAL = """
import sys
import django
django.setup()
from tianping.kernel.matters import rotation
rotation.BATCH = 7
rotation.reseal_all("990101", lambda done, total: print(done, total, flush=True))
"""


def test_killed_and_run_again_it_goes_on_and_the_old_key_is_not_needed_any_more(own_keys, road, settings, database_url):
    roads = [road().to("answered") for _n in range(12)]
    store = vaults.vault().store
    store.rotate()
    before = remaining("990101")
    env = os.environ | {
        "DATABASE_URL": database_url,
        "TIANPING_KEYS": str(settings.KEY_FOLDER),
        "DJANGO_SETTINGS_MODULE": "tianping.config.settings",
    }
    with subprocess.Popen([sys.executable, "-c", RESEAL], env=env, stdout=subprocess.PIPE, text=True) as worker:
        for _n in range(3):
            worker.stdout.readline()
        worker.kill()
    rest = remaining("990101")
    assert 0 < rest < before
    stop, errors, made = threading.Event(), [], []

    def report_on():
        try:
            while not stop.is_set():
                made.append(road().matter)
        except Exception as error:
            errors.append(error)
        finally:
            connections["default"].close()

    reporter = threading.Thread(target=report_on)
    reporter.start()
    try:
        assert reseal_all("990101") >= rest
    finally:
        stop.set()
        reporter.join()
    assert (errors, remaining("990101")) == ([], 0)
    assert made
    only_newest(settings.KEY_FOLDER)
    store.reload()
    for matter in [r.matter for r in roads] + made:
        assert show(actor("dispatcher"), matter, "handling").facts["title"] == "楼上漏水"
        assert reveal(actor("dispatcher"), matter, "reporter_phone", "contact") == "13800002207"
    assert not [f for r in roads for f in verify_matter(r.matter, "990101")]


def test_a_process_that_did_not_rotate_seals_under_the_newest_key_at_once(own_keys, road, settings):
    other = KeyStore(settings.KEY_FOLDER)
    assert vaults.vault().store.kek("qingxi.zongzhi.")[0] == other.kek("qingxi.zongzhi.")[0]
    version = other.rotate()
    assert vaults.vault().store.kek("qingxi.zongzhi.")[0].startswith(f"@{version}/")
    assert vaults.vault().store.newest() == version


def test_what_was_written_while_the_rotation_looked_on_is_moved_too(own_keys, road, monkeypatch):
    """A transaction that sealed before the rotation, and commits after everything else was moved."""
    vaults.vault().store.rotate()
    monkeypatch.setattr("tianping.kernel.matters.rotation.SETTLE", 0)
    begun, rotated = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                with monkeypatch.context() as old:
                    first = vaults.vault().store.kek("qingxi.zongzhi.", 1)
                    old.setattr("tianping.kernel.parties.keys.KeyStore.kek", lambda *_asked: first)
                    road()
                begun.set()
                rotated.wait(0.5)
        finally:
            connections["default"].close()

    writer = threading.Thread(target=late)
    writer.start()
    begun.wait(10)
    reseal_all("990101")
    writer.join()
    assert remaining("990101") == 0


def test_a_transaction_that_never_ends_does_not_hold_it_up_for_ever(own_keys, road, owner, monkeypatch):
    monkeypatch.setattr("tianping.kernel.matters.rotation.PATIENCE", 0.2)
    monkeypatch.setattr("tianping.kernel.matters.rotation.SETTLE", 0)
    road()
    vaults.vault().store.rotate()
    with owner.transaction():
        owner.execute("SELECT pg_current_xact_id()")
        assert reseal_all("990101") > 0


def test_who_writes_in_another_database_is_not_waited_for(own_keys, road, monkeypatch):
    monkeypatch.setattr("tianping.kernel.matters.rotation.SETTLE", 0)
    road()
    vaults.vault().store.rotate()
    started = time.monotonic()
    with psycopg.connect(admin_url(CLUSTER.url("postgres"))) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        assert reseal_all("990101") > 0
    assert time.monotonic() - started < PATIENCE / 2


def test_a_court_s_own_key_is_the_court_s_to_move(own_keys, road, settings):
    road()
    store = vaults.vault().store
    store.rotate()
    file = store.separate("qingxi.zongzhi")
    file.rename(settings.KEY_FOLDER.parent / "taken-away.json")
    store.reload()
    assert (reseal_all("990101"), remaining("990101")) == (0, 0)


def test_of_a_root_that_is_not_held_there_is_no_newest_version(own_keys):
    with pytest.raises(KeyNotHeld):
        vaults.vault().store.newest("qingxi.court")
