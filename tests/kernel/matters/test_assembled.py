"""The matter's row, its proceedings and its work, as each step leaves them: without a database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.kernel.matters.written import LEAK, MINUTE, NOW, ZJ, Written, told, vault, work
from tests.scenes.desk import GUEST, office
from tianping.kernel.matters.store import FAR

__all__ = ["told", "vault", "work"]


# ── the matter's row ──
def test_a_new_matters_row(told):
    d = told()
    (row,) = d.rows.new_matter
    assert row | {"head": None, "repeat": None, "audience": None} == {
        "jurisdiction": "990101",
        "id": d.matter.id,
        "centre": "qx.zz.",
        "title": "漏水",
        "category": "",
        "grade": "",
        "channel": "web",
        "place": "",
        "grid": "",
        "path": "qx.zz.",
        "place_path": "",
        "audience": None,
        "protected": False,
        "leader": None,
        "followers": 0,
        "procedure": "intake",
        "state": "triage",
        "holder": "qx.zz.",
        "assignee": None,
        "supervised": False,
        "due_at": NOW + timedelta(hours=24),
        "returns": 0,
        "closed_at": None,
        "archived_at": None,
        "changed_at": NOW,
        "happened_at": NOW,
        "opened_at": NOW,
        "number_year": 2026,
        "head": None,
        "head_seq": 1,
        "head_sm3": None,
        "repeat": None,
    }
    assert row["repeat"] == "\\x" + d.vault.blind("text", "楼上漏水").hex()
    assert row["audience"] == sorted(["code:" + (b"c" * 32).hex(), f"subject:{d.matter.parties[0].subject}"])
    assert d.rows.update == {}


def test_the_year_of_the_number_is_that_of_the_place(vault, work):
    d = Written(vault, work)
    d.snapshot.now = d.clocks.now = d.clocks.at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    d.opens("intake", "register", LEAK, GUEST)
    assert d.main["number_year"] == 2027


def test_a_place_that_was_found_gives_grid_and_paths(told):
    d = told(form=LEAK | {"place": "滨河社区3幢"}, located={"grid": "g1", "path": "qx.cd.bh."})
    assert (d.main["place"], d.main["grid"], d.main["path"], d.main["place_path"]) == (
        "滨河社区3幢",
        "g1",
        "qx.cd.bh.",
        "qx.cd.bh.",
    )
    assert {t["place_path"] for t in d.rows.todo} == {"qx.cd.bh."}
    d.does("triage", "dispatcher", category="neighbour.leak", grade="3")
    assert (d.main["place"], d.main["grid"], d.main["path"]) == ("滨河社区3幢", "g1", "qx.cd.bh.")
    assert d.main["title"] == "漏水"


def test_sorting_stands_in_the_row_and_in_the_work(told):
    d = told("triage")
    assert (d.main["category"], d.main["grade"], d.main["state"], d.main["channel"]) == (
        "neighbour.leak",
        "3",
        "dispatch",
        "web",
    )
    assert {(t["category"], t["grade"]) for t in d.rows.todo} == {("neighbour.leak", "3")}
    assert d.main["changed_at"] == NOW + MINUTE
    assert d.main["opened_at"] == NOW
    assert d.rows.new_matter == []


def test_returns_are_counted_of_both_kinds(told):
    d = told("triage")
    for number, step in enumerate(("return", "return", "return_third"), 1):
        d.does("dispatch", "dispatcher", agency="qx.zj.")
        assert d.main["returns"] == number - 1
        d.does(step, ZJ, reason="不归我们")
        assert d.main["returns"] == number


def test_the_earliest_clock_of_all_is_the_matters_and_of_each_proceeding_its_own(told):
    d = told("dispatch")
    due = {t.name: t.due_at for t in d.clocks.rows if t.status == "running"}
    assert set(due) == {"accept", "answer"}
    assert due["accept"] < due["answer"]
    assert d.main["due_at"] == due["accept"]
    assert {t["due_at"] for t in d.rows.todo} == {due["accept"]}
    d.does("accept", ZJ)
    assert d.main["due_at"] == due["answer"]
    d.does("suspend", "dispatcher", reason="等鉴定")
    assert d.main["due_at"] is None
    assert {t["due_at"] for t in d.rows.todo} <= {FAR}


def test_the_person_and_the_supervision(told):
    d, person = told("accept"), str(uuid4())
    d.does("assign", office("qx.zj.", "head"), assignee=person)
    assert (d.main["assignee"], d.work["assigned"]) == (person, {"handler": person})
    assert f"person:{person}" in d.main["audience"]
    assert not d.main["supervised"]
    d.does("supervise", "supervisor", note="请抓紧")
    assert (d.main["supervised"], d.work["supervised"]) == (True, True)


def test_a_closed_matter_keeps_when_it_was_closed_and_rests_when_it_is_frozen(told):
    d = told("rate")
    assert (d.main["closed_at"], d.main["state"]) == (None, "rated")
    d.does("close", "dispatcher")
    closed = d.at
    archive = d.archive()
    assert (d.main["closed_at"], d.main["archived_at"], d.work["closed_at"]) == (closed, None, closed)
    assert (d.main["procedure"], d.main["state"], d.main["holder"], d.main["assignee"]) == (
        "archive",
        "checking",
        "qx.zz.",
        None,
    )
    opened = d.proceeding_row[archive.id]
    assert (opened["slot"], opened["parent"], opened["opened_at"], opened["closed_at"]) == (
        "@next",
        d.road.id,
        closed,
        None,
    )
    keep = {"row:retention": {"years": 10, "action": "keep"}, "today": "2026-11-24"}
    d.does("retain", "archivist", archive, extra=keep, retention="x")
    assert d.main["closed_at"] == closed
    d.does("freeze", "archivist", archive, archive_number="1")
    frozen = d.at
    assert (d.main["closed_at"], d.main["archived_at"], d.main["state"]) == (closed, frozen, "frozen")
    d.does("appraise", "archivist", archive, note="到期")
    assert (d.main["closed_at"], d.main["archived_at"]) == (closed, frozen)
    over = {"today": "2099-01-01"}
    d.does("destroy", "leader", archive, extra=over, decided_on="2099-01-01", reason="期满")
    assert (d.main["state"], d.main["closed_at"], d.main["archived_at"]) == ("destroyed", closed, frozen)
    assert d.proceeding_row[archive.id]["closed_at"] == d.at
    assert d.rows.todo == []
    assert [k["keys"] for k in d.rows.todo_keep] == [[]]


def test_what_was_reopened_is_open_again(told):
    d = told("answer")
    d.does("reopen", d.reporter, reason="又漏了")
    assert (d.main["closed_at"], d.main["state"], d.main["holder"]) == (None, "dispatch", "qx.zz.")


def test_several_offices_are_children_of_the_one_that_leads(told):
    d = told("triage")
    d.does("dispatch_jointly", "dispatcher", agency="qx.zj.", agencies=["qx.sw.", "qx.cg."])
    opened = d.rows.insert["proceeding"]
    assert [(p["procedure"], p["slot"], p["parent"], p["holder"]) for p in opened] == [
        ("assist", "assist", d.road.id, "qx.sw."),
        ("assist", "assist", d.road.id, "qx.cg."),
    ]
    assert (d.main["procedure"], d.main["state"], d.main["holder"]) == ("intake", "joint", "qx.zj.")
    assert {k["proceeding_id"] for k in d.rows.todo_keep} == {d.road.id, *(c.id for c in d.children)}
    by_child = {t["proceeding_id"]: t["key"] for t in d.rows.todo if t["procedure"] == "assist"}
    assert {key.split("@")[1] for key in by_child.values()} == {"qx.sw.", "qx.cg."}
    due = {t.name: t.due_at for t in d.clocks.rows if t.status == "running"}
    assert due["accept"] < due["answer"]
    assert d.main["due_at"] == due["accept"]
    by_work = {t["procedure"]: t["due_at"] for t in d.rows.todo}
    assert by_work == {"intake": due["answer"], "assist": due["accept"]}
    child = d.children[0]
    d.does("refuse", office("qx.sw."), child, reason="不归我们")
    assert d.proceeding_row[child.id]["closed_at"] == d.at
    assert d.proceeding_row[child.id]["opened_at"] == d.at - MINUTE
    assert d.main["closed_at"] is None


def test_a_merge_is_written_for_both_matters(told):
    d = told("triage")
    d.opens("intake", "register", LEAK, GUEST)
    other = next(m for m in d.matters.values() if m.id != d.matter.id)
    d.does("merge", "dispatcher", other_matter=str(other.id), extra={"other": {"free": True, "id": str(other.id)}})
    assert (d.main["leader"], d.main["state"]) == (other.id, "following")
    assert (d.matter_row[other.id]["followers"], d.matter_row[other.id]["leader"]) == (1, None)
    assert [(e["matter_id"], e["step"], e["seq"]) for e in d.entries()] == [
        (d.matter.id, "merge", 3),
        (other.id, "absorb", 2),
    ]
    assert [e["actor_kind"] for e in d.entries()] == ["staff", "system"]
    assert {r["id"] for r in d.rows.update["matter"]} == {d.matter.id, other.id}
