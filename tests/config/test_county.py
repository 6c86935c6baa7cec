"""The demo county: every way a matter can end is told, at any hour of the day, on chains that hold."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tianping.config.county import paths
from tianping.config.demo import county
from tianping.config.postgres import PROJECT
from tianping.kernel.matters.chains import verify_chains
from tianping.kernel.matters.models import Matter
from tianping.kernel.packs.reader import read_pack
from tianping.kernel.service import acting, system_actor

J = "990101"
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(("hour", "minute"), [(0, 1), (7, 59), (12, 0), (23, 59)])
def test_no_report_comes_before_its_time(hour, minute, monkeypatch):
    now = datetime(2026, 11, 25, hour, minute, tzinfo=ZONE)
    monkeypatch.setattr(county.timezone, "now", lambda: now)
    story = object.__new__(county.Story)
    for seed in range(200):
        story.dice = random.Random(seed)
        at = story._office_hours(now - timedelta(days=seed % 2 * 0.05))
        assert at <= now
        assert 8 <= at.hour <= 17


def test_every_end_is_told_and_the_chains_hold(fresh):
    seen = []
    count = 4 * len(county.ENDS)  # what is protected goes its own way, whatever end was drawn
    made = county.build(
        read_pack(PROJECT / "packs" / "qingxi"), J, paths(J), count, lambda n, most: seen.append((n, most))
    )
    assert made == count
    assert seen[-1] == (count, count)
    with acting(system_actor(J)):
        states = set(Matter.objects.filter(jurisdiction=J).values_list("state", flat=True))
    assert {"triage", "dispatch", "accepting", "handling", "suspended", "answered", "frozen"} <= states
    report = verify_chains(J)
    assert report.chains >= count
    assert report.faults == []
