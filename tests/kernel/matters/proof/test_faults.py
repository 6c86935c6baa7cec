"""Whatever the database's own administrator does beside the chain, verification names: the matter, the entry, and in words."""

import pytest
from django.db import connection

from tests.people import JURISDICTION as J
from tests.people import actor
from tianping.kernel.agencies.acting import acting
from tianping.kernel.matters.chains import verify_chains, verify_matter
from tianping.kernel.matters.models import Matter
from tianping.kernel.matters.proof.words import said

ONE = "matter_id = %s"
MATTER = "id = %s"
# 1 register, 2 triage, 3 dispatch, 4 assign, 5 accept, 6 extend, 7 supervise, 8 correct, 9 suspend, 10 resume, 11 finish,
# 12 verify, 13 undo, 14 link, 15 erase
# what is planted: the statement, the kind of the fault, the number of the entry, words of the sentence
PLANTED = {
    # the columns of an entry
    "entry.step": (f"UPDATE entry SET step = 'decline' WHERE {ONE} AND seq = 3", "column", 3, "步骤"),
    "entry.agency": (f"UPDATE entry SET agency = 'qingxi.' WHERE {ONE} AND seq = 5", "column", 5, "经办单位"),
    "entry.happened_at": (
        f"UPDATE entry SET happened_at = happened_at - interval '1 day' WHERE {ONE} AND seq = 2", "column", 2, "发生时间"),
    "entry.recorded_at": (
        f"UPDATE entry SET recorded_at = recorded_at - interval '1 day' WHERE {ONE} AND seq = 2", "column", 2, "登记时间"),
    "entry.to_state": (f"UPDATE entry SET to_state = 'closed' WHERE {ONE} AND seq = 13", "column", 13, "新环节"),
    "entry.from_state": (f"UPDATE entry SET from_state = 'closed' WHERE {ONE} AND seq = 13", "column", 13, "原环节"),
    "entry.procedure": (f"UPDATE entry SET procedure = 'archive' WHERE {ONE} AND seq = 4", "column", 4, "程序规定"),
    "entry.proceeding": (f"UPDATE entry SET proceeding_id = matter_id WHERE {ONE} AND seq = 4", "column", 4, "程序"),
    "entry.actor": (f"UPDATE entry SET actor = matter_id WHERE {ONE} AND seq = 4", "column", 4, "经办人"),
    "entry.actor of a guest": (f"UPDATE entry SET actor = matter_id WHERE {ONE} AND seq = 1", "column", 1, "经办人"),
    "entry.actor_kind": (f"UPDATE entry SET actor_kind = 'system' WHERE {ONE} AND seq = 4", "column", 4, "谁办的"),
    "entry.undone_by": (f"UPDATE entry SET undone_by = NULL WHERE {ONE} AND seq = 12", "column", 12, "撤回"),
    "an entry made to look undone": (f"UPDATE entry SET undone_by = id WHERE {ONE} AND seq = 11", "column", 11, "撤回"),
    # the chain
    "a number of an entry": (f"UPDATE entry SET seq = 99 WHERE {ONE} AND seq = 15", "reordered", 99, "编号被改过"),
    "an altered head": (f"UPDATE matter SET head = sha256(head) WHERE {MATTER}", "edited", 15, "链头"),
    "an altered number of the head": (f"UPDATE matter SET head_seq = 14 WHERE {MATTER}", "unlinked", 14, "链头编号"),
    "a body": (f"UPDATE entry SET body = replace(encode(body, 'escape'), 'zhujian', 'shuiwu')::bytea WHERE {ONE} AND seq = 3",
               "edited", 3, "哈希对不上"),
    "every entry": (f"DELETE FROM entry WHERE {ONE}", "deleted", 1, "一条也没有"),
    # the matter's row
    "matter.state": (f"UPDATE matter SET state = 'closed' WHERE {MATTER}", "derived", 15, "环节"),
    "matter.procedure": (f"UPDATE matter SET procedure = 'archive' WHERE {MATTER}", "derived", 15, "程序规定"),
    "matter.holder": (f"UPDATE matter SET holder = 'qingxi.' WHERE {MATTER}", "derived", 15, "承办单位"),
    "matter.assignee": (f"UPDATE matter SET assignee = id WHERE {MATTER}", "derived", 15, "承办人"),
    "matter.supervised": (f"UPDATE matter SET supervised = false WHERE {MATTER}", "derived", 15, "督办"),
    "matter.protected": (f"UPDATE matter SET protected = true WHERE {MATTER}", "derived", 15, "保护"),
    "matter.returns": (f"UPDATE matter SET returns = 2 WHERE {MATTER}", "derived", 15, "退回次数"),
    "matter.leader": (f"UPDATE matter SET leader = id WHERE {MATTER}", "derived", 15, "并入的事项"),
    "matter.followers": (f"UPDATE matter SET followers = 3 WHERE {MATTER}", "derived", 15, "登记是 3 件，实际是 0 件"),
    "matter.closed_at": (f"UPDATE matter SET closed_at = now() WHERE {MATTER}", "derived", 15, "办结时间"),
    "matter.archived_at": (f"UPDATE matter SET archived_at = now() WHERE {MATTER}", "derived", 15, "归档时间"),
    "matter.opened_at": (f"UPDATE matter SET opened_at = opened_at - interval '1 hour' WHERE {MATTER}", "derived", 15, "开始时间"),
    "matter.happened_at": (f"UPDATE matter SET happened_at = opened_at - interval '1 hour' WHERE {MATTER}", "derived", 15, "发生"),
    "matter.changed_at": (f"UPDATE matter SET changed_at = opened_at WHERE {MATTER}", "derived", 15, "最近变动"),
    "matter.due_at": (f"UPDATE matter SET due_at = due_at + interval '9 days' WHERE {MATTER}", "derived", 15, "期限"),
    "matter.path": (f"UPDATE matter SET path = '' WHERE {MATTER}", "derived", 15, "可见范围"),
    "matter.centre": (f"UPDATE matter SET centre = 'qingxi.shuiwu.' WHERE {MATTER}", "derived", 15, "治理中心"),
    "matter.head_sm3": (f"UPDATE matter SET head_sm3 = head WHERE {MATTER}", "derived", 15, "SM3"),
    "matter.category": (f"UPDATE matter SET category = 'x' WHERE {MATTER}", "derived", 2, "类别"),
    "matter.grade": (f"UPDATE matter SET grade = '1' WHERE {MATTER}", "derived", 2, "等级"),
    "matter.channel": (f"UPDATE matter SET channel = 'phone' WHERE {MATTER}", "derived", 1, "来源"),
    "matter.title": (f"UPDATE matter SET title = '别的' WHERE {MATTER}", "derived", 8, "标题"),
    "matter.place": (f"UPDATE matter SET place = '别处' WHERE {MATTER}", "derived", 1, "地点"),
    "matter.number": (f"UPDATE matter SET number = '青溪〔2020〕9号' WHERE {MATTER}", "derived", 1, "编号"),
    "matter.number_seq": (f"UPDATE matter SET number_seq = 99 WHERE {MATTER}", "derived", 1, "编号"),
    "matter.number_year": (f"UPDATE matter SET number_year = 2020 WHERE {MATTER}", "derived", 1, "编号"),
    # proceedings
    "proceeding.state": (f"UPDATE proceeding SET state = 'closed' WHERE {ONE}", "derived", 15, "环节"),
    "proceeding.holder": (f"UPDATE proceeding SET holder = '' WHERE {ONE}", "derived", 15, "数据库里是 —"),
    "proceeding.assigned": (f"UPDATE proceeding SET assigned = '{{}}' WHERE {ONE}", "derived", 15, "承办人"),
    "proceeding.counts": (f"UPDATE proceeding SET counts = counts - 'extend' WHERE {ONE}", "derived", 15, "办过几次"),
    "proceeding.supervised": (f"UPDATE proceeding SET supervised = false WHERE {ONE}", "derived", 15, "督办"),
    "proceeding.back": (f"UPDATE proceeding SET back = 'triage' WHERE {ONE}", "derived", 15, "暂停前的环节"),
    "proceeding.slot": (f"UPDATE proceeding SET slot = '@next' WHERE {ONE}", "derived", 15, "位置"),
    "proceeding.closed_at": (f"UPDATE proceeding SET closed_at = now() WHERE {ONE}", "derived", 15, "办结时间"),
    "a proceeding gone": (f"DELETE FROM proceeding WHERE {ONE}", "derived", 1, "程序不见了"),
    "a proceeding that was never opened": (
        ("INSERT INTO proceeding SELECT (json_populate_record(p, json_build_object('id', gen_random_uuid(), 'procedure', 'none'))).*"
         " FROM proceeding p WHERE matter_id = %s"), "derived", 15, "多出一个程序"),
    # clocks
    "term.status": (f"UPDATE term SET status = 'ended', ended_at = now() WHERE {ONE} AND name = 'answer'", "derived", 10, "状态"),
    "term.ended_at": (f"UPDATE term SET ended_at = NULL WHERE {ONE} AND status = 'ended' AND name = 'accept'", "derived", 5, "结束"),
    "term.pauses": (f"UPDATE term SET pauses = '[]' WHERE {ONE} AND name = 'answer'", "derived", 10, "暂停"),
    "term.extensions": (f"UPDATE term SET extensions = '[]' WHERE {ONE} AND name = 'answer'", "derived", 10, "延期"),
    "term.extensions, another amount": (
        f"""UPDATE term SET extensions = jsonb_set(extensions, '{{0,amount}}', '30') WHERE {ONE} AND name = 'answer'""",
        "derived", 10, "延期"),
    "term.started_at": (f"UPDATE term SET started_at = now() + interval '9 days' WHERE {ONE} AND name = 'answer'", "derived", 10, "开始"),
    "term.name": (f"UPDATE term SET name = 'accept' WHERE {ONE} AND name = 'answer'", "derived", 10, "名称"),
    "a clock gone": (f"DELETE FROM term WHERE {ONE} AND name = 'accept'", "derived", 5, "时限不见了"),
    # facts
    "fact.value": (f"UPDATE fact SET value = '\"1\"' WHERE {ONE} AND concept = 'grade'", "derived", 2, "等级"),
    "fact.value taken out": (f"UPDATE fact SET value = NULL WHERE {ONE} AND concept = 'grade'", "derived", 2, "等级"),
    "fact.value as another type": (f"UPDATE fact SET value = '3.5' WHERE {ONE} AND concept = 'grade'", "derived", 2, "等级"),
    "a personal fact told in the open": (
        f"UPDATE fact SET value = '\"x\"' WHERE {ONE} AND concept = 'reporter_name'", "derived", 1, "反映人"),
    "fact.concept": (f"UPDATE fact SET concept = 'channel2' WHERE {ONE} AND concept = 'channel'", "derived", 15, "channel2"),
    "fact.field": (f"UPDATE fact SET field = 'x' WHERE {ONE} AND concept = 'grade'", "derived", 2, "填在哪一项"),
    "fact.valid_from": (
        f"UPDATE fact SET valid_from = valid_from - interval '1 day' WHERE {ONE} AND concept = 'grade'", "derived", 2, "生效时间"),
    "fact.superseded_by": (f"UPDATE fact SET superseded_by = entry_id WHERE {ONE} AND concept = 'grade'", "derived", 2, "取代"),
    "an old fact brought back": (
        f"UPDATE fact SET superseded_by = NULL WHERE {ONE} AND concept = 'other_name'", "derived", 1, "取代"),
    "a fact gone": (f"DELETE FROM fact WHERE {ONE} AND concept = 'grade'", "derived", 2, "要素不见了：等级"),
    # people and links
    "a party gone": (f"DELETE FROM party WHERE {ONE} AND role = 'other'", "derived", 1, "当事人不见了"),
    "a party exchanged": (f"UPDATE party SET subject_id = matter_id WHERE {ONE} AND role = 'reporter'", "derived", 1, "当事人不见了"),
    "a link gone": (f"DELETE FROM link WHERE {ONE}", "derived", 15, "关联不见了"),
    # what is sealed
    "a sealed value gone": (f"DELETE FROM sealed WHERE {ONE} AND field = 'description'", "sealed", 1, "发生了什么事"),
    "a sealed value emptied without register": (
        f"UPDATE sealed SET seed = NULL, blob = NULL WHERE {ONE} AND field = 'reporter_phone'", "sealed", 1, "没有依法删除的登记"),
    "a sealed value of another": (
        (f"UPDATE sealed s SET blob = o.blob FROM sealed o WHERE s.{ONE} AND s.field = 'description'"
         " AND o.entry_id = s.entry_id AND o.field = 'reporter_phone'"), "sealed", 1, "承诺对不上"),
    "a sealed value under another concept": (
        f"UPDATE sealed SET concept = 'note' WHERE {ONE} AND field = 'description'", "sealed", 1, "承诺对不上"),
    "a sealed value under a key that is none": (
        f"UPDATE sealed SET kek = 'nonsense' WHERE {ONE} AND field = 'description'", "sealed", 1, "承诺对不上"),
    "a sealed value more": (
        f"INSERT INTO sealed SELECT (json_populate_record(s, '{{\"field\": \"more\"}}')).* FROM sealed s WHERE {ONE} AND field = 'title'",
        "sealed", 15, "多出一个封存的内容"),
    "people of an entry emptied": (
        f"UPDATE sealed SET seed = NULL, blob = NULL WHERE {ONE} AND field = '@subjects'", "sealed", 1, "当事人"),
    # the feed
    "an entry not in the feed": (f"DELETE FROM feed WHERE {ONE} AND seq = 4", "feed", 4, "不在流水里"),
    "feed.step": (f"UPDATE feed SET step = 'decline' WHERE {ONE} AND seq = 4", "feed", 4, "和记录不一样"),
    "an entry that the feed alone has": (
        (f"INSERT INTO feed SELECT jurisdiction, 10000, matter_id, 16, entry_id, procedure, step, to_state, fed_at FROM feed"
         f" WHERE {ONE} AND seq = 4"), "feed", 16, "记录却没有了"),
    "an entry that waits a second time": (
        ("INSERT INTO outbox (jurisdiction, matter_id, seq, entry_id, procedure, step, to_state)"
         f" SELECT jurisdiction, matter_id, seq, entry_id, procedure, step, to_state FROM feed WHERE {ONE} AND seq = 4"),
        "feed", 4, "次序反了"),
}  # fmt: skip


