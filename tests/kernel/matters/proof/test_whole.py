"""What the kernel itself has written verifies, whatever road it took."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import connection

from tests.kernel.matters.conftest import paper
from tests.people import JURISDICTION as J
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.matters import chains
from tianping.kernel.matters.chains import replay, verify_chains
from tianping.kernel.matters.readers.sequencer import sequence
from tianping.kernel.matters.readers.work import work
from tianping.kernel.matters.rotation import reseal_all
from tianping.kernel.matters.vault import vault


def holds():
    report = verify_chains(J)
    assert [(f.kind, f.seq, f.sentence, dict(f.values)) for f in report.faults] == []
    return report


def triaged(one, grade="3"):
    one.take("triage", "dispatcher", category="neighbour.leak", grade=grade)
    return one


def test_undone_and_done_anew(db, road):
    one = triaged(road())
    one.take("undo", "dispatcher", reason="按错了")
    holds()
    triaged(one, "2").take("dispatch", "dispatcher", agency="zhujian")
    one.take("undo", "dispatcher", reason="按错了")
    holds()


def test_an_undone_second_triage_brings_the_first_back(db, road):
    one = road().to("accepting")
    one.take("return", "handler", reason="不归我们")
    holds()
    one.take("dispatch", "dispatcher", agency="shuiwu")
    one.take("undo", "dispatcher", reason="按错了")
    holds()


def test_suspended_from_a_suspended_road_and_back(db, road):
    one = road().to("handling")
    one.take("suspend", "dispatcher", reason="等鉴定")
    holds()
    one.take("resume", "dispatcher")
    one.take("suspend", "dispatcher", reason="还等")
    holds()


def test_three_returns_and_a_meeting(db, road):
    one = road().to("accepting")
    for _n in range(2):
        one.take("return", "handler", reason="不归我们")
        one.take("dispatch", "dispatcher", agency="zhujian")
    one.take("return_third", "handler", reason="不归我们")
    one.take("settle_meeting", "dispatcher", agency="zhujian", minutes="归住建局")
    holds()


def test_handled_jointly_recalled_and_archived(db, road):
    one = triaged(road())
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu", "zhifa"])
    holds()
    one.take("joint_lead", "handler")
    one.take("finish", "handler", outcome="settled", result="修好了")
    one.take("verify", "dispatcher", on_site="不漏了")
    one.take("answer", "handler", answer="已修好")
    holds()
    one.take("rate", guest_of(one), rating="5")
    one.take("close", "dispatcher")
    holds()


def guest_of(one):
    from tianping.kernel.service import actor_for_code

    return actor_for_code(J, one.receipt.code)


def test_merged_parted_split_linked(db, road):
    leader = road().to("dispatch")
    one, two = road(), road()
    one.take("merge", "dispatcher", other_matter=str(leader.matter))
    two.take("merge", "dispatcher", other_matter=str(leader.matter))
    holds()
    two.take("unmerge", "dispatcher", reason="另一幢楼的事")
    leader.take("dispatch", "dispatcher", agency="zhujian")
    leader.take("accept", "handler")
    leader.take("split", "handler", description="楼道灯也不亮", title="楼道灯不亮")
    leader.take("link", "dispatcher", other_matter=str(two.matter))
    holds()


def test_protected_from_the_start_and_on_the_way_and_no_longer(db, road):
    road(violence=True)
    one = road(place="翠湖小区").to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    one.take("protect", "supervisor", reason="有人威胁她", violence=True)
    holds()
    one.take("contact", "protector", note="安全")
    one.take("ask_unprotect", "protector", reason="误报")
    one.take("unprotect", "supervisor", reason="误报")
    holds()
    one.take("correct", "dispatcher", concept="title", value="漏水", reason="补上")
    holds()


@pytest.mark.parametrize("concept", ["title", "place", "description", "reporter_name"])
def test_erased_corrected_and_erased_by_a_register_from_elsewhere(db, road, plant, concept):
    one = road(place="翠湖小区")
    one.take("correct", "dispatcher", concept=concept, value="改过的", reason="写错了")
    one.take("erase", "supervisor", concept=concept, reason="本人申请")
    holds()
    other = road(place="翠湖小区")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO erasure (jurisdiction, id, matter_id, concept, entry_id, record, erased_at)"
            " VALUES (%s, gen_random_uuid(), %s, %s, gen_random_uuid(), '', now())",
            [J, other.matter, concept],
        )
    assert replay(J) == (2, 0)
    assert holds().erased == 3


def test_told_late_with_files(db, road, folders):
    clerk = actor("registrar")
    late = datetime.now(UTC) - timedelta(days=3)
    from tianping.kernel.service import advance, report

    told = report(
        actor=clerk,
        form={"description": "漏水" * 50, "title": "长" * 60, "files": [paper(clerk)], "channel": "letter"},
        key="late",
        happened_at=late,
        received_at=late,
    )
    advance(
        told.proceeding,
        "triage",
        actor=actor("dispatcher"),
        form={"category": "neighbour.leak", "grade": "3"},
        key="late 2",
        happened_at=late,
        received_at=late,
    )
    holds()


def test_the_archive_derives_and_takes_back(db, road):
    """A room that is lent in the demo scene, with a date among its facts, and its archive after it."""
    from uuid import uuid4

    from tianping.kernel.service import advance, report

    form = {
        "title": "开会",
        "room_date": "2026-12-01",
        "room_people": "8",
        "reporter_name": "周",
        "reporter_phone": "13800002207",
    }
    told = report(actor=actor("registrar"), form=form, key="room", procedure="room")
    for step, who in (("lend", "dispatcher"), ("give_back", "registrar")):
        advance(told.proceeding, step, actor=actor(who), form={}, key=str(uuid4()))
    holds()


def test_a_citizen_who_has_proven_a_phone_takes_a_step(db, road, proven):
    one = road().to("answered")
    one.take("rate", proven(), rating="4")
    holds()


def test_under_new_keys_and_without_keys(told, settings, tmp_path, monkeypatch):
    # The test is itself a transaction that began before: it would be waited for in vain.
    monkeypatch.setattr("tianping.kernel.matters.rotation.PATIENCE", 0)
    monkeypatch.setattr("tianping.kernel.matters.rotation.SETTLE", 0)
    vault().store.rotate()
    assert reseal_all(J)
    first = holds()
    settings.KEY_FOLDER = tmp_path / "none"
    without = holds()
    assert (without.opened, without.closed) == (0, first.opened)


def test_more_time_from_before_it_named_its_entry(told):
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE term SET extensions = jsonb_build_array((extensions -> 0) - 'entry') WHERE extensions <> '[]'"
        )
        assert cursor.rowcount == 1
    holds()


def test_values_whose_key_a_court_holds_stay_closed(told, monkeypatch):
    from tianping.kernel.parties.keys import KeyNotHeld

    def refuse(*_args):
        raise KeyNotHeld("qingxi.court")

    monkeypatch.setattr(vault(), "open", refuse)
    report = holds()
    assert report.opened == 0
    assert report.closed > 10


def test_a_matter_of_a_scene_that_is_not_installed_is_read_as_far_as_it_goes(told, monkeypatch):
    registry = chains.registry()
    monkeypatch.setattr(
        chains, "registry", type("R", (), {"procedure": staticmethod(registry.procedure), "concepts": {}})
    )
    monkeypatch.setitem(registry._procedures, ("intake", 1), None)
    report = verify_chains(J)
    assert (report.untold, report.faults) == (2, [])


def test_many_statements_see_one_moment(owner, road):
    """Outside a transaction the whole reading is one snapshot: a step taken meanwhile is no fault."""
    road().to("accepting")
    seen = []

    def meanwhile(done, total):
        seen.append((done, total))
        owner.execute("UPDATE matter SET state = 'closed'")

    assert verify_chains(J, meanwhile).faults == []
    assert seen[-1] == (3, 3)
    assert verify_chains(J).faults != []


def test_after_all_readers_and_the_clock(owner, road):
    road().to("answered")
    work(J, once=True)
    assert sequence(J) == 0
    assert verify_chains(J).faults == []


@pytest.mark.parametrize(
    ("kind", "value", "stored", "same"),
    [
        ("money", Decimal("1200.50"), '"1200.50"', True),
        ("money", Decimal("1200.50"), '"1200.51"', False),
        ("money", Decimal("1200.50"), '"x"', False),
        ("datetime", datetime(2026, 1, 1, tzinfo=UTC), '"2026-01-01T08:00:00+08:00"', True),
        ("datetime", datetime(2026, 1, 1, tzinfo=UTC), '"2026-01-01T08:00:00"', False),
        ("integer", 5, "5", True),
        ("integer", 5, "5.5", False),
        ("agencies", ["a", "b"], '["a", "b"]', True),
        ("boolean", True, "true", True),
    ],
)
def test_a_stored_value_is_compared_in_its_type(kind, value, stored, same):
    """JSON in a row keeps neither money nor times as the chain spells them."""
    from types import SimpleNamespace
    from uuid import UUID

    from tianping.kernel.ledger.canonical import canonical
    from tianping.kernel.matters.proof.compare import Comparison
    from tianping.kernel.matters.proof.stored import FactRow

    entry = UUID(int=1)
    one = object.__new__(Comparison)
    one.registry = SimpleNamespace(concepts={"c": Concept("c", "C", kind)})
    one.bodies = {entry: msgspec.json.decode(canonical({"fields": {"f": {"concept": "c", "value": value}}}))}
    row = FactRow(entry, "c", stored, entry, "f", datetime.now(UTC), None)
    assert one._holds(row) is same
