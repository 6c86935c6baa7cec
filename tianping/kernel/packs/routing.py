"""Where a matter might go: declared rules, reasons as sentences. It only suggests; a person dispatches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tianping.kernel.packs.schema import Agency, Category, GridFeature, RoutingRule, local

LEAF, TOP, KEYWORD, HERE = 4, 2, 1, 2
KEYWORDS_COUNTED = 3
NOWHERE = "*"


@dataclass
class Suggestion:
    """An office and why; `score` only orders the list."""

    agency_code: str
    reasons: list[str] = field(default_factory=list)
    score: int = 0


def ancestors(agencies: dict[str, Agency], code: str | None) -> list[str]:
    """The agency's own code and those above it, nearest first; an unknown code gives an empty list."""
    found: list[str] = []
    while code is not None and code in agencies and code not in found:
        found.append(code)
        code = agencies[code].parent
    return found


def paths(agencies: Iterable[Agency]) -> dict[str, str]:
    """Each agency's path from the root: `qingxi.chengdong.binhe`."""
    tree = {a.code: a for a in agencies}
    return {code: ".".join(reversed(ancestors(tree, code))) for code in tree}


def targets(rule: RoutingRule, agency: Agency) -> bool:
    """Whether a rule for a kind of agency means this one, wherever it serves."""
    return agency.kind == rule.at and rule.under in {None, agency.parent}


class Router:
    """The rules of one day, ready to be asked."""

    def __init__(
        self,
        rules: Iterable[RoutingRule],
        agencies: Iterable[Agency],
        categories: Iterable[Category],
        grids: Iterable[GridFeature],
    ) -> None:
        self.rules = list(rules)
        self.agencies = {a.code: a for a in agencies}
        self.categories = {c.code: c for c in categories}
        self.grids = {g.code: g for g in grids}

    def suggest(
        self, category: str | None, place: str | None, text: str, exclude: Collection[str] = ()
    ) -> list[Suggestion]:
        """Offices that may take it, best first.

        `place` is a grid's or an agency's code. `exclude` are agencies complained of: neither they nor what stands
        under them is suggested. A protected category obeys only rules that name it: no keyword sends it elsewhere.
        """
        grid = self.grids.get(place or "")
        area = ancestors(self.agencies, grid.agency if grid else place)
        leaf = self.categories.get(category or "")
        found: dict[str, Suggestion] = {}
        for rule in self.rules:
            target = self._target(rule, area)
            if target is None or set(ancestors(self.agencies, target)) & set(exclude):
                continue
            if (score := self._score(rule, leaf, area, text)) is None:
                continue
            suggestion = found.setdefault(target, Suggestion(target, self._first(target, leaf, grid, area, text)))
            suggestion.score = max(suggestion.score, score)
            duty = local(rule, "duty")
            if duty not in suggestion.reasons:
                suggestion.reasons.append(duty)
        return sorted(found.values(), key=lambda s: (-s.score, s.agency_code))

    def _target(self, rule: RoutingRule, area: list[str]) -> str | None:
        if rule.places and not set(rule.places) & set(area):
            return None
        if rule.agency:
            return rule.agency if rule.agency in self.agencies else None
        for code in area:
            serving = (a.code for a in self.agencies.values() if code in a.serves and targets(rule, a))
            if (first := min(serving, default=None)) is not None:
                return first
        return None

    def _score(self, rule: RoutingRule, leaf: Category | None, area: list[str], text: str) -> int | None:
        fit = 0
        if leaf and leaf.code in rule.categories:
            fit = LEAF
        elif leaf and leaf.parent in rule.categories:
            fit = TOP
        hits = sum(word in text for word in rule.keywords)
        if leaf and leaf.protected:
            hits = 0 if not fit else hits
        elif not fit and NOWHERE in rule.categories:
            return HERE + rule.weight
        if not fit and not hits:
            return None
        here = HERE if rule.at or (rule.places and area) else 0
        return fit + KEYWORD * min(hits, KEYWORDS_COUNTED) + here + rule.weight

    def _first(
        self, target: str, leaf: Category | None, grid: GridFeature | None, area: list[str], text: str
    ) -> list[str]:
        """Place and words: what a dispatcher wants to see before the duty."""
        said: list[str] = []
        towns = [code for code in area if self.agencies[code].kind == "town"]
        serves = self.agencies[target].serves
        if grid and towns and (towns[0] in serves or grid.agency in serves):
            facts = {"grid": grid.name, "town": self.agencies[towns[0]].name}
            said.append(_("地点在%(grid)s，归%(town)s") % facts)
        if leaf:
            words = [word for word in leaf.keywords if word in text][:KEYWORDS_COUNTED]
            quoted = "".join(f"“{word}”" for word in words)
            name = local(leaf, "name")
            top = self.categories.get(leaf.parent or "")
            full = f"{local(top, 'name')} · {name}" if top else name
            said.append(_("%(words)s：%(category)s") % {"words": quoted, "category": full} if quoted else full)
        return said
