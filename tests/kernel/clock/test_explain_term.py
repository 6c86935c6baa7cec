import gettext
import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import tianping
from tianping.kernel.clock.calendar import CalendarYearMissing, WorkCalendar
from tianping.kernel.clock.engine import ExtensionRefused, check_extension, due
from tianping.kernel.clock.explain import law, sentences, standing
from tianping.kernel.clock.rules import Basis, Extension, Unit
from tianping.kernel.clock.sentence import CHINESE, Sentence

ROOT = Path(tianping.__file__).parent
MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@pytest.fixture(scope="module")
def english():
    with (ROOT / "locale/parts/clock.po").open("rb") as file:
        messages = read_po(file, locale="en")
    binary = io.BytesIO()
    write_mo(binary, messages)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def test_the_picture_of_the_mediation_clock_explains_itself(t, english):
    found = t.due(15, "working_day", "2026-11-04", pauses=[t.pause("2026-11-16", "2026-11-19")])
    assert sentences(found, CHINESE) == [
        "11月4日开始，当天不算，从11月5日数起",
        "周末和节假日不算，共6天",
        "11月17日至11月18日暂停，不算：等鉴定",
        "数到第15个工作日，是11月27日",
    ]
    assert sentences(found, english) == [
        "Begins on 4 Nov; that day does not count, the first day is 5 Nov",
        "Weekends and holidays do not count: 6 days",
        "Paused from 17 Nov to 18 Nov, not counted: 等鉴定",
        "Working day 15 is 27 Nov",
    ]


def test_made_up_working_days_and_moves_are_told(t, english):
    assert sentences(t.due(4, "working_day", "2026-09-29"), CHINESE)[1:] == [
        "周末和节假日不算，共7天",
        "10月10日调休上班，照算",
        "数到第4个工作日，是10月10日",
    ]
    moved = t.due(15, "day", "2026-09-18")
    assert sentences(moved, CHINESE)[1:] == ["数到第15天，是10月3日", "10月3日是国庆节，顺延到10月8日"]
    assert sentences(moved, english)[-1] == "3 Oct is a day off (National Day), so it moves to 8 Oct"
    assert [reason.code for reason in moved.reasons] == ["start", "reached", "moved"]


def test_a_working_day_term_without_days_off_does_not_mention_them(t):
    assert [reason.code for reason in t.due(3, "working_day", "2026-11-03").reasons] == ["start", "reached"]


def test_a_working_day_term_extended_in_days_may_end_on_a_day_off(t):
    found = t.due(2, "working_day", "2026-11-05", extensions=[t.grant(5, "day")])
    assert sentences(found, CHINESE)[1:] == [
        "周末和节假日不算，共3天",
        "延长5天，加在末尾：情况复杂",
        "数到第7个工作日，是11月14日",
        "11月14日是周六，顺延到11月16日",
    ]


def test_other_years_are_named(t):
    found = t.due(1, "month", "2025-12-15")
    assert sentences(found, CHINESE)[-1] == "数到第31天，是2026年1月15日"
    exact = t.due(24, "hour", "2025-12-31 10:00")
    assert sentences(exact, CHINESE) == ["从12月31日 10:00起连续计算，夜间和节假日不扣除", "到2026年1月1日 10:00满"]


def test_exact_terms_tell_their_pauses_to_the_minute(t, english):
    pauses = [
        t.pause("2026-11-03 08:00", "2026-11-03 11:00"),
        t.pause("2026-11-04 20:00", "2026-11-05 08:00"),
        t.pause("2026-11-06 08:00", "2026-11-06 09:00"),
    ]
    found = t.due(24, "hour", "2026-11-04 10:00", pauses=pauses)
    assert sentences(found, english) == [
        "Runs without a break from 4 Nov, 10:00, nights and holidays included",
        "Paused from 4 Nov, 20:00 to 5 Nov, 08:00, not counted: 等鉴定",
        "Ends on 5 Nov, 22:00",
    ]


def test_one_lost_day_and_none(t):
    pauses = [t.pause("2026-11-04", "2026-11-06"), t.pause("2026-11-09", "2026-11-10")]
    assert sentences(t.due(5, "working_day", "2026-11-03", pauses=pauses), CHINESE)[2:-1] == [
        "11月5日暂停，不算：等鉴定"
    ]


def test_a_term_that_stands_still_says_so(t, english):
    found = t.due(15, "working_day", "2026-11-04", pauses=[t.pause("2026-11-16")])
    assert sentences(found, CHINESE)[-1] == "从11月17日起暂停，还没有恢复，恢复后接着数"
    exact = t.due(
        24,
        "hour",
        "2026-11-04 10:00",
        pauses=[t.pause("2026-11-04 12:00", "2026-11-04 13:00"), t.pause("2026-11-04 15:00")],
    )
    assert [reason.code for reason in exact.reasons] == ["start", "paused", "suspended"]


