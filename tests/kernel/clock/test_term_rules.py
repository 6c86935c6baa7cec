from datetime import date
from gettext import NullTranslations

import pytest

from tianping.kernel.clock.rules import Amount, RuleBook, RuleMissing, RuleRowError, Unit

ROW = {
    "code": "petition.handle",
    "title": "信访事项办结",
    "title_en": "Conclude the petition",
    "unit": "day",
    "amount": 60,
    "law": "信访工作条例",
    "article": "第三十四条",
    "text": "应当自受理之日起60日内办结",
    "verified": "V",
    "local": False,
    "effective_from": "2022-05-01",
    "effective_to": None,
    "extension": {"amount": 30, "unit": "day", "times": 1, "by": ["head"]},
    "soon": 7,
    "escalate": [{"at": 1, "to": "supervisor", "why": "已经逾期"}, {"at": -7, "to": "handler", "why": "快到期了"}],
    "nested_in": None,
    "note": "延长要告知理由。",
    "source": "正文",
}


def but(**changes):
    return {key: value for key, value in (ROW | changes).items() if value != "absent"}


def test_a_row_becomes_a_rule_with_its_escalations_in_order():
    rule = RuleBook.from_rows([ROW]).pick("petition.handle", date(2026, 11, 24))
    assert (rule.unit, rule.amount, rule.soon, rule.note, rule.nested_in) == (Unit.DAY, 60, 7, "延长要告知理由。", None)
    assert (rule.basis.law, rule.basis.article, rule.basis.verified, rule.basis.local) == (
        "信访工作条例",
        "第三十四条",
        "V",
        False,
    )
    assert rule.extension is not None
    assert (rule.extension.amount, rule.extension.times, rule.extension.by) == (30, 1, ("head",))
    assert [e.at for e in rule.escalate] == [-7, 1]


def test_an_extension_may_have_no_limit_but_must_say_so():
    agreed = {"amount": None, "unit": "day", "times": None, "by": ["parties"]}
    rule = RuleBook.from_rows([but(extension=agreed)]).pick("petition.handle", date(2026, 1, 1))
    assert rule.extension is not None
    assert (rule.extension.amount, rule.extension.times) == (None, None)


def test_a_row_needs_only_what_has_no_default():
    row = but(
        effective_to="absent", extension="absent", soon="absent", escalate="absent", nested_in="absent", note="absent"
    )
    rule = RuleBook.from_rows([row]).pick("petition.handle", date(2026, 1, 1))
    assert (rule.effective_to, rule.extension, rule.soon, rule.escalate, rule.nested_in) == (None, None, 0, (), None)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"code": " "}, "code", "请填写文字"),
        ({"title": 7}, "title", "请填写文字"),
        ({"note": 7}, "note", "请填写文字"),
        ({"title_en": "absent"}, "title_en", "请填写文字"),
        ({"source": "absent"}, "source", "请填写文字"),
        ({"unit": "week"}, "unit", "单位只能是minute, hour, day"),
        ({"unit": "absent"}, "unit", "单位只能是"),
        ({"amount": 0}, "amount", "不能小于1"),
        ({"amount": "60"}, "amount", "请填写整数"),
        ({"amount": True}, "amount", "请填写整数"),
        ({"soon": -1}, "soon", "不能小于0"),
        ({"effective_from": "2022年5月1日"}, "effective_from", "2026-11-24的样子"),
        ({"effective_from": "absent"}, "effective_from", "请填写文字"),
        ({"effective_to": "2022-05-01"}, "effective_to", "失效日要晚于生效日"),
        ({"verified": "yes"}, "verified", "V（读过原文）"),
        ({"text": ""}, "text", "请填写文字"),
        ({"local": "no"}, "local", "只能填true或false"),
        ({"nested_in": ""}, "nested_in", "请填写文字"),
        ({"amuont": 3}, "amuont", "没有这个字段"),
        ({"escalate": "-7"}, "escalate", "这里要填一个列表"),
        ({"escalate": ["head"]}, "escalate[0]", "这里要填一组字段"),
        ({"escalate": [{"at": 0.5, "to": "head", "why": "到期"}]}, "escalate[0].at", "请填写整数"),
        ({"escalate": [{"at": 0, "to": "", "why": "到期"}]}, "escalate[0].to", "请填写文字"),
        ({"extension": 30}, "extension", "这里要填一组字段"),
        ({"extension": {"unit": "day", "times": 1, "by": ["head"]}}, "extension.amount", "请填写整数"),
        ({"extension": {"amount": 3, "unit": "hour", "times": 1, "by": ["head"]}}, "extension.unit", "不能互相延长"),
        ({"extension": {"amount": 3, "unit": "day", "times": 1, "by": []}}, "extension.by", "哪些岗位"),
        ({"extension": {"amount": 3, "unit": "day", "times": 1, "by": [""]}}, "extension.by", "哪些岗位"),
        ({"extension": {"amount": 3, "unit": "day", "times": 1, "by": "head"}}, "extension.by", "这里要填一个列表"),
    ],
)
def test_a_bad_row_is_named_with_its_field(changes, field, says):
    with pytest.raises(RuleRowError, match="第2行") as caught:
        RuleBook.from_rows([but(code="other"), but(**changes)])
    assert (caught.value.row, caught.value.field) == (2, field)
    assert says in str(caught.value)


