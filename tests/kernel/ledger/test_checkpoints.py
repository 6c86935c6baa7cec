"""Checkpoints are files that anybody reads, that know the one before, and that say when they were touched."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest

from tianping.kernel.ledger import checkpoints
from tianping.kernel.ledger.checkpoints import Checkpoint, CheckpointError, Line

ONE, TWO = UUID(int=1), UUID(int=2)
LINES = [Line(ONE, 3, b"\1" * 32, "青溪〔2026〕1号"), Line(TWO, 1, b"\2" * 32, "青溪〔2026〕2号")]
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def made(position=4, lines=LINES, before=""):
    root = checkpoints.root_of(lines)
    return Checkpoint("990101", "centre", AT, position, len(lines), position, root, root, before)


@pytest.fixture
def two(tmp_path):
    first = made()
    checkpoints.write(tmp_path, first, LINES)
    later = [Line(ONE, 4, b"\3" * 32, "青溪〔2026〕1号")]
    second = made(5, later, sha256(first.spelled()).hexdigest())
    checkpoints.write(tmp_path, second, later)
    return first, second


def test_what_is_written_is_read_again(two, tmp_path):
    first, second = two
    found, lines, wrong = checkpoints.load(tmp_path)
    assert (found, wrong) == ([first, second], [])
    assert lines == {ONE: (Line(ONE, 4, b"\3" * 32, "青溪〔2026〕1号"), second), TWO: (LINES[1], first)}
    assert checkpoints.newest(tmp_path) == second
    assert [f.name for f in checkpoints.listed(tmp_path)] == ["000000000004.json", "000000000005.json"]
    assert {f.stat().st_mode & 0o777 for f in tmp_path.iterdir()} == {0o600}


def test_the_root_is_what_sha256sum_says_of_the_lines(two, tmp_path):
    file = tmp_path / "000000000004.heads"
    assert file.read_text().splitlines()[0] == f"{ONE} 3 {'01' * 32} 青溪〔2026〕1号"
    assert two[0].heads == sha256(file.read_bytes()).hexdigest()


def test_the_bytes_are_canonical(two, tmp_path):
    text = (tmp_path / "000000000004.json").read_text()
    assert text.startswith(
        '{"at":"2026-11-24T02:00:00.000000Z","before":"","chains":"2","entries":"4","form":"tianping.checkpoint.v1"'
    )


def test_there_is_none_yet(tmp_path):
    assert checkpoints.newest(tmp_path) is None
    assert checkpoints.load(tmp_path) == ([], {}, [])


def test_those_behind_a_restored_record_are_left_out(two, tmp_path):
    found, lines, wrong = checkpoints.load(tmp_path, until=4)
    assert (found, lines[ONE][0].seq, wrong) == ([two[0]], 3, [])


@pytest.mark.parametrize(
    ("name", "old", "new", "named"),
    [
        ("000000000004.heads", "01" * 32, "04" * 32, ["000000000004.json"]),
        ("000000000004.heads", f"{ONE} 3", "x", ["000000000004.heads"]),
        ("000000000004.json", '"chains":"2"', '"chains":"3"', ["000000000005.json"]),
        ("000000000004.json", '"chains"', '"chainx"', ["000000000004.json", "000000000005.json"]),
        ("000000000004.json", '"chains":"2"', '"chains": "2"', ["000000000004.json", "000000000005.json"]),
        ("000000000004.json", "checkpoint.v1", "checkpoint.v9", ["000000000004.json", "000000000005.json"]),
    ],
)
def test_a_file_that_was_touched_is_named(two, tmp_path, name, old, new, named):
    file = tmp_path / name
    file.write_text(file.read_text().replace(old, new, 1))
    _found, _lines, wrong = checkpoints.load(tmp_path)
    assert [f.values["file"] for f in wrong] == named
    assert {(f.kind, f.chain) for f in wrong} == {("checkpoint", None)}


@pytest.mark.parametrize("name", ["000000000004.json", "000000000004.heads"])
def test_a_file_that_was_taken_out_is_missed(two, tmp_path, name):
    (tmp_path / name).unlink()
    assert checkpoints.load(tmp_path)[2]


def test_a_file_under_another_name_is_named(two, tmp_path):
    for end in ("json", "heads"):
        (tmp_path / f"000000000005.{end}").rename(tmp_path / f"000000000009.{end}")
    assert [f.values["file"] for f in checkpoints.load(tmp_path)[2]] == ["000000000009.json"]


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"form":"tianping.checkpoint.v1"}'])
def test_what_is_no_checkpoint_is_refused(tmp_path, text):
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(CheckpointError) as refused:
        checkpoints.read(file)
    assert refused.value.file == file
    with pytest.raises(CheckpointError):
        checkpoints.read(tmp_path / "none")


def test_those_of_a_record_that_is_gone_are_set_aside(two, tmp_path):
    (tmp_path / "000000000005.heads").unlink()
    assert checkpoints.set_aside(tmp_path, 4) == [tmp_path / "aside" / "000000000005.json"]
    assert checkpoints.newest(tmp_path) == two[0]
    assert checkpoints.set_aside(tmp_path, 4) == []
    assert len(checkpoints.set_aside(tmp_path, 0)) == 1
    assert sorted(f.name for f in (tmp_path / "aside").iterdir()) == [
        "000000000004.heads",
        "000000000004.json",
        "000000000005.json",
    ]


def test_one_writes_at_a_time(tmp_path):
    import fcntl

    with (
        checkpoints.only_one(tmp_path / "a"),
        (tmp_path / "a" / ".lock").open("w") as other,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_a_day_is_told_as_people_write_it():
    assert made().day == f"{AT.astimezone():%Y-%m-%d %H:%M}"
