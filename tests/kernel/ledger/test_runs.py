from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.ledger import faults as said
from tianping.kernel.ledger.chain import entry_hash
from tianping.kernel.ledger.verify import verify_chain

ELSEWHERE = bytes([9]) * 32


def named(faults):
    return [(fault.kind, fault.entry_id) for fault in faults]


def test_a_second_first_entry_is_a_stranger(forge, head):
    maker = forge()
    rows = maker.rows(3)
    other = maker.row(1, None)
    assert named(verify_chain([other, *rows], head(rows))) == [("unlinked", other.id)]
    late = other._replace(seq=4)
    assert named(verify_chain([*rows, late], head(rows))) == [("unlinked", late.id)]


def test_of_two_first_entries_without_a_head_the_longer_road_is_the_true_one(forge):
    maker = forge()
    rows = maker.rows(3)
    other = maker.row(1, None)
    assert named(verify_chain([other, *rows], None)) == [("unlinked", other.id)]
    assert named(verify_chain([*rows, other], None)) == [("reordered", other.id), ("unlinked", other.id)]


def test_strangers_behind_the_head_are_named_as_strangers(forge, head):
    maker = forge()
    rows = maker.rows(4)
    one = maker.row(5, ELSEWHERE)
    two = maker.row(6, one.hash, one.sm3)
    faults = verify_chain([*rows, one, two], head(rows))
    assert [(f.kind, f.entry_id, f.last_seq, f.sentence) for f in faults] == [("unlinked", one.id, 6, said.FOREIGN)]


def test_a_single_entry_that_follows_nothing_has_lost_its_beginning(forge):
    row = forge().row(1, ELSEWHERE)
    assert [(f.kind, f.sentence) for f in verify_chain([row], (1, bytes(32)))] == [
        ("unlinked", said.NO_BEGINNING),
        ("edited", said.LAST_REPLACED),
    ]


def test_a_gap_before_an_exchanged_entry_is_still_a_gap(forge, head):
    maker = forge()
    rows = maker.rows(6)
    exchanged = maker.row(4, ELSEWHERE)
    faults = verify_chain([*rows[:2], exchanged, *rows[4:]], head(rows))
    assert [(f.kind, f.seq, f.last_seq, f.entry_id) for f in faults] == [
        ("deleted", 3, 3, None),
        ("edited", 4, 4, exchanged.id),
    ]


def test_an_edited_entry_whose_predecessor_is_gone_does_not_become_the_first(forge, head, told):
    rows = forge().rows(4)
    rows[1] = rows[1]._replace(body=rows[1].body.replace(b"1", b"2"))
    assert told(verify_chain(rows[1:], head(rows))) == [("deleted", 1, 1), ("edited", 2, 2)]


def test_a_moved_block_is_named_at_its_first_entry(forge, head):
    rows = forge().rows(6)
    order = [0, 3, 4, 1, 2, 5]
    moved = [rows[was]._replace(seq=place + 1) for place, was in enumerate(order)]
    faults = verify_chain(moved, head(rows))
    assert [(fault.kind, fault.entry_id, fault.last_seq) for fault in faults] == [
        ("reordered", rows[3].id, 3),
        ("reordered", rows[1].id, 5),
    ]


def test_two_strangers_with_new_numbers_leave_the_others_unnamed(forge, head):
    maker = forge()
    rows = maker.rows(4)
    one, two = maker.row(2, ELSEWHERE), maker.row(4, ELSEWHERE)
    stored = [rows[0], one, rows[1]._replace(seq=3), two, rows[2]._replace(seq=5), rows[3]._replace(seq=6)]
    assert named(verify_chain(stored, head(rows))) == [("unlinked", one.id), ("unlinked", two.id)]


def test_a_block_of_strangers_is_named_as_one(forge, head):
    maker = forge()
    rows = maker.rows(4)
    one = maker.row(3, ELSEWHERE)
    two = maker.row(4, one.hash, one.sm3)
    stored = [*rows[:2], one, two, rows[2]._replace(seq=5), rows[3]._replace(seq=6)]
    faults = verify_chain(stored, head(rows))
    assert [(fault.kind, fault.entry_id, fault.last_seq) for fault in faults] == [("unlinked", one.id, 4)]


