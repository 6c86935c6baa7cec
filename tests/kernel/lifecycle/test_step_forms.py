"""The one parser: the inputs on which a Django form and a typed model once disagreed, and what is known."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from tianping.kernel.lifecycle.concepts import COMMON_CONCEPTS, Concept
from tianping.kernel.lifecycle.forms import Checks, FieldError, parse, parse_value
from tianping.kernel.lifecycle.state import SEALED, RefusedError
from tianping.kernel.lifecycle.vocabulary import Field, Form

KINDS = (
    "text",
    "longtext",
    "boolean",
    "integer",
    "money",
    "date",
    "datetime",
    "phone",
    "agency",
    "agencies",
    "person",
    "matter",
    "point",
    "files",
)
CONCEPTS = {c.name: c for c in COMMON_CONCEPTS} | {k: Concept(k, k, k) for k in KINDS}
CONCEPTS["colour"] = Concept("colour", "颜色", "choice", choices=(("red", "红"), ("blue", "蓝")))
CONCEPTS["code"] = Concept("code", "类别", "choice", source="category")
UUID_TEXT = "0192f3a0-0000-7000-8000-000000000001"


def value(kind, raw, checks=None, **field):
    return parse_value(Field("f", kind, **field), CONCEPTS[kind], raw, checks or Checks())


def refused(kind, raw, checks=None, **field):
    with pytest.raises(FieldError) as error:
        value(kind, raw, checks, **field)
    return str(error.value)


# The fifteen inputs of the kernel's trial, and what each is here.
NASTY = {
    "spaces around": ("text", "  周桂兰 \u3000", "周桂兰"),
    "only spaces": ("text", " \t\u3000 ", None),
    "empty": ("text", "", None),
    "nothing": ("text", None, None),
    "NFD": ("text", "e\u0301", "\u00e9"),
    "line ends": ("longtext", "一\r\n二\r三", "一\n二\n三"),
    "a line break in one line": ("text", "一\n 二", "一 二"),
    "an integer with a sign": ("integer", "+7", 7),
    "full width digits": ("integer", "１２", 12),
    "money with commas": ("money", "1,200.5", Decimal("1200.50")),
    "money below zero": ("money", "-0", Decimal("0.00")),
    "true as a word": ("boolean", "true", True),
    "a date": ("date", "2026-11-24", date(2026, 11, 24)),
    "a time with a zone": ("datetime", "2026-11-24T06:30:00Z", datetime(2026, 11, 24, 6, 30, tzinfo=UTC)),
    "a number where text is asked": ("text", 12, "12"),
    "invisible leftovers": ("text", "\ufeff周\u200b桂兰", "周桂兰"),
    "emoji joined": ("text", "👩\u200d🔧", "👩\u200d🔧"),
    "yes": ("boolean", "是", True),
    "no": ("boolean", "off", False),
    "no answer": ("boolean", "", None),
    "a boolean": ("boolean", False, False),
    "a point": ("point", "118.5, 29.25", ["118.500000", "29.250000"]),
    "a point as a list": ("point", ["118.5", 29], ["118.500000", "29.000000"]),
    "no point": ("point", "", None),
    "a list as text": ("files", "a, b,a", ["a", "b"]),
    "a list": ("agencies", ["a", " ", "b"], ["a", "b"]),
    "an empty list": ("agencies", [], None),
    "no list": ("files", "", None),
    "an id": ("person", UUID_TEXT.upper(), UUID_TEXT),
    "one of the choices": ("colour", "red", "red"),
}
WRONG = {
    "NUL": ("text", "a\x00b", "控制字符"),
    "half a pair": ("text", "\ud83d", "控制字符"),
    "private use": ("text", SEALED, "控制字符"),
    "writing turned around": ("text", "a\u202eb", "控制字符"),
    "a list where text is asked": ("text", ["a"], "要填文字"),
    "a boolean where text is asked": ("text", True, "要填文字"),
    "three decimals": ("money", "1.005", "最多到分"),
    "three decimals as a number": ("money", 1.005, "最多到分"),
    "an underscore": ("money", "1_000", "请填金额"),
    "a comma for a point": ("money", "1,50", "请填金额"),
    "not a number": ("money", "NaN", "请填金额"),
    "an exponent": ("money", "1e3", "请填金额"),
    "too much": ("money", "1000000000000", "请填金额"),
    "a fraction for an integer": ("integer", "1.0", "请填整数"),
    "a date by week": ("date", "2026-W48-2", "日期要写成"),
    "a date without dashes": ("date", "20261124", "日期要写成"),
    "a day that is none": ("date", "2026-02-30", "日期要写成"),
    "a year that is none": ("date", "0001-01-01", "日期要写成"),
    "a time without a zone": ("datetime", "2026-11-24T14:30", "时间要写成"),
    "a time that is none": ("datetime", "昨天", "时间要写成"),
    "a time before time": ("datetime", "0001-01-01T00:00+08:00", "时间要写成"),
    "maybe": ("boolean", "maybe", "请选“是”或“否”"),
    "an unknown choice": ("colour", "green", "请从列出的选项里选一个"),
    "not an id": ("matter", "周桂兰", "请从列出的选项里选一个"),
    "one number": ("point", "118.5", "经度,纬度"),
    "words for a point": ("point", "这里,那里", "经度,纬度"),
    "off the globe": ("point", "181,29", "经度,纬度"),
    "an object for a list": ("files", {"a": 1}, "请从列出的选项里选"),
    "a list in a list": ("files", [["a"]], "要填文字"),
    "too many": ("files", [str(n) for n in range(51)], "太多了"),
}


@pytest.mark.parametrize("case", NASTY)
def test_an_input_becomes_its_value(case):
    kind, raw, wanted = NASTY[case]
    found = value(kind, raw)
    assert (found, type(found)) == (wanted, type(wanted))
    assert str(found) == str(wanted)  # no minus before a zero


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_input_says_what_to_do(case):
    kind, raw, sentence = WRONG[case]
    assert sentence in refused(kind, raw)


def test_limits_of_a_field():
    assert "太长了" in refused("text", "好" * 5, max_length=4)
    assert "不能小于" in refused("integer", "0", least=1)
    assert "不能大于" in refused("integer", "9", most=8)
    assert value("integer", "5", least=1, most=8) == 5
    assert value("colour", "x", choices=(("x", "叉"),)) == "x"


def test_codes_and_numbers_are_asked_elsewhere():
    def no(_text):
        raise FieldError("差%(count)s位", count=2)

    checks = Checks(
        types={"phone": no, "agency": no, "file": lambda t: t * 2}, code=lambda s, c: (s, c) == ("category", "a")
    )
    assert value("code", "a", checks) == "a"
    assert "选一个" in refused("code", "b", checks)
    assert value("files", ["x"], checks) == ["xx"]
    for kind in ("phone", "agencies"):
        with pytest.raises(FieldError) as error:
            value(kind, "x", checks)
        assert error.value.values == {"count": 2}


FORM = Form(
    (
        Field("title", "title", required=True),
        Field("grade", "text"),
        Field("note", "note"),
        Field("again", "money", revises=True),
    )
)


def errors(raw, known=None):
    with pytest.raises(RefusedError) as error:
        parse(FORM, raw, CONCEPTS, known=known)
    assert error.value.reason == "form"
    return error.value.fields


def test_every_wrong_field_is_told_at_once():
    assert set(errors({"again": "x", "moon": "1"})) == {"title", "again", "moon"}


def test_what_is_known_need_not_be_given():
    assert parse(FORM, {}, CONCEPTS, known={"title": SEALED}) == {}


def test_what_is_known_may_be_confirmed_but_not_said_otherwise():
    assert parse(FORM, {"title": "漏水"}, CONCEPTS, known={"title": "漏水"}) == {}
    assert "更正" in errors({"title": "漏电"}, {"title": "漏水"})["title"]
    assert "title" in errors({"title": "漏水"}, {"title": SEALED})


def test_a_field_that_revises_says_a_known_fact_anew():
    assert parse(FORM, {"again": "2"}, CONCEPTS, known={"money": "1.00", "title": "x"}) == {"again": Decimal("2.00")}


def test_what_belongs_to_an_entry_is_never_known():
    assert parse(FORM, {"note": "新话"}, CONCEPTS, known={"note": "旧话", "title": "x"}) == {"note": "新话"}


@pytest.mark.parametrize(
    ("kind", "stored", "raw", "other"),
    [
        ("money", "100.00", "100", "101"),
        ("date", "2026-11-24", "2026-11-24", "2026-11-25"),
        ("datetime", "2026-11-24T06:30:00+00:00", "2026-11-24T14:30:00+08:00", "2026-11-24T14:31:00+08:00"),
        ("integer", 3, "3", "4"),
    ],
)
def test_a_stored_fact_is_the_same_fact(kind, stored, raw, other):
    form = Form((Field("f", kind),))
    assert parse(form, {"f": raw}, CONCEPTS, known={kind: stored}) == {}
    for known in (stored, SEALED):
        with pytest.raises(RefusedError):
            parse(form, {"f": other}, CONCEPTS, known={kind: known})


CORRECT = Form((Field("concept", "concept", required=True), Field("value", "value", required=True)))


def test_a_correction_is_read_as_what_it_corrects():
    assert parse(CORRECT, {"concept": "money", "value": "1,200"}, CONCEPTS)["value"] == Decimal("1200.00")
    with pytest.raises(RefusedError):
        parse(CORRECT, {"concept": "colour", "value": "green"}, CONCEPTS)


@pytest.mark.parametrize("concept", ["note", "moon", None])
def test_a_correction_of_what_is_no_fact_is_left_to_the_step(concept):
    raw = {"value": "话"} | ({"concept": concept} if concept else {})
    if concept:
        assert parse(CORRECT, raw, CONCEPTS)["value"] == "话"
    else:
        with pytest.raises(RefusedError):
            parse(CORRECT, raw, CONCEPTS)


def test_refusals_carry_the_numbers_of_their_sentences():
    with pytest.raises(RefusedError) as error:
        parse(Form((Field("f", "text", max_length=2),)), {"f": "一二三"}, CONCEPTS)
    assert error.value.values == {"details": {"f": {"most": 2}}}
    assert UUID(UUID_TEXT)
