from datetime import date, datetime, timedelta

import pytest

from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.counting import Pause
from tianping.kernel.clock.engine import SHANGHAI, Granted, due
from tianping.kernel.clock.rules import Basis, Rule, Unit

LOCAL = Basis("青溪县人民调解工作规则", "第九条", "受理后十五个工作日内调解完毕。", "U", local=True)


class Terms:
    """Short ways to say when, which rule and which pause."""

    calendar = WorkCalendar()

    @staticmethod
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text if ":" in text else f"{text} 10:12").replace(tzinfo=SHANGHAI)

    @staticmethod
    def end(text: str) -> datetime:
        return datetime.fromisoformat(f"{text} 23:59:59.999999").replace(tzinfo=SHANGHAI)

    @staticmethod
    def rule(amount: int, unit: str, **more) -> Rule:
        values = {
            "code": "x",
            "title": "办结",
            "title_en": "Conclude",
            "basis": LOCAL,
            "effective_from": date(2025, 1, 1),
        }
        return Rule(unit=Unit(unit), amount=amount, **(values | more))

    def pause(self, since: str, until: str | None = None, why: str = "等鉴定") -> Pause:
        return Pause(self.at(since), self.at(until) if until else None, why)

    def grant(self, amount: int, unit: str, by: str = "head") -> Granted:
        return Granted(amount, Unit(unit), by, "情况复杂", self.at("2026-11-09"))

    def due(self, amount: int, unit: str, started: str, *, pauses=(), extensions=(), outer=None, **rule):
        return due(
            self.rule(amount, unit, **rule),
            self.at(started),
            calendar=self.calendar,
            pauses=pauses,
            extensions=extensions,
            outer=outer,
        )

    @staticmethod
    def marks(found) -> str:
        """One letter a day: start, counted, rest, paused, due."""
        letters = {"start": "s", "counted": "c", "rest": "r", "paused": "p", "due": "d"}
        return "".join(letters[mark.kind] for mark in found.days)

    @staticmethod
    def spans_every_day(found) -> bool:
        days = [mark.day for mark in found.days]
        return days == [days[0] + timedelta(days=n) for n in range(len(days))]


@pytest.fixture(scope="session")
def t() -> Terms:
    return Terms()
