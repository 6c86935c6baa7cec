"""The one parser of step forms. HTML, API and phone all come through here, so they cannot disagree."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.state import SEALED, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Field, Form

# Control characters, halves of a pair, private use (SEALED is one), and what turns the direction of writing around.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff]")
_WEIGHTLESS = str.maketrans("", "", "\u200b\ufeff")  # what chat programs and spreadsheets leave in a copied text
_MONEY = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(1900, 2200)  # beyond them a date is a slip of the pen, and shifting the zone may overflow
_TRUE = {"true", "1", "on", "yes", "是"}
_FALSE = {"false", "0", "off", "no", "否", ""}
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")


class FieldError(ValueError):
    """One field is wrong; `args[0]` says what to do, with named placeholders filled from `values`."""

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence)
        self.values = values


@dataclass(frozen=True)
class Checks:
    """What the parser cannot know by itself: number checks, pack codes, agencies, people, matters.

    `types`: type -> function that returns the normal form or raises ValueError with a sentence.
    `code`: (source, code) -> whether that code is in force.
    """

    types: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    code: Callable[[str, str], bool] = lambda _source, _code: True


def parse(
    form: Form,
    raw: Mapping[str, Any],
    concepts: Mapping[str, Concept],
    *,
    known: Mapping[str, Any] | None = None,
    checks: Checks | None = None,
) -> dict[str, Any]:
    """The values of `form` in `raw`, typed; only those that say something new.

    A fact that is known need not be given; given again it must be the same, unless the field revises it.
    Raises RefusedError with a sentence for each wrong field; nothing of `raw` is changed.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    details: dict[str, Any] = {}
    checks = checks or Checks()
    for name in raw:
        if form.field(name) is None:
            errors[name] = _("这一步没有这一项")
    for item in form.fields:
        concept = concepts[item.concept]
        fact = (known or {}).get(item.concept) if concept.scope == "matter" else None
        try:
            value = parse_value(item, _meant(concept, raw, concepts), raw.get(item.name), checks)
        except FieldError as error:
            errors[item.name] = str(error)
            details[item.name] = error.values
            continue
        if value is None:
            if item.required and fact is None:
                errors[item.name] = _("请填写这一项")
        elif fact is None or item.revises:
            values[item.name] = value
        elif not _same(fact, value):
            errors[item.name] = _("这一项已经登记过，要改请用“更正”")
    if errors:
        raise RefusedError(_("有几处需要补充或修改"), "form", errors, details=details)
    return values


def _meant(concept: Concept, raw: Mapping[str, Any], concepts: Mapping[str, Concept]) -> Concept:
    """A correction's value has the type of the concept that it corrects; everything else has its own."""
    if concept.name != "value":
        return concept
    meant = concepts.get(str(raw.get("concept")))
    return meant if meant is not None and meant.scope == "matter" else concept


def _same(fact: Any, value: Any) -> bool:
    """Whether a value says what is known. A stored fact has gone through JSON; a sealed one cannot be compared."""
    match value:
        case Decimal():
            return bool(fact == value or fact == str(value))
        case datetime():
            return bool(
                fact == value or (isinstance(fact, str) and fact != SEALED and datetime.fromisoformat(fact) == value)
            )
        case date():
            return bool(fact == value or fact == value.isoformat())
    return bool(fact == value)


def parse_value(item: Field, concept: Concept, raw: Any, checks: Checks) -> Any:
    """One value in its type, or None when nothing was given. Raises FieldError."""
    match concept.type:
        case "boolean":
            return _boolean(raw)
        case "files" | "agencies":
            return _list(concept, raw, checks)
        case "point":
            return _point(raw)
    text = _text(raw)
    if text is None:
        return None
    if len(text) > item.max_length:
        raise FieldError(_("太长了，最多%(most)s个字"), most=item.max_length)
    return _typed(item, concept, text, checks)


