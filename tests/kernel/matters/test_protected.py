"""Violence, minors, danger and complaints about an office: need-to-know from the first entry."""

import pytest

from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Matter, Todo
from tianping.kernel.service import Query, actor_for_code, progress, show, worklist

pytestmark = pytest.mark.django_db
FLAGS = [{"violence": True}, {"danger": True}, {"minor": True}, {"complained_agency": "zhifa"}]


@pytest.mark.parametrize("flag", FLAGS)
def test_it_is_the_protectors_alone(road, flag):
    one = road(**flag)
    assert show(actor("protector"), one.matter, "contact").row["state"] == "protecting"
    for who in ("dispatcher", "registrar", "supervisor", "leader", "handler"):
        with pytest.raises(RefusedError):
            show(actor(who), one.matter, "handling")


def test_no_list_shows_title_or_place(road):
    road(violence=True, place="滨河社区3幢", title="他又动手了")
    (row,) = [r for r in worklist(actor("protector"), Query()).rows if r.protected]
    assert (row.title, row.place) == ("受保护事项", "")
    for who in ("dispatcher", "supervisor", "leader"):
        for view in ("todo", "sight"):
            assert not [r for r in worklist(actor(who), Query(view=view, limit=200)).rows if r.protected]


def test_its_path_is_empty_and_no_office_is_in_its_audience(road):
    one = road(minor=True)
    with acting(system_actor("990101")):
        matter = Matter.objects.get(id=one.matter)
    assert matter.path == ""
    assert not [key for key in matter.audience if key.startswith("agency:")]


def test_it_never_goes_to_the_office_complained_of(road):
    one = road(complained_agency="zhifa")
    one.take("contact", "protector", note="打通了电话")
    for office in ("zhifa", "chengguan_1"):
        with pytest.raises(RefusedError, match="不能交给被反映的单位"):
            one.take(
                "entrust",
                "protector",
                agency=office,
                category="neighbour.leak",
                grade="1",
                assignee=str(actor("tianliang").user),
            )


def test_the_person_it_is_entrusted_to_sees_it_and_nobody_else_of_the_office(road):
    one = road(violence=True)
    one.take("contact", "protector", note="打通了电话")
    handler = actor("handler")
    one.take("entrust", "protector", agency="zhujian", category="neighbour.leak", grade="1", assignee=str(handler.user))
    assert show(handler, one.matter, "handling").row["state"] == "handling"
    with acting(system_actor("990101")):
        keys = set(Todo.objects.filter(matter_id=one.matter).values_list("key", flat=True))
    assert keys == {f"person:{handler.user}", f"protector@{handler_centre()}"}
    with pytest.raises(RefusedError):
        show(actor("head"), one.matter, "handling")


def handler_centre():
    return actor("protector").agency


def test_the_protector_verifies_and_the_named_person_answers(road):
    one = road(violence=True)
    one.take("contact", "protector", note="打通了电话")
    handler = actor("handler")
    one.take("entrust", "protector", agency="zhujian", category="neighbour.leak", grade="1", assignee=str(handler.user))
    one.take("finish", handler, outcome="settled", result="已经安顿好")
    one.take("verify", "protector", on_site="见到本人，平安")
    one.take("answer", handler, answer="已经安顿好")
    assert progress(actor_for_code("990101", one.receipt.code)).state == "answered"


def test_the_reporter_follows_it_by_the_code(road):
    one = road(violence=True)
    seen = progress(actor_for_code("990101", one.receipt.code))
    assert seen.protected
    assert [s.sentence for s in seen.steps] == ["收到了"]
