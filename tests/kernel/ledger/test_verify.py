import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.ledger.chain import GENESIS, Row, entry_hash, sm3_of
from tianping.kernel.ledger.commit import commit, new_salt
from tianping.kernel.ledger.verify import check_sealed, verify_all, verify_chain

COUNTS = st.integers(2, 9)
JOIN = bytes([5]) * 32
COLUMNS = ["body", "hash", "prev", "join", "sm3", "sm3_prev", "sm3_join"]


@given(st.integers(1, 9), st.booleans())
def test_an_untouched_chain_has_no_fault(forge, head, count, sm3):
    rows = forge().rows(count, sm3=sm3)
    assert verify_chain(rows, head(rows)) == []
    assert verify_chain(iter(rows), None) == []
    assert verify_chain([rows[0]._replace(prev=GENESIS), *rows[1:]], head(rows)) == []


@given(COUNTS, st.data())
def test_any_single_byte_edit_names_the_entry_and_no_other(forge, head, count, data):
    rows = forge().rows(count)
    at = data.draw(st.integers(0, count - 1))
    column = data.draw(st.sampled_from([name for name in COLUMNS if getattr(rows[at], name) is not None]))
    raw = bytearray(getattr(rows[at], column))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    edited = rows.copy()
    edited[at] = rows[at]._replace(**{column: bytes(raw)})
    faults = verify_chain(edited, head(rows))
    assert [(fault.kind, fault.seq, fault.entry_id) for fault in faults] == [
        ("sm3" if column.startswith("sm3") else "edited", at + 1, rows[at].id),
    ]


@given(COUNTS, st.data())
def test_any_deletion_names_the_missing_number(forge, head, told, count, data):
    rows = forge().rows(count)
    at = data.draw(st.integers(0, count - 2))
    assert told(verify_chain(rows[:at] + rows[at + 1 :], head(rows))) == [("deleted", at + 1, at + 1)]


@given(st.integers(4, 12), st.data())
def test_any_deletions_between_the_ends_name_every_missing_number(forge, head, told, count, data):
    rows = forge().rows(count)
    gone = data.draw(st.sets(st.integers(2, count - 1), min_size=1))
    faults = verify_chain([row for row in rows if row.seq not in gone], head(rows))
    assert {kind for kind, _, _ in told(faults)} == {"deleted"}
    assert sorted(seq for _, first, last in told(faults) for seq in range(first, last + 1)) == sorted(gone)


@given(COUNTS, st.data())
def test_any_truncation_names_what_is_gone(forge, head, told, count, data):
    rows = forge().rows(count)
    kept = data.draw(st.integers(1, count - 1))
    faults = verify_chain(rows[:kept], head(rows))
    assert told(faults) == [("truncated", kept + 1, count)]
    assert faults[0].entry_id is None


@given(COUNTS, st.data())
def test_any_swap_of_numbers_names_both(forge, head, count, data):
    rows = forge().rows(count)
    one, two = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=2, max_size=2)))
    swapped = rows.copy()
    swapped[one], swapped[two] = rows[two]._replace(seq=one + 1), rows[one]._replace(seq=two + 1)
    everywhere = {row.hash for row in rows}.__contains__  # a chain's own entries are known too: that excuses nothing
    for known in (None, everywhere):
        faults = verify_chain(swapped, head(rows), known=known)
        assert [(fault.kind, fault.entry_id) for fault in faults] == [
            ("reordered", rows[two].id),
            ("reordered", rows[one].id),
        ]


@given(COUNTS, st.data())
def test_any_swap_of_places_is_found_among_the_two(forge, head, count, data):
    rows = forge().rows(count)
    one, two = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=2, max_size=2)))
    swapped = rows.copy()
    swapped[one], swapped[two] = rows[two], rows[one]
    faults = verify_chain(swapped, head(rows))
    assert {fault.kind for fault in faults} == {"reordered"}
    assert rows[one].id in {fault.entry_id for fault in faults}


@given(COUNTS, st.data())
def test_any_changed_number_names_the_entry(forge, head, count, data):
    rows = forge().rows(count)
    at = data.draw(st.integers(0, count - 1))
    seq = data.draw(st.integers(-3, count + 9).filter(lambda seq: seq != at + 1))
    moved = sorted([*rows[:at], rows[at]._replace(seq=seq), *rows[at + 1 :]], key=lambda row: row.seq)
    faults = verify_chain(moved, head(rows))
    assert [(fault.kind, fault.entry_id) for fault in faults] == [("reordered", rows[at].id)]


