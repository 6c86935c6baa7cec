"""Signs for doors and grids: found, picked, printed, and leading where they say."""

import re
from io import BytesIO

import pytest
from python_calamine import load_workbook

from tests.web.desk.conftest import words
from tianping.kernel.service import book

pytestmark = pytest.mark.django_db


def test_places_are_found_by_words_kind_and_grid(desk):
    client = desk("dispatcher")
    text = client.text("/desk/signs/", q="滨河花园1幢")
    assert "城东街道滨河社区滨河花园1幢" in text
    assert "共1处" in text
    grid = book("990101").rows("grid")[0]
    in_grid = client.text("/desk/signs/", grid=grid.code, kind="door")
    doors = sum(a.grid == grid.code for a in book("990101").rows("address"))
    assert f"共{doors}处" in in_grid
    assert "没有这样的地点" in client.text("/desk/signs/", q="没有这个地方")


def test_the_list_is_paged_and_leaves_as_a_workbook(desk):
    client = desk("system_admin")
    page = client.page("/desk/signs/")
    assert "?page=2" in page
    assert "?page=1" in client.page("/desk/signs/", page="2")
    answer = client.get("/desk/signs/", {"kind": "grid", "format": "xlsx"})
    rows = load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + len(book("990101").rows("grid"))
    assert rows[1][3].endswith(f"/at/{rows[1][0]}/")


def test_all_that_is_listed_is_printed_eight_a_sheet(desk):
    page = desk("dispatcher").page("/desk/signs/print/", all="1", kind="grid")
    grids = len(book("990101").rows("grid"))
    assert page.count('class="sign"') == grids
    assert page.count('class="signs"') == -(-grids // 8)
    assert page.count("<svg viewBox") >= grids


def test_what_is_ticked_is_printed_and_each_sign_leads_to_a_report_from_there(desk, client):
    door = book("990101").rows("address")[0]
    page = desk("dispatcher").page("/desk/signs/print/", code=door.code)
    assert page.count('class="sign"') == 1
    assert door.address in page
    client.get(f"/at/{door.code}/")
    draft = next(iter(client.session.values()))
    assert door.address in str(draft)


def test_nothing_ticked_says_what_to_do_and_too_many_are_told(desk, monkeypatch):
    client = desk("dispatcher")
    assert "还没有选" in client.text("/desk/signs/print/")
    monkeypatch.setattr("tianping.web.desk.signs.MOST", 5)
    text = words(client.get("/desk/signs/print/", {"all": "1", "kind": "grid"}))
    assert re.search(r"还有\d+处没有放进来", text)


def test_only_who_hands_them_out_has_the_page(desk):
    for who in ("handler", "leader", "auditor"):
        assert desk(who).get("/desk/signs/").status_code == 404
        assert desk(who).get("/desk/signs/print/").status_code == 404
    assert "/desk/signs/" in desk("dispatcher").page("/desk/")
    assert "/desk/signs/" not in desk("handler").page("/desk/")
