"""The draft by itself: no database."""

from tianping.web.citizen import draft as drafts


def draft(**more):
    return {"key": "k" * 32, "files": [], "cases": []} | more


def test_the_telephone_and_the_office_are_asked_only_of_whom_they_concern():
    assert drafts.road(draft()) == ["safety", "story", "place", "contact", "check"]
    assert drafts.road(draft(cases=["violence", "office"]))[:3] == ["safety", "danger", "office"]
    assert drafts.beside(draft(), "safety", -1) == ""
    assert drafts.beside(draft(), "check", 1) == ""


def test_a_phone_that_hardly_knows_its_place_does_not_decide_the_grid():
    where = {"lat": "29.986344", "lon": "119.439115"}
    assert drafts.point(draft(**where, accuracy="20")) == "119.439115,29.986344"
    assert drafts.point(draft(**where, accuracy="3000")) == ""
    assert drafts.point(draft(lat="29.9")) == ""


def test_several_dangers_are_all_told_and_an_office_only_when_ticked():
    form = drafts.as_report(draft(cases=["violence", "minor"], office="qingxi.zhujian.", description="他动手了"))
    assert (form["violence"], form["minor"]) == ("yes", "yes")
    assert "complained_agency" not in form
    assert drafts.as_report(draft(cases=["office"], office="qingxi.zhujian."))["complained_agency"] == "qingxi.zhujian."


def test_what_is_kept_on_the_phone_has_a_name_of_this_report():
    pages = drafts.PAGES
    assert drafts.storage_key(draft(), pages["story"]) == "kkkkkkkkkkkk-story"
    assert drafts.storage_key(draft(), pages["safety"]) == ""