def number(one):
    return Matter.objects.filter(jurisdiction=J, id=one.matter)


@pytest.mark.parametrize("name", PLANTED)
def test_it_is_named(told, plant, name):
    statement, kind, seq, words = PLANTED[name]
    plant(statement, *[told.matter] * statement.count("%s"))
    report = verify_chains(J)
    sentences = {(f.kind, f.chain, f.seq): said(f, str) for f in report.faults if words in said(f, str)}
    assert (kind, told.matter, seq) in sentences, [(f.kind, f.seq, said(f, str)) for f in report.faults]
    assert told.matter in report.numbers


def test_without_a_fault_there_is_none(told):
    report = verify_chains(J)
    assert (report.chains, report.entries, report.faults, report.untold, report.closed) == (2, 16, [], 0, 0)
    assert report.numbers == {}
    assert report.opened > 10
    assert report.erased == 1
    with acting(actor("dispatcher")):
        assert verify_matter(told.matter, J) == []


def test_two_matters_exchanged_in_the_feed_are_named(told, plant):
    """Positions without a gap, each row true, and yet the second entry stands before the first."""
    plant("UPDATE feed SET position = -position WHERE matter_id = %s AND seq IN (2, 3)", told.matter)
    plant(
        "UPDATE feed f SET position = -o.position FROM feed o WHERE f.matter_id = %s AND o.matter_id = f.matter_id"
        " AND f.seq + o.seq = 5 AND f.seq IN (2, 3)",
        told.matter,
    )
    assert [(f.kind, f.seq) for f in verify_chains(J).faults] == [("feed", 3)]