def test_what_is_not_verified_may_lack_its_text():
    rule = RuleBook.from_rows([but(verified="U", text="")]).pick("petition.handle", date(2026, 1, 1))
    assert rule.basis.text == ""


def test_an_old_matter_keeps_the_version_of_its_day():
    book = RuleBook.from_rows([but(effective_from="2026-07-01", amount=45), but(effective_to="2026-07-01")])
    assert book.pick("petition.handle", date(2026, 6, 30)).amount == 60
    assert book.pick("petition.handle", date(2026, 7, 1)).amount == 45
    assert [v.amount for v in book.versions("petition.handle")] == [60, 45]
    assert book.codes == ("petition.handle",)
    assert book.versions("nothing") == ()


@pytest.mark.parametrize(("code", "on"), [("petition.handle", date(2022, 4, 30)), ("nothing", date(2026, 1, 1))])
def test_no_version_in_force_says_what_to_do(code, on):
    with pytest.raises(RuleMissing) as caught:
        RuleBook.from_rows([ROW]).pick(code, on)
    assert isinstance(caught.value, KeyError)
    assert str(caught.value) == f"{on.year}年{on.month}月{on.day}日没有有效的时限规定“{code}”，请在数据包里补上"


def test_a_version_that_has_ended_is_not_picked():
    with pytest.raises(RuleMissing):
        RuleBook.from_rows([but(effective_to="2026-07-01")]).pick("petition.handle", date(2026, 7, 1))


@pytest.mark.parametrize("end", [None, "2026-07-02"])
def test_overlapping_versions_are_refused(end):
    with pytest.raises(RuleRowError, match="从2022年5月1日起的版本重叠，请给较早的版本填上失效日") as caught:
        RuleBook.from_rows([but(effective_from="2026-07-01"), but(effective_to=end)])
    assert (caught.value.row, caught.value.field) == (1, "effective_from")


def test_the_outer_rule_must_exist():
    with pytest.raises(RuleRowError, match="没有“outer”这条时限规定") as caught:
        RuleBook.from_rows([but(nested_in="outer")])
    assert caught.value.field == "nested_in"


def test_outer_rules_may_not_go_in_circles():
    rows = [but(code="a", nested_in="b"), but(code="b", nested_in="c"), but(code="c", nested_in="a")]
    with pytest.raises(RuleRowError, match="绕回了自己"):
        RuleBook.from_rows(rows)


def test_a_chain_of_outer_rules_is_fine():
    rows = [but(code="a", nested_in="b"), but(code="b", nested_in="c"), but(code="c")]
    assert RuleBook.from_rows(rows).pick("a", date(2026, 1, 1)).nested_in == "b"


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("minute", "3分钟"),
        ("hour", "3小时"),
        ("day", "3天"),
        ("working_day", "3个工作日"),
        ("month", "3个月"),
        ("year", "3年"),
    ],
)
def test_an_amount_in_words(unit, said):
    assert Amount(3, Unit(unit)).say(NullTranslations()) == said
