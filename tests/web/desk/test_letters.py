"""The bell and the letters: what the readers of the feed wrote is read by those it is for, and by nobody else."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.capabilities.notices.test_told import read_feed
from tests.people import actor
from tests.web.desk.conftest import words
from tianping.capabilities.notices.store import inbox, unread
from tianping.web.desk import letters as page

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(road):
    one = road().to("accepting")
    read_feed()
    return one


def test_the_bell_counts_what_nobody_has_read(desk, told):
    assert "data-live-now" in desk("handler").page("/desk/")
    assert '<b class="count">1</b>' in desk("handler").page("/desk/notices/bell/")
    assert '<b class="count">' not in desk("other_handler").page("/desk/notices/bell/")


def test_a_letter_leads_to_its_matter_and_is_read_then(desk, told):
    client = desk("handler")
    (letter,) = inbox(actor("handler"))
    assert letter.text in words(client.get("/desk/notices/"))
    answer = client.get(f"/desk/notices/{letter.id}/")
    assert answer.url == f"/desk/matter/{told.matter}/"
    assert unread(actor("handler")) == 0
    assert '<b class="count">' not in client.page("/desk/notices/bell/")


def test_somebody_else_s_letter_is_not_there(desk, told):
    (letter,) = inbox(actor("handler"))
    other = desk("other_handler")
    assert other.get(f"/desk/notices/{letter.id}/").status_code == 404
    assert letter.text not in words(other.get("/desk/notices/"))
    other.post("/desk/notices/read/", {"id": [str(letter.id)]})
    other.post("/desk/notices/read/")
    assert unread(actor("handler")) == 1


def test_what_stood_on_the_page_is_marked_and_nothing_newer(desk, told, road):
    (letter,) = inbox(actor("handler"))
    road().to("accepting")
    read_feed()
    desk("handler").post("/desk/notices/read/", {"id": [str(letter.id), ""]})
    assert unread(actor("handler")) == 1
    desk("handler").post("/desk/notices/read/")
    assert unread(actor("handler")) == 0


def test_pages_follow_each_other_without_a_gap(desk, road, monkeypatch):
    monkeypatch.setattr(page, "SHOWN", 2)
    for _ in range(5):
        road().to("accepting")
    read_feed()  # in one batch: they all came at the same moment
    client, seen, address = desk("handler"), [], "/desk/notices/"
    while address:
        answer = client.get(address)
        seen += [one.id for one in answer.context["letters"]]
        address = answer.context["next_url"]
    assert len(seen) == len(set(seen)) == 5


def test_filters_and_the_workbook_agree_with_the_page(desk, told, road):
    (first,) = inbox(actor("handler"))
    other = road().to("accepting")
    read_feed()
    client = desk("handler")
    client.get(f"/desk/notices/{first.id}/")
    assert len(client.get("/desk/notices/").context["letters"]) == 2
    assert [one.matter for one in client.get("/desk/notices/?unread=1").context["letters"]] == [other.matter]
    number = first.text.split(" ")[0]
    assert [one.id for one in client.get(f"/desk/notices/?number={number}").context["letters"]] == [first.id]
    book = b"".join(client.get(f"/desk/notices/?number={number}&format=xlsx").streaming_content)
    rows = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == [first.text]


@pytest.mark.parametrize("cursor", ["x", "2026-11-24", "2026-11-24T00:00:00 x", "2026-11-24T00:00:00 " + "0" * 32])
def test_a_cursor_that_is_none_begins_at_the_newest(desk, told, cursor):
    assert len(desk("handler").get(f"/desk/notices/?before={cursor}").context["letters"]) == 1
