"""The demo county's matters: some 300, at every point of the road, made only through `report` and `advance`.

Each scenario of the pack is told by an invented citizen and walked as far as its place in the list says. Steps are recorded
now and say when they happened, so that clocks show every shade from fresh to overdue.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tianping.kernel.agencies.actors import posts_of
from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.packs.reader import Pack
from tianping.kernel.service import Receipt, actor_for_code, advance, book, report, staff_actor

SEED = 20261124
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = (
    "秀英",
    "建国",
    "桂兰",
    "志强",
    "丽华",
    "海燕",
    "国庆",
    "玉梅",
    "小龙",
    "文斌",
    "春花",
    "永福",
    "晓红",
    "德明",
    "雪琴",
    "金水",
)
RESULTS = (
    "上门看过，已经修好，住户当面确认。",
    "责令当事人整改，三天后复查已经到位。",
    "查过账，差额已经补发到位。",
    "双方谈妥，各让一步，当场握手。",
)
ANSWERS = (
    "您好，您反映的事我们到现场核实并处理好了。还有问题请随时联系我们。",
    "您好，情况属实，已经办好，谢谢您的提醒。",
)
REASONS = ("这件事不归我们管，建议交给管这一片的单位。", "地点在界外，请核对后再派。")

# How far each matter goes, by weight: fresh ones wait, most are under way or done.
ENDS: tuple[tuple[str, int], ...] = (
    ("triage", 14),
    ("dispatch", 8),
    ("accepting", 14),
    ("handling", 34),
    ("suspended", 5),
    ("verifying", 8),
    ("answering", 8),
    ("answered", 22),
    ("rated", 8),
    ("reopened", 5),
    ("returned", 6),
    ("meeting", 3),
    ("joint", 5),
    ("merged", 6),
    ("declined", 3),
    ("closed", 14),
    ("archived", 12),
    ("supplementing", 3),
    ("split", 2),
    ("supervised", 4),
)


@dataclass
class Cast:
    """Who acts: the first holder of each kind of post, by agency path."""

    jurisdiction: str
    by_post: dict[tuple[str, str], Actor] = field(default_factory=dict)

    def load(self) -> "Cast":
        for user in User.objects.filter(jurisdiction=self.jurisdiction, kind="staff").order_by("username"):
            held = posts_of(user)
            for post in held:
                self.by_post.setdefault((post.kind, post.path), staff_actor(user, held, post.id))
        return self

    def at(self, path: str, *kinds: str) -> Actor | None:
        return next((self.by_post[k, path] for k in kinds if (k, path) in self.by_post), None)

    def any(self, kind: str) -> Actor:
        return next(a for (k, _path), a in sorted(self.by_post.items()) if k == kind)


class Walk:
    """One matter on its way. `at` is the moment of the next step."""

    def __init__(self, cast: Cast, dice: random.Random, number: int) -> None:
        self.cast, self.dice, self.number = cast, dice, number
        self.at = timezone.now()
        self.receipt = Receipt(*([None] * 3))  # type: ignore[arg-type]
        self.holder = ""

    def take(self, step: str, actor: Actor, *, hours: float = 2.0, **form: Any) -> None:
        self.at = min(self.at + timedelta(hours=hours * self.dice.uniform(0.3, 1.7)), timezone.now())
        advance(
            self.receipt.proceeding,
            step,
            actor=actor,
            form=form,
            happened_at=self.at,
            received_at=self.at,
            key=f"demo:{self.number}:{step}:{self.at.isoformat()}",
        )


class Story:
    """Takes one scenario as far as `end`."""

    def __init__(self, cast: Cast, addresses: list[Any], paths: dict[str, str], dice: random.Random) -> None:
        self.cast, self.dice, self.paths = cast, dice, paths
        self.addresses = {a.code: a for a in addresses}
        self.dispatcher, self.supervisor = cast.any("dispatcher"), cast.any("supervisor")
        self.archivist, self.registrar = cast.any("archivist"), cast.any("registrar")
        self.protector = cast.any("protector")
        self.book = book(cast.jurisdiction)
        self.leaders: list[Receipt] = []

    def tell(self, scenario: Any, number: int, end: str, days: float) -> Walk:
        walk = Walk(self.cast, self.dice, number)
        walk.at = self._office_hours(timezone.now() - timedelta(days=days))
        address = self.addresses.get(scenario.place or "")
        leaf = self.book.category(scenario.category)
        name = self.dice.choice(SURNAMES) + self.dice.choice(GIVEN)
        form: dict[str, Any] = {
            "description": scenario.text,
            "title": scenario.title,
            "channel": scenario.channel,
            "reporter_name": name,
            "reporter_phone": f"13{self.dice.randrange(10**8, 10**9)}",
        }
        if address:
            form |= {"place": address.address, "point": f"{address.lon},{address.lat}"}
        if leaf is not None and leaf.protected:
            form |= {
                "minor": leaf.protected == "minor",
                "violence": leaf.protected == "violence",
                "danger": leaf.protected == "threat_to_life",
            }
            if leaf.protected == "complaint":
                form["complained_agency"] = "zhifa"
        walk.receipt = report(
            actor=self.registrar, form=form, key=f"demo:{number}", happened_at=walk.at, received_at=walk.at
        )
        if leaf is not None and leaf.protected:
            self._protected(walk, scenario, leaf.protected)
        else:
            self._ordinary(walk, scenario, end)
        return walk

    def _office_hours(self, moment: datetime) -> datetime:
        """A report comes by day; when that hour is still to come today, it came yesterday."""
        by_day = timezone.localtime(moment).replace(hour=self.dice.randint(8, 17), minute=self.dice.randint(0, 59))
        return by_day if by_day <= timezone.now() else by_day - timedelta(days=1)

    # ── the ordinary road ────────────────────────────────────────────────────────────────────────────────────
    def _ordinary(self, walk: Walk, scenario: Any, end: str) -> None:
        if end in {"triage", "declined", "supplementing", "merged"}:
            self._early(walk, end)
            return
        walk.take("triage", self.dispatcher, hours=1, category=scenario.category, grade=scenario.grade)
        if end == "dispatch":
            return
        office = self._office(scenario)
        if end == "joint":
            others = [p for p in ("qingxi.zhujian.", "qingxi.zhifa.", "qingxi.shuiwu.") if p != office][:2]
            walk.take("dispatch_jointly", self.dispatcher, hours=1, agency=office, agencies=others)
            return
        for _time in range({"returned": 1, "meeting": 3}.get(end, 0)):
            self._return(walk, office, third=_time == 2)
        if end in {"returned", "meeting"}:
            return
        walk.take("dispatch", self.dispatcher, hours=1, agency=office)
        self.leaders.append(walk.receipt)
        if end == "accepting":
            return
        self._handled(walk, office, end)

    def _early(self, walk: Walk, end: str) -> None:
        if end == "declined":
            walk.take("decline", self.dispatcher, reason="这件事法院已经受理，请按法院的程序办。")
        elif end == "supplementing":
            walk.take("supplement", self.dispatcher, reason="请说清楚是哪一幢哪一层。")
        elif end == "merged" and self.leaders:
            try:
                walk.take("merge", self.dispatcher, other_matter=str(self.leaders[-1].matter))
            except RefusedError:  # that one has gone on meanwhile
                walk.take("decline", self.dispatcher, reason="和已经答复的一件相同，请看那一件的答复。")

    def _return(self, walk: Walk, office: str, *, third: bool) -> None:
        walk.take("dispatch", self.dispatcher, hours=1, agency=office)
        handler = self._handler(office)
        walk.take("return_third" if third else "return", handler, hours=4, reason=self.dice.choice(REASONS))

    def _office(self, scenario: Any) -> str:
        """The office that the routing rules suggest and that has somebody to handle it."""
        grid = self.addresses[scenario.place].grid if scenario.place in self.addresses else None
        for suggestion in self.book.routing(scenario.category, grid, scenario.text):
            path = self.paths.get(suggestion.agency_code, "")
            if self.cast.at(path, "handler", "head"):
                return path
        return "qingxi.zhujian."

    def _handler(self, office: str) -> Actor:
        found = self.cast.at(office, "handler", "head")
        if found is None:
            raise LookupError(office)
        return found

    def _handled(self, walk: Walk, office: str, end: str) -> None:
        handler = self._handler(office)
        walk.take("accept", handler, hours=5)
        if end == "handling":
            return
        if end == "suspended":
            walk.take("suspend", self.dispatcher, hours=20, reason="等鉴定意见。")
            return
        if end == "supervised":
            walk.take("supervise", self.supervisor, hours=30, note="群众多次反映，请加快办理。")
            return
        if end == "split":
            walk.take("split", handler, hours=8, description="同一户还反映楼道灯不亮，另外办。", title="楼道灯不亮")
            return
        walk.take("finish", handler, hours=40, outcome="settled", result=self.dice.choice(RESULTS))
        if end == "verifying":
            return
        walk.take("verify", self.dispatcher, hours=10, on_site="到现场看过，已经办好。")
        if end == "answering":
            return
        walk.take("answer", handler, hours=6, answer=self.dice.choice(ANSWERS))
        if end != "answered":
            self._after_answer(walk, end)

    def _after_answer(self, walk: Walk, end: str) -> None:
        reporter = actor_for_code(self.cast.jurisdiction, walk.receipt.code)
        if end == "reopened":
            walk.take("reopen", reporter, hours=30, reason="只刷了一层漆，下雨又漏了。")
            return
        walk.take("rate", reporter, hours=20, rating=self.dice.choices("54321", (50, 28, 12, 7, 3))[0])
        if end == "rated":
            return
        walk.take("close", self.dispatcher, hours=10)
        if end == "archived":
            self._archive(walk)

    def _archive(self, walk: Walk) -> None:
        from tianping.kernel.service import show  # noqa: PLC0415  # one use

        view = show(self.archivist, walk.receipt.matter, "archive")
        archive = next(p for p in view.proceedings if p.procedure.name == "archive")
        walk.receipt = Receipt(walk.receipt.entry, walk.receipt.matter, archive.state.id)
        walk.take("retain", self.archivist, hours=20, retention=self._retention())
        walk.take("freeze", self.archivist, hours=1, archive_number=f"990101-2026-{walk.number:05d}")

    def _retention(self) -> str:
        return str(next(r.code for r in self.book.rows("retention") if r.action == "keep"))

    # ── the protected way ────────────────────────────────────────────────────────────────────────────────────
    def _protected(self, walk: Walk, scenario: Any, kind: str) -> None:
        if walk.number % 3 == 0:
            return
        walk.take("contact", self.protector, hours=0.4, note="已经打通电话，人现在安全，约好见面。")
        walk.take(
            "reported", self.protector, hours=0.4, agency="qingxi.gongan.", note="已告知派出所和妇联，请依法处置。"
        )
        if walk.number % 3 == 1 and kind != "complaint":
            person = self._handler("qingxi.fulian.")
            walk.take(
                "entrust",
                self.protector,
                hours=2,
                agency="qingxi.fulian.",
                category=scenario.category,
                grade="1",
                assignee=str(person.user),
            )


def plan(scenarios: list[Any], count: int, dice: random.Random) -> Iterator[tuple[Any, str, float]]:
    """(scenario, how far, days ago) for each matter; every end occurs."""
    names = [name for name, weight in ENDS for _n in range(weight)]
    dice.shuffle(names)
    order = list(scenarios)
    dice.shuffle(order)
    for number in range(count):
        end = ENDS[number][0] if number < len(ENDS) else names[number % len(names)]
        fresh = end in {"triage", "dispatch", "accepting"}
        days = dice.uniform(0.05, 1.6) if fresh else dice.uniform(1, 30)
        yield order[number % len(order)], end, days


def build(
    pack: Pack, jurisdiction: str, paths: dict[str, str], count: int, progress: Callable[[int, int], None]
) -> int:
    """Tell `count` matters. Returns how many there are; the county must be loaded and hold no matters yet."""
    clockwork(jurisdiction)
    dice = random.Random(SEED)  # noqa: S311  # the same county every time
    story = Story(Cast(jurisdiction).load(), pack.rows("address"), paths, dice)
    for number, (scenario, end, days) in enumerate(plan(pack.rows("scenario"), count, dice), 1):
        story.tell(scenario, number, end, days)
        progress(number, count)
    return count
