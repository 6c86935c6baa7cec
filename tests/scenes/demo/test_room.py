"""借用会议室: asked, lent or refused, given back."""

import pytest

from tests.scenes.desk import POSTS, SceneDesk
from tianping.kernel.lifecycle.state import RefusedError

ASKED = {
    "title": "业主大会",
    "room_date": "2026-12-01",
    "room_people": "30",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
}


def asked(**changes):
    desk = SceneDesk()
    desk.opens("room", "ask", ASKED | changes, POSTS["registrar"])
    return desk


def test_a_room_is_lent_and_given_back_by_whoever_asked():
    desk = asked()
    desk.does("lend", "dispatcher")
    desk.does("give_back", desk.reporter)
    assert desk.steps == ["ask", "lend", "give_back", "receive"]


def test_a_refusal_needs_a_reason():
    desk = asked()
    with pytest.raises(RefusedError):
        desk.does("refuse", "dispatcher")
    desk.does("refuse", "dispatcher", reason="那天修空调")
    assert desk.road.state == "no"


def test_too_many_people_do_not_fit():
    with pytest.raises(RefusedError, match="最多坐40个人"):
        asked(room_people="41").does("lend", "dispatcher")


def test_only_the_dispatcher_lends():
    with pytest.raises(RefusedError, match="不归您办"):
        asked().does("lend", "registrar")
