"""Each figure counts what its definition says, and the list behind it holds exactly those matters."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.people import actor
from tianping.kernel.matters.figures import BEHIND_MOST, behind, counted_until, figures
from tianping.kernel.matters.readers.counters import Counters
from tianping.kernel.matters.readers.cursor import run_once
from tianping.kernel.matters.readers.sequencer import sequence
from tianping.kernel.service import actor_for_code

pytestmark = pytest.mark.django_db
J = "990101"
TODAY = timezone.localdate()


def counted():
    sequence(J)
    while run_once(Counters(), J, 500):
        pass


def found(first=TODAY, last=TODAY, who="leader"):
    counted()
    return {f.key: f for f in figures(actor(who), first, last)}


def numbers(figure):
    return figure.part, figure.whole


def listed(which, since=None, until=None, who="leader"):
    return behind(actor(who), which, since, until)


def rated(road, value, **form):
    one = road(**form).to("answered")
    one.take("rate", actor_for_code(J, one.receipt.code), rating=value)
    return one


def test_the_figures_stand_in_their_order_with_the_list_behind_each():
    assert [(f.key, [name for name, _matters in f.behind]) for f in found().values()] == [
        ("opened", [""]),
        ("in_time", ["in_time", "late"]),
        ("returned", ["returned"]),
        ("reopened", ["reopened", "answered"]),
        ("content", ["content", "so_so", "discontent"]),
        ("closed", ["closed"]),
        ("declined", ["declined"]),
    ]
    assert all(f.part == 0 and f.whole in {0, None} and f.before[0] == 0 for f in found().values())
    assert all(f.name and f.meaning.endswith("。") for f in found().values())


def test_every_rating_counts_in_the_whole_and_only_the_good_ones_in_the_part(road):
    people = {value: rated(road, value) for value in "12345"}
    assert numbers(found()["content"]) == (2, 5)
    assert set(listed("content")) == {people["4"].matter, people["5"].matter}
    assert set(listed("discontent")) == {people["1"].matter, people["2"].matter}
    assert listed("so_so") == [people["3"].matter]


def test_part_whole_and_the_lists_agree(road, owned):
    """What is counted once a matter has lists as long as it; the lists of a rate hold its whole, each matter once."""
    for value in "12345":
        rated(road, value)
    late = road().to("answering")
    owned("UPDATE term SET due_at = started_at WHERE matter_id = %s", [late.matter])
    late.take("answer", "handler", answer="晚了")
    again = road().to("accepting")
    again.take("return", "handler", reason="不归我们管")
    again.take("dispatch", "dispatcher", agency="zhujian")
    again.take("return", "handler", reason="还是不归我们管")
    road().take("decline", "dispatcher", reason="不归县里管")
    figures_ = found()
    held = {key: dict(f.behind) for key, f in figures_.items()}
    assert numbers(figures_["in_time"]) == (5, 6)
    assert (held["in_time"]["in_time"], sum(held["in_time"].values())) == (5, 6)
    assert numbers(figures_["content"]) == (2, 5)
    assert (held["content"]["content"], sum(held["content"].values())) == (2, 5)
    assert numbers(figures_["reopened"]) == (0, 6)
    assert held["reopened"] == {"reopened": 0, "answered": 6}
    assert (figures_["returned"].part, held["returned"]) == (2, {"returned": 1})
    assert (figures_["declined"].part, held["declined"]) == (1, {"declined": 1})
    assert figures_["opened"].part == 8
    for lists in held.values():
        for name, matters in lists.items():
            assert name == "" or matters == len(listed(name))


def test_where_very_much_happened_the_matters_are_not_counted(road, monkeypatch):
    rated(road, "5")
    monkeypatch.setattr("tianping.kernel.matters.figures.COUNTED_MOST", 1)
    assert all(matters is None for f in found().values() for _name, matters in f.behind)


def test_returns_count_each_time_and_the_third_with_its_own_step_too(road):
    one = road().to("dispatch")
    for step in ("return", "return", "return_third"):
        one.take("dispatch", "dispatcher", agency="zhujian")
        one.take(step, "handler", reason="不归我们管")
    assert numbers(found()["returned"]) == (3, None)
    assert listed("returned") == [one.matter]
    assert road().matter not in listed("returned")


def test_reopening_is_measured_on_answers_and_its_list_names_what_was_reopened(road):
    one, other = road().to("answered"), road().to("answered")
    one.take("reopen", "supervisor", reason="又漏了")
    assert numbers(found()["reopened"]) == (1, 2)
    assert listed("reopened") == [one.matter]
    assert set(listed("answered")) == {one.matter, other.matter}


def test_an_undone_step_is_in_no_list(road):
    one = road().to("accepting")
    one.take("accept", "handler")
    one.take("undo", "handler", reason="点错了")
    assert listed("answered") == []


def test_closed_and_declined_are_told_apart(road):
    closed = rated(road, "5")
    closed.take("close", "dispatcher")
    declined = road()
    declined.take("decline", "dispatcher", reason="法院已经受理")
    figure = found()
    assert numbers(figure["declined"]) == (1, None)
    assert listed("declined") == [declined.matter]
    assert numbers(figure["closed"]) == (len(listed("closed")), None)
    assert closed.matter in listed("closed")


def test_an_answer_after_its_date_is_late_and_one_before_it_in_time(road, owned):
    late, kept = road().to("answering"), road().to("answered")
    owned(
        "UPDATE term SET due_at = clock_timestamp() - interval '1 hour' WHERE matter_id = %s AND name = 'answer'",
        [late.matter],
    )
    late.take("answer", "handler", answer="已修好")
    owned(
        "UPDATE term SET due_at = ended_at - interval '1 hour' WHERE matter_id = %s AND name = 'answer'", [late.matter]
    )
    assert listed("late") == [late.matter]
    assert listed("in_time") == [kept.matter]


def test_a_protected_matter_is_in_no_figure_and_no_list(road):
    one = road(violence=True)
    one.take("contact", "protector", note="打通了电话")
    one.take("protect_answer", "protector", answer="已经安顿好")
    assert all(f.part == 0 for f in found().values())
    assert [listed(w) for w in ("answered", "in_time", "late")] == [[], [], []]


def test_the_time_before_is_as_long_as_the_time_asked_for(road):
    road(), road()
    counted()
    asked = found(TODAY + timedelta(days=1), TODAY + timedelta(days=2))["opened"]
    assert (asked.part, asked.before) == (0, (2, None))
    earlier = found(TODAY + timedelta(days=3), TODAY + timedelta(days=4))["opened"]
    assert (earlier.part, earlier.before) == (0, (0, None))
    both = found(TODAY - timedelta(days=6), TODAY)["opened"]
    assert (both.part, both.before) == (2, (0, None))


def test_a_list_holds_what_happened_in_the_time_asked_for_newest_first(road):
    one, other = road().to("answered"), road().to("answered")
    assert listed("answered") == [other.matter, one.matter]
    now = timezone.now()
    assert listed("answered", since=now) == []
    assert listed("answered", until=now - timedelta(days=1)) == []
    assert len(listed("answered", since=now - timedelta(days=1), until=now)) == 2


def test_a_list_is_as_long_as_it_may_be_at_most():
    assert BEHIND_MOST == 500


def test_who_looks_over_nothing_and_who_asks_for_nothing_known_gets_nothing(road):
    road().to("answered")
    assert listed("answered", who="handler") == []
    assert figures(actor("handler"), TODAY, TODAY) == []
    assert listed("nonsense") == []
    assert listed("") == []


def test_a_town_counts_its_own(road):
    road().to("answered")
    assert listed("answered", who="qiulan") == []
    assert found(who="qiulan")["opened"].part == 0


def test_it_is_told_how_far_the_counters_have_come(road):
    assert counted_until(J) == (None, 0)
    road().to("dispatch")
    counted()
    at, behind_by = counted_until(J)
    assert isinstance(at, datetime)
    assert behind_by == 0
    road()
    assert counted_until(J)[1] == 1
    sequence(J)
    assert counted_until(J)[1] == 1
    counted()
    assert counted_until(J)[1] == 0
