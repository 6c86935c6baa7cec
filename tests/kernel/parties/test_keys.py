import os
import threading

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tianping.kernel.parties import keys
from tianping.kernel.parties.keys import KeyFolderError, KeyNotHeld, KeyStore


@pytest.fixture
def store(tmp_path):
    return KeyStore.create(tmp_path / "keys")


def mode(path):
    return path.stat().st_mode & 0o777


def test_folder_and_files_are_for_their_owner_alone(store):
    store.separate("qingxi.court")
    assert mode(store.folder) == mode(store.folder / "court") == 0o700
    files = [file for file in store.folder.rglob("*") if file.is_file()]
    assert {file.name for file in files} == {"county.json", "blind.json", "qingxi.court.json", ".lock"}
    assert {mode(file) for file in files} == {0o600}


def test_keys_are_never_made_over_keys(store):
    before = (store.folder / "county.json").read_bytes()
    with pytest.raises(FileExistsError):
        KeyStore.create(store.folder)
    assert (store.folder / "county.json").read_bytes() == before
    assert sorted(file.name for file in store.folder.iterdir()) == ["blind.json", "county.json"]


def test_a_kek_is_hkdf_of_the_root_and_the_same_in_every_process(store):
    kek_id, kek = store.kek("qingxi.police")
    assert kek_id == "@1/qingxi.police"
    assert (kek_id, kek) == KeyStore(store.folder).kek("qingxi.police.") == store.kek("qingxi.police")
    root = store._roots[""].versions[1]
    assert kek == HKDF(SHA256(), 32, None, b"tianping.kek.v1\0@1/qingxi.police").derive(root)
    assert store.kek_of(kek_id) == kek


def test_every_agency_version_and_kind_has_a_key_of_its_own(store):
    store.rotate()
    found = {store.kek(path, version)[1] for path in ("a", "a.b", "ab") for version in (1, 2)}
    found |= {store.blind_key(kind) for kind in ("name", "phone")}
    assert len(found) == 8


def test_after_a_rotation_new_values_go_under_the_new_root_and_old_ones_open(store):
    old_id, old = store.kek("qingxi")
    other = KeyStore(store.folder)
    assert store.rotate() == 2
    new_id, new = store.kek("qingxi")
    assert (new_id, store.kek_of(old_id)) == ("@2/qingxi", old)
    assert new != old
    assert other.kek_of(new_id) == new
    assert other.kek("qingxi")[0] == new_id  # it seals nothing more under the old one, so that can be done without


def test_the_blind_key_does_not_move_with_a_rotation(store):
    before = store.blind_key("name")
    store.rotate()
    assert KeyStore(store.folder).blind_key("name") == before


class TestSeparate:
    def test_a_court_and_what_is_below_it_use_the_courts_root(self, store):
        before = store.kek("qingxi.court")
        file = store.separate("qingxi.court.")
        assert file == store.folder / "court" / "qingxi.court.json"
        assert store.kek("qingxi.court.civil")[0] == "qingxi.court@1/qingxi.court.civil"
        assert store.kek("qingxi.courtyard")[0] == "@1/qingxi.courtyard"
        assert store.kek("qingxi")[0] == "@1/qingxi"
        assert store.kek("qingxi.court")[1] != before[1]
        assert store.kek_of(before[0]) == before[1]

    def test_without_the_courts_file_the_county_is_locked_out(self, store, tmp_path):
        file = store.separate("qingxi.court")
        kek_id, kek = store.kek("qingxi.court.civil")
        court = tmp_path / "court-node"
        (court / "court").mkdir(parents=True, mode=0o700)
        court.chmod(0o700)
        file.rename(court / "court" / file.name)
        store.reload()
        with pytest.raises(KeyNotHeld) as locked:
            store.kek("qingxi.court.civil")
        assert locked.value.path == "qingxi.court"
        for closed in (lambda: store.kek_of(kek_id), lambda: store.rotate("qingxi.court")):
            with pytest.raises(KeyNotHeld):
                closed()
        with pytest.raises(FileExistsError):
            store.separate("qingxi.court")

        node = KeyStore(court)
        assert node.kek("qingxi.court.civil") == (kek_id, kek)
        assert node.rotate("qingxi.court") == 2
        for closed in (
            lambda: node.kek("qingxi.police"),
            lambda: node.kek_of("@1/qingxi.police"),
            lambda: node.blind_key("name"),
            lambda: node.separate("qingxi.other"),
            node.rotate,
        ):
            with pytest.raises(KeyNotHeld):
                closed()

    def test_a_separation_that_was_interrupted_is_finished(self, store, monkeypatch):
        write = keys._write

        def dies(file, roots, *, fresh=False):
            if not fresh:
                raise OSError("power")
            write(file, roots, fresh=fresh)

        with monkeypatch.context() as patch:
            patch.setattr(keys, "_write", dies)
            with pytest.raises(OSError, match="power"):
                store.separate("qingxi.court")
        half = KeyStore(store.folder).kek("qingxi.court")
        store.separate("qingxi.court")
        assert store.kek("qingxi.court") == half


