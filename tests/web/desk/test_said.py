"""A refusal that names what it read: dates as people read them, in both languages."""

from datetime import date

import pytest
from django.utils.translation import override

from tianping.web.forms import said

REFUSAL = "要保管到%(retention_until)s，期满以后才能销毁"


@pytest.mark.parametrize("day", ["2056-12-31", date(2056, 12, 31)])
def test_a_day_is_written_as_people_read_it(day):
    assert said(REFUSAL, {"retention_until": day}) == "要保管到2056年12月31日，期满以后才能销毁"
    with override("en"):
        assert "31 Dec 2056" in said(REFUSAL, {"retention_until": day})


@pytest.mark.parametrize(("value", "text"), [(3, "最多3个字"), ("三", "最多三个字")])
def test_anything_else_stands_as_it_is(value, text):
    assert said("最多%(most)s个字", {"most": value}) == text


def test_a_sentence_without_blanks_needs_nothing():
    assert said("现在不能办", {}) == "现在不能办"
    assert said("现在不能办", {"details": {}}) == "现在不能办"