def _typed(item: Field, concept: Concept, text: str, checks: Checks) -> Any:
    choices = item.choices or concept.choices
    match concept.type:
        case "integer":
            return _integer(item, text)
        case "money":
            return _money(text)
        case "date":
            return _date(text)
        case "datetime":
            return _datetime(text)
        case "choice" if choices:
            if text not in {code for code, _label in choices}:
                raise FieldError(_("请从列出的选项里选一个"))
        case "choice" if not checks.code(concept.source, text):
            raise FieldError(_("请从列出的选项里选一个"))
        case "person" | "matter":
            text = _uuid(text)
        case "text" | "name" if "\n" in text:
            text = " ".join(text.split())
    if check := checks.types.get(concept.type):
        try:
            return check(text)
        except ValueError as error:
            raise FieldError(str(error), **getattr(error, "values", {})) from error
    return text


def _text(raw: Any) -> str | None:
    if raw is None:
        return None
    if isinstance(raw, bool | list | tuple | dict | bytes):
        raise FieldError(_("这一项要填文字"))
    text = unicodedata.normalize("NFC", str(raw)).replace("\r\n", "\n").replace("\r", "\n").translate(_WEIGHTLESS)
    if _CONTROL.search(text):
        raise FieldError(_("里面有看不见的控制字符，请删掉后再填"))
    return text.strip() or None


def _boolean(raw: Any) -> bool | None:
    if raw is None or isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return None if word == "" else False
    raise FieldError(_("请选“是”或“否”"))


def _list(concept: Concept, raw: Any, checks: Checks) -> list[str] | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str | list | tuple):
        raise FieldError(_("请从列出的选项里选"))
    parts = raw.split(",") if isinstance(raw, str) else raw
    found: list[str] = []
    for part in parts:
        text = _text(part)
        if text and text not in found:
            found.append(text)
    if len(found) > 50:
        raise FieldError(_("太多了，最多%(most)s个"), most=50)
    kind = "agency" if concept.type == "agencies" else "file"
    if check := checks.types.get(kind):
        try:
            return [check(text) for text in found] or None
        except ValueError as error:
            raise FieldError(str(error), **getattr(error, "values", {})) from error
    return found or None


def _point(raw: Any) -> list[str] | None:
    """Longitude and latitude in degrees (CGCS2000), as decimal strings."""
    if raw in (None, "", []):
        return None
    parts = raw if isinstance(raw, list | tuple) else str(raw).split(",")
    try:
        lon, lat = (Decimal(str(p).strip()) for p in parts)
    except (ValueError, InvalidOperation) as error:
        raise FieldError(_("位置要写成“经度,纬度”")) from error
    if not (lon.is_finite() and lat.is_finite() and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise FieldError(_("位置要写成“经度,纬度”"))
    return [f"{lon:.6f}", f"{lat:.6f}"]


def _integer(item: Field, text: str) -> int:
    text = unicodedata.normalize("NFKC", text)  # a Chinese keyboard types digits in full width
    if not _INTEGER.fullmatch(text):
        raise FieldError(_("请填整数"))
    value = int(text)
    if item.least is not None and value < item.least:
        raise FieldError(_("不能小于%(least)s"), least=item.least)
    if item.most is not None and value > item.most:
        raise FieldError(_("不能大于%(most)s"), most=item.most)
    return value


def _money(text: str) -> Decimal:
    """Yuan with at most two decimals; 1.005 is refused, not rounded."""
    text = unicodedata.normalize("NFKC", text)
    if not _MONEY.fullmatch(text):
        raise FieldError(_("请填金额，比如 1200.50"))
    value = Decimal(text.replace(",", ""))
    if abs(value) >= 10**12:
        raise FieldError(_("请填金额，比如 1200.50"))
    if value != value.quantize(Decimal("0.01")):
        raise FieldError(_("金额最多到分，也就是两位小数"))
    return value.quantize(Decimal("0.01")) + 0  # and no minus before a zero


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise FieldError(_("日期要写成 2026-11-24 这样"))
    try:
        value = date.fromisoformat(text)
    except ValueError as error:
        raise FieldError(_("日期要写成 2026-11-24 这样")) from error
    if value.year not in _YEARS:
        raise FieldError(_("日期要写成 2026-11-24 这样"))
    return value


def _datetime(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise FieldError(_("时间要写成 2026-11-24T14:30+08:00 这样")) from error
    if value.tzinfo is None or value.year not in _YEARS:
        raise FieldError(_("时间要写成 2026-11-24T14:30+08:00 这样"))
    return value


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise FieldError(_("请从列出的选项里选一个")) from error
