"""Ready texts above the answer: fitting the category, filled with what is known, edited before they go out."""

import pytest

from tests.people import actor
from tests.web.desk.conftest import words
from tests.web.desk.test_matter_page import step
from tianping.kernel.service import show

pytestmark = pytest.mark.django_db


def test_the_answer_offers_texts_and_those_for_its_category_first(desk, road):
    one = road().to("answering")
    page = desk("handler").page(step(one, "answer"))
    assert page.index("已修好</button>") < page.index("已办好</button>")
    assert "政策答复" not in page  # for questions, not for a leak
    assert "您反映的“楼上漏水”已经办好：修好了。有不满意的地方，【天数】天内可以要求重办。" in page


def test_without_script_a_press_sets_the_text_and_keeps_what_was_written(desk, road):
    one = road().to("answering")
    client = desk("handler")
    answer = client.post(step(one, "answer"), {"key": "k", "answer": "周阿姨：", "text": "answer:answer.done"})
    assert answer.status_code == 200
    assert "周阿姨：\n您反映的“楼上漏水”已经办好：修好了。" in answer.content.decode()
    assert "请填写" not in words(answer)
    assert show(actor("handler"), one.matter, "handling").proceedings[0].state.state == "answering"


def test_an_unknown_text_changes_nothing(desk, road):
    one = road().to("answering")
    answer = desk("handler").post(step(one, "answer"), {"key": "k", "answer": "好了", "text": "answer:none"})
    assert ">\n好了</textarea>" in answer.content.decode()
    assert desk("handler").post(step(one, "answer"), {"key": "k", "text": "other:none"}).status_code == 200


def test_a_blank_that_was_left_is_not_sent(desk, road):
    one = road().to("answering")
    client = desk("handler")
    answer = client.post(step(one, "answer"), {"key": "k", "answer": "【天数】天内可以要求重办。"})
    assert answer.status_code == 422
    assert "还有没填的空：【天数】" in words(answer)
    client.post(step(one, "answer"), {"key": "k", "answer": "30天内可以要求重办。"})
    assert show(actor("handler"), one.matter, "handling").proceedings[0].state.state == "answered"


def test_a_return_and_a_question_have_texts_of_their_own(desk, road):
    one = road().to("accepting")
    assert "退回：不属本单位职责" in desk("handler").page(step(one, "return"))
    assert "请补充地点" in desk("dispatcher").page(step(road(), "supplement"))


def test_other_steps_offer_none(desk, road):
    assert "data-text" not in desk("dispatcher").page(step(road(), "triage"))
