"""A checkpoint outside the database finds what verifies by itself: chains cut back, written anew, or taken out without a trace."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.people import JURISDICTION as J
from tianping.kernel.ledger import checkpoints
from tianping.kernel.ledger.chain import entry_hash
from tianping.kernel.ledger.checkpoints import CheckpointError
from tianping.kernel.matters.chains import verify_chains
from tianping.kernel.matters.models import Entry
from tianping.kernel.matters.proof.witness import NotWholeError, make, witness
from tianping.kernel.matters.proof.words import said
from tianping.kernel.matters.readers.checkpoints import Checkpoints
from tianping.kernel.matters.readers.sequencer import sequence

BELOW = ("sealed", "fact", "party", "identifier", "todo", "term", "outbox", "feed")


@pytest.fixture
def seen(told, checkpoint_folder):
    """A checkpoint of all 16 entries."""
    return make(J, "centre", checkpoint_folder)


def found(folder, **more):
    """(kind, chain, seq) -> sentence, of what was found against the checkpoints."""
    report = verify_chains(J, witness=witness(folder, **more))
    return {(f.kind, f.chain, f.seq): said(f, str) for f in report.faults}


def test_a_checkpoint_tells_where_everything_stands(seen, told, checkpoint_folder):
    assert (seen.position, seen.chains, seen.entries, seen.before) == (16, 2, 16, "")
    lines = checkpoints.lines_of(checkpoint_folder / "000000000016.heads")
    assert {(line.chain, line.seq) for line in lines} == {(told.matter, 15), (told.other.matter, 1)}
    assert all(line.label.startswith("青溪〔") for line in lines)
    assert seen.root == checkpoints.root_of(lines)
    assert found(checkpoint_folder) == {}


def test_the_next_holds_what_moved_and_knows_the_one_before(seen, told, road, checkpoint_folder):
    assert make(J, "centre", checkpoint_folder) is None
    told.take("note", "dispatcher", note="还有")
    assert sequence(J) == 1
    found(checkpoint_folder)
    second = make(J, "centre", checkpoint_folder)
    assert (second.position, second.chains) == (17, 2)
    assert [line.seq for line in checkpoints.lines_of(checkpoint_folder / "000000000017.heads")] == [16]
    assert found(checkpoint_folder) == {}
    told.take("note", "dispatcher", note="检查点以后的")
    road()
    assert sequence(J) == 2
    assert found(checkpoint_folder) == {}


def cut(plant, matter, seq):
    """Take every entry behind `seq` out, with all that was fed of it, and set the head back: as if it had never been."""
    behind = "IN (SELECT id FROM entry WHERE matter_id = %s AND seq > %s)"
    for table in ("sealed", "fact", "feed", "outbox"):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"DELETE FROM {table} WHERE entry_id {behind}", [matter, seq])
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("SET ROLE tianping_app")
    plant(f"DELETE FROM entry WHERE id {behind}", matter, seq)
    plant(
        "UPDATE matter m SET head_seq = e.seq, head = e.hash FROM entry e WHERE m.id = %s AND e.matter_id = m.id AND e.seq = %s",
        matter,
        seq,
    )


def test_a_tail_cut_off_everywhere_is_named(seen, told, plant, checkpoint_folder):
    cut(plant, told.matter, 14)
    without = {f.kind for f in verify_chains(J).faults}
    assert "checkpoint" not in without
    faults = found(checkpoint_folder)
    assert "第 15 条，现在只到第 14 条" in faults["checkpoint", told.matter, 15]
    assert "数据库只到第 15 位" in faults["checkpoint", None, 0]


def test_a_chain_written_anew_is_named(seen, told, plant, checkpoint_folder):
    prev = None
    for row in Entry.objects.filter(matter_id=told.other.matter).order_by("seq"):
        body = bytes(row.body).replace(b'"node":"centre"', b'"node":"centra"')
        prev = entry_hash(body, prev)
        plant("UPDATE entry SET body = %s, hash = %s WHERE id = %s", body, prev, row.id)
    plant("UPDATE matter SET head = %s WHERE id = %s", prev, told.other.matter)
    assert verify_chains(J).faults == []
    faults = found(checkpoint_folder)
    assert "重写过" in faults["checkpoint", told.other.matter, 1]
    assert "和检查点" in faults["checkpoint", None, 0]


def test_a_number_exchanged_throughout_is_named(seen, told, plant, checkpoint_folder):
    plant(
        "UPDATE matter SET number = replace(number, number_seq::text, '77'), number_seq = 77 WHERE id = %s",
        told.other.matter,
    )
    assert verify_chains(J).faults == []
    assert "记的编号是" in found(checkpoint_folder)["checkpoint", told.other.matter, 1]


def test_a_matter_taken_out_without_a_trace_is_named(seen, told, plant, checkpoint_folder):
    plant("DELETE FROM link")
    for table in (*BELOW, "proceeding", "entry"):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"DELETE FROM {table} WHERE matter_id = %s", [told.other.matter])
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("SET ROLE tianping_app")
    plant("DELETE FROM matter WHERE id = %s", told.other.matter)
    plant("UPDATE feed SET position = position - 1 WHERE position > (SELECT min(position) FROM feed) - 1 AND"
          " (SELECT min(position) FROM feed) = 2")  # fmt: skip
    faults = found(checkpoint_folder)
    assert "现在整条没有了" in faults["checkpoint", told.other.matter, 1]


def test_one_kept_elsewhere_finds_what_was_done_to_the_folder_too(seen, told, plant, checkpoint_folder, tmp_path):
    kept = tmp_path / "kept.json"
    kept.write_bytes((checkpoint_folder / "000000000016.json").read_bytes())
    assert found(checkpoint_folder, kept=kept) == {}
    for file in checkpoint_folder.iterdir():
        file.unlink()
    assert found(checkpoint_folder, kept=kept) == {}
    plant(
        "UPDATE matter SET number = replace(number, number_seq::text, '77'), number_seq = 77 WHERE id = %s",
        told.other.matter,
    )
    assert "那时有 2 条链" in found(checkpoint_folder, kept=kept)["checkpoint", None, 0]
    kept.write_text("x")
    with pytest.raises(CheckpointError):
        witness(checkpoint_folder, kept)


def test_of_a_restored_record_what_came_later_is_left_out(seen, told, plant, checkpoint_folder):
    before = witness(checkpoint_folder, until=15)
    assert (before.held, before.lines, before.left_out) == ([], {}, 1)
    assert witness(checkpoint_folder, until=16).left_out == 0


def test_no_checkpoint_is_made_of_a_record_that_lacks_what_was_fed(told, plant, checkpoint_folder):
    plant("DELETE FROM matter WHERE id = %s", told.other.matter)
    with pytest.raises(NotWholeError, match="ledger verify"):
        make(J, "centre", checkpoint_folder)
    assert checkpoints.listed(checkpoint_folder) == []


def test_none_is_made_of_a_record_that_is_shorter_than_the_last(seen, plant, checkpoint_folder):
    plant("DELETE FROM feed WHERE position = 16")
    with pytest.raises(NotWholeError, match="--restored"):
        make(J, "centre", checkpoint_folder)


def test_the_worker_makes_one_a_day_and_one_after_so_many_entries(told, checkpoint_folder, settings, monkeypatch):
    from tianping.kernel.matters.readers import checkpoints as reader

    settings.CHECKPOINT_ENTRIES = 2
    tend = Checkpoints().tend
    assert (tend(J), tend(J)) == (1, 0)
    told.take("note", "dispatcher", note="一")
    assert sequence(J) == 1
    assert tend(J) == 0  # one alone waits for the day to pass
    told.take("note", "dispatcher", note="二")
    assert sequence(J) == 1
    assert tend(J) == 1
    told.take("note", "dispatcher", note="三")
    assert sequence(J) == 1
    assert tend(J) == 0
    monkeypatch.setattr(reader, "EVERY", timedelta(0))
    assert (tend(J), tend(J)) == (1, 0)
    assert [f.stem[-2:] for f in checkpoints.listed(checkpoint_folder)] == ["16", "18", "19"]


def test_the_worker_says_at_once_that_the_record_has_become_shorter(seen, plant):
    plant("DELETE FROM feed WHERE position = 16")
    with pytest.raises(NotWholeError):
        Checkpoints().tend(J)
