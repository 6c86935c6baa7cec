"""When people are left in peace."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tianping.capabilities.notices.words import not_before, say

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ((24, 8, 0), (24, 8, 0)),
        ((24, 20, 59), (24, 20, 59)),
        ((24, 21, 0), (25, 8, 0)),
        ((24, 23, 30), (25, 8, 0)),
        ((25, 0, 10), (25, 8, 0)),
        ((25, 7, 59), (25, 8, 0)),
        ((30, 22, 0), (31, 8, 0)),
    ],
)
def test_messages_wait_from_nine_in_the_evening_until_eight(now, then):
    (day, hour, minute), (wanted, at, past) = now, then
    moment = datetime(2026, 12, day, hour, minute, tzinfo=ZONE)
    assert not_before(moment, urgent=False) == datetime(2026, 12, wanted, at, past, tzinfo=ZONE)
    assert not_before(moment, urgent=True) == moment


def test_blanks_are_filled_in():
    assert (
        say("%(number)s 等您办：%(state)s", {"number": "青溪〔2026〕3号", "state": "待签收"})
        == "青溪〔2026〕3号 等您办：待签收"
    )
