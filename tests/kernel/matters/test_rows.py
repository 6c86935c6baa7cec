"""What one step writes, row by row and column by column: the record itself, not what a page makes of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from django.conf import settings

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.ledger.chain import entry_hash
from tianping.kernel.ledger.commit import commit
from tianping.kernel.matters.advance import advance, read_code, report
from tianping.kernel.matters.models import Entry, Fact, Matter, Outbox, Proceeding, Sealed, Term, Todo
from tianping.kernel.matters.store import FAR
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.models import Identifier, Party, Subject
from tianping.kernel.service import actor_for_code

pytestmark = pytest.mark.django_db
J, CENTRE, ZHUJIAN = "990101", "qingxi.zongzhi.", "qingxi.zhujian."
OTHER = {"other_name": "楼上  住户", "place": "滨河社区3幢"}


def rows(model, order="pk", **where):
    with acting(system_actor(J)):
        found = list(model.objects.filter(**where).order_by(order).values())
    return [{k: bytes(v) if isinstance(v, memoryview) else v for k, v in r.items()} for r in found]


def row(model, **where):
    (found,) = rows(model, **where)
    return found


def moments(one):
    return [e["recorded_at"] for e in rows(Entry, "seq", matter_id=one.matter)]


def bodies(one):
    return [msgspec.json.decode(e["body"]) for e in rows(Entry, "seq", matter_id=one.matter)]


def stamp(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# ── a report ──
def test_the_matters_row_after_a_report(road):
    one = road(**OTHER)
    (at,), reporter = moments(one), subject_of(one, "reporter")
    entry, term = row(Entry), row(Term)
    assert row(Matter) == {
        "jurisdiction": J,
        "id": one.matter,
        "number": one.receipt.number,
        "number_year": at.astimezone(SHANGHAI).year,
        "number_seq": 1,
        "title": "楼上漏水",
        "category": "",
        "grade": "",
        "channel": "web",
        "place": "滨河社区3幢",
        "grid": "",
        "centre": CENTRE,
        "path": CENTRE,
        "place_path": "",
        "audience": sorted([f"code:{read_code(one.receipt.code).hex()}", f"subject:{reporter}"]),
        "protected": False,
        "leader": None,
        "followers": 0,
        "procedure": "intake",
        "state": "triage",
        "holder": CENTRE,
        "assignee": None,
        "supervised": False,
        "due_at": term["due_at"],
        "returns": 0,
        "happened_at": at,
        "opened_at": at,
        "changed_at": at,
        "closed_at": None,
        "archived_at": None,
        "head": entry["hash"],
        "head_seq": 1,
        "head_sm3": None,
        "repeat": vault().blind("text", "楼上602的卫生间漏水,厨房天花板鼓起来了。"),
    }


def subject_of(one, role):
    return row(Party, matter_id=one.matter, role=role)["subject_id"]


def test_the_proceedings_row_after_a_report(road):
    one = road()
    (at,) = moments(one)
    assert row(Proceeding) == {
        "jurisdiction": J,
        "id": one.receipt.proceeding,
        "matter_id": one.matter,
        "procedure": "intake",
        "version": 1,
        "state": "triage",
        "slot": "",
        "parent": None,
        "holder": CENTRE,
        "assigned": {},
        "counts": {"register": 1},
        "pending": {},
        "back": "",
        "supervised": False,
        "opened_at": at,
        "closed_at": None,
    }


def test_the_entrys_row_and_its_bytes_after_a_report(road):
    one = road(**OTHER)
    (at,), entry = moments(one), row(Entry)
    body = msgspec.json.decode(entry["body"])
    assert {k: v for k, v in entry.items() if k not in {"body", "key_digest", "request"}} == {
        "jurisdiction": J,
        "id": one.receipt.entry,
        "matter_id": one.matter,
        "proceeding_id": one.receipt.proceeding,
        "seq": 1,
        "procedure": "intake",
        "step": "register",
        "from_state": "@start",
        "to_state": "triage",
        "actor_kind": "guest",
        "actor": None,
        "agency": "",
        "happened_at": at,
        "recorded_at": at,
        "undone_by": None,
        "hash": entry_hash(entry["body"], None),
        "prev": None,
        "joined": None,
        "sm3": None,
        "sm3_prev": None,
        "sm3_joined": None,
    }
    assert (len(entry["key_digest"]), len(entry["request"])) == (32, 32)
    personal = ["description", "other_name", "place", "reporter_name", "reporter_phone", "title"]
    assert sorted(body.pop("commitments")) == ["@subjects", *personal]
    fact = {"do": "fact", "was": None}
    told = ("description", "title", "place", "reporter_name", "reporter_phone", "other_name", "channel")
    assert body == {
        "v": "1",
        "id": str(one.receipt.entry),
        "chain": str(one.matter),
        "jurisdiction": J,
        "proceeding": str(one.receipt.proceeding),
        "procedure": "intake",
        "version": "1",
        "step": "register",
        "from": "@start",
        "to": "triage",
        "node": settings.NODE,
        "at": stamp(at),
        "happened_at": stamp(at),
        "actor": {"kind": "guest"},
        "fields": {n: {"concept": n} for n in personal} | {"channel": {"concept": "channel", "value": "web"}},
        "effects": [
            *({**fact, "concept": n, "field": n} for n in told),
            {"do": "party", "role": "reporter", "subject": "0", "prefix": "reporter", "known": False},
            {"do": "party", "role": "other", "subject": "1", "prefix": "other", "known": False},
            {"do": "state", "from": "@start", "to": "triage", "back": ""},
            {"do": "term", "name": "triage", "to": "start"},
        ],
    }


def test_every_sealed_value_opens_to_what_was_said_and_fits_its_commitment(road):
    one = road(**OTHER)
    (body,) = bodies(one)
    opened = {}
    for r in rows(Sealed):
        assert (r["matter_id"], r["entry_id"], r["erased_at"]) == (one.matter, one.receipt.entry, None)
        assert (r["kek"].split("/")[-1], r["concept"]) == (CENTRE.rstrip("."), r["field"])
        text, salt = vault().open(r["entry_id"], r["field"], r["kek"], r["seed"], r["blob"])
        assert commit(r["field"], text, salt) == body["commitments"][r["field"]]
        opened[r["field"]] = text
    subjects = [str(subject_of(one, "reporter")), str(subject_of(one, "other"))]
    assert msgspec.json.decode(opened.pop("@subjects")) == subjects
    assert (
        opened
        == {
            "description": "楼上602的卫生间漏水，厨房天花板鼓起来了。",
            "title": "楼上漏水",
            "place": "滨河社区3幢",
            "reporter_name": "周桂兰",
            "reporter_phone": "13800002207",
            "other_name": "楼上  住户",
        }
        or opened["other_name"] == "楼上 住户"
    )


def test_the_facts_parties_and_ways_to_find_them_after_a_report(road):
    one = road(**OTHER)
    (at,), entry = moments(one), one.receipt.entry
    facts = {r["concept"]: r for r in rows(Fact)}
    assert set(facts) == {"description", "title", "place", "reporter_name", "reporter_phone", "other_name", "channel"}
    for concept, r in facts.items():
        assert r | {"id": None} == {
            "jurisdiction": J,
            "id": None,
            "matter_id": one.matter,
            "concept": concept,
            "value": "web" if concept == "channel" else None,
            "entry_id": entry,
            "field": concept,
            "valid_from": at,
            "superseded_by": None,
        }
    code = read_code(one.receipt.code)
    parties = {(r["role"], r["code_digest"], r["entry_id"], r["matter_id"]) for r in rows(Party)}
    assert parties == {("reporter", code, entry, one.matter), ("other", None, entry, one.matter)}
    who = {subject_of(one, "reporter"), subject_of(one, "other")}
    people = [(r["kind"], r["merged_into"], r["protected"], r["minor"], r["created_at"]) for r in rows(Subject)]
    assert {r["id"] for r in rows(Subject)} == who
    assert people == [("person", None, False, False, at)] * 2
    found = {(r["subject_id"], r["kind"], r["field"], r["blind"]) for r in rows(Identifier)}
    blind = vault().blind
    assert found == {
        (subject_of(one, "reporter"), "name", "reporter_name", blind("name", "周桂兰")),
        (subject_of(one, "reporter"), "phone", "reporter_phone", blind("phone", "13800002207")),
        (subject_of(one, "other"), "name", "other_name", blind("name", "楼上住户")),
    }
    assert {(r["entry_id"], r["matter_id"]) for r in rows(Identifier)} == {(entry, one.matter)}


def test_the_work_and_the_word_to_the_readers_after_a_report(road):
    one = road()
    (at,), due = moments(one), row(Term)["due_at"]
    common = {
        "jurisdiction": J,
        "proceeding_id": one.receipt.proceeding,
        "matter_id": one.matter,
        "procedure": "intake",
        "state": "triage",
        "category": "",
        "grade": "",
        "place_path": CENTRE,
        "due_at": due,
        "since": at,
    }
    assert {r["key"]: r for r in rows(Todo)} == {
        f"{kind}@{CENTRE}": common | {"key": f"{kind}@{CENTRE}", "steps": steps}
        for kind, steps in (
            ("dispatcher", ["triage", "supplement", "decline", "merge", "answer_directly"]),
            ("registrar", ["triage"]),
        )
    }
    (out,) = rows(Outbox)
    out.pop("id")
    assert out == {
        "jurisdiction": J,
        "matter_id": one.matter,
        "seq": 1,
        "entry_id": one.receipt.entry,
        "procedure": "intake",
        "step": "register",
        "to_state": "triage",
    }


def test_the_term_of_a_report_pins_its_rule(road):
    one = road()
    (at,), term = moments(one), row(Term)
    rule = term.pop("rule")
    assert (rule["code"], rule["law"]) == ("intake.triage", "青溪县社会治理事项办理规则")
    assert term == {
        "jurisdiction": J,
        "id": UUID(int=one.receipt.entry.int ^ 1),
        "matter_id": one.matter,
        "proceeding_id": one.receipt.proceeding,
        "name": "triage",
        "rule_code": "intake.triage",
        "status": "running",
        "started_at": at,
        "due_at": at + timedelta(hours=24),
        "alarm_at": term["alarm_at"],
        "pauses": [],
        "extensions": [],
        "ended_at": None,
    }
    assert at < term["alarm_at"] <= term["due_at"]


def test_what_was_told_earlier_keeps_both_times(road):
    told = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)
    receipt = report(actor=guest(), form={"description": "来信"}, key=str(uuid4()), happened_at=told)
    matter, entry = row(Matter), row(Entry)
    assert (matter["happened_at"], entry["happened_at"]) == (told, told)
    assert matter["opened_at"] == entry["recorded_at"] > told
    assert msgspec.json.decode(entry["body"])["happened_at"] == "2026-11-20T01:30:00.000000Z"
    assert (matter["title"], matter["place"], row(Term)["started_at"]) == ("", "", entry["recorded_at"])
    assert receipt.number.endswith("1号")


def test_a_protected_report_shows_neither_title_nor_place_nor_path_and_marks_its_people(road):
    one = road(violence=True, **OTHER)
    matter = row(Matter)
    reporter = subject_of(one, "reporter")
    assert (matter["title"], matter["place"], matter["path"], matter["protected"]) == ("受保护事项", "", "", True)
    assert matter["audience"] == sorted(
        [f"code:{read_code(one.receipt.code).hex()}", f"subject:{reporter}", f"protector@{CENTRE}"]
    )
    assert [r["protected"] for r in rows(Subject)] == [True, True]
    assert {r["key"] for r in rows(Todo)} == {f"protector@{CENTRE}"}
    assert bodies(one)[0]["effects"].count({"do": "protect"}) == 1


# ── steps ──
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
