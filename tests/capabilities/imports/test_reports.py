"""Messages of another system become matters; killed and run again, nothing comes twice and nothing is lost."""

import json
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.people import actor
from tests.processes import uncovered
from tianping.capabilities.imports.report_counts import counts
from tianping.capabilities.imports.reports import Import, write_rejected
from tianping.capabilities.imports.sheet import SheetError, read_sheet
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Entry, Matter

HEADINGS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "citizen_messages"


def sheet(path, rows, headings=HEADINGS):
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        for number, row in enumerate([headings, *rows]):
            page.write_row(number, 0, row)
    return read_sheet(path)


ROWS = [
    [1, "u1", "小区电梯停了", "2019/5/9 9:49:10", "小区电梯停了三天，老人上下楼困难，物业不管。", "", ""],
    [2, "u2", "小区电梯停了", "2019/5/10 8:00:00", "小区电梯停了三天，\n老人上下楼困难，物业不管。", "", ""],
    [3, "u3", "咨询户口", "2019/4/1", "想问户口怎么迁", "您好，市公安局答复：请带身份证办理。", "2019/4/12 10:00:00"],
    [4, "u4", "坏日期", "昨天", "内容", "", ""],
    ["", "u5", "没有编号", "2019/5/1", "内容", "", ""],
    [6, "u6", "", "2019/5/1", "", "", ""],
    [7, "u7", "答早了", "2019/5/2", "内容七", "您好", "2019/5/1"],
]


def run(path, rows=ROWS):
    return Import(sheet(path, rows), actor("dispatcher")).run(lambda _done, _total: None)


@pytest.mark.django_db
class TestOneSheet:
    def test_good_rows_come_in_and_bad_ones_are_named(self, tmp_path):
        found = sheet(tmp_path / "a.xlsx", ROWS)
        outcome = Import(found, actor("dispatcher")).run(lambda _done, _total: None)
        assert (outcome.rows, outcome.new) == (7, 3)
        assert [reason for _cells, reason in outcome.rejected] == [
            "留言时间不是时间：昨天",
            "缺编号",
            "主题和内容都是空的",
            "答复时间早于留言时间",
        ]
        write_rejected(tmp_path / "bad.xlsx", found, outcome)
        back = CalamineWorkbook.from_path(str(tmp_path / "bad.xlsx")).get_sheet_by_index(0).to_python()
        assert back[0] == [*HEADINGS, "原因"]
        assert back[1][2] == "坏日期"

    def test_running_it_twice_changes_nothing(self, tmp_path):
        run(tmp_path / "a.xlsx")
        with acting(system_actor("990101")):
            before = sorted(Entry.objects.values_list("hash", flat=True))
        again = run(tmp_path / "a.xlsx")
        assert (again.new, again.known) == (0, 3)
        with acting(system_actor("990101")):
            assert sorted(Entry.objects.values_list("hash", flat=True)) == before

    def test_exact_repeats_go_to_one_handling(self, tmp_path):
        assert run(tmp_path / "a.xlsx").repeats == 1
        assert counts(actor("dispatcher"))["repeats"] == 1

    def test_the_answer_keeps_its_own_date(self, tmp_path):
        run(tmp_path / "a.xlsx")
        with acting(system_actor("990101")):
            entry = Entry.objects.get(step="answer_directly")
        assert entry.happened_at.astimezone().date().isoformat() == "2019-04-12"
        assert entry.recorded_at.year >= 2026
        assert counts(actor("dispatcher"))["median_days"] == 11

    def test_the_office_is_the_one_that_the_reply_names_first(self, tmp_path):
        run(tmp_path / "a.xlsx")
        with acting(system_actor("990101")):
            assert Matter.objects.get(state="answered").holder == "qingxi.gongan."

    def test_what_no_rule_routes_waits_in_triage(self, tmp_path):
        rows = [[9, "u", "一点想法", "2019/5/1", "随便说说，祝好", "", ""]]
        run(tmp_path / "b.xlsx", rows)
        with acting(system_actor("990101")):
            assert Matter.objects.get().state == "triage"

    def test_a_rule_sends_it_to_an_office_and_says_why(self, tmp_path):
        assert run(tmp_path / "a.xlsx").dispatched >= 1

    def test_the_same_number_with_other_words_is_refused(self, tmp_path):
        run(tmp_path / "a.xlsx")
        changed = [[1, "u1", "小区电梯停了", "2019/5/9 9:49:10", "说的是另一件事", "", ""]]
        outcome = run(tmp_path / "a.xlsx", changed)
        assert [reason for _cells, reason in outcome.rejected] == ["这个编号以前导入过，内容不一样"]

    def test_an_answer_to_a_repeat_answers_the_one_handling(self, tmp_path):
        rows = [
            [1, "u1", "路灯", "2019/5/1", "路灯坏了三盏，晚上看不见路。", "", ""],
            [2, "u2", "路灯", "2019/5/2", "路灯坏了三盏，晚上看不见路。", "您好，已经修好。", "2019/5/8"],
        ]
        run(tmp_path / "a.xlsx", rows)
        with acting(system_actor("990101")):
            assert sorted(Matter.objects.values_list("state", flat=True)) in (
                ["answered", "following"],
                ["accepting", "following"],
            )


