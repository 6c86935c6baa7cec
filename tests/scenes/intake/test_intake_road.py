"""受理, step by step: the ordinary road, several offices, returns, merging, splitting, the window."""

import pytest

from tests.scenes.desk import GUEST, SceneDesk, office
from tianping.kernel.lifecycle.state import RefusedError

LEAK = {
    "description": "楼上漏水",
    "title": "漏水",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
    "channel": "web",
}
ZJ, SW = office("qx.zj."), office("qx.sw.")


def desk(*steps):
    """A reported matter, taken as far as the names say."""
    d = SceneDesk()
    d.opens("intake", "register", LEAK, GUEST)
    for name in steps:
        ROAD[name](d)
    return d


ROAD = {
    "triage": lambda d: d.does("triage", "dispatcher", category="neighbour.leak", grade="3"),
    "dispatch": lambda d: d.does("dispatch", "dispatcher", agency="qx.zj."),
    "accept": lambda d: d.does("accept", ZJ),
    "finish": lambda d: d.does("finish", ZJ, outcome="settled", result="修好了"),
    "verify": lambda d: d.does("verify", "dispatcher", on_site="不漏了"),
    "answer": lambda d: d.does("answer", ZJ, answer="修好了"),
    "rate": lambda d: d.does("rate", d.reporter, rating="5"),
    "close": lambda d: d.does("close", "dispatcher"),
}
ALL = list(ROAD)
HANDLING = ALL[: ALL.index("accept") + 1]


def refused(call):
    with pytest.raises(RefusedError) as error:
        call()
    return str(error.value)


def test_the_whole_road_ends_in_the_archive():
    d = desk(*ALL)
    assert d.road.state == "closed"
    assert d.steps == ["register", *ALL, "receive"]
    assert d.archive().state == "checking"


def test_the_answer_date_runs_from_the_dispatch_to_the_answer():
    d = desk(*HANDLING)
    assert {n: t.status for n, t in d.road.terms.items()} == {"triage": "ended", "accept": "ended", "answer": "running"}
    for name in ("finish", "verify", "answer"):
        ROAD[name](d)
    assert (d.road.terms["answer"].status, d.road.terms["rate_window"].status) == ("ended", "running")


def test_suspension_keeps_the_sorting_clock():
    d = desk()
    d.does("suspend", "dispatcher", reason="等街道回话")
    assert d.road.terms["triage"].status == "paused"
    d.does("resume", "dispatcher")
    assert d.road.terms["triage"].status == "running"


def test_nothing_is_sent_before_it_is_graded():
    d = desk()
    d.road.state = "dispatch"
    assert "先定类别和等级" in refused(lambda: d.does("dispatch", "dispatcher", agency="qx.zj."))


def test_the_window_closes_by_itself_and_can_be_used_before():
    d = desk(*ALL[:6])
    d.does("reopen", d.reporter, reason="又漏了")
    assert (d.road.state, d.road.holder) == ("dispatch", "qx.zz.")
    d = desk(*ALL[:6])
    d.lapses("close_window", "rate_window")
    assert d.archive()


def test_the_third_return_calls_a_meeting():
    d = desk("triage")
    for _time in range(2):
        ROAD["dispatch"](d)
        assert "现在不能" not in refused(lambda: d.does("return_third", ZJ, reason="不归我们"))
        d.does("return", ZJ, reason="不归我们")
    ROAD["dispatch"](d)
    assert refused(lambda: d.does("return", ZJ, reason="不归我们")) == "第三次退回要开联席会议"
    d.does("return_third", ZJ, reason="不归我们")
    assert d.road.state == "meeting"
    d.does("settle_meeting", "supervisor", agency="qx.sw.", minutes="水务局办")
    assert (d.road.state, d.road.holder) == ("accepting", "qx.sw.")


def jointly():
    d = desk("triage")
    d.does("dispatch_jointly", "dispatcher", agency="qx.zj.", agencies=["qx.sw.", "qx.cg."])
    return d, d.children


def test_a_joint_handling_goes_on_when_all_have_done_or_refused():
    d, (one, two) = jointly()
    d.does("accept", SW, at=one)
    d.does("report", SW, at=one, result="停了水")
    assert d.road.state == "joint"
    d.does("refuse", office("qx.cg."), at=two, reason="不归我们")
    assert (d.road.state, d.steps[-1]) == ("handling", "joint_done")


def test_the_lead_may_go_on_and_the_others_are_told_to_stop():
    d, children = jointly()
    d.does("joint_lead", ZJ)
    assert [c.state for c in children] == ["recalled", "recalled"]


def test_a_merged_report_follows_and_is_answered_with_the_other():
    d = desk("triage")
    d.begin("intake", d.parsed("intake", "register", LEAK), actor=GUEST, step="register")
    other = next(m for m in d.matters.values() if m.id != d.matter.id)
    free = {"other": {"free": True, "id": str(other.id)}}
    d.does("merge", "dispatcher", other_matter=str(other.id), extra=free)
    assert (d.road.state, other.followers) == ("following", 1)
    from tests.kernel.lifecycle.kit import SYSTEM

    d.does("follow_answer", SYSTEM, answer="一起修好了")
    assert d.road.state == "answered"


def test_who_leads_does_not_follow():
    d = desk("triage")
    d.matter.followers = 1
    free = {"other": {"free": True}}
    other = "00000000-0000-0000-0000-000000000001"
    assert "反过来并" in refused(lambda: d.does("merge", "dispatcher", other_matter=other, extra=free))


def test_a_second_thing_becomes_a_matter_of_its_own():
    d = desk(*HANDLING)
    decision = d.does("split", ZJ, description="路灯也不亮")
    twin = next(m for m in decision.matters.values() if m.id != d.matter.id)
    assert twin.facts == {"description": "路灯也不亮", "channel": "web"}
    assert [p.subject for p in twin.parties] == [p.subject for p in d.matter.parties]
    assert d.matter.facts["description"] == "楼上漏水"


def test_an_overdue_clock_reminds_and_an_office_head_extends():
    d = desk(*HANDLING)
    d.lapses("escalate", "answer", term="answer")
    d.does("extend", office("qx.zj.", "head"), term="answer", amount="3", reason="等材料")
    assert d.steps[-1] == "extend"


def test_a_citizen_asks_for_correction_only_with_a_proven_identity():
    from dataclasses import replace

    d = desk()
    assert "验证您的身份" in refused(lambda: d.does("ask_correction", d.reporter, note="名字写错了"))
    d.does("ask_correction", replace(d.reporter, proof="identity"), note="名字写错了")
