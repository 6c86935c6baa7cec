"""Entries, their bytes and what stands beside them, as each step leaves them: without a database."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from tests.kernel.lifecycle.kit import SYSTEM
from tests.kernel.matters.written import LEAK, MINUTE, NOW, told, vault, work
from tests.scenes.desk import POSTS
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.ledger.chain import entry_hash, sm3_of
from tianping.kernel.lifecycle.state import Actor

__all__ = ["told", "vault", "work"]


# ── entries ──
def test_an_entry_continues_its_chain_in_both_digests(told):
    d = told(sm3=True)
    first = d.entries()[0]
    body = bytes.fromhex(first["body"][2:])
    assert (first["hash"], first["prev"]) == ("\\x" + entry_hash(body, None).hex(), None)
    assert (first["sm3"], first["sm3_prev"]) == ("\\x" + sm3_of(body, None).hex(), None)
    d.does("triage", "dispatcher", category="neighbour.leak", grade="3")
    second = d.entries()[0]
    body = bytes.fromhex(second["body"][2:])
    assert (second["prev"], second["sm3_prev"], second["seq"]) == (first["hash"], first["sm3"], 2)
    assert second["hash"] == "\\x" + entry_hash(body, bytes.fromhex(first["hash"][2:])).hex()
    assert second["sm3"] == "\\x" + sm3_of(body, bytes.fromhex(first["sm3"][2:])).hex()
    assert (d.main["head"], d.main["head_sm3"]) == (bytes.fromhex(second["hash"][2:]), bytes.fromhex(second["sm3"][2:]))
    d.sm3 = False
    d.does("note", "dispatcher", note="x")
    third = d.entries()[0]
    assert (third["sm3"], third["sm3_prev"], d.main["head_sm3"]) == (None, None, None)


def test_only_the_caused_entry_carries_the_callers_key(told):
    d = told("close")
    keys = [(e["step"], e["key_digest"], e["request"]) for e in d.entries()]
    assert keys == [("close", "\\x" + (b"k" * 32).hex(), "\\x" + (b"r" * 32).hex()), ("receive", None, None)]
    assert [(e["actor_kind"], e["actor"], e["agency"]) for e in d.entries()] == [
        ("staff", POSTS["dispatcher"].user, "qx.zz."),
        ("system", None, ""),
    ]
    assert d.body(1)["actor"] == {"kind": "system"}
    assert [e["from_state"] + ">" + e["to_state"] for e in d.entries()] == ["rated>closed", "@start>checking"]
    assert [(o["step"], o["seq"], o["to_state"]) for o in d.rows.insert["outbox"]] == [
        ("close", 9, "closed"),
        ("receive", 10, "checking"),
    ]


def test_a_body_says_when_where_by_whom_and_what(told):
    d = told("dispatch")
    entry, body = d.entries()[0], d.body()
    moment = (NOW + 2 * MINUTE).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    effects = body.pop("effects")
    assert body == {
        "v": "1",
        "id": str(entry["id"]),
        "chain": str(d.matter.id),
        "jurisdiction": "990101",
        "proceeding": str(d.road.id),
        "procedure": "intake",
        "version": "1",
        "step": "dispatch",
        "from": "dispatch",
        "to": "accepting",
        "node": "centre",
        "at": moment,
        "happened_at": moment,
        "actor": {"kind": "staff", "user": str(UUID(int=1)), "post": None, "agency": "qx.zz."},
        "fields": {"agency": {"concept": "agency", "value": "qx.zj."}},
    }
    assert [e["do"] for e in effects] == ["hold", "state", "term", "term", "term"]


def test_a_file_stands_in_the_body_with_its_hash(told):
    paper, bare = str(uuid4()), str(uuid4())
    d = told(form=LEAK | {"files": [paper, bare]}, files={paper: "ab" * 32})
    assert d.body()["fields"]["files"] == {"concept": "files", "value": [[paper, "ab" * 32], [bare, ""]]}


def test_the_party_who_takes_a_step_is_named_by_a_place_in_the_sealed_list(told):
    d = told("rate")
    assert d.body()["actor"] == {"kind": "guest", "subject": "0"}
    assert list(d.body()["commitments"]) == ["@subjects"]
    (sealed,) = d.rows.insert["sealed"]
    text, _salt = d.vault.open(
        sealed["entry_id"],
        "@subjects",
        sealed["kek"],
        bytes.fromhex(sealed["seed"][2:]),
        bytes.fromhex(sealed["blob"][2:]),
    )
    assert msgspec.json.decode(text) == [str(d.matter.parties[0].subject)]
    assert (sealed["matter_id"], sealed["concept"], sealed["kek"]) == (d.matter.id, "@subjects", "@1/qx.zz")


def test_an_automatic_entry_names_nobody_whoever_caused_it(told):
    d = told("answer")
    d.lapses("close_window", "rate_window", term="rate_window")
    assert [e["step"] for e in d.entries()] == ["close_window", "receive"]
    assert all("subject" not in d.body(n)["actor"] for n in (0, 1))
    assert SYSTEM.kind == d.body(0)["actor"]["kind"]


def test_more_time_is_given_by_the_post_that_gave_the_right(told):
    d = told("accept")
    two = Actor(
        "staff",
        "990101",
        user=UUID(int=7),
        agency="qx.zj.",
        keys=frozenset({"head@qx.zj.", "archivist@qx.zz.", "person:7"}),
    )
    d.does("extend", two, term="answer", amount="3", reason="要等鉴定")
    (row,) = d.rows.update["term"]
    assert (row["extensions"][0]["by"], row["extensions"][0]["why"]) == ("head", "延期")
    assert row["due_at"] > NOW + timedelta(days=20)
    assert row["started_at"].astimezone(SHANGHAI).date() == NOW.astimezone(SHANGHAI).date()


# ── facts and parties ──
def test_facts_are_written_once_each_personal_ones_without_their_value(told):
    d = told()
    facts = {f["concept"]: f for f in d.rows.fact}
    assert len(facts) == len(d.rows.fact) == 5
    assert {c: f["value"] for c, f in facts.items()} == dict.fromkeys(LEAK, None) | {"channel": "web"}
    assert {(f["field"] == f["concept"], f["valid_from"], f["entry_id"], f["matter_id"]) for f in facts.values()} == {
        (True, NOW, d.entries()[0]["id"], d.matter.id)
    }
    d.does("correct", "dispatcher", concept="title", value="六楼漏水", reason="写错了")
    (fact,) = d.rows.fact
    assert (fact["concept"], fact["field"], fact["value"]) == ("title", "value", None)
    assert (d.main["title"], d.rows.insert["sealed"][0]["concept"]) == ("六楼漏水", "title")


def test_a_party_is_a_subject_with_the_ways_to_find_it(told):
    d = told(form=LEAK | {"other_name": "楼上  住户", "other_phone": "13900001111"})
    reporter, other = (p.subject for p in d.matter.parties)
    people = [(s["id"], s["kind"], s["protected"], s["minor"], s["created_at"]) for s in d.rows.insert["subject"]]
    assert people == [(reporter, "person", False, False, NOW), (other, "person", False, False, NOW)]
    parties = [(p["subject_id"], p["role"], p["code_digest"]) for p in d.rows.insert["party"]]
    assert parties == [(reporter, "reporter", "\\x" + (b"c" * 32).hex()), (other, "other", None)]
    found = {(i["subject_id"], i["field"], i["kind"], i["blind"]) for i in d.rows.insert["identifier"]}
    told_of = [
        (reporter, "reporter_name", "name", "周桂兰"),
        (reporter, "reporter_phone", "phone", "13800002207"),
        (other, "other_name", "name", "楼上住户"),
        (other, "other_phone", "phone", "13900001111"),
    ]
    assert found == {(who, field, kind, "\\x" + d.vault.blind(kind, text).hex()) for who, field, kind, text in told_of}


def test_a_protected_report_writes_protected_people_and_no_title(told):
    d = told(form=LEAK | {"violence": True}, step="register_protected")
    assert (d.main["title"], d.main["path"], d.main["protected"]) == ("受保护事项", "", True)
    assert [s["protected"] for s in d.rows.insert["subject"]] == [True]
    assert {t["key"] for t in d.rows.todo} == {"protector@qx.zz."}
    assert "protector@qx.zz." in d.main["audience"]


def test_what_follows_a_partys_step_by_itself_is_not_theirs(told):
    d = told("rate")
    asked = {"title": "借会议室", "room_date": "2026-12-01", "room_people": "9", "reporter_name": "周桂兰"}
    d.matter = d.road = None
    d.opens("room", "ask", asked | {"reporter_phone": "13800002207"}, POSTS["registrar"])
    d.does("lend", "dispatcher")
    d.does("give_back", d.reporter)
    assert [e["step"] for e in d.entries()] == ["give_back", "receive"]
    assert [d.body(n)["actor"] for n in (0, 1)] == [{"kind": "guest", "subject": "0"}, {"kind": "system"}]
    assert "commitments" not in d.body(1)
