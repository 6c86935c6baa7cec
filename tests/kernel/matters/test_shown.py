"""The whole page of a matter as staff see it: every entry as it stands in the chain, and who, where and until when today."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.kernel.matters.conftest import paper
from tests.kernel.matters.stored import ZHUJIAN, J, row, rows
from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import Agency, User
from tianping.kernel.clock.calendar import CalendarYearMissing
from tianping.kernel.documents.models import Document
from tianping.kernel.matters.advance import report
from tianping.kernel.matters.models import Entry, Matter, Proceeding, Term
from tianping.kernel.matters.show import sees, show

pytestmark = pytest.mark.django_db


def page(one, who="dispatcher"):
    return show(actor(who), one.matter, "handling")


def entry(one, step, who="dispatcher"):
    return next(e for e in page(one, who).entries if e.step == step)


def test_every_entry_is_shown_newest_first_as_it_stands_in_the_chain(road):
    one = road().to("handling")
    stored = rows(Entry, "-seq", matter_id=one.matter)
    told = page(one).entries
    columns = ["id", "seq", "procedure", "step", "from_state", "to_state", "actor_kind", "happened_at", "recorded_at"]
    assert [[getattr(e, c) for c in columns] for e in told] == [[s[c] for c in columns] for s in stored]
    assert [(e.proceeding, e.hash) for e in told] == [(s["proceeding_id"], s["hash"].hex()) for s in stored]
    assert [e.step for e in told] == ["accept", "dispatch", "triage", "register"]


def test_an_entry_names_the_person_and_the_office_and_nobody_where_there_is_none(road):
    one = road().to("handling")
    accepted, registered = entry(one, "accept"), entry(one, "register")
    assert (accepted.actor_name, accepted.agency) == ("曹勇", "住建局")
    assert (registered.actor_name, registered.agency) == ("", "")
    assert (registered.label, registered.public) != ("register", "")
    assert (accepted.label, accepted.public) != ("accept", "")


def test_what_the_parties_are_not_told_has_no_public_sentence(road):
    one = road().to("handling")
    one.take("note", "handler", note="内部记录")
    assert entry(one, "note").public == ""
    assert entry(one, "note").values["note"] == "内部记录"


def test_what_was_told_earlier_shows_when_it_happened_and_when_it_was_recorded():
    told = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    receipt = report(actor=guest(), form={"description": "来信"}, key=str(uuid4()), happened_at=told)
    (registered,) = show(actor("dispatcher"), receipt.matter, "handling").entries
    assert registered.happened_at == told
    assert registered.recorded_at == row(Entry, matter_id=receipt.matter)["recorded_at"] > told


def test_values_are_opened_but_for_masked_ones_and_the_ids_of_people(road):
    values = entry(road(), "register").values
    assert (values["reporter_name"], values["title"]) == ("周桂兰", "楼上漏水")
    assert "reporter_phone" not in values
    assert not [c for c in values if c.startswith("@")]


def test_an_erased_value_is_named_as_erased_and_the_others_are_not(road):
    one = road()
    assert entry(one, "register").erased == ()
    one.take("erase", "supervisor", concept="reporter_name", reason="本人申请")
    told = entry(one, "register")
    assert told.erased == ("reporter_name",)
    assert "reporter_name" not in told.values
    assert told.values["title"] == "楼上漏水"


def test_an_undone_step_says_so(road):
    one = road().to("handling")
    one.take("undo", "handler", reason="点错了")
    assert {e.step: e.undone for e in page(one).entries} == {
        "register": False,
        "triage": False,
        "dispatch": False,
        "accept": True,
        "undo": False,
    }


def test_the_proceeding_tells_its_office_its_people_its_state_and_its_beginning(road):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    (told,) = page(one).proceedings
    stored = row(Proceeding, matter_id=one.matter)
    assert (told.holder_name, told.state.holder) == ("县住房和城乡建设局", ZHUJIAN)
    assert told.assigned == {"handler": "曹勇"}
    assert (told.opened_at, told.open) == (stored["opened_at"], True)
    assert told.state_label == told.procedure.states["handling"]
    assert told.state.id == stored["id"]


def test_a_name_that_is_gone_is_empty(road):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(actor("handler").user))
    gone = "00000000-0000-0000-0000-000000000001"
    with acting(system_actor(J)):
        Proceeding.objects.filter(matter_id=one.matter).update(holder="qingxi.gone.", assigned={"handler": gone})
    (told,) = page(one).proceedings
    assert (told.holder_name, told.assigned) == ("", {"handler": ""})


def test_names_are_of_the_offices_and_people_that_the_matter_names(road):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(actor("head").user))
    one.take("assign", "head", assignee=str(actor("handler").user))
    people = {str(u.id): u.name for u in User.objects.filter(username__in=("caoyong", "pengna"))}
    office = Agency.objects.get(jurisdiction=J, path=ZHUJIAN).name
    assert page(one).names == {ZHUJIAN: office} | people


def test_what_is_over_offers_nothing_and_is_not_open(road):
    one = road()
    assert {o.step.name for o in page(one).proceedings[0].offers} >= {"triage", "decline"}
    one.take("decline", "dispatcher", reason="法院已经受理")
    first = next(p for p in page(one).proceedings if p.state.procedure == "intake")
    assert (first.open, first.offers) == (False, [])


def test_each_clock_has_its_label_and_its_date(road):
    one = road().to("handling")
    told = {t.row.name: t for p in page(one).proceedings for t in p.terms}
    stored = {t["name"]: t for t in rows(Term, matter_id=one.matter)}
    assert set(told) == set(stored)
    assert [n for n, t in told.items() if t.promised] == ["answer"]
    assert {n: t.due.at for n, t in told.items() if t.row.status == "running"} == {
        n: t["due_at"] for n, t in stored.items() if t["status"] == "running"
    }
    assert all(t.label and t.label != n and t.missing_year is None for n, t in told.items())


def test_a_clock_that_reaches_an_unknown_year_names_the_year_instead_of_a_date(road, monkeypatch):
    one = road().to("handling")

    def unknown(*_args):
        raise CalendarYearMissing(2031)

    monkeypatch.setattr("tianping.kernel.matters.show.due_among", unknown)
    told = [t for p in page(one).proceedings for t in p.terms]
    assert told
    assert {(t.due, t.missing_year) for t in told} == {(None, 2031)}


def test_a_party_tells_the_name_and_what_may_be_asked_for(road):
    one = road()
    told = {p.role: (p.name, p.masked) for p in page(one).parties}
    assert told["reporter"] == ("周桂兰", ("reporter_phone",))
    assert set(told) == {p.role for p in page(one).state.parties}


def test_files_are_shown_in_the_order_in_which_they_came(road, folders):
    one = road().to("handling")
    papers = [paper(actor("handler")) for _n in range(2)]
    one.take("note", "handler", note="照片", files=papers)
    stored = rows(Document, "created_at", matter_id=one.matter)
    told = page(one).papers
    assert [str(p.id) for p in told] == papers == [str(s["id"]) for s in stored]
    columns = ["name", "mime", "size", "pages", "created_at"]
    assert [[getattr(p, c) for c in columns] for p in told] == [[s[c] for c in columns] for s in stored]
    assert {p.entry for p in told} == {entry(one, "note").id}


def test_the_page_carries_the_matter_s_own_columns_its_time_and_its_calendar(road):
    one = road().to("handling")
    told = page(one)
    with acting(system_actor(J)):
        stored = Matter.objects.get(id=one.matter)
    assert (told.row["number"], told.row["title"], told.row["holder"]) == (stored.number, stored.title, stored.holder)
    assert told.now >= stored.changed_at
    assert told.calendar.knows(2026)
    assert (told.facts["title"], told.facts["category"]) == ("楼上漏水", "neighbour.leak")


def test_whether_somebody_sees_a_matter_is_asked_without_opening_it(road):
    one = road().to("handling")
    assert {w: sees(actor(w), one.matter) for w in ("dispatcher", "handler", "other_handler", "auditor")} == {
        "dispatcher": True,
        "handler": True,
        "other_handler": False,
        "auditor": False,
    }


def test_what_may_be_undone_is_offered_to_whoever_did_it(road):
    one = road().to("handling")
    assert "undo" in {o.step.name for o in page(one, "handler").proceedings[0].offers}