def test_a_version_that_never_was_is_not_held(store):
    with pytest.raises(KeyNotHeld) as refused:
        store.kek("qingxi", 7)
    assert refused.value.path == "qingxi"


@pytest.mark.parametrize("path", ["", ".", "a..b", "../a", "a/b", "a@1", "法院", ".a"])
def test_another_text_is_no_path(store, path):
    for use in (store.kek, store.separate):
        with pytest.raises(ValueError, match="path of an agency"):
            use(path)


@pytest.mark.parametrize("kek_id", ["", "@/a", "@0/a", "@1/", "@1", "a@1/b/c", "@01/a"])
def test_another_text_is_no_kek_id(store, kek_id):
    with pytest.raises(ValueError, match="id of a kek"):
        store.kek_of(kek_id)


class TestFolder:
    def test_a_missing_folder_is_named(self, tmp_path):
        with pytest.raises(KeyFolderError, match="不在") as refused:
            KeyStore(tmp_path / "none")
        assert refused.value.where == tmp_path / "none"

    @pytest.mark.parametrize("name", ["", "county.json", "blind.json"])
    def test_a_folder_or_file_that_others_can_read_is_not_used(self, store, name):
        (store.folder / name).chmod(0o740)
        with pytest.raises(KeyFolderError, match="0700") as refused:
            KeyStore(store.folder)
        assert refused.value.where == store.folder / name

    def test_keys_are_not_made_in_an_open_folder(self, tmp_path):
        (tmp_path / "open").mkdir()
        (tmp_path / "open").chmod(0o755)
        with pytest.raises(KeyFolderError):
            KeyStore.create(tmp_path / "open")
        assert list((tmp_path / "open").iterdir()) == []

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{}",
            '{"form":"other","versions":{"1":"%s"}}',
            '{"form":"tianping.keys.v1","versions":{}}',
            '{"form":"tianping.keys.v1","versions":{"0":"%s"}}',
            '{"form":"tianping.keys.v1","versions":{"1":"AAAA"}}',
            '{"form":"tianping.keys.v1","versions":{"1":"%s"},"more":1}',
        ],
    )
    def test_a_damaged_file_is_named(self, store, text):
        file = store.folder / "county.json"
        file.write_text(text.replace("%s", "A" * 43 + "="))
        with pytest.raises(KeyFolderError, match="坏了") as refused:
            KeyStore(store.folder)
        assert refused.value.where == file

    def test_a_write_that_fails_leaves_the_old_file_and_no_draft(self, store, monkeypatch):
        before = (store.folder / "county.json").read_bytes()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(OSError("disk full")))
            with pytest.raises(OSError, match="disk full"):
                store.rotate()
        assert (store.folder / "county.json").read_bytes() == before
        assert not [file for file in store.folder.iterdir() if file.name.startswith(".county")]
        assert store.kek("qingxi")[0] == "@1/qingxi"

    def test_two_who_rotate_at_once_lose_no_version(self, store):
        stores = [KeyStore(store.folder) for _ in range(4)]
        made = []
        threads = [threading.Thread(target=lambda one=one: made.append(one.rotate())) for one in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(made) == [2, 3, 4, 5]

    def test_roots_do_not_print_themselves(self, store):
        assert repr(store._roots[""]) == "<root keys, 1 versions>"
