"""Matters come in by Excel: tried first, taken part by part, never twice, and what is wrong goes back with its reason."""

import os
import time
from io import BytesIO

import pytest
from python_calamine import load_workbook

from tests.people import actor
from tests.web.desk.conftest import book_of, words
from tianping.capabilities.imports import parcels
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Matter

pytestmark = pytest.mark.django_db
HEADINGS = ["编号", "主题", "时间", "内容"]
GOOD = [[str(n), f"电梯停了{n}", "2026/11/2 9:00:00", f"第{n}幢的电梯停了，老人上下楼困难。"] for n in range(1, 6)]
BAD = ["6", "坏日期", "昨天", "内容"]


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path


def bring(client, *rows, headings=HEADINGS, source="12345"):
    return client.post("/desk/import/", {"source": source, "file": book_of(headings, *rows)})


def count():
    with acting(system_actor("990101")):
        return Matter.objects.filter(channel="import").count()


def test_a_sheet_is_shown_row_by_row_before_anything_comes_in(desk):
    client = desk("dispatcher")
    answer = bring(client, *GOOD, BAD)
    address = answer.headers["Location"]
    text = client.text(address)
    assert "登记这5行" in text
    assert "有1行要改" in text
    assert "时间不是时间：昨天" in text or "不是时间：昨天" in text
    assert count() == 0
    wrong = client.text(address, show="wrong")
    assert "坏日期" in wrong
    assert "电梯停了3" not in wrong
    assert "电梯停了3" in client.text(address, q="第3幢")
    assert "电梯停了4" not in client.text(address, q="第3幢")


def test_it_comes_in_part_by_part_and_says_how_far_it_is(desk, monkeypatch):
    monkeypatch.setattr(parcels, "PART", 3)
    client = desk("dispatcher")
    address = bring(client, *GOOD, BAD).headers["Location"]
    client.post(address, {"from": "0"})
    assert count() == 3
    page = client.page(address, go="1")
    assert "data-go-on" in page
    assert "登记到第3行，共6行" in page
    client.post(address, {"from": "0"})  # the same press once more
    assert count() == 3
    assert "data-go-on" not in client.page(address)  # who comes back later presses
    client.post(address, {"from": "3"})
    assert count() == 5
    text = client.text(address)
    assert "登记完了" in text
    assert "没收下的 1" in text


def test_a_part_that_was_cut_off_is_taken_again_and_brings_nothing_twice(desk, monkeypatch):
    client = desk("dispatcher")
    address = bring(client, *GOOD).headers["Location"]
    monkeypatch.setattr(parcels, "_keep", lambda _parcel: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        client.post(address, {"from": "0"})
    monkeypatch.undo()
    assert count() == 5


def test_the_same_number_from_the_same_system_is_not_registered_twice(desk):
    client = desk("dispatcher")
    for _time in range(2):
        client.post(bring(client, *GOOD).headers["Location"], {"from": "0"})
    assert count() == 5


def test_what_did_not_come_in_leaves_as_a_sheet_with_reasons(desk):
    client = desk("dispatcher")
    address = bring(client, *GOOD, BAD).headers["Location"]
    for step in ("before", "after"):
        answer = client.get(f"{address}errors/")
        rows = load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
        assert rows[0] == [*HEADINGS, "原因"], step
        assert [(r[1], r[4]) for r in rows[1:]] == [("坏日期", "留言时间不是时间：昨天")]
        client.post(address, {"from": "0"})


def test_a_file_that_is_none_is_refused_beside_its_field(desk):
    client = desk("dispatcher")
    junk = BytesIO(b"no sheet")
    junk.name = "a.xlsx"
    answer = client.post("/desk/import/", {"source": "12345", "file": junk})
    assert answer.status_code == 422
    assert "打不开" in words(answer)
    assert "缺这几列" in words(bring(client, ["1"], headings=["编号"]))
    assert client.post("/desk/import/", {"source": ""}).status_code == 422


def test_too_many_rows_are_refused(desk, monkeypatch):
    monkeypatch.setattr(parcels, "MOST", 2)
    assert "一次最多2行" in words(bring(desk("dispatcher"), *GOOD))
    monkeypatch.setattr(parcels, "LARGEST", 10)
    assert "文件太大" in words(bring(desk("dispatcher"), *GOOD))


def test_a_sheet_is_its_bringers_own(desk):
    address = bring(desk("dispatcher"), *GOOD).headers["Location"]
    for who in ("handler", "registrar", "leader"):
        assert desk(who).get(address).status_code == 404
    other = actor("dispatcher")
    found = parcels.mine(other)[0]
    assert parcels.find(actor("registrar"), found.id) is None


def test_an_empty_sheet_can_be_had_and_one_is_offered_from_the_list(desk, road):
    road()
    client = desk("dispatcher")
    rows = load_workbook(BytesIO(b"".join(client.get("/desk/import/", {"template": "1"}).streaming_content)))
    assert rows.get_sheet_by_index(0).to_python()[0][:2] == ["留言编号", "留言用户"]
    assert "/desk/import/" in client.page("/desk/")
    assert "/desk/import/" not in desk("handler").page("/desk/")


def test_sheets_go_when_they_are_not_wanted_and_after_a_week(desk, tmp_path):
    client = desk("dispatcher")
    address = bring(client, *GOOD).headers["Location"]
    assert "电梯" not in client.text("/desk/import/")
    client.post(address, {"forget": "1"})
    assert client.get(address).status_code == 404
    bring(client, *GOOD)
    folder = next((tmp_path / "sheets").iterdir())
    old = time.time() - parcels.WEEK - 5
    os.utime(folder, (old, old))
    assert parcels.mine(actor("dispatcher")) == []
    assert not folder.exists()
