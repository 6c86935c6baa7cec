"""What one step writes, row by row and column by column: the record itself, not what a page makes of it."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from django.conf import settings

from tests.kernel.matters.stored import CENTRE, J, bodies, moments, row, rows, stamp, subject_of
from tests.people import guest
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.ledger.chain import entry_hash
from tianping.kernel.ledger.commit import commit
from tianping.kernel.matters.advance import read_code, report
from tianping.kernel.matters.models import Entry, Fact, Matter, Outbox, Proceeding, Sealed, Term, Todo
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.models import Identifier, Party, Subject

pytestmark = pytest.mark.django_db
OTHER = {"other_name": "楼上  住户", "place": "滨河社区3幢"}


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
        "centre": CENTRE,
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