@given(COUNTS, st.data())
def test_an_entry_rewritten_with_its_hash_is_named(forge, head, count, data):
    rows = forge().rows(count)
    at = data.draw(st.integers(0, count - 1))
    old = rows[at]
    body = canonical({"id": old.id, "chain": old.chain, "step": "撤回"})
    new = old._replace(body=body, hash=entry_hash(body, old.prev), sm3=sm3_of(body, old.sm3_prev))
    faults = verify_chain([*rows[:at], new, *rows[at + 1 :]], head(rows))
    assert ("edited", old.id) in [(fault.kind, fault.entry_id) for fault in faults]
    assert {fault.seq for fault in faults} <= {at + 1, at + 2}


@given(st.integers(3, 9), st.data())
def test_an_entry_of_another_chain_in_the_place_of_one_is_named(forge, head, told, count, data):
    maker = forge()
    rows = maker.rows(count)
    at = data.draw(st.integers(0, count - 1))
    stranger = maker.row(at + 1, bytes([9]) * 32)
    replaced = [*rows[:at], stranger, *rows[at + 1 :]]
    faults = verify_chain(replaced, head(rows))
    assert [(fault.kind, fault.entry_id) for fault in faults] == [("unlinked", stranger.id)]


@given(COUNTS, st.data(), st.booleans())
def test_an_inserted_entry_is_named_and_the_others_are_not(forge, head, count, data, renumber):
    maker = forge()
    rows = maker.rows(count)
    at = data.draw(st.integers(0, count))
    stranger = maker.row(at + 1, bytes([9]) * 32)
    after = [row._replace(seq=row.seq + renumber) for row in rows[at:]]
    faults = verify_chain([*rows[:at], stranger, *after], head(rows))
    assert [(fault.kind, fault.entry_id) for fault in faults] == [("unlinked", stranger.id)]


@given(COUNTS, st.data())
def test_a_deletion_hidden_by_new_numbers_is_found(forge, head, told, count, data):
    rows = forge().rows(count)
    at = data.draw(st.integers(1, count - 2)) if count > 2 else 0
    hidden = rows[:at] + [row._replace(seq=row.seq - 1) for row in rows[at + 1 :]]
    kind = "deleted" if at else "unlinked"
    assert told(verify_chain(hidden, head(rows))) == [(kind, at + 1, at + 1)]


def test_entries_after_the_recorded_head_are_named(forge, head, told):
    rows = forge().rows(5)
    assert told(verify_chain(rows, head(rows[:3]))) == [("unlinked", 4, 5)]


def test_a_row_that_says_it_is_of_another_chain_is_named(forge, head, told):
    maker = forge()
    rows = maker.rows(3)
    foreign = maker.rows(1, chain=forge.chain.__class__(int=8))
    faults = verify_chain([*rows, *foreign], head(rows))
    assert [(fault.kind, fault.entry_id) for fault in faults] == [("unlinked", foreign[0].id)]


def test_a_head_without_rows_means_all_are_deleted(forge, told):
    faults = verify_chain([], (4, bytes(32)), chain=forge.chain)
    assert told(faults) == [("deleted", 1, 4)]
    assert faults[0].chain == forge.chain
    assert verify_chain([], None) == []


def test_an_edited_head_names_the_last_entry_or_the_number(forge, head, told):
    rows = forge().rows(3)
    assert told(verify_chain(rows, (3, bytes(32)))) == [("edited", 3, 3)]
    assert told(verify_chain(rows, (4, rows[-1].hash))) == [("unlinked", 4, 4)]
    assert told(verify_chain(rows, (2, bytes(32)))) == [("edited", 3, 3)]


@pytest.mark.parametrize("column", ["prev", "join", "sm3_prev", "sm3_join"])
def test_a_predecessor_of_another_length_is_an_edit(forge, head, told, column):
    rows = forge().rows(3)
    rows[1] = rows[1]._replace(**{column: b"short"})
    kind = "sm3" if column.startswith("sm3") else "edited"
    assert told(verify_chain(rows, head(rows))) == [(kind, 2, 2)]


