"""More time: until when is said before the button is pressed, and why stands in the explanation afterwards."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from tests.kernel.matters.stored import J
from tests.kernel.matters.test_clocks import term
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Term
from tianping.kernel.matters.show import show
from tianping.web.templatetags._dates import date_text

pytestmark = pytest.mark.django_db


def address(one, step="extend"):
    return f"/desk/matter/{one.matter}/step/{one.receipt.proceeding}/{step}/"


def outcomes(page):
    found = re.search(r'data-outcomes="([^"]+)"', page)
    return json.loads(unescape(found[1])) if found else None


def change(one, **columns):
    with acting(system_actor(J)):
        Term.objects.filter(matter_id=one.matter, name="answer").update(**columns)


def test_every_amount_has_its_day_and_the_button_names_it(desk, road):
    one = road().to("handling")
    head = desk("head")
    page = head.page(address(one))
    told = outcomes(page)
    assert list(told) == ["answer"]
    assert len(told["answer"]) == 10, "as much as the rule gives at once"
    assert "一次最多延长10个工作日" in page
    assert '<option value="triage"' not in page
    again = head.post(address(one), {"term": "answer", "amount": "3", "reason": "", "key": "k"})
    assert again.status_code == 422
    assert f">{told['answer'][2]}</button>" in again.content.decode()
    assert head.post(address(one), {"term": "answer", "amount": "3", "reason": "等鉴定结果"}).status_code == 302
    assert told["answer"][2] == f"延到{date_text(term(one.matter, 'answer').due_at, 'day')}"


@pytest.mark.parametrize("amount", ["", "0", "11", "x", "1.5"])
def test_what_leads_to_no_day_leaves_the_button_as_it_was(desk, road, amount):
    one = road().to("handling")
    answer = desk("head").post(address(one), {"term": "answer", "amount": amount, "reason": "等"})
    assert answer.status_code == 422
    assert ">延期</button>" in answer.content.decode()


def test_a_clock_that_stands_still_or_was_lengthened_offers_no_day(desk, road):
    one = road().to("handling")
    one.take("extend", "head", term="answer", amount="1", reason="等")
    page = unescape(desk("head").page(address(one)))
    assert outcomes(page) is None
    assert "已经延长过1次，不能再延长。" in page, "before anything is typed"
    assert "已经延长过1次，不能再延长" in refused(desk, one)
    still = road().to("handling")
    change(still, due_at=None)
    assert outcomes(desk("head").page(address(still))) is None


def refused(desk, one, language="zh-hans"):
    client = desk("head")
    client.cookies["lang"] = language
    answer = client.post(address(one), {"term": "answer", "amount": "1", "reason": "等"})
    assert answer.status_code == 422
    return unescape(answer.content.decode())


def test_what_is_overdue_gets_no_more_time(desk, road):
    one = road().to("handling")
    due = timezone.now() - timedelta(minutes=1)
    change(one, due_at=due)
    page = unescape(desk("head").page(address(one)))
    assert outcomes(page) is None
    assert "已经到期，到期以后不能延长，请尽快办完。" in page, "before anything is typed"
    said = refused(desk, one)
    assert "已经到期，到期以后不能延长，请尽快办完" in said
    assert "%(" not in said
    assert term(one.matter, "answer").extensions == []
    assert "What is overdue cannot be extended" in refused(desk, one, "en")


def test_the_typed_reason_is_in_the_explanation_and_not_on_the_row(desk, road):
    one = road().to("handling")
    one.take("extend", "head", term="answer", amount="5", reason="等鉴定结果")
    (row,) = term(one.matter, "answer").extensions
    assert row["why"] == "延期"
    assert "延长5个工作日，加在末尾：等鉴定结果" in desk("handler").text(f"/desk/matter/{one.matter}/")
    view = show(actor("handler"), one.matter, "handling")
    (found,) = [t for p in view.proceedings for t in p.terms if t.row.name == "answer" and t.row.status != "ended"]
    assert found.row.extensions[0]["why"] == "等鉴定结果"
    with acting(system_actor(J)):
        assert "等鉴定结果" not in str(list(Term.objects.values()))


def test_in_english_the_button_says_so(desk, road):
    one = road().to("handling")
    client = desk("head")
    client.cookies["lang"] = "en"
    assert outcomes(client.page(address(one)))["answer"][0].startswith("Extend to ")
