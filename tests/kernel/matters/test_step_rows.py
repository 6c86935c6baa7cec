"""What each step changes in the rows, and what it leaves as it was: in this matter and in every other."""

from uuid import uuid4

import pytest

from tests.kernel.matters.stored import CENTRE, ZHUJIAN, J, bodies, moments, row, rows
from tests.people import actor, guest
from tianping.kernel.matters.advance import advance, report
from tianping.kernel.matters.models import Entry, Fact, Matter, Proceeding, Sealed, Term, Todo
from tianping.kernel.matters.store import FAR
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.models import Identifier, Party
from tianping.kernel.service import actor_for_code

pytestmark = pytest.mark.django_db
OTHER = {"other_name": "楼上  住户", "place": "滨河社区3幢"}


def test_a_dispatch_changes_these_columns_and_no_others(road):
    one = road(**OTHER).to("dispatch")
    before, work = row(Matter), row(Proceeding)
    one.take("dispatch", "dispatcher", agency="zhujian")
    after, now = row(Matter), moments(one)[-1]
    head = rows(Entry, "seq")[-1]
    due = min(r["due_at"] for r in rows(Term, status="running"))
    assert {k: v for k, v in after.items() if v != before[k]} == {
        "audience": sorted([*before["audience"], f"agency:{ZHUJIAN}"]),
        "state": "accepting",
        "holder": ZHUJIAN,
        "due_at": due,
        "changed_at": now,
        "head": head["hash"],
        "head_seq": 3,
    }
    changed = {k: v for k, v in row(Proceeding).items() if v != work[k]}
    counts = {"register": 1, "triage": 1, "dispatch": 1}
    assert changed == {"state": "accepting", "holder": ZHUJIAN, "counts": counts}
    assert head["prev"] == before["head"]
    assert (head["actor"], head["agency"], head["actor_kind"]) == (actor("dispatcher").user, CENTRE, "staff")
    assert head["request"] is not None
    body = bodies(one)[-1]
    assert (body["from"], body["to"], body["step"]) == ("dispatch", "accepting", "dispatch")
    assert body["fields"] == {"agency": {"concept": "agency", "value": ZHUJIAN}}
    assert "commitments" not in body
    keys = {r["key"]: (r["steps"], r["category"], r["grade"], r["state"], r["due_at"]) for r in rows(Todo)}
    offered = (["accept", "return"], "neighbour.leak", "3", "accepting", due)
    assert {k: (v[0][:2], *v[1:]) for k, v in keys.items()} == {f"{k}@{ZHUJIAN}": offered for k in ("handler", "head")}


def test_a_later_value_supersedes_the_earlier_one_of_the_same_concept_alone(road):
    one = road().to("dispatch")
    one.take("undo", "dispatcher", reason="分错了")
    one.take("triage", "dispatcher", category="neighbour.noise", grade="2", title="楼上吵闹")
    entry = rows(Entry, "seq")[-1]["id"]
    titles = {r["entry_id"]: r["superseded_by"] for r in rows(Fact, concept="title")}
    assert titles == {one.receipt.entry: entry, entry: None}
    current = {r["concept"]: r["value"] for r in rows(Fact, superseded_by=None)}
    assert (current["category"], current["grade"], current["channel"]) == ("neighbour.noise", "2", "web")
    assert {r["superseded_by"] for r in rows(Fact, concept="description")} == {None}
    matter = row(Matter)
    assert (matter["title"], matter["category"], matter["grade"]) == ("楼上吵闹", "neighbour.noise", "2")
    assert matter["repeat"] == vault().blind("text", "楼上602的卫生间漏水,厨房天花板鼓起来了。")


def test_undo_supersedes_what_it_undoes_and_gives_the_older_value_back(road):
    one = road(title="旧")
    other = road().to("dispatch")
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3", title="新")
    undone = rows(Entry, "seq", matter_id=one.matter)[-1]["id"]
    one.take("undo", "dispatcher", reason="点错了")
    undo = rows(Entry, "seq", matter_id=one.matter)[-1]["id"]
    own = {(r["concept"], r["entry_id"]): r["superseded_by"] for r in rows(Fact, matter_id=one.matter)}
    assert own["title", undone] == own["category", undone] == own["grade", undone] == undo
    assert own["title", one.receipt.entry] is None
    assert {r["superseded_by"] for r in rows(Fact, matter_id=other.matter)} == {None}
    assert row(Entry, id=undone)["undone_by"] == undo
    assert [e["undone_by"] for e in rows(Entry, matter_id=other.matter)] == [None, None]