@pytest.mark.parametrize(
    "body", [b'{"a": "1"}', b'"text"', canonical({"id": "another"}), canonical({"chain": "another"})]
)
def test_a_body_that_is_not_canonical_or_tells_another_entry_is_named(forge, told, body):
    row = forge().rows(1, sm3=False)[0]._replace(body=body, hash=entry_hash(body, None))
    assert told(verify_chain([row], (1, row.hash))) == [("body", 1, 1)]


def test_a_row_of_what_must_be_stored_is_a_whole_chain(forge):
    made = forge().rows(1, sm3=False)[0]
    row = Row(made.chain, made.seq, made.id, made.body, made.hash)
    assert row == made
    assert verify_chain([row], (1, row.hash)) == []


def test_a_body_need_not_tell_its_id(forge):
    row = forge().rows(1, sm3=False)[0]._replace(body=b"{}", hash=entry_hash(b"{}", None))
    assert verify_chain([row], (1, row.hash)) == []


class TestBranches:
    @pytest.fixture
    def joined(self, forge):
        maker = forge()
        main = maker.rows(3)
        branch = maker.rows(2, chain=forge.chain.__class__(int=8), start=main[1].hash, sm3=False)
        main.append(maker.row(4, main[2].hash, main[2].sm3, join=branch[-1].hash))
        return main, branch

    def test_a_branch_and_its_join_verify(self, joined, head):
        main, branch = joined
        known = {row.hash for row in main + branch}.__contains__
        assert verify_chain(main, head(main), known=known) == []
        assert verify_chain(branch, head(branch), known=known) == []

    def test_the_joined_branch_has_its_sm3_too(self, joined, forge, head, told):
        main, branch = joined
        digest = sm3_of(branch[-1].body, None)
        last = main[3]
        main[3] = last._replace(sm3_join=digest, sm3=sm3_of(last.body, last.sm3_prev, digest))
        known = {row.hash for row in main + branch}.__contains__
        assert verify_chain(main, head(main), known=known) == []
        main[3] = last._replace(sm3_join=digest, sm3=None, sm3_prev=None)
        assert told(verify_chain(main, head(main), known=known)) == [("sm3", 4, 4)]

    def test_all_chains_together_know_their_branches(self, joined, head, told):
        main, branch = joined
        heads = {rows[0].chain: head(rows) for rows in joined}
        known = {row.hash for row in main + branch}.__contains__
        assert verify_all(main + branch, heads, known=known).faults == []
        assert told(verify_all(main + branch, heads).faults) == [("join", 4, 4), ("unlinked", 1, 1)]

    def test_a_join_whose_branch_is_gone_is_named(self, joined, head, told):
        main, _ = joined
        known = {row.hash for row in main}.__contains__
        assert told(verify_chain(main, head(main), known=known)) == [("join", 4, 4)]
        assert told(verify_chain(main, head(main))) == [("join", 4, 4)]

    def test_a_branch_that_starts_from_nothing_is_named(self, joined, head, told):
        _, branch = joined
        assert told(verify_chain(branch, head(branch))) == [("unlinked", 1, 1)]
        assert told(verify_chain(branch[1:], head(branch), known=lambda _hash: True)) == [("deleted", 1, 1)]


