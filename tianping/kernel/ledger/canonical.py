r"""The exact bytes of an entry body: what is stored, hashed, and shown to a witness.

The form is JSON (RFC 8259) in UTF-8 without spaces, with one spelling for every value:

* object keys in code point order, keys and text in Unicode NFC, so that NFD input gives the same bytes;
* text escaped only where JSON demands it: `\"`, `\\`, `\b \t \n \f \r`, other control characters as `\u001f`;
* numbers as strings: `int` in decimal, `Decimal` in fixed point without exponent, trailing zeros dropped and
  without a negative zero, so that 1.0, 1.00 and 1 are one number: `"1"`. Where the written digits matter
  (a quoted price "1.00"), hand in text;
* aware `datetime` as UTC with microseconds (`2026-11-24T02:12:00.000000Z`), `date` as `2026-11-24`;
* `UUID` in lower case, `bytes` as lower-case hex, `tuple` and `list` in order, `bool` and `None` as JSON has them.

Refused, naming the path: `float` and unknown types (subclasses are unknown) with TypeError; naive times, NUL, lone
surrogates, numbers that are not finite or longer than 128 digits, and keys that become equal under NFC with ValueError.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import is_normalized, normalize
from uuid import UUID

import msgspec

Json = dict[str, "Json"] | list["Json"] | str | bool | None
"""What `parse` gives back: numbers, times and ids stay the strings that were hashed."""

_DIGITS = 128
_LARGEST = 10**_DIGITS
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


class _Refused(Exception):  # noqa: N818 -- never leaves this module
    """Collects the path from the inside out, so that a body without a fault pays nothing for it."""

    def __init__(self, kind: type[TypeError | ValueError], reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.path: list[str | int] = []

    def told(self) -> TypeError | ValueError:
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(self.path))
        return self.kind(f"${''.join(steps)}: {self}")


def canonical(value: object) -> bytes:
    """The canonical bytes of `value`. Raises TypeError or ValueError that names the path, as `$.parties[1].born`."""
    try:
        return _encode(_plain(value))
    except _Refused as refused:
        raise refused.told() from None


def parse(body: bytes) -> Json:
    """Read canonical bytes. Raises ValueError when `body` is JSON of another spelling, or no JSON at all.

    `canonical(parse(body)) == body` for every body that is accepted.
    """
    try:
        value: Json = _decode(body)
        spelled = canonical(value)
    except (msgspec.DecodeError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"not a canonical body: {error}") from None
    if spelled != body:
        raise ValueError("not a canonical body: the same content has another spelling")
    return value


def _plain(value: object) -> Json:
    return _PLAIN.get(type(value), _unknown)(value)


def _mapping(value: dict[object, object]) -> Json:
    plain: dict[str, Json] = {}
    get = _PLAIN.get
    key: object = None
    try:
        for key, item in value.items():
            plain[_key(key)] = get(type(item), _unknown)(item)
    except _Refused as refused:
        refused.path.append(key if isinstance(key, str) and key.isprintable() else ascii(key))
        raise
    if len(plain) != len(value):
        raise _Refused(ValueError, "two keys are the same after NFC")
    return plain


def _key(key: object) -> str:
    if type(key) is not str:
        raise _Refused(TypeError, f"a key must be text, not {type(key).__name__}")
    return _text(key)


def _sequence(value: list[object] | tuple[object, ...]) -> Json:
    plain: list[Json] = []
    try:
        for item in value:
            plain.append(_plain(item))  # noqa: PERF401 -- the length is the index that a refusal names
    except _Refused as refused:
        refused.path.append(len(plain))
        raise
    return plain


def _text(value: str) -> str:
    if "\0" in value:
        raise _Refused(ValueError, "NUL is not text")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Refused(ValueError, "a lone surrogate is not text") from None
    return value if is_normalized("NFC", value) else normalize("NFC", value)


def _whole(value: int) -> str:
    if abs(value) >= _LARGEST:
        raise _Refused(ValueError, f"a number of more than {_DIGITS} digits")
    return str(value)


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise _Refused(ValueError, "a number must be finite")
    _sign, digits, exponent = value.as_tuple()
    if len(digits) + abs(int(exponent)) > _DIGITS:
        raise _Refused(ValueError, f"a number of more than {_DIGITS} digits")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _moment(value: datetime) -> str:
    if value.utcoffset() is None:
        raise _Refused(ValueError, "a time needs its time zone")
    try:
        return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
    except OverflowError:
        raise _Refused(ValueError, "a time outside the years 1 to 9999 in UTC") from None


def _as_it_is(value: Any) -> Any:
    """For what msgspec itself writes in the one spelling."""
    return value


def _unknown(value: object) -> Json:
    if type(value) is float:
        raise _Refused(TypeError, "float is not exact, use Decimal")
    raise _Refused(TypeError, f"{type(value).__name__} has no canonical form")


_PLAIN: dict[type, Callable[..., Json]] = {
    str: _text,
    dict: _mapping,
    list: _sequence,
    tuple: _sequence,
    int: _whole,
    Decimal: _decimal,
    datetime: _moment,
    bytes: bytes.hex,
    date: _as_it_is,
    UUID: _as_it_is,
    bool: _as_it_is,
    type(None): _as_it_is,
}
