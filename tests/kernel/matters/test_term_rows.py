"""The engine's word on clocks, carried out on rows: each status with its moments, its due date and what turns it back."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import tianping
from tests.kernel.lifecycle.kit import CLERK, Desk, house, procedure, with_step
from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.clock.rows import read_rule
from tianping.kernel.clock.rules import RuleBook
from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.lifecycle.vocabulary import Step, Term
from tianping.kernel.matters.clocks import Clocks, lengthened, pinned, rule_code, tell_why
from tianping.kernel.matters.rulebook import Clockwork

BEGAN = datetime(2026, 11, 9, 10, 12, tzinfo=SHANGHAI)  # a Monday
DAY = timedelta(days=1)
STATES = {"open": "待办", "waiting": "等着", "held": "暂停", "done": "办结"}
LATEST = "confirmation.special"  # thirty days, any extension
SOONER = "confirmation.conclude"  # fifteen days, ten more once, never after the one above


@pytest.fixture(scope="module")
def work():
    file = Path(tianping.__file__).parents[1] / "packs" / "national" / "term_rules.json"
    rows = json.loads(file.read_text())
    raw = {(r["code"], read_rule(1, r).effective_from): r for r in rows}
    return Clockwork("", RuleBook.from_rows(rows), raw, WorkCalendar())


class Ticking(Desk):
    """A matter in memory whose clocks are kept as rows, day by day. Each step is recorded `late` after it happened."""

    def __init__(self, work, *terms, reversible=("wait", "on", "suspend", "resume")):
        steps = [
            Step("wait", "等", "open", "waiting", (CLERK,), reversible=True),
            Step("on", "接着办", "waiting", "open", (CLERK,), reversible=True),
            Step("again", "重来", "open", "open", (CLERK,)),
            *common_steps(
                manage=(CLERK,), work=(CLERK,), suspended="held", reversible=reversible, extend=(CLERK,), terms=()
            ),
        ]
        steps = [replace(s, reversible=True) if s.name in {"suspend", "resume"} else s for s in steps]
        super().__init__(house(with_step(procedure(states=STATES, suspended="held", terms=terms), *steps)))
        self.clocks = Clocks([], work, BEGAN, BEGAN)
        self.begin()

    def step(self, name, day, late=timedelta(0), by="head", **form):
        self.clocks.at, self.clocks.now = BEGAN + day * DAY, BEGAN + day * DAY + late
        for term in self.clocks.rows:
            term.new = term.changed = False
        self.by = by
        return self.take(name, form)

    def _keep(self, decision, actor):
        for move in decision.moves:
            declared = self.registry.procedure(move.procedure)
            label = declared.by_name[move.step].label
            self.entry = self.new_id()
            self.clocks.carry_out(
                declared, decision.matters[move.matter], move, self.entry, label, getattr(self, "by", "head")
            )
        super()._keep(decision, actor)

    @property
    def row(self):
        (found,) = [t for t in self.clocks.rows if t.status != "ended"] or self.clocks.rows[-1:]
        return found

    def due(self):
        return self.row.due_at.astimezone(SHANGHAI).date()


def running(rule=LATEST, **changes):
    return Term("t", "审结", rule, **({"runs": frozenset({"open"})} | changes))


def test_a_clock_begins_when_the_step_counts_with_its_rule_pinned_and_its_alarm_set(work):
    one = Ticking(work, running())
    row = one.row
    assert (row.status, row.started_at, row.rule_code, row.new) == ("running", BEGAN, LATEST, True)
    assert pinned(row.rule) == work.rules.pick(LATEST, BEGAN.date())
    assert (one.due(), row.alarm_at.astimezone(SHANGHAI).date()) == (
        (BEGAN + 30 * DAY).date(),
        (BEGAN + 25 * DAY).date(),
    )
    assert (row.matter_id, row.proceeding_id, row.name) == (one.matter.id, one.road.id, "t")
    assert one.clocks.changed() == [row]


def test_a_step_that_moves_no_clock_changes_no_row(work):
    one = Ticking(work, running())
    one.step("note", 1, note="问过了")
    assert one.clocks.changed() == []


def test_waiting_stops_the_clock_and_going_on_adds_the_days_that_it_stood(work):
    one = Ticking(work, running(pauses=frozenset({"waiting"})))
    one.step("wait", 2)
    assert one.row.status == "paused"
    assert one.row.pauses == [[(BEGAN + 2 * DAY).isoformat(), None, "等"]]
    assert one.clocks.changed() == [one.row]
    one.step("on", 6)
    assert one.row.status == "running"
    assert one.row.pauses == [[(BEGAN + 2 * DAY).isoformat(), (BEGAN + 6 * DAY).isoformat(), "等"]]
    assert one.due() > (BEGAN + 30 * DAY).date()


def test_a_pause_that_is_undone_was_never_there(work):
    one = Ticking(work, running(pauses=frozenset({"waiting"})))
    before = one.due()
    one.step("wait", 2)
    one.step("undo", 3, reason="点错了")
    assert (one.row.status, one.row.pauses, one.due()) == ("running", [], before)


def test_going_on_that_is_undone_leaves_the_pause_open_as_it_began(work):
    one = Ticking(work, running(pauses=frozenset({"waiting"})))
    one.step("wait", 2)
    one.step("on", 4)
    one.step("undo", 5, reason="点错了")
    assert one.row.status == "paused"
    assert one.row.pauses == [[(BEGAN + 2 * DAY).isoformat(), None, "等"]]


def test_an_ended_clock_keeps_its_date_and_has_no_alarm_and_undone_runs_on(work):
    one = Ticking(work, running())
    due, alarm = one.row.due_at, one.row.alarm_at
    one.step("wait", 3)
    row = one.row
    assert (row.status, row.ended_at, row.due_at, row.alarm_at) == ("ended", BEGAN + 3 * DAY, due, None)
    one.step("undo", 4, reason="点错了")
    assert (row.status, row.ended_at, row.due_at, row.alarm_at) == ("running", None, due, alarm)


def test_a_clock_that_an_undone_step_had_started_is_over_at_once(work):
    one = Ticking(work, running(runs=frozenset({"waiting"})))
    one.step("wait", 3)
    one.step("undo", 4, reason="点错了")
    assert (one.row.status, one.row.ended_at) == ("ended", BEGAN + 4 * DAY)


def test_beginning_anew_ends_the_old_clock_and_starts_another(work):
    one = Ticking(work, running(restarts=frozenset({"again"})))
    one.step("again", 5)
    old, new = one.clocks.rows
    assert (old.status, old.ended_at, new.status, new.started_at) == (
        "ended",
        BEGAN + 5 * DAY,
        "running",
        BEGAN + 5 * DAY,
    )
    assert old.id != new.id
    assert one.clocks.changed() == [old, new]
    assert (old.changed, new.new) == (True, True)
    assert one.due() == (BEGAN + 35 * DAY).date()


def test_what_is_recorded_late_reaches_no_further_back_than_the_clock_itself(work):
    one = Ticking(work, running(pauses=frozenset({"waiting"}), restarts=frozenset({"again"})))
    one.step("wait", -3)
    assert one.row.pauses[0][0] == BEGAN.isoformat()
    one.step("on", -2)
    assert one.row.pauses[0][1] == BEGAN.isoformat()
    one.step("again", -1)
    assert one.clocks.rows[0].ended_at == BEGAN


def test_going_on_is_never_before_the_pause(work):
    one = Ticking(work, running(pauses=frozenset({"waiting"})))
    one.step("wait", 5)
    one.step("on", 3)
    assert one.row.pauses == [[(BEGAN + 5 * DAY).isoformat(), (BEGAN + 5 * DAY).isoformat(), "等"]]


def test_more_time_is_counted_on_with_who_gave_it_and_why(work):
    one = Ticking(work, running(SOONER))
    one.step("extend", 4, late=timedelta(hours=5), term="t", amount=10, reason="要补材料")
    assert one.due() == (BEGAN + 25 * DAY).date()
    given = {
        "amount": 10,
        "unit": "day",
        "by": "head",
        "why": "延期",
        "at": (BEGAN + 4 * DAY + timedelta(hours=5)).isoformat(),
        "entry": str(one.entry),
    }
    assert one.row.extensions == [given]
    assert one.clocks.changed() == [one.row]
    with pytest.raises(RefusedError, match="延长过") as refused:
        one.step("extend", 5, term="t", amount=1, reason="还要补")
    assert (refused.value.reason, list(refused.value.fields)) == ("form", ["amount"])
    assert one.due() == (BEGAN + 25 * DAY).date()


def test_the_typed_reason_takes_the_label_s_place_where_it_can_be_read(work):
    one = Ticking(work, running(SOONER))
    one.step("extend", 4, term="t", amount=10, reason="要补材料")
    tell_why(one.clocks.rows, {str(one.entry): "要补材料"})
    assert one.row.extensions[0]["why"] == "要补材料"
    tell_why(one.clocks.rows, {})
    assert one.row.extensions[0]["why"] == "要补材料"


def test_what_is_not_read_keeps_the_label(work):
    one = Ticking(work, running(SOONER))
    one.step("extend", 4, term="t", amount=10, reason="要补材料")
    tell_why(one.clocks.rows, {str(one.matter.id): "别的"})
    del one.row.extensions[0]["entry"]  # granted before the entry was named
    tell_why(one.clocks.rows, {str(one.entry): "要补材料"})
    assert one.row.extensions[0]["why"] == "延期"


def test_the_dates_that_more_time_leads_to(work):
    one = Ticking(work, running(SOONER))
    row, calendar = one.row, work.calendar
    unit, ends, why_not = lengthened([row], row, calendar, BEGAN)
    most = pinned(row.rule).extension.amount
    assert (unit, len(ends), why_not) == ("day", most, None)
    assert [(e - row.due_at) // DAY for e in ends][:4] == [1, 2, 3, 6], "a weekend holds no last day"
    assert row.extensions == []
    assert lengthened([row], row, calendar, row.due_at).ends == ends
    late = lengthened([row], row, calendar, row.due_at + timedelta(microseconds=1))
    assert late.ends == []
    assert "到期以后不能延长" in late.why_not.say()
    assert lengthened([row], replace(row, due_at=None), calendar, BEGAN).ends == []
    stands = [[BEGAN.isoformat(), None, "等"]]
    assert lengthened([row], replace(row, pauses=stands), calendar, BEGAN).ends == [], "a pause that is not over"
    one.step("extend", 4, term="t", amount=most, reason="要补材料")
    assert one.row.due_at == ends[-1]
    unit, ends, why_not = lengthened([row], row, calendar, BEGAN)
    assert (unit, ends, why_not.say()) == ("day", [], "已经延长过1次，不能再延长")


def test_no_dates_where_the_rule_gives_no_time_and_sixty_where_it_sets_no_limit(work):
    none = Ticking(work, running("petition.objection")).row
    unit, ends, why_not = lengthened([none], none, work.calendar, BEGAN)
    assert (unit, ends) == ("working_day", [])
    assert why_not.say().endswith("不能延长")
    free = Ticking(work, running("mediation.delegated")).row
    free.started_at, free.due_at = BEGAN - 120 * DAY, BEGAN - 90 * DAY
    assert len(lengthened([free], free, work.calendar, free.started_at).ends) == 60


def test_the_dates_end_where_the_holidays_are_not_known(work):
    row = Ticking(work, running(SOONER)).row
    more = {"amount": 30, "unit": "working_day", "times": 1, "by": ["head"]}
    row.rule = row.rule | {"unit": "working_day", "amount": 15, "extension": more}
    row.due_at = BEGAN + 21 * DAY
    unit, ends, _why_not = lengthened([row], row, work.calendar, BEGAN)
    assert unit == "working_day"
    assert [e.astimezone(SHANGHAI).date() for e in ends][::22] == [date(2026, 12, 1), date(2026, 12, 31)]
    assert len(ends) == 23


def test_more_time_is_not_given_by_whoever_may_not(work):
    one = Ticking(work, running(SOONER))
    with pytest.raises(RefusedError, match="这个岗位不能批准") as refused:
        one.step("extend", 4, by="clerk", term="t", amount=2, reason="要补材料")
    assert "amount" in refused.value.fields


def test_what_is_over_gets_no_more_time_whenever_it_is_said_to_have_been_given(work):
    one = Ticking(work, running(SOONER))
    due = one.due()
    with pytest.raises(RefusedError, match="已经到期") as refused:
        one.step("extend", 4, late=20 * DAY, term="t", amount=2, reason="要补材料")
    assert (refused.value.reason, list(refused.value.fields)) == ("form", ["amount"])
    assert set(refused.value.values["details"]["amount"]) == {"title", "end"}
    assert (one.row.extensions, one.due()) == ([], due)


def test_more_time_is_not_given_where_the_rule_gives_none(work):
    one = Ticking(work, running("petition.objection"))
    with pytest.raises(RefusedError, match="不能延长") as refused:
        one.step("extend", 1, term="t", amount=1, reason="要补材料")
    assert refused.value.reason == "form"


def test_an_inner_clock_is_never_later_than_the_outer_one(work):
    outer = Term("outer", "特别程序", LATEST, frozenset({"open", "waiting"}))
    inner = running(SOONER, runs=frozenset({"waiting"}))
    one = Ticking(work, outer, inner)
    one.step("wait", 20)
    whole, part = one.clocks.rows
    assert (whole.name, part.name) == ("outer", "t")
    assert part.due_at == whole.due_at  # the thirtieth day; by itself it would be the thirty-fifth


def test_an_inner_clock_stands_alone_without_an_outer_one_or_when_that_is_over(work):
    alone = Ticking(work, running(SOONER, runs=frozenset({"waiting"})))
    alone.step("wait", 20)
    assert alone.due() == (BEGAN + 35 * DAY).date()
    outer = Term("outer", "特别程序", LATEST, frozenset({"open"}))
    after = Ticking(work, outer, running(SOONER, runs=frozenset({"waiting"})))
    after.step("wait", 20)
    assert after.clocks.rows[0].status == "ended"
    assert after.due() == (BEGAN + 35 * DAY).date()


def test_the_clock_of_another_matter_caps_nothing(work):
    one = Ticking(
        work, Term("outer", "特别程序", LATEST, frozenset({"open"})), running(SOONER, runs=frozenset({"waiting"}))
    )
    foreign = replace(one.clocks.rows[0], matter_id=one.new_id(), proceeding_id=one.new_id())
    one.clocks.rows.append(foreign)
    one.step("wait", 20)
    assert one.clocks.rows[-1].due_at.astimezone(SHANGHAI).date() == (BEGAN + 35 * DAY).date()


def test_where_the_calendar_lacks_a_year_both_dates_stay_open(work):
    rule = {"unit": "working_day", "amount": 400, "soon": 3, "code": "long", "effective_from": "2025-01-01"}
    row = {**next(iter(work.raw.values())), **rule, "extension": None, "nested_in": None, "escalate": []}
    long = Clockwork("", RuleBook.from_rows([row]), {("long", read_rule(1, row).effective_from): row}, WorkCalendar())
    one = Ticking(long, running("long", pauses=frozenset({"waiting"})))
    assert (one.row.status, one.row.due_at, one.row.alarm_at) == ("running", None, None)


def test_a_rule_that_no_pack_has_is_named(work):
    with pytest.raises(RefusedError, match="没有这个时限") as refused:
        Ticking(work, running("no.such.rule"))
    assert (refused.value.reason, refused.value.values) == ("unknown", {"code": "no.such.rule"})


def test_several_clocks_of_one_step_have_ids_of_their_own_made_from_its_entry(work):
    one = Ticking(work, running(), Term("u", "乙", SOONER, frozenset({"open"})))
    first, second = one.clocks.rows
    assert first.id != second.id
    assert first.id.int ^ second.id.int == 1 ^ 2


@pytest.mark.parametrize(("facts", "code"), [({"grade": "2"}, "intake.answer.2"), ({}, "intake.answer.default")])
def test_a_rule_hangs_on_a_fact_and_falls_back_to_the_default(facts, code):
    assert rule_code("intake.answer.{grade}", facts) == code
    assert rule_code("intake.triage", facts) == "intake.triage"