def test_an_end_that_was_exchanged_names_the_entry_before_it(forge, head):
    maker = forge()
    rows = maker.rows(4)
    one = maker.row(3, ELSEWHERE)
    two = maker.row(4, one.hash, one.sm3)
    faults = verify_chain([*rows[:2], one, two], head(rows))
    assert named(faults) == [("edited", rows[1].id), ("edited", two.id)]


def test_an_edited_entry_before_an_exchanged_one_is_named_once(forge, head):
    rows = forge().rows(4)
    body = rows[1].body.replace(b"1", b"2")
    spoilt = rows[1]._replace(body=body, hash=bytes(32))
    assert named(verify_chain([rows[0], spoilt, *rows[2:]], head(rows))) == [("edited", rows[1].id)]


def test_an_edited_last_entry_with_a_foreign_hash_is_named_once(forge, head):
    rows = forge().rows(2)
    spoilt = rows[1]._replace(body=rows[1].body.replace(b"1", b"2"), hash=bytes(32))
    assert named(verify_chain([rows[0], spoilt], head(rows))) == [("edited", rows[1].id)]


def test_an_edited_first_entry_does_not_lose_the_beginning(forge, head):
    rows = forge().rows(2)
    assert named(verify_chain([rows[0]._replace(prev=ELSEWHERE), rows[1]], head(rows))) == [("edited", rows[0].id)]


def test_forged_hashes_in_a_circle_come_to_an_end(forge, head):
    maker = forge()
    rows = maker.rows(2)
    one = maker.row(5, ELSEWHERE)
    two = maker.row(9, one.hash, one.sm3)._replace(hash=ELSEWHERE)
    faults = verify_chain([*rows, one, two], head(rows))
    assert named(faults) == [("unlinked", one.id), ("edited", two.id), ("unlinked", two.id)]


@st.composite
def tampering(draw, rows, stranger):
    """Some moves of somebody who may write the database, numbers and hashes included."""
    rows = list(rows)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(rows) - 1)) if rows else 0
        move = draw(st.sampled_from(["delete", "swap", "double", "renumber", "edit", "rewrite", "insert", "shift"]))
        if move == "insert" or not rows:
            rows.insert(at, stranger._replace(seq=at + 1))
        elif move == "delete":
            del rows[at]
        elif move == "swap":
            other = draw(st.integers(0, len(rows) - 1))
            rows[at], rows[other] = rows[other], rows[at]
        elif move == "double":
            rows.insert(at, rows[at])
        elif move == "renumber":
            rows[at] = rows[at]._replace(seq=draw(st.integers(-1, 9)))
        elif move == "edit":
            rows[at] = rows[at]._replace(hash=draw(st.sampled_from([row.hash for row in rows] + [ELSEWHERE])))
        elif move == "rewrite":
            body = rows[at].body + b" "
            rows[at] = rows[at]._replace(body=body, hash=entry_hash(body, rows[at].prev, rows[at].join))
        else:
            rows = [row._replace(seq=place) for place, row in enumerate(rows, 1)]
    return rows


@given(st.integers(1, 6), st.data())
def test_however_it_is_tampered_with_something_is_named(forge, head, count, data):
    maker = forge()
    rows = maker.rows(count, sm3=False)
    stored = data.draw(tampering(rows, maker.row(1, ELSEWHERE, sm3=False)))
    faults = verify_chain(stored, head(rows))
    assert bool(faults) == (stored != rows)


@given(st.integers(1, 6), st.data())
def test_after_sorting_as_a_database_does_something_is_still_named(forge, head, count, data):
    maker = forge()
    rows = maker.rows(count, sm3=False)
    tampered = data.draw(tampering(rows, maker.row(1, ELSEWHERE, sm3=False)))
    stored = sorted(tampered, key=lambda row: row.seq)
    assert bool(verify_chain(stored, head(rows))) == (stored != rows)
