"""A backup comes back whole in a fresh database: chains, files, positions; what was erased since stays erased."""

import json
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import CLUSTER
from tests.kernel.matters.conftest import Road
from tests.processes import uncovered
from tianping.capabilities.erasures.reader import ErasureRegister
from tianping.capabilities.erasures.register import RegisterError, add, read
from tianping.kernel.matters.readers.cursor import Reader, run_once
from tianping.kernel.matters.readers.sequencer import sequence

J = "990101"
KEYS = CLUSTER.data.parent / "test-keys"


class Seen(Reader):
    name = "seen"

    def __init__(self):
        self.entries = []

    def read(self, batch):
        self.entries += [row.entry for row in batch.rows]


@pytest.fixture
def homes(tmp_path, settings, monkeypatch):
    """The operator's folders, apart from this checkout's own."""
    settings.FILES_FOLDER = tmp_path / "here" / "files"
    settings.ERASURE_REGISTER = tmp_path / "here" / "erasures.jsonl"
    (settings.FILES_FOLDER / "ab").mkdir(parents=True)
    (settings.FILES_FOLDER / "ab" / "abcd").write_bytes(b"a picture")
    return tmp_path


def elsewhere(url, home, *words):
    """Another machine: a home of its own, with the keys put back into it."""
    env = uncovered() | {"DATABASE_URL": url, "TIANPING_HOME": str(home), "TIANPING_KEYS": str(KEYS)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tianping.config", *words, "--json"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_it_comes_back_whole_and_readers_go_on(tianping, homes, scratch):
    one = Road().to("accepting")
    sequence(J)
    reader = Seen()
    run_once(reader, J)
    made = tianping("backup", str(homes / "backup"), "--json")
    assert made.exit_code == 0, made.output
    assert made.json["files"] == 2
    assert oct((homes / "backup").stat().st_mode)[-3:] == "700"
    assert not [f for f in (homes / "backup").rglob("*") if "county.json" in f.name]

    target, home = scratch("restored"), homes / "there"
    code, told = elsewhere(target, home, "restore", str(homes / "backup"))
    assert (code, told.get("error")) == (0, None)
    assert (told["chains"], told["faults"]) == (1, [])
    assert (home / "files/ab/abcd").read_bytes() == b"a picture"
    with psycopg.connect(target) as there:
        position = there.execute("SELECT position FROM cursor WHERE reader = 'seen'").fetchone()
        assert position == (len(reader.entries),)

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = urlsplit(target).path[1:]
    try:
        one.take("accept", "handler")
        sequence(J)
        again = Seen()
        run_once(again, J)
        assert len(again.entries) == 1, "it goes on from its position"
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def test_what_was_erased_after_the_backup_does_not_come_back(tianping, homes, scratch):
    one = Road()
    assert tianping("backup", str(homes / "backup"), "--json").exit_code == 0
    one.take("erase", "supervisor", concept="reporter_phone", reason="本人要求")
    sequence(J)
    run_once(ErasureRegister(), J)
    run_once(ErasureRegister(), J)
    (line,) = read(settings.ERASURE_REGISTER)
    assert line["concept"] == "reporter_phone"
    assert "13800002207" not in settings.ERASURE_REGISTER.read_text()

    still = "SELECT count(*) FROM sealed WHERE concept = 'reporter_phone' AND blob IS NOT NULL"
    for name, words, left in (
        ("without", [], 1),
        ("with", ["--erasures", str(settings.ERASURE_REGISTER)], 0),
    ):
        target = scratch(name)
        code, told = elsewhere(target, homes / name, "restore", str(homes / "backup"), *words)
        assert code == 0, told
        assert told["brought"] == (not left)
        with psycopg.connect(target) as there:
            assert there.execute(still).fetchone() == (left,)


def test_a_changed_backup_is_refused_and_nothing_is_made(tianping, homes, scratch):
    Road()
    assert tianping("backup", str(homes / "backup"), "--json").exit_code == 0
    (homes / "backup/files/ab/abcd").write_bytes(b"another picture")
    target = scratch("refused")
    code, told = elsewhere(target, homes / "there", "restore", str(homes / "backup"))
    assert code == 1
    assert "files/ab/abcd" in told["error"]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(target)


def test_a_restore_that_fails_leaves_no_half_made_database(tianping, homes, scratch):
    Road()
    assert tianping("backup", str(homes / "backup"), "--json").exit_code == 0
    dump = homes / "backup/database.dump"
    dump.write_bytes(dump.read_bytes()[:-4000])
    manifest = json.loads((homes / "backup/manifest.json").read_text())
    import hashlib

    manifest["sha256"]["database.dump"] = hashlib.sha256(dump.read_bytes()).hexdigest()
    (homes / "backup/manifest.json").write_text(json.dumps(manifest))
    target = scratch("half")
    code, told = elsewhere(target, homes / "there", "restore", str(homes / "backup"))
    assert code == 1
    assert "pg_restore" in told["error"]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(target)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (None, "不是一份完整的备份"),
        ("{", "不是一份完整的备份"),
        ('{"form": "tianping.backup.v9", "jurisdiction": "990101"}', "这一版不认识"),
        ('{"form": "tianping.backup.v1", "jurisdiction": "110101"}', "请设对 TIANPING_JURISDICTION"),
    ],
)
def test_what_is_no_backup_of_this_county_is_refused(tianping, tmp_path, manifest, words):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    result = tianping("restore", str(tmp_path), "--database", "never", "--json")
    assert result.exit_code == 1
    assert words in result.json["error"]


def test_without_keys_nothing_is_restored(tianping, tmp_path, settings):
    settings.KEY_FOLDER = tmp_path / "none"
    (tmp_path / "manifest.json").write_text('{"form": "tianping.backup.v1", "jurisdiction": "990101", "sha256": {}}')
    result = tianping("restore", str(tmp_path), "--database", "never", "--json")
    assert result.exit_code == 1
    assert "先把另存的密钥放回去" in result.json["error"]


def test_a_database_that_is_there_is_left_alone(tianping, homes, fresh):
    Road()
    assert tianping("backup", str(homes / "backup"), "--json").exit_code == 0
    result = tianping("restore", str(homes / "backup"), "--json")
    assert result.exit_code == 1
    assert f"数据库 {fresh} 已经存在，没有动它" in result.json["error"]
    result = tianping("backup", str(homes / "backup"), "--json")
    assert result.exit_code == 1
    assert "不是空的" in result.json["error"]


def test_a_line_that_was_cut_short_is_written_again_and_a_broken_one_is_named(tmp_path):
    file = tmp_path / "register"
    line = {
        "jurisdiction": J,
        "id": "0197f2a0-0000-7000-8000-000000000001",
        "matter": "0197f2a0-0000-7000-8000-000000000002",
        "entry": "0197f2a0-0000-7000-8000-000000000003",
        "concept": "reporter_phone",
        "record": "{}",
        "at": "2026-11-24T08:00:00+00:00",
    }
    assert add(file, [line]) == 1
    assert add(file, [line]) == 0
    file.write_bytes(file.read_bytes()[:-20])
    assert read(file) == []
    assert add(file, [line]) == 1
    with pytest.raises(RegisterError) as broken:
        read(file)
    assert broken.value.line == 1


def test_an_empty_register_is_carried_out_too(tianping, homes):
    assert tianping("ledger", "replay-erasures", "--json").json == {"erasures": 0, "brought": 0}
