"""Term rules and calendar of a jurisdiction, built from its pack rows and rebuilt when a pack was loaded."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.rows import read_rule
from tianping.kernel.clock.rules import Rule, RuleBook

# What is held of the packs is held until this changes.
STAMP = "(SELECT concat_ws(' ', count(*), max(loaded_at)) FROM pack_release WHERE jurisdiction = $1)"
# A pack's row ends before `effective_to`; a rule's is its last day.
_ROWS = """SELECT kind, (CASE WHEN kind = 'term_rule' AND effective_to IS NOT NULL
   THEN body || jsonb_build_object('effective_to', effective_to - 1) ELSE body END)::json
 FROM pack_row WHERE jurisdiction = %s AND kind IN ('term_rule', 'calendar') ORDER BY code, effective_from"""


@dataclass(frozen=True)
class Clockwork:
    """The rules, their rows as loaded (what a term pins), and the calendar."""

    stamp: str
    rules: RuleBook
    raw: dict[tuple[str, date], dict[str, Any]]
    calendar: WorkCalendar

    def pick(self, code: str, on: date) -> tuple[Rule, dict[str, Any]]:
        """The rule in force on that local day and its row; raises RuleMissing."""
        rule = self.rules.pick(code, on)
        return rule, self.raw[code, rule.effective_from]


_cache: dict[str, Clockwork] = {}


def clockwork(jurisdiction: str, stamp: str = "") -> Clockwork:
    """Held until a pack is loaded. `stamp`: as this transaction has read it; read here when empty."""
    with connection.cursor() as cursor:
        if not stamp:
            cursor.execute(f"SELECT {STAMP.replace('$1', '%s')}", [jurisdiction])
            (stamp,) = cursor.fetchone()
        held = _cache.get(jurisdiction)
        if held is not None and held.stamp == stamp:
            return held
        cursor.execute(_ROWS, [jurisdiction])
        rows = cursor.fetchall()
    return build(jurisdiction, stamp, rows)


def build(jurisdiction: str, stamp: str, rows: list[tuple[str, Any]]) -> Clockwork:
    terms = [body for kind, body in rows if kind == "term_rule"]
    days = [body for kind, body in rows if kind == "calendar"]
    raw = {(row["code"], read_rule(1, row).effective_from): row for row in terms}
    made = Clockwork(stamp, RuleBook.from_rows(terms), raw, WorkCalendar(days))
    _cache[jurisdiction] = made
    return made


def rule_of(row: dict[str, Any]) -> Rule:
    """The rule that a term pinned when it started."""
    return read_rule(1, row)
