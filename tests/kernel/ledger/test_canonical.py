import json
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.ledger.canonical import canonical, parse

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


def nfc(text):
    return unicodedata.normalize("NFC", text)


LEAVES = (
    TEXT
    | st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.uuids()
    | st.binary(max_size=8)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT.map(nfc), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_read_back_has_the_same_bytes(value):
    body = canonical(value)
    assert canonical(parse(body)) == body


@given(VALUES)
def test_the_bytes_are_what_the_standard_library_writes(value):
    body = canonical(value)
    told = json.loads(body)
    assert json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == body


@given(TEXT)
def test_nfd_input_gives_the_bytes_of_nfc(text):
    nfd = unicodedata.normalize("NFD", text)
    assert canonical({nfd: nfd}) == canonical({nfc(text): nfc(text)})


def test_the_order_in_which_keys_were_written_does_not_matter():
    assert canonical({"b": 1, "a": {"z": None, "é": True}}) == canonical({"a": {"é": True, "z": None}, "b": 1})


def test_keys_stand_in_code_point_order_beyond_the_basic_plane():
    assert canonical({"\U00010000": 1, "\uffff": 2, "z": 3}) == '{"z":"3","\uffff":"2","\U00010000":"1"}'.encode()


def test_every_type_has_one_spelling():
    value = {
        "at": datetime(2026, 11, 24, 10, 12, tzinfo=timezone(timedelta(hours=8))),
        "on": date(2026, 11, 24),
        "id": UUID("ABCDEF00-0000-4000-8000-000000000001"),
        "raw": b"\xab\x01",
        "list": [1, -2, ("a", True, False, None)],
        "text": 'say "天平"\\\n\x1f/',
        "none": {},
    }
    assert canonical(value).decode() == (
        '{"at":"2026-11-24T02:12:00.000000Z","id":"abcdef00-0000-4000-8000-000000000001","list":["1","-2",'
        '["a",true,false,null]],"none":{},"on":"2026-11-24","raw":"ab01","text":"say \\"天平\\"\\\\\\n\\u001f/"}'
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.0", "1"),
        ("1.00", "1"),
        ("100", "100"),
        ("1E+2", "100"),
        ("-0.00", "0"),
        ("0", "0"),
        ("-1.50", "-1.5"),
        ("1E-7", "0.0000001"),
        ("12345678901234567890123456789.12345678901", "12345678901234567890123456789.12345678901"),
    ],
)
def test_a_decimal_is_fixed_point_without_trailing_zeros(number, text):
    assert canonical(Decimal(number)) == f'"{text}"'.encode()


def test_times_before_the_year_1000_keep_four_digits():
    assert canonical(datetime(33, 4, 3, tzinfo=UTC)) == b'"0033-04-03T00:00:00.000000Z"'
    assert canonical(date(33, 4, 3)) == b'"0033-04-03"'


class Named(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"a": [1, {"b": 1.5}]}, "$.a[1].b: float is not exact, use Decimal"),
        ({"a": Named("x")}, "$.a: Named has no canonical form"),
        ([{1}], "$[0]: set has no canonical form"),
        ({1: "a"}, "$.1: a key must be text, not int"),
        (datetime, "$: type has no canonical form"),
    ],
)
def test_an_unknown_type_is_refused_by_its_path(value, sentence):
    with pytest.raises(TypeError) as refused:
        canonical(value)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"a": ["ok", "x\0"]}, "$.a[1]: NUL is not text"),
        ({"a\0": 1}, r"$.'a\x00': NUL is not text"),
        ({"a": {"b": "\ud800"}}, "$.a.b: a lone surrogate is not text"),
        ({"\udfff": 1}, r"$.'\udfff': a lone surrogate is not text"),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}, "$.a: a time needs its time zone"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))), "$: a time outside the years 1 to 9999 in UTC"),
        ([Decimal("NaN")], "$[0]: a number must be finite"),
        ([Decimal("-Infinity")], "$[0]: a number must be finite"),
        ([Decimal("1E+1000000")], "$[0]: a number of more than 128 digits"),
        ([10**128], "$[0]: a number of more than 128 digits"),
        ([-(10**128)], "$[0]: a number of more than 128 digits"),
        ({"a": {"é": 1, "e\u0301": 2}}, "$.a: two keys are the same after NFC"),
    ],
)
def test_a_value_without_one_spelling_is_refused_by_its_path(value, sentence):
    with pytest.raises(ValueError, match=r"^\$") as refused:
        canonical(value)
    assert str(refused.value) == sentence


def test_the_longest_whole_number_is_kept():
    assert canonical(10**128 - 1) == b'"' + b"9" * 128 + b'"'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"a": "1"}',
        b'{"a":1}',
        b'{"a":1.5}',
        b'{"b":"1","a":"2"}',
        b'{"a":"1","a":"2"}',
        b'{"a":"\\u5929"}',
        b'{"a":"\\u0000"}',
        b'{"a":"e\xcc\x81"}',
        b'{"a":"\xed\xa0\x80"}',
        b"[" * 100_000,
    ],
)
def test_another_spelling_is_not_read(body):
    with pytest.raises(ValueError, match="not a canonical body"):
        parse(body)
