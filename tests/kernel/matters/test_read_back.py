"""What the one read brings back is what was written: the head's columns, the states, the sources of facts, the last entry."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from tests.conftest import CLUSTER
from tests.kernel.matters.conftest import PAPER, paper
from tests.kernel.matters.stored import CENTRE, ZHUJIAN, J, moments, row, rows, subject_of
from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.documents import files
from tianping.kernel.lifecycle.state import SEALED, Actor, PartyRef, RefusedError
from tianping.kernel.matters.lists import Query, worklist
from tianping.kernel.matters.models import Entry, Fact, Matter, Proceeding, Term
from tianping.kernel.matters.readers.counters import Counters, Known, _follow, happened, standing
from tianping.kernel.matters.readers.cursor import run_once
from tianping.kernel.matters.readers.sequencer import _feed, sequence
from tianping.kernel.matters.snapshot import lock, read
from tianping.kernel.matters.standing import as_party, local_day, parties_of
from tianping.kernel.service import begin_upload, show


def snapshot(*matters, last=False):
    with acting(system_actor(J)):
        heads = lock(J, list(matters), None)
        return read(J, heads, None, last=last)


@pytest.mark.django_db
def test_the_head_is_the_matters_row(road):
    one = road(place="滨河社区3幢").to("handling")
    head = snapshot(one.matter).heads[one.matter]
    stored = row(Matter)
    assert head.id == one.matter
    same = set(head.row) - {"head", "head_sm3"}
    assert {n: head.row[n] for n in same} == {n: stored[n] for n in same}
    assert bytes(head.row["head"]) == stored["head"]
    assert {"category", "grade", "channel", "grid", "happened_at", "returns", "holder", "procedure", "number"} <= same


@pytest.mark.django_db
def test_the_states_are_those_of_the_rows(road):
    leader, one = road(place="滨河社区3幢").to("handling"), road()
    leader.take("assign", "head", assignee=str(actor("handler").user))
    one.take("merge", "dispatcher", other_matter=str(leader.matter))
    found = snapshot(leader.matter, one.matter)
    led, leads = found.matters[one.matter], found.matters[leader.matter]
    assert (led.leader, led.followers, leads.leader, leads.followers) == (leader.matter, 0, None, 1)
    assert (leads.centre, leads.path, leads.place_path) == (CENTRE, CENTRE, "")
    assert (leads.protected, leads.archived, leads.new) == (False, False, False)
    assert leads.audience == set(row(Matter, id=leader.matter)["audience"])
    assert leads.parties == [PartyRef("reporter", subject_of(leader, "reporter"))]
    (proceeding,) = leads.proceedings.values()
    stored = row(Proceeding, matter_id=leader.matter)
    for name in (
        "id",
        "procedure",
        "version",
        "state",
        "slot",
        "parent",
        "holder",
        "assigned",
        "counts",
        "pending",
        "back",
    ):
        assert getattr(proceeding, name) == stored[name], name
    assert (proceeding.matter, proceeding.supervised, proceeding.new) == (leader.matter, False, False)
    assert {n: t.status for n, t in proceeding.terms.items()} == {
        "triage": "ended",
        "accept": "ended",
        "answer": "running",
    }
    assert found.now > moments(one)[-1]
    assert found.today == timezone.localdate().isoformat()


@pytest.mark.django_db
def test_a_personal_fact_is_sealed_and_its_source_is_known(road):
    one = road().to("dispatch")
    found = snapshot(one.matter)
    assert found.matters[one.matter].facts == {
        "description": SEALED,
        "title": SEALED,
        "reporter_name": SEALED,
        "reporter_phone": SEALED,
        "channel": "web",
        "category": "neighbour.leak",
        "grade": "3",
    }
    sources = {r["concept"]: (str(r["entry_id"]), r["field"]) for r in rows(Fact, superseded_by=None)}
    assert {concept: source for (_matter, concept), source in found.fact_source.items()} == sources


@pytest.mark.django_db
def test_the_last_entry_is_the_newest_effective_one_and_no_note(road):
    one = road().to("accepting")
    one.take("note", "handler", note="问过了")
    assert snapshot(one.matter).matters[one.matter].last is None
    last = snapshot(one.matter, last=True).matters[one.matter].last
    dispatch = rows(Entry, "seq")[2]
    assert (last.id, last.step, last.procedure, last.proceeding) == (
        dispatch["id"],
        "dispatch",
        "intake",
        one.receipt.proceeding,
    )
    assert last.user == str(actor("dispatcher").user)
    assert [e["do"] for e in last.effects][:2] == ["hold", "state"]
    one.take("undo", "dispatcher", reason="派错了")
    assert snapshot(one.matter, last=True).matters[one.matter].last.step == "triage"


@pytest.mark.django_db
def test_a_clock_comes_back_as_it_was_written(road):
    one = road().to("handling")
    one.take("extend", "head", term="answer", amount="3", reason="要等鉴定")
    one.take("suspend", "head", reason="等鉴定")
    (term,) = [t for t in snapshot(one.matter).terms if t.name == "answer"]
    stored = row(Term, name="answer")
    dates = ("started_at", "due_at", "alarm_at", "pauses", "extensions")
    for name in ("id", "matter_id", "proceeding_id", "rule_code", "rule", "status", *dates):
        assert getattr(term, name) == stored[name], name
    assert (term.new, term.changed, term.ended_at) == (False, False, None)


@pytest.mark.django_db
def test_a_clock_has_lapsed_from_its_very_moment_on(road, owned):
    one = road()
    owned("UPDATE term SET due_at = clock_timestamp() + interval '1 hour'")
    assert not snapshot(one.matter).matters[one.matter].proceedings[one.receipt.proceeding].terms["triage"].lapsed
    owned("UPDATE term SET due_at = clock_timestamp()")
    assert snapshot(one.matter).matters[one.matter].proceedings[one.receipt.proceeding].terms["triage"].lapsed


@pytest.mark.django_db
def test_a_list_of_one_row_a_page():
    assert worklist(actor("dispatcher"), Query(limit=1)).rows == []


# ── as whom ──
@pytest.mark.django_db
def test_a_citizen_stands_in_a_matter_as_the_party_that_is_asked_for(road):
    one, other = road(other_name="楼上住户"), road()
    with acting(system_actor(J)):
        parties = parties_of(J, one.matter)
    reporter, side = subject_of(one, "reporter"), subject_of(one, "other")
    assert {(p.role, p.subject) for p in parties} == {("reporter", reporter), ("other", side)}
    assert subject_of(other, "reporter") not in {p.subject for p in parties}
    person = Actor(
        "citizen", J, subject=uuid4(), keys=frozenset({f"subject:{reporter}", f"subject:{side}"}), proof="identity"
    )
    today = local_day(timezone.now())

    def stands(**keys):
        with acting(system_actor(J)):
            return as_party(replace(person, **keys), one.matter, parties, today).actor.subject

    assert stands() == reporter
    only_side = frozenset({f"subject:{side}"})
    assert stands(keys=only_side) == side
    assert stands(keys=frozenset()) == person.subject
    twice = [*parties, PartyRef("reporter", side)]
    with acting(system_actor(J)):
        assert as_party(person, one.matter, twice, today).actor.subject == min(reporter, side)
        sides = [PartyRef("other", s) for s in (reporter, side)]
        assert as_party(person, one.matter, sides, today).actor.subject == min(reporter, side)
        assert as_party(guest(), one.matter, parties, today).actor == guest()


@pytest.mark.django_db
def test_whoever_was_named_in_an_entry_has_a_name_on_the_page(road):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    one.take("assign", "head", assignee=str(actor("head").user))
    view = show(actor("head"), one.matter, "handling")
    assert actor("handler").name in repr(view)
    assert actor("head").name in repr(view)


# ── the counters, entry by entry ──
def test_who_holds_what_is_followed_along_the_chain():
    known = Known()
    hold = {"do": "hold", "to": ZHUJIAN}
    _follow(known, "p", {"effects": []}, CENTRE, first=True)
    assert known.holders == {"p": CENTRE}
    _follow(known, "p", {"effects": [hold]}, CENTRE, first=False)
    _follow(known, "child", {"effects": [hold]}, CENTRE, first=False)
    assert known.holders == {"p": ZHUJIAN}
    opens = [{"do": "open", "slot": "assist", "proceeding": "c"}, {"do": "open", "slot": "@next", "proceeding": "a"}]
    _follow(known, "p", {"effects": opens}, CENTRE, first=False)
    assert known.holders == {"p": ZHUJIAN, "a": CENTRE}
    _follow(known, "p", {"effects": [{"do": "hold", "to": ""}]}, CENTRE, first=False)
    assert known.holders["p"] == CENTRE
    assert not known.protected
    _follow(known, "p", {"effects": [{"do": "protect"}]}, CENTRE, first=False)
    assert known.protected


@pytest.mark.django_db
def test_how_things_stand_is_counted_by_state_category_grade_and_supervision(road):
    one = road().to("handling")
    one.take("supervise", "supervisor", note="请抓紧")
    road()
    with acting(system_actor(J)):
        assert _feed(J, 10) == (6, 6)
    sequence(J)
    while run_once(Counters(), J, 500):
        pass
    assert standing(actor("leader")) == {
        ZHUJIAN: {"state.intake.handling": 1, "open": 1, "category.neighbour.leak": 1, "grade.3": 1, "supervised": 1},
        CENTRE: {"state.intake.triage": 1, "open": 1, "category.": 1, "grade.": 1},
    }
    today = timezone.localdate()
    assert happened(actor("leader"), today, today) == {(CENTRE, today): {"opened": 2}}
    assert happened(actor("leader"), today + timedelta(days=1), today + timedelta(days=1)) == {}


# ── outside a test's transaction ──
def test_files_that_wait_are_counted_as_their_owner_sees_them(fresh, folders, monkeypatch):
    monkeypatch.setattr(files, "MOST_WAITING", 2)
    who = replace(guest(), keys=frozenset({"upload:a"}))
    for _n in range(2):
        paper(who)
    with pytest.raises(RefusedError, match="太多"):
        begin_upload(who, "a.pdf", len(PAPER))
    assert begin_upload(replace(guest(), keys=frozenset({"upload:b"})), "a.pdf", len(PAPER))
    with psycopg.connect(CLUSTER.url("postgres", fresh)) as owner:
        assert owner.execute("SELECT count(*) FROM document").fetchone() == (2,)
    connections["default"].close()
