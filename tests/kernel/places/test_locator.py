"""From what a report says of its place to the grid that is responsible; what is no place is told beside its field."""

from uuid import uuid4

import pytest

from tests.people import guest
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.service import locate, report

pytestmark = pytest.mark.django_db
J, GRID = "990101", "990101001001001"
TOLD = {"description": "楼道灯不亮", "channel": "web"}


@pytest.mark.parametrize("point", [[None, None], ["119.4"], "nonsense", [{}, []], ["nan", "nan"]])
def test_a_point_that_is_none_is_nowhere(point):
    assert locate(J, point, "") is None


@pytest.mark.parametrize("point", [[None, None], ["119.4"], "nonsense"])
def test_a_point_that_is_none_is_told_beside_its_field(point):
    with pytest.raises(RefusedError) as refused:
        report(actor=guest(), form=TOLD | {"point": point}, key=str(uuid4()))
    assert set(refused.value.fields) == {"point"}


def test_the_words_decide_where_the_point_says_nothing():
    found = locate(J, [None, None], "滨河社区第一网格的广场")
    assert found is not None
    assert (found.grid, found.agency_path) == (GRID, "qingxi.chengdong.binhe.")
    assert "滨河社区第一网格" in found.reason


def test_a_known_address_is_more_than_the_name_of_its_grid():
    found = locate(J, None, "滨河社区第一网格，城东街道滨河社区滨河花园3幢")
    assert found is not None
    assert found.address == "城东街道滨河社区滨河花园3幢"


def test_a_name_of_which_nothing_is_left_is_told_beside_its_field():
    with pytest.raises(RefusedError) as refused:
        report(actor=guest(), form=TOLD | {"reporter_name": "\u2060\u00ad", "other_name": "··"}, key=str(uuid4()))
    assert refused.value.fields == dict.fromkeys(("reporter_name", "other_name"), "请填姓名或名称。")


def test_a_name_stays_as_it_was_written_on_one_line():
    assert report(actor=guest(), form=TOLD | {"reporter_name": "买买提 ·\n 吐尔逊"}, key=str(uuid4())).number
