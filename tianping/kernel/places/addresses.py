"""Finding a known address in what somebody wrote: the longest known name wins, and the reason is said. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")}
SHOWN = 5
SHORTEST = 2


@dataclass(frozen=True)
class KnownPlace:
    """A known address, or a whole community (`lon`, `lat` and `grid` empty), with what people call it."""

    address: str
    names: tuple[str, ...]
    grid: str = ""
    division: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Candidate:
    """A place that the words may mean, with the sentence that says why; `score` only orders."""

    place: KnownPlace
    score: int
    reason: str


def normal(text: str) -> str:
    """One spelling for matching: NFKC, no spaces, 栋 and 号楼 as 幢, numbers before 幢, 组 and 网格 as digits."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFKC", text)  # what stood on both sides of a space may compose now
    text = re.sub(r"栋|号楼", "幢", text)
    return re.sub(r"第*([零一二三四五六七八九十\d]+)(?=幢|组|小组|村民小组|网格)", _number, text)


def _number(match: re.Match[str]) -> str:
    word = match[1]
    if word.isdigit():
        return word
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return "".join(DIGITS.get(c, c) for c in word)
    first = DIGITS.get(tens, tens if tens.isdigit() else "1")
    return str(int(first) * 10 + int(DIGITS.get(ones, "0")))


class AddressBook:
    """Known names of a jurisdiction. The cost of a match grows with the text, not with the number of addresses."""

    def __init__(self, places: Iterable[KnownPlace]) -> None:
        self._by_name: dict[str, list[KnownPlace]] = {}
        for place in places:
            for name in {normal(n) for n in (place.address, *place.names)}:
                if len(name) >= SHORTEST:
                    self._by_name.setdefault(name, []).append(place)
        self._lengths = sorted({len(name) for name in self._by_name}, reverse=True)

    def match_address(self, text: str) -> list[Candidate]:
        """Up to five candidates, best first: by the names found in the text, longest first, none inside another."""
        found = self._names(normal(text))
        scores: dict[KnownPlace, list[str]] = {}
        for name in found:
            for place in self._by_name[name]:
                scores.setdefault(place, []).append(name)
        ranked = sorted(scores.items(), key=lambda kv: (-self._score(kv[0], kv[1]), kv[0].address))
        return [Candidate(p, self._score(p, names), self._reason(p, names)) for p, names in ranked[:SHOWN]]

    def _names(self, text: str) -> list[str]:
        found: list[str] = []
        start = 0
        while start < len(text):
            for length in self._lengths:
                if (name := text[start : start + length]) in self._by_name:
                    found.append(name)
                    start += len(name)
                    break
            else:
                start += 1
        return list(dict.fromkeys(found))

    def _score(self, place: KnownPlace, names: list[str]) -> int:
        return 10 * max(map(len, names)) + len(names) + (place.lon is not None)

    def _reason(self, place: KnownPlace, names: list[str]) -> str:
        name = max(names, key=len)
        same = len(self._by_name[name])
        if same > 1:
            return _("文中的“%(name)s”有%(count)s处，请再问清楚") % {"name": name, "count": same}
        if place.lon is None:
            return _("文中的“%(name)s”只说到%(address)s，没说具体位置") % {"name": name, "address": place.address}
        return _("文中的“%(name)s”对上了%(address)s") % {"name": name, "address": place.address}
