"""Term rules: how long, in which unit, by which law, since when, and who may give more time.

Rules come from packs as rows and carry effective dates: what began under one version is counted by that version
for good. `verified` travels from row to reader: "V" the text was read, "V2" at second hand, "U" not verified.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from tianping.kernel.clock.sentence import Catalog, ClockError, Day, Sentence
from tianping.kernel.lifecycle.text import gettext_noop as _

Verified = Literal["V", "V2", "U"]


class Unit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"

    @property
    def exact(self) -> bool:
        """Counted as elapsed time to the moment, not in whole local days."""
        return self in {Unit.MINUTE, Unit.HOUR}

    @property
    def offset(self) -> "Unit":
        """The unit of `soon`, of escalations and of what remains: a month is too coarse to warn by."""
        return Unit.DAY if self in {Unit.MONTH, Unit.YEAR} else self


_AMOUNTS = {
    Unit.MINUTE: _("%(n)s分钟"),
    Unit.HOUR: _("%(n)s小时"),
    Unit.DAY: _("%(n)s天"),
    Unit.WORKING_DAY: _("%(n)s个工作日"),
    Unit.MONTH: _("%(n)s个月"),
    Unit.YEAR: _("%(n)s年"),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """15个工作日, in words."""

    count: int
    unit: Unit

    def say(self, catalog: Catalog) -> str:
        words = _AMOUNTS[self.unit]
        return catalog.ngettext(words, words, self.count) % {"n": self.count}


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a rule stands. `local`: the county's own rule or a figure that it sets, not a statutory term."""

    law: str
    article: str
    text: str
    verified: Verified
    local: bool


@dataclass(frozen=True, slots=True)
class Extension:
    """More time: at most `amount` of `unit` at once, at most `times`, granted by a post of these kinds.

    None means that the law sets no limit (双方当事人同意延长的，不受此限).
    """

    amount: int | None
    unit: Unit
    times: int | None
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """Tell the post `to`, `at` units after the due date (negative: before it), and say `why`.

    Offsets are in the rule's unit; for months and years, in days.
    """

    at: int
    to: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one term. `soon`: how many units before the due date are soon (months and years: days)."""

    code: str
    title: str
    unit: Unit
    amount: int
    basis: Basis
    effective_from: date
    effective_to: date | None = None  # the first day on which it no longer counts
    extension: Extension | None = None
    soon: int = 0
    escalate: tuple[Escalation, ...] = ()
    nested_in: str | None = None  # the outer rule whose due date caps this one
    title_en: str = ""
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """A rule's title in quotation marks, in the reader's language."""

    rule: Rule

    def say(self, catalog: Catalog) -> str:
        return f"“{_own(catalog, self.rule.title, self.rule.title_en)}”"


@dataclass(frozen=True, slots=True)
class Note:
    """A rule's note in the reader's language."""

    rule: Rule

    def say(self, catalog: Catalog) -> str:
        return _own(catalog, self.rule.note, self.rule.note_en)


def _own(catalog: Catalog, chinese: str, english: str) -> str:
    """What a pack says in both languages; in Chinese where it says it in that alone."""
    return chinese if not english or catalog.gettext(_("中文")) == "中文" else english


class RuleMissing(ClockError, KeyError):  # noqa: N818  # the public name
    """No version of this rule is in force on that day."""

    __str__ = Exception.__str__


class RuleRowError(ClockError, ValueError):
    """A row that cannot be used. `row` counts from 1; `field` is the key to mend."""

    def __init__(self, row: int, field: str, reason: Sentence) -> None:
        super().__init__(
            Sentence(_("第%(row)s行 %(field)s：%(reason)s"), {"row": row, "field": field, "reason": reason})
        )
        self.row = row
        self.field = field


class RuleBook:
    """All versions of all rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Raises RuleRowError, with the place in `rules`, for overlapping versions and broken nesting."""
        numbered = list(enumerate(rules, 1))
        self._versions: dict[str, list[Rule]] = defaultdict(list)
        for number, rule in sorted(numbered, key=lambda pair: pair[1].effective_from):
            versions = self._versions[rule.code]
            if versions and (versions[-1].effective_to is None or versions[-1].effective_to > rule.effective_from):
                raise RuleRowError(
                    number,
                    "effective_from",
                    Sentence(
                        _("和%(code)s从%(day)s起的版本重叠，请给较早的版本填上失效日"),
                        {"code": rule.code, "day": Day(versions[-1].effective_from, year=True)},
                    ),
                )
            versions.append(rule)
        for number, rule in numbered:
            self._check_nesting(number, rule)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> "RuleBook":
        """Rows as the packs hold them; raises RuleRowError naming row and field."""
        from tianping.kernel.clock.rows import read_rule  # noqa: PLC0415  # rows builds rules

        return cls([read_rule(number, row) for number, row in enumerate(rows, 1)])

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted(self._versions))

    def versions(self, code: str) -> tuple[Rule, ...]:
        """All versions of a rule by the day they took effect; empty for an unknown code."""
        return tuple(self._versions.get(code, ()))

    def pick(self, code: str, on: date) -> Rule:
        """The version in force on that local day; raises RuleMissing."""
        for rule in self._versions.get(code, ()):
            if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to):
                return rule
        raise RuleMissing(
            Sentence(
                _("%(day)s没有有效的时限规定“%(code)s”，请在数据包里补上"),
                {"code": code, "day": Day(on, year=True)},
            )
        )

    def _check_nesting(self, number: int, rule: Rule) -> None:
        seen, outer = {rule.code}, rule.nested_in
        while outer is not None:
            if outer not in self._versions:
                raise RuleRowError(number, "nested_in", Sentence(_("没有“%(code)s”这条时限规定"), {"code": outer}))
            if outer in seen:
                raise RuleRowError(number, "nested_in", Sentence(_("外层时限绕回了自己：%(code)s"), {"code": outer}))
            seen.add(outer)
            outer = next((v.nested_in for v in self._versions[outer] if v.nested_in), None)
