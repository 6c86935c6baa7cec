"""归档: checked, kept as long as the pack says, frozen; destroyed only when the time is over by the kernel's day."""

from datetime import date

import pytest

from tests.scenes.desk import GUEST, POSTS, SceneDesk
from tianping.kernel.lifecycle.offers import offers
from tianping.kernel.lifecycle.rights import todo_keys
from tianping.kernel.lifecycle.state import RefusedError
from tianping.scenes.archive.retention import kept_until

TEN = {"row:retention": {"years": 10, "action": "keep"}, "today": "2026-11-24"}
FOR_GOOD = {"row:retention": {"years": None, "action": "keep"}, "today": "2026-11-24"}


def desk():
    d = SceneDesk()
    d.opens("intake", "register", {"description": "漏水"}, GUEST)
    d.does("decline", "dispatcher", reason="不属于受理范围")
    return d, d.archive()


def refused(call):
    with pytest.raises(RefusedError) as error:
        call()
    return str(error.value)


def frozen():
    d, at = desk()
    d.does("retain", "archivist", at, extra=TEN, retention="ten")
    d.does("freeze", "archivist", at, archive_number="2026-1")
    return d, at


def test_what_is_incomplete_goes_back_and_its_clock_stands():
    d, at = desk()
    d.does("check", "archivist", at, reason="缺签收单")
    assert at.terms["transfer"].status == "paused"
    d.does("complete", "archivist", at, note="补了")
    assert (at.state, at.terms["transfer"].status) == ("checking", "running")


def test_nothing_is_frozen_before_its_retention_is_set():
    d, at = desk()
    assert refused(lambda: d.does("freeze", "archivist", at, archive_number="2026-1")) == "先定保管期限，再封存"


@pytest.mark.parametrize(
    ("extra", "until"),
    [(TEN, date(2036, 12, 31)), (FOR_GOOD, None), (FOR_GOOD | {"row:retention": None}, None)],
)
def test_the_last_day_follows_from_the_row_and_is_not_asked(extra, until):
    d, at = desk()
    d.does("retain", "archivist", at, extra=extra, retention="x")
    assert d.matter.facts.get("retention_until") == until
    assert [f.name for f in d.registry.procedure("archive").by_name["retain"].form.fields] == ["retention"]


def test_another_choice_gives_another_day_or_none():
    d, at = desk()
    d.does("retain", "archivist", at, extra=TEN, retention="x")
    d.does("retain", "archivist", at, extra=FOR_GOOD, retention="y")
    assert "retention_until" not in d.matter.facts
    d.does("retain", "archivist", at, extra=FOR_GOOD, retention="z")  # nothing to take back
    d.does("retain", "archivist", at, extra=TEN, retention="x")
    assert d.matter.facts["retention_until"] == date(2036, 12, 31)


def test_what_is_to_be_moved_is_no_time_of_keeping():
    d, at = desk()
    move = {"row:retention": {"years": 10, "action": "transfer"}, "today": "2026-11-24"}
    assert "不是保管期限" in refused(lambda: d.does("retain", "archivist", at, extra=move, retention="x"))


def test_the_last_day_is_the_end_of_the_last_year():
    assert kept_until(10, date(2026, 1, 2)) == date(2036, 12, 31)
    assert kept_until(None, date(2026, 1, 2)) is None


def test_after_freezing_only_archival_steps_are_left_and_nobody_is_asked():
    d, at = frozen()
    procedure = d.registry.procedure("archive")
    assert todo_keys(procedure, d.matter, at) == {}
    assert [o.step.name for o in offers(d.registry, d.matter, at, POSTS["archivist"])] == [
        "consult",
        "appraise",
        "annotate",
    ]
    d.does("consult", "archivist", at, note="法院借阅")
    assert at.state in procedure.rests


@pytest.mark.parametrize(("today", "goes"), [("2036-12-31", False), ("2037-01-01", True)])
def test_a_file_is_destroyed_only_when_its_time_is_over(today, goes):
    d, at = frozen()
    d.does("appraise", "archivist", at, note="到期了")
    form = {"decided_on": "2099-01-01", "reason": "鉴定无价值", "extra": {"today": today}}
    if goes:
        d.does("destroy", "leader", at, **form)
        assert at.state == "destroyed"
    else:
        with pytest.raises(RefusedError) as error:
            d.does("destroy", "leader", at, **form)
        assert (error.value.sentence, error.value.values) == (
            "要保管到%(retention_until)s，期满以后才能销毁",
            {"retention_until": date(2036, 12, 31)},
        )


def test_the_button_says_until_when_before_it_is_pressed():
    d, at = frozen()
    d.does("appraise", "archivist", at, note="到期了")
    for today, said in (("2036-12-31", "要保管到%(retention_until)s，期满以后才能销毁"), ("2037-01-01", "")):
        (offer,) = offers(d.registry, d.matter, at, POSTS["leader"], today)
        assert (offer.step.name, offer.refusal) == ("destroy", said)
        assert offer.values == ({"retention_until": date(2036, 12, 31)} if said else {})


def test_what_is_kept_for_good_is_never_destroyed():
    d, at = desk()
    d.does("retain", "archivist", at, extra=FOR_GOOD, retention="y")
    d.does("freeze", "archivist", at, archive_number="2026-1")
    d.does("appraise", "archivist", at, note="看一看")
    form = {"decided_on": "2099-01-01", "reason": "占地方", "extra": {"today": "2199-01-01"}}
    assert "永久保管" in refused(lambda: d.does("destroy", "leader", at, **form))
    assert "永久保管的不填" in refused(
        lambda: d.does("keep", "archivist", at, retention_until="2050-12-31", reason="改个日子")
    )
    d.does("keep", "archivist", at, reason="还是永久")
    assert at.state == "frozen"


def test_an_appraisal_never_cuts_the_time_short():
    d, at = frozen()
    d.does("appraise", "archivist", at, note="看一看")
    early = {"retention_until": "2030-12-31", "reason": "早点销毁"}
    assert "不能早于原来" in refused(lambda: d.does("keep", "archivist", at, **early))


def test_a_file_may_be_kept_longer():
    d, at = frozen()
    d.does("appraise", "archivist", at, note="到期了")
    d.does("keep", "archivist", at, retention_until="2050-12-31", reason="还有用")
    assert (at.state, d.matter.facts["retention_until"]) == ("frozen", date(2050, 12, 31))