def test_a_file_that_is_no_workbook_says_what_to_do(tmp_path):
    (tmp_path / "a.xlsx").write_text("not a workbook")
    with pytest.raises(SheetError, match="xlsx"):
        read_sheet(tmp_path / "a.xlsx")


def test_missing_columns_are_named(tmp_path):
    with pytest.raises(SheetError, match="留言编号、留言时间"):
        sheet(tmp_path / "a.xlsx", [["x"]], ["留言详情"])


def test_an_empty_sheet_is_said_to_be_empty(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet()
    with pytest.raises(SheetError, match="空的"):
        read_sheet(tmp_path / "a.xlsx")


@pytest.mark.parametrize("cell", ["2019/5/9 9:49", "2019-05-09", datetime(2019, 5, 9)])  # noqa: DTZ001  # as Excel gives it
def test_times_as_they_come(tmp_path, cell):
    row = [1, "u", "t", cell if isinstance(cell, str) else "2019/05/09", "x", "", ""]
    ((_n, _cells, message),) = sheet(tmp_path / "a.xlsx", [row]).messages()
    assert message.time.date().isoformat() == "2019-05-09"


def _command(url, file, *more):
    env = uncovered() | {"DATABASE_URL": url, "TIANPING_KEYS": str(_keys())}
    return subprocess.Popen(
        [sys.executable, "-m", "tianping.config", "import", "reports", str(file), *more],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _keys():
    from django.conf import settings

    return settings.KEY_FOLDER


def _done(url, file, *more):
    out, _err = _command(url, file, "--json", *more).communicate(timeout=120)
    return json.loads(out)


def test_killed_in_the_middle_and_run_again(database_url, tmp_path):
    rows = [[n, "u", f"事{n}", "2019/5/1", f"第{n}件事，路灯坏了", "", ""] for n in range(1, 121)]
    sheet(tmp_path / "a.xlsx", rows)
    process = _command(database_url, tmp_path / "a.xlsx")
    import psycopg

    with psycopg.connect(database_url, autocommit=True) as owner:
        for _wait in range(400):
            if owner.execute("SELECT count(*) FROM matter").fetchone()[0] >= 40:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        there = owner.execute("SELECT count(*) FROM matter").fetchone()[0]
        assert there >= 40
        facts = _done(database_url, tmp_path / "a.xlsx")
        assert (facts["rows"], facts["matters"], facts["rejected"]) == (120, 120, 0)
        assert facts["known"] >= there
        assert _done(database_url, tmp_path / "a.xlsx")["new"] == 0


@pytest.mark.skipif(not SHARED.exists(), reason="the real messages are not beside the project")
def test_the_real_messages_come_in(database_url, tmp_path):
    """The first rows of the two real files, as they are."""
    for name, take in (("附件3.xlsx", 150), ("附件4.xlsx", 120)):
        rows = CalamineWorkbook.from_path(str(SHARED / name)).get_sheet_by_index(0).to_python()
        cells = [
            [c if isinstance(c, int | float | str) else c.strftime("%Y/%m/%d %H:%M:%S") for c in r]
            for r in rows[1 : take + 1]
        ]
        sheet(tmp_path / name, cells, [str(h) for h in rows[0]])
    first = _done(database_url, tmp_path / "附件3.xlsx")
    assert (first["rows"], first["new"], first["rejected"]) == (150, 150, 0)
    second = _done(database_url, tmp_path / "附件4.xlsx")
    assert (second["rows"], second["rejected"]) == (120, 0)
    assert second["agencies"] > 5
    assert second["triage"] > 0
    assert second["terms_running"] > 0
    assert 8 <= second["median_days"] <= 20