def test_two_exchanged_entries_are_named(told, plant):
    for old, new in ((2, 99), (3, 2), (99, 3)):
        plant("UPDATE entry SET seq = %s WHERE matter_id = %s AND seq = %s", new, told.matter, old)
    assert {f.chain for f in verify_chains(J).faults} == {told.matter}
    assert {(f.kind, f.seq) for f in verify_chains(J).faults} >= {("reordered", 2), ("feed", 2), ("feed", 3)}


TABLES = ("sealed", "fact", "party", "identifier", "term", "todo", "link", "proceeding", "entry")


def forget(plant, matter, *more):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in (*TABLES, *more):
            cursor.execute(f"DELETE FROM {table} WHERE matter_id = %s", [matter])
        cursor.execute("DELETE FROM matter WHERE id = %s", [matter])
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET ROLE tianping_app")


def test_a_whole_matter_taken_out_is_named_by_the_feed(told, plant):
    forget(plant, told.matter)
    report = verify_chains(J)
    assert [(f.kind, f.chain, f.seq, f.last_seq) for f in report.faults] == [("deleted", told.matter, 1, 15)]
    assert "整件事项不见了" in said(report.faults[0], str)
    assert [(n.first, n.last) for n in report.left_out] == [
        (2, 2)
    ] or report.left_out == []  # its number may be the last


