import json
from datetime import date
from pathlib import Path

import pytest

import tianping
from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.engine import due
from tianping.kernel.clock.rules import RuleBook, Unit

PACKS = Path(tianping.__file__).parents[1] / "packs"
TODAY = date(2026, 11, 24)


def rows(pack, file="term_rules"):
    return json.loads((PACKS / pack / f"{file}.json").read_text())


@pytest.fixture(scope="module")
def book():
    return RuleBook.from_rows(rows("national") + rows("qingxi"))


@pytest.mark.parametrize(
    "code",
    [
        "intake.triage",
        "intake.accept",
        "intake.return",
        "intake.answer.1",
        "intake.answer.2",
        "intake.answer.3",
        "intake.answer.4",
        "intake.handle.12345",
        "intake.rate_window",
        "intake.protect.report",
        "intake.protect.contact",
        "intake.progress",
        "archive.transfer",
        "petition.register",
        "petition.transfer",
        "petition.accept",
        "petition.objection",
        "petition.handle",
        "petition.review",
        "petition.recheck",
    ],
)
def test_the_scenes_find_their_rules(book, code):
    assert book.pick(code, TODAY).code == code


@pytest.mark.parametrize(
    ("code", "amount", "unit", "article"),
    [
        ("petition.transfer", 15, "day", "第二十二条第一款"),
        ("petition.accept", 15, "day", "第二十三条第三款"),
        ("petition.objection", 5, "working_day", "第二十三条第三款"),
        ("petition.handle", 60, "day", "第三十四条"),
        ("petition.review", 30, "day", "第三十五条"),
        ("petition.recheck", 30, "day", "第三十六条第一款"),
        ("mediation.delegated", 30, "day", "第二十七条第一款"),
        ("mediation.online.confirm", 3, "working_day", "第十二条第一款"),
        ("confirmation.apply", 30, "day", "第二百零五条"),
        ("confirmation.decide", 3, "day", "第四条第一款"),
        ("confirmation.conclude", 15, "day", "第五条第一款"),
        ("legal_aid.review", 7, "day", "第四十三条第一款"),
        ("legal_aid.forward", 24, "hour", "第三十九条第一款"),
        ("protection_order.decide", 72, "hour", "第二十八条"),
        ("labour.award", 45, "day", "第四十三条第一款"),
    ],
)
def test_statutory_terms_are_those_of_their_article(book, code, amount, unit, article):
    rule = book.pick(code, TODAY)
    assert (rule.amount, rule.unit, rule.basis.article) == (amount, Unit(unit), article)
    assert (rule.basis.local, rule.basis.verified) == (False, "V")


def test_national_rules_are_statutory_and_the_countys_are_marked_local(book):
    assert not any(row["local"] for row in rows("national"))
    assert all(row["local"] for row in rows("qingxi"))
    assert all(row["source"] and row["title_en"] for pack in ("national", "qingxi") for row in rows(pack))
    assert all(bool(row["note"]) == bool(row.get("note_en")) for pack in ("national", "qingxi") for row in rows(pack))


def test_the_mandatory_report_cites_the_law_that_says_at_once(book):
    rule = book.pick("intake.protect.report", TODAY)
    assert (rule.amount, rule.unit, rule.basis.local) == (2, Unit.HOUR, True)
    assert "应当立即向公安、民政、教育等有关部门报告" in rule.basis.text
    assert rule.note.startswith("法律要求立即报告，没有给出小时数")


def test_the_law_sets_no_term_for_peoples_mediation(book):
    assert "mediation.people" not in {row["code"] for row in rows("national")}
    assert "《人民调解法》没有规定调解期限" in book.pick("mediation.people", TODAY).note


def test_judicial_confirmation_stays_inside_the_special_procedure(book, t):
    started = t.at("2026-11-02")
    outer = due(book.pick("confirmation.special", TODAY), t.at("2026-10-20"), calendar=t.calendar)
    rule = book.pick("confirmation.conclude", TODAY)
    assert rule.nested_in == outer.rule.code
    found = due(rule, started, calendar=t.calendar, extensions=[t.grant(10, "day")], outer=outer)
    assert found.day == date(2026, 11, 19)


def test_every_escalation_goes_to_a_post_that_packs_know(book):
    from typing import get_args

    from tianping.kernel.packs.schema import PostKind

    known = set(get_args(PostKind))
    told = {e.to for code in book.codes for rule in book.versions(code) for e in rule.escalate}
    grants = {by for code in book.codes for rule in book.versions(code) if rule.extension for by in rule.extension.by}
    assert told <= known
    assert grants <= known | {"parties"}


def test_the_calendar_rows_of_2026_agree_with_the_library():
    known, loaded = WorkCalendar(), WorkCalendar(rows("national", "calendar"))
    days = [date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert [loaded.is_working(day) for day in days] == [known.is_working(day) for day in days]
    assert [loaded.why(day) for day in days] == [known.why(day) for day in days]
    assert not loaded.knows(2027)