class TestSm3:
    def test_it_may_begin_and_end_within_a_chain(self, forge, head):
        maker = forge()
        rows = maker.rows(2, sm3=False)
        for seq, asked in [(3, True), (4, True), (5, False), (6, True)]:
            rows.append(maker.row(seq, rows[-1].hash, rows[-1].sm3, sm3=asked))
        assert verify_chain(rows, head(rows)) == []

    def test_a_digest_taken_out_of_the_middle_is_named(self, forge, head, told):
        rows = forge().rows(4)
        rows[1] = rows[1]._replace(sm3=None, sm3_prev=None)
        assert told(verify_chain(rows, head(rows))) == [("sm3", 2, 2)]
        rows[1] = rows[1]._replace(sm3_prev=bytes(32))
        assert ("sm3", 2, 2) in told(verify_chain(rows, head(rows)))

    def test_what_is_left_of_the_last_digest_is_named(self, forge, head, told):
        rows = forge().rows(4)
        rows[3] = rows[3]._replace(sm3=None)
        assert told(verify_chain(rows, head(rows))) == [("sm3", 4, 4)]

    def test_a_digest_computed_anew_does_not_fit_the_one_before(self, forge, head, told):
        rows = forge().rows(4)
        rows[3] = rows[3]._replace(sm3_prev=bytes(32), sm3=sm3_of(rows[3].body, bytes(32)))
        assert told(verify_chain(rows, head(rows))) == [("sm3", 4, 4)]

    def test_a_first_digest_without_a_predecessor_names_none(self, forge, head, told):
        rows = forge().rows(1)
        rows[0] = rows[0]._replace(sm3_prev=JOIN, sm3=sm3_of(rows[0].body, JOIN))
        assert told(verify_chain(rows, head(rows))) == [("sm3", 1, 1)]

    def test_a_joined_digest_without_a_join_is_named(self, forge, head, told):
        rows = forge().rows(1)
        rows[0] = rows[0]._replace(sm3_join=JOIN, sm3=sm3_of(rows[0].body, None, JOIN))
        assert told(verify_chain(rows, head(rows))) == [("sm3", 1, 1)]
        rows = forge().rows(1, sm3=False)
        assert told(verify_chain([rows[0]._replace(sm3_join=JOIN)], head(rows))) == [("sm3", 1, 1)]


class TestAll:
    @pytest.fixture
    def chains(self, forge):
        return [forge().rows(count, chain=forge.chain.__class__(int=count)) for count in (1, 2, 3)]

    def test_whole_chains_have_no_fault_and_progress_is_told(self, forge, head):
        many = [forge().rows(700, chain=forge.chain.__class__(int=number), sm3=False) for number in (1, 2, 3)]
        heads = {rows[0].chain: head(rows) for rows in many}
        seen = []
        report = verify_all((row for rows in many for row in rows), heads, lambda *at: seen.append(at))
        assert (report.entries, report.chains, report.faults) == (2100, 3, [])
        assert seen == [(1000, 2), (2000, 3), (2100, 3)]

    def test_faults_of_every_chain_are_gathered(self, chains, head, told):
        heads = {rows[0].chain: head(rows) for rows in chains}
        report = verify_all([*chains[0], chains[1][0], *chains[2][1:]], heads)
        assert told(report.faults) == [("truncated", 2, 2), ("deleted", 1, 1)]
        assert [fault.chain.int for fault in report.faults] == [2, 3]

    def test_a_chain_without_head_and_a_head_without_chain_are_named(self, chains, head, told):
        heads = {rows[0].chain: head(rows) for rows in chains[1:]}
        report = verify_all([*chains[0], *chains[1]], heads)
        assert told(report.faults) == [("unlinked", 1, 1), ("deleted", 1, 3)]
        assert [fault.chain.int for fault in report.faults] == [1, 3]
        assert [fault.entry_id for fault in report.faults] == [None, None]

    def test_chains_that_are_gone_are_named_in_their_order(self, forge, told):
        gone = {forge.chain.__class__(int=pow(3, number, 2**127 - 1)): (2, bytes(32)) for number in range(1, 40)}
        report = verify_all([], gone)
        assert [fault.chain for fault in report.faults] == sorted(gone)
        assert set(told(report.faults)) == {("deleted", 1, 2)}

    def test_heads_may_be_looked_up_one_by_one(self, chains, head, told):
        heads = {rows[0].chain: head(rows) for rows in chains[1:]}
        report = verify_all([row for rows in chains for row in rows], heads.get)
        assert told(report.faults) == [("unlinked", 1, 1)]

    def test_nothing_at_all_is_whole(self):
        assert verify_all([], {}).faults == []


def test_an_opened_value_is_checked_against_the_entry():
    salt = new_salt()
    body = canonical({"commitments": {"name": commit("name", "王小明", salt)}})
    assert check_sealed(body, "name", "王小明", salt)
    assert not check_sealed(body, "name", "王小名", salt)
    assert not check_sealed(body, "phone", "王小明", salt)
    assert not check_sealed(canonical({"commitments": "x"}), "name", "王小明", salt)
    assert not check_sealed(canonical(["x"]), "name", "王小明", salt)
    with pytest.raises(ValueError, match="canonical"):
        check_sealed(b"{ }", "name", "王小明", salt)