def test_a_matter_taken_out_with_its_part_of_the_feed_leaves_a_gap(told, plant):
    plant("UPDATE feed SET position = position + 100 WHERE matter_id = %s", told.other.matter)
    forget(plant, told.matter, "feed", "erasure")
    faults = verify_chains(J).faults
    assert {f.kind for f in faults} == {"feed"}
    assert "位没有了" in said(faults[0], str)


def test_a_matter_that_other_rows_alone_remember_is_named(told, plant):
    plant("DELETE FROM matter WHERE id = %s", told.matter)
    assert {(f.kind, f.chain) for f in verify_chains(J).faults} == {("unlinked", told.matter)}
    forget(plant, told.matter, "feed")
    plant("UPDATE feed SET position = 1")
    assert [(f.kind, f.chain, f.last_seq) for f in verify_chains(J).faults] == [("deleted", told.matter, 1)]


def test_a_chain_cut_back_with_its_head_is_named_by_the_feed(told, plant):
    """The last entry and all that it led to are gone, the head set back: the chain itself holds."""
    plant(
        "UPDATE matter m SET head_seq = 14, head = e.hash FROM entry e WHERE m.id = %s AND e.matter_id = m.id AND e.seq = 14",
        told.matter,
    )
    plant("DELETE FROM sealed WHERE entry_id = (SELECT id FROM entry WHERE matter_id = %s AND seq = 15)", told.matter)
    plant("DELETE FROM entry WHERE matter_id = %s AND seq = 15", told.matter)
    faults = verify_chains(J).faults
    assert ("feed", told.matter, 15) in {(f.kind, f.chain, f.seq) for f in faults}