def test_a_capped_term_names_the_outer_one(t, english):
    outer = t.due(30, "day", "2026-10-20", title="特别程序审结", title_en="Special procedure")
    found = t.due(15, "day", "2026-11-06", outer=outer)
    assert sentences(found, CHINESE)[-1] == "不能晚于“特别程序审结”的期限，到11月19日为止"
    assert sentences(found, english)[-1] == "It cannot end later than “Special procedure”, so it ends on 19 Nov"
    untranslated = t.due(15, "day", "2026-11-06", outer=t.due(30, "day", "2026-10-20", title="特别程序", title_en=""))
    assert sentences(untranslated, english)[-1].startswith("It cannot end later than “特别程序”")


def test_an_outer_term_that_ends_inside_a_pause_leaves_only_the_days_before_it_lost(t):
    outer = t.due(10, "day", "2026-11-03")
    found = t.due(30, "day", "2026-11-03", pauses=[t.pause("2026-11-05", "2026-11-20")], outer=outer)
    assert t.marks(found) == "scc" + "p" * 7 + "d"
    assert "11月6日至11月12日暂停，不算：等鉴定" in sentences(found, CHINESE)


def test_a_local_rule_says_that_it_is_one(t, english):
    note = "《人民调解法》没有规定期限。"
    rule = t.rule(15, "working_day", note=note, note_en="The law sets no time.")
    assert law(rule, CHINESE) == "《青溪县人民调解工作规则》第九条：受理后十五个工作日内调解完毕。"
    assert standing(rule, CHINESE) == "本县规定，2025年1月1日起施行。依据还没有核实。" + note
    assert standing(rule, english) == (
        "A rule of this county, in force since 1 Jan 2025. The source has not been verified. The law sets no time."
    )
    assert standing(replace(rule, note_en=""), english).endswith(f"verified. {note}")
    assert standing(replace(rule, note="", note_en=""), english).endswith("has not been verified.")


def test_a_refusal_of_more_time_is_told_in_the_readers_language(t, english):
    rule = t.rule(60, "day", extension=Extension(30, Unit.DAY, 1, ("head",)))
    with pytest.raises(ExtensionRefused) as refused:
        check_extension(rule, [], t.grant(5, "day"), t.at("2026-11-08 23:59"))
    told = refused.value.sentence.say(english)
    assert told == "“Conclude” was due on 8 Nov 2026, 23:59. What is overdue cannot be extended; please finish it soon"


@pytest.mark.parametrize(
    ("mark", "says"),
    [("V", "条文已对照原文。"), ("V2", "依据转引自二手材料，没有对照原文。"), ("U", "依据还没有核实。")],
)
def test_a_statutory_rule_carries_its_mark(t, mark, says):
    rule = t.rule(
        60, "day", basis=Basis("信访工作条例", "第三十四条", "", mark, local=False), effective_from=date(2022, 5, 1)
    )
    assert law(rule, CHINESE) == "《信访工作条例》第三十四条"
    assert standing(rule, CHINESE) == f"法定期限，2022年5月1日起适用。{says}"


def test_a_refusal_is_told_in_both_languages(english):
    error = CalendarYearMissing(2027)
    assert error.sentence.say(english).startswith("The holidays of 2027 are not known yet")
    assert str(error).startswith("还没有2027年")


def test_every_month_has_its_name(t, english):
    calendar = WorkCalendar()
    told = [
        sentences(due(t.rule(1, "day"), t.at(f"2026-{n:02}-05"), calendar=calendar), english)[0] for n in range(1, 13)
    ]
    assert [re.match(r"Begins on 5 (\w+);", text)[1] for text in told] == MONTH_NAMES


def test_every_sentence_has_its_english(english):
    source = "".join(path.read_text() for path in (ROOT / "kernel/clock").glob("*.py"))
    msgids = set(re.findall(r'\b_\(\s*"([^"]+)"\s*\)', source))
    assert len(msgids) > 80
    missing = {m for m in msgids if english.gettext(m) == m and english.ngettext(m, m, 2) == m}
    assert missing == {"《%(law)s》%(article)s"}  # the same in both languages
    for msgid in msgids:
        names = set(re.findall(r"%\((\w+)\)s", msgid))
        assert (
            set(
                re.findall(
                    r"%\((\w+)\)s", english.ngettext(msgid, msgid, 2) if "%(n)s" in msgid else english.gettext(msgid)
                )
            )
            == names
        )


def test_a_sentence_speaks_chinese_by_itself():
    assert Sentence("延长%(amount)s", {"amount": 3}).say() == "延长3"