def test_the_assigned_person_the_supervision_and_the_returns_stand_in_the_row(road):
    one = road().to("accepting")
    one.take("return", "handler", reason="不归我们管")
    one.take("dispatch", "dispatcher", agency="zhujian")
    one.take("supervise", "supervisor", note="请抓紧")
    one.take("accept", "handler")
    one.take("assign", "head", assignee=str(actor("handler").user))
    matter = row(Matter)
    assert (matter["returns"], matter["supervised"], matter["assignee"]) == (1, True, actor("handler").user)
    assert row(Proceeding)["assigned"] == {"handler": str(actor("handler").user)}
    assert f"person:{actor('handler').user}" in matter["audience"]
    one.take("release", "supervisor", reason="办好了")
    assert not row(Matter)["supervised"]


def test_closing_opens_the_archive_and_freezing_comes_to_rest(road):
    one = road().to("answered")
    one.take("rate", actor_for_code(J, one.receipt.code), rating="5")
    one.take("close", "dispatcher")
    closed = moments(one)[-1]
    handled, archive = rows(Proceeding, "opened_at")
    assert (handled["state"], handled["closed_at"]) == ("closed", closed)
    assert (archive["procedure"], archive["slot"], archive["holder"], archive["closed_at"]) == (
        "archive",
        "@next",
        CENTRE,
        None,
    )
    matter = row(Matter)
    assert (matter["procedure"], matter["state"], matter["holder"]) == ("archive", "checking", CENTRE)
    assert (matter["closed_at"], matter["archived_at"]) == (closed, None)
    receive = rows(Entry, "seq")[-1]
    assert (receive["step"], receive["actor_kind"], receive["actor"], receive["agency"]) == (
        "receive",
        "system",
        None,
        "",
    )
    assert (receive["key_digest"], receive["request"]) == (None, None)
    assert bodies(one)[-1]["actor"] == {"kind": "system"}
    assert {r["proceeding_id"] for r in rows(Todo)} == {archive["id"]}
    for step, form in (("retain", {"retention": "matter.general"}), ("freeze", {"archive_number": "2026-1"})):
        advance(archive["id"], step, actor=actor("archivist"), form=form, key=str(uuid4()))
    frozen = moments(one)[-1]
    matter = row(Matter)
    assert (matter["state"], matter["closed_at"], matter["archived_at"]) == ("frozen", closed, frozen)
    advance(archive["id"], "consult", actor=actor("archivist"), form={"note": "查阅"}, key=str(uuid4()))
    matter = row(Matter)
    assert (matter["closed_at"], matter["archived_at"]) == (closed, frozen)
    assert rows(Proceeding, "opened_at")[0]["closed_at"] == closed


def test_work_without_a_clock_is_due_in_the_far_future(road):
    one = road().to("dispatch")
    one.take("merge", "dispatcher", other_matter=str(road().to("handling").matter))
    assert row(Matter, id=one.matter)["due_at"] is None
    assert {r["due_at"] for r in rows(Todo, matter_id=one.matter)} == {FAR}


def test_the_earliest_running_clock_is_the_matters_date(road):
    road().to("accepting")
    running = [r["due_at"] for r in rows(Term, status="running")]
    assert len(set(running)) == 2
    assert row(Matter)["due_at"] == min(running)
    assert {r["due_at"] for r in rows(Todo)} == {min(running)}


def test_a_step_of_one_matter_touches_no_row_of_another(road):
    one, other = road().to("accepting"), road().to("accepting")
    tables = (Proceeding, Fact, Term, Todo, Party, Identifier, Sealed, Entry)
    before = [rows(t, matter_id=other.matter) for t in tables], row(Matter, id=other.matter)
    one.take("return", "handler", reason="不归我们管")
    one.take("erase", "supervisor", concept="reporter_phone", reason="本人申请")
    one.take("erase", "supervisor", concept="description", reason="本人申请")
    assert ([rows(t, matter_id=other.matter) for t in tables], row(Matter, id=other.matter)) == before
    assert row(Matter, id=one.matter)["repeat"] is None


def test_a_form_is_the_same_request_only_with_the_same_values(road):
    form = {"description": "路灯不亮", "danger": False, "point": ["120.1", "30.2"]}
    first = report(actor=guest(), form=form, key="k")
    assert report(actor=guest(), form=dict(reversed(form.items())), key="k").repeated
    for other in (form | {"danger": None}, form | {"point": ["120.1", "30.3"]}, form | {"point": "120.1,30.2"}):
        with pytest.raises(Exception, match="同一个请求号"):
            report(actor=guest(), form=other, key="k")
    assert report(actor=actor("registrar"), form=form, key="k").matter != first.matter
