"""归档: checked, kept as long as the pack says, frozen; destroyed only when the time is over by the kernel's day."""

from datetime import date

import pytest

from tests.scenes.desk import GUEST, SceneDesk
from tianping.kernel.lifecycle.offers import offers
from tianping.kernel.lifecycle.rights import todo_keys
from tianping.kernel.lifecycle.state import RefusedError
from tianping.scenes.archive.retention import kept_until

TEN = {"row:retention": {"years": 10}, "today": "2026-11-24"}
FOR_GOOD = {"row:retention": {"years": None}, "today": "2026-11-24"}


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
    d.does("retain", "archivist", at, extra=TEN, retention="ten", retention_until="2036-12-31")
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
    ("extra", "until", "fits"),
    [
        (TEN, "2036-12-31", True),
        (TEN, "2040-01-01", True),
        (TEN, "2036-12-30", False),
        (TEN, None, False),
        (FOR_GOOD, None, True),
        (FOR_GOOD, "2036-12-31", False),
        ({}, None, True),
        (TEN | {"today": None}, None, True),
    ],
)
def test_a_file_is_kept_no_shorter_than_the_row_asks(extra, until, fits):
    d, at = desk()
    raw = {"retention": "x"} | ({"retention_until": until} if until else {})
    if fits:
        d.does("retain", "archivist", at, extra=extra, **raw)
    else:
        assert "不能早于规定的年限" in refused(lambda: d.does("retain", "archivist", at, extra=extra, **raw))


def test_the_last_day_is_the_end_of_the_last_year():
    assert kept_until(10, date(2026, 1, 2)) == date(2036, 12, 31)
    assert kept_until(None, date(2026, 1, 2)) is None


def test_after_freezing_only_archival_steps_are_left_and_nobody_is_asked():
    d, at = frozen()
    procedure = d.registry.procedure("archive")
    assert todo_keys(procedure, d.matter, at) == {}
    from tests.scenes.desk import POSTS

    assert [o.step.name for o in offers(d.registry, d.matter, at, POSTS["archivist"])] == ["consult", "appraise"]
    d.does("consult", "archivist", at, note="法院借阅")
    assert at.state in procedure.rests


@pytest.mark.parametrize(("today", "goes"), [("2036-12-31", False), ("2037-01-01", True), (None, False)])
def test_a_file_is_destroyed_only_when_its_time_is_over(today, goes):
    d, at = frozen()
    d.does("appraise", "archivist", at, note="到期了")
    form = {"decided_on": "2099-01-01", "reason": "鉴定无价值", "extra": {"today": today}}
    if goes:
        d.does("destroy", "leader", at, **form)
        assert at.state == "destroyed"
    else:
        assert refused(lambda: d.does("destroy", "leader", at, **form)) == "保管期限还没有满，不能销毁"


def test_a_file_may_be_kept_longer():
    d, at = frozen()
    d.does("appraise", "archivist", at, note="到期了")
    d.does("keep", "archivist", at, retention_until="2050-12-31", reason="还有用")
    assert (at.state, d.matter.facts["retention_until"]) == ("frozen", date(2050, 12, 31))
