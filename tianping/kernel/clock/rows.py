"""Reads one pack row into a Rule, and says exactly what is wrong with a bad one."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from tianping.kernel.clock.rules import Basis, Escalation, Extension, Rule, RuleRowError, Unit, Verified
from tianping.kernel.clock.sentence import Sentence
from tianping.kernel.lifecycle.text import gettext_noop as _

KEYS = frozenset(
    {
        "code",
        "title",
        "title_en",
        "unit",
        "amount",
        "law",
        "article",
        "text",
        "verified",
        "local",
        "effective_from",
        "effective_to",
        "extension",
        "soon",
        "escalate",
        "nested_in",
        "note",
        "note_en",
        "source",
    }
)


class _Reader:
    """The values of one mapping, each checked as it is read."""

    def __init__(self, number: int, values: object, keys: frozenset[str], prefix: str = "") -> None:
        self.number = number
        self.prefix = prefix
        if not isinstance(values, Mapping):
            raise self.fault("", Sentence(_("这里要填一组字段")))
        self.values: Mapping[str, Any] = values
        if unknown := sorted(set(values) - keys):
            raise self.fault(unknown[0], Sentence(_("没有这个字段，请核对拼写")))

    def fault(self, key: str, reason: Sentence) -> RuleRowError:
        return RuleRowError(self.number, f"{self.prefix}{key}".rstrip("."), reason)

    def text(self, key: str, *, required: bool = True) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str) or (required and not value.strip()):
            raise self.fault(key, Sentence(_("请填写文字")))
        return value.strip()

    def number_of(self, key: str, low: int | None, default: int | None = None) -> int:
        value: object = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fault(key, Sentence(_("请填写整数")))
        if low is not None and value < low:
            raise self.fault(key, Sentence(_("不能小于%(low)s"), {"low": low}))
        return value

    def limit(self, key: str) -> int | None:
        """A number of at least 1, or null: the key must be there, so that no limit is forgotten."""
        if key in self.values and self.values[key] is None:
            return None
        return self.number_of(key, 1)

    def unit(self, key: str) -> Unit:
        try:
            return Unit(self.values.get(key, ""))
        except ValueError:
            raise self.fault(key, Sentence(_("单位只能是%(units)s"), {"units": ", ".join(Unit)})) from None

    def day(self, key: str) -> date:
        value = self.text(key)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.fault(key, Sentence(_("日期请写成2026-11-24的样子"))) from None

    def items(self, key: str) -> list[Any]:
        value = self.values.get(key) or []
        if not isinstance(value, list | tuple):
            raise self.fault(key, Sentence(_("这里要填一个列表")))
        return list(value)

    def flag(self, key: str) -> bool:
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise self.fault(key, Sentence(_("只能填true或false")))
        return value


def read_rule(number: int, row: Mapping[str, Any]) -> Rule:
    """One row, the `number`th from 1. `source` says where it was read: required, though it stays in the pack."""
    read = _Reader(number, row, KEYS)
    read.text("source")
    unit = read.unit("unit")
    starts = read.day("effective_from")
    ends = read.day("effective_to") if row.get("effective_to") is not None else None
    if ends is not None and ends <= starts:
        raise read.fault("effective_to", Sentence(_("失效日要晚于生效日")))
    return Rule(
        code=read.text("code"),
        title=read.text("title"),
        unit=unit,
        amount=read.number_of("amount", 1),
        basis=_basis(read),
        effective_from=starts,
        effective_to=ends,
        extension=_extension(read, unit),
        soon=read.number_of("soon", 0, 0),
        escalate=_escalations(read),
        nested_in=read.text("nested_in") if row.get("nested_in") is not None else None,
        title_en=read.text("title_en"),
        note=read.text("note", required=False),
        note_en=read.text("note_en", required=False),
    )


def _basis(read: _Reader) -> Basis:
    verified = read.text("verified")
    if verified not in {"V", "V2", "U"}:
        raise read.fault("verified", Sentence(_("只能填V（读过原文）、V2（二手材料）或U（未核实）")))
    text = read.text("text", required=verified == "V")  # who says that the text was read shows it
    return Basis(
        read.text("law"),
        read.text("article", required=False),
        text,
        cast("Verified", verified),
        read.flag("local"),
    )


def _extension(read: _Reader, unit: Unit) -> Extension | None:
    if read.values.get("extension") is None:
        return None
    more = _Reader(read.number, read.values["extension"], frozenset({"amount", "unit", "times", "by"}), "extension.")
    extension = Extension(more.limit("amount"), more.unit("unit"), more.limit("times"), tuple(more.items("by")))
    if extension.unit.exact is not unit.exact:
        raise more.fault("unit", Sentence(_("按时分计的时限和按日计的时限不能互相延长")))
    if not extension.by or not all(isinstance(post, str) and post for post in extension.by):
        raise more.fault("by", Sentence(_("请写明哪些岗位可以批准延长")))
    return extension


def _escalations(read: _Reader) -> tuple[Escalation, ...]:
    steps = []
    for place, values in enumerate(read.items("escalate")):
        step = _Reader(read.number, values, frozenset({"at", "to", "why"}), f"escalate[{place}].")
        steps.append(Escalation(step.number_of("at", None), step.text("to"), step.text("why")))
    return tuple(sorted(steps, key=lambda e: e.at))
