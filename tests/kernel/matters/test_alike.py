"""What may be the same matter, and what only looks so."""

import pytest

from tests.people import actor
from tianping.kernel.service import alike

pytestmark = pytest.mark.django_db
AGENT = {
    "representative_name": "陈律师",
    "representative_phone": "13700000001",
    "authority": "general",
    "valid_until": "2099-12-31",
}


def test_the_same_telephone_says_something_and_the_same_agent_does_not(road, proven):
    mine = road(description="楼上漏水", reporter_phone="13900000011")
    again = road(description="水又下来了", reporter_phone="13900000011")
    another = road(description="路灯不亮", reporter_phone="13900000022")
    for one, phone in ((mine, "13900000011"), (another, "13900000022")):
        one.take("entrust_agent", proven(phone), **AGENT)
    found = alike(actor("dispatcher"), mine.matter)
    assert [(one.matter, one.reasons) for one in found] == [(again.matter, ("同一个电话",))]