def test_a_feed_that_readers_are_ahead_of_is_named(told, plant):
    from tianping.kernel.matters.readers.work import work

    work(J, once=True)
    plant("DELETE FROM feed WHERE position = (SELECT max(position) FROM feed)")
    faults = verify_chains(J).faults
    assert any("已经读到第 16 位" in said(f, str) for f in faults)
    assert any("不在流水里" in said(f, str) for f in faults)


def test_an_entry_that_waits_to_be_fed_is_no_fault(told):
    told.take("note", "dispatcher", note="还没有进流水")
    assert verify_chains(J).faults == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"do":"undo"', '"do":"undx"'),  # the counts differ
        ('"do":"open"', '"do":"opex"'),
        ('"effects":[', '"effects":["x",'),
        ('"centre":', '"centrx":'),
    ],
)
def test_a_chain_that_was_written_anew_throughout_is_read_without_an_accident(told, plant, old, new):
    """Who writes all hashes anew has a chain that holds; what it tells must still lead to the rows, and to the feed."""
    from tianping.kernel.ledger.chain import entry_hash
    from tianping.kernel.matters.models import Entry

    rows = list(Entry.objects.filter(matter_id=told.matter).order_by("seq"))
    prev = None
    for row in rows:
        body = bytes(row.body).decode().replace(old, new).encode()
        digest = entry_hash(body, prev)
        plant("UPDATE entry SET body = %s, hash = %s, prev = %s WHERE id = %s", body, digest, prev, row.id)
        prev = digest
    plant("UPDATE matter SET head = %s WHERE id = %s", prev, told.matter)
    faults = verify_chains(J).faults
    changed = old != '"do":"open"'
    assert bool(faults) == changed
    assert all(f.chain == told.matter for f in faults)


def test_a_body_that_is_no_body_is_named(told, plant):
    plant("UPDATE entry SET body = 'x' WHERE matter_id = %s AND seq = 15", told.matter)
    faults = verify_chains(J).faults
    assert ("edited", 15) in {(f.kind, f.seq) for f in faults}


def test_of_a_broken_chain_the_rows_are_not_told(told, plant):
    plant("UPDATE entry SET hash = '\\x00' WHERE matter_id = %s AND seq = 1", told.matter)
    plant("UPDATE matter SET state = 'closed' WHERE id = %s", told.matter)
    assert "derived" not in {f.kind for f in verify_chains(J).faults}
