"""What a matter is called when nobody gave it a title."""

from uuid import uuid4

import pytest

from tests.people import JURISDICTION, actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Matter
from tianping.kernel.matters.titles import first_words, titled
from tianping.kernel.service import advance, registry, report


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("路灯坏了。三天没人修。", "路灯坏了"),
        ("  路灯坏了\n三天没人修", "路灯坏了"),
        ("为什么不修？", "为什么不修"),
        ("。。路灯坏了", "路灯坏了"),
        ("", ""),
        ("！？", ""),
        ("字" * 40, "字" * 29 + "…"),
        ("字" * 30, "字" * 30),
    ],
)
def test_the_title_is_the_first_sentence_in_thirty_characters(text, title):
    assert first_words(text) == title


@pytest.mark.parametrize(
    "form",
    [
        {"description": "路灯坏了。", "title": "修灯"},
        {"description": ["路灯坏了"]},
        {"description": "。"},
        {},
    ],
)
def test_what_has_a_title_or_no_words_stays_as_it_is(form):
    assert titled(registry(), "intake", "", form) == form


def test_only_a_step_that_asks_for_a_title_is_given_one():
    form = {"description": "路灯坏了。"}
    assert titled(registry(), "intake", "", form)["title"] == "路灯坏了"
    assert titled(registry(), "nothing", "", form) == form
    assert titled(registry(), "intake", "no_such_start", form) == form


@pytest.mark.django_db
def test_a_report_by_any_door_is_called_by_its_first_words_and_the_same_key_is_the_same_report():
    form, key = {"description": "路灯坏了。三天没人修。", "channel": "web"}, str(uuid4())
    first = report(actor=guest(), form=form, key=key)
    again = report(actor=guest(), form=form, key=key)
    with acting(system_actor(JURISDICTION)):
        assert Matter.objects.get(id=first.matter).title == "路灯坏了"
    assert (again.matter, again.repeated) == (first.matter, True)
    advance(first.proceeding, "triage", actor=actor("dispatcher"), key=str(uuid4()),
            form={"category": "neighbour.leak", "grade": "3"})  # fmt: skip
