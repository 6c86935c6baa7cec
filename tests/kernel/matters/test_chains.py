"""Whatever the database's own administrator does to the record, verification names it."""

import pytest

from tianping.kernel.matters.chains import replay, verify_chains, verify_matter

JURISDICTION = "990101"


@pytest.fixture
def three(owner, road):
    return [road().to("answered") for _n in range(3)]


def kinds():
    return {f.kind for f in verify_chains(JURISDICTION).faults}


def test_an_untouched_record_verifies(three):
    report = verify_chains(JURISDICTION)
    assert (report.chains, report.entries, report.faults) == (3, 21, [])


def test_an_edited_body_is_named(three, owner):
    owner.execute(
        "UPDATE entry SET body = replace(encode(body, 'escape'), 'settled', 'unable')::bytea WHERE matter_id = %s AND step = 'finish'",
        [three[1].matter],
    )
    faults = verify_chains(JURISDICTION).faults
    assert [(f.chain, f.seq) for f in faults if f.kind == "edited"] == [(three[1].matter, 5)]


def test_a_deleted_entry_is_named(three, owner):
    _forget(owner, "matter_id = %s AND seq = 3", three[0].matter)
    faults = verify_chains(JURISDICTION).faults
    assert ("deleted", three[0].matter) in {(f.kind, f.chain) for f in faults}


def test_two_exchanged_entries_are_named(three, owner):
    for seq, to in ((2, 99), (3, 2), (99, 3)):
        owner.execute("UPDATE entry SET seq = %s WHERE matter_id = %s AND seq = %s", [to, three[0].matter, seq])
    assert kinds() & {"reordered", "edited", "body"}


def test_a_chain_cut_short_is_named(three, owner):
    _forget(owner, "matter_id = %s AND seq >= 6", three[2].matter)
    assert "truncated" in kinds()


def test_one_matter_is_verified_alone(three, owner):
    from tests.people import actor
    from tianping.kernel.agencies.acting import acting

    owner.execute("UPDATE entry SET hash = '\\x00' WHERE matter_id = %s AND seq = 1", [three[0].matter])
    with acting(actor("dispatcher")):
        assert verify_matter(three[0].matter, JURISDICTION)
        assert verify_matter(three[1].matter, JURISDICTION) == []


def _forget(owner, where, matter):
    """Delete entries and what hangs on them, as somebody who covers traces would."""
    for table, column in (("sealed", "entry_id"), ("fact", "entry_id")):
        owner.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM entry WHERE {where})", [matter])
    owner.execute(f"DELETE FROM entry WHERE {where}", [matter])


def test_the_application_itself_cannot_rewrite_an_entry(three):
    from django.db import ProgrammingError, connection

    from tianping.kernel.agencies.acting import acting, system_actor

    for statement in (
        "UPDATE entry SET body = ''",
        "DELETE FROM entry",
        "DELETE FROM access_record",
        "UPDATE fact SET value = 'null'",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(system_actor(JURISDICTION)),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_an_erased_value_is_gone_and_the_chain_still_verifies(three, owner):
    three[0].take("erase", "supervisor", concept="reporter_phone", reason="本人申请")
    assert verify_chains(JURISDICTION).faults == []
    left = owner.execute(
        "SELECT count(*) FROM sealed WHERE matter_id = %s AND concept = 'reporter_phone' AND (blob IS NOT NULL OR seed IS NOT NULL)",
        [three[0].matter],
    ).fetchone()
    assert left == (0,)
    assert owner.execute(
        "SELECT count(*) FROM identifier WHERE matter_id = %s AND kind = 'phone'", [three[0].matter]
    ).fetchone() == (0,)


def test_a_restored_value_is_erased_again_by_the_register(three, owner):
    before = owner.execute(
        "SELECT entry_id, field, seed, blob FROM sealed WHERE matter_id = %s AND concept = 'reporter_phone'",
        [three[0].matter],
    ).fetchone()
    three[0].take("erase", "supervisor", concept="reporter_phone", reason="本人申请")
    owner.execute(
        "UPDATE sealed SET seed = %s, blob = %s, erased_at = NULL WHERE entry_id = %s AND field = %s",
        [before[2], before[3], before[0], before[1]],
    )
    assert replay(JURISDICTION) == (1, 0)
    assert owner.execute(
        "SELECT count(*) FROM sealed WHERE matter_id = %s AND concept = 'reporter_phone' AND blob IS NOT NULL",
        [three[0].matter],
    ).fetchone() == (0,)
