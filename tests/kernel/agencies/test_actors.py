"""Who holds a post today decides what a person may do and see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import actor
from tianping.kernel.agencies.actors import citizen_actor, guest_actor, holders, posts_of, staff_actor
from tianping.kernel.agencies.home import NotLoadedError, home
from tianping.kernel.agencies.models import Appointment, Post, User

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def appointment(username):
    user = User.objects.get(username=username)
    return user, Appointment.objects.filter(user_id=user.id).first()


def change(found, **columns):
    Appointment.objects.filter(pk=found.pk).update(**columns)


def test_a_post_gives_its_key_and_its_office():
    assert {"handler@qingxi.zhujian.", "agency:qingxi.zhujian."} <= actor("handler").keys


def test_a_post_that_has_ended_gives_nothing():
    user, held = appointment("caoyong")
    change(held, until=TODAY - timedelta(days=1))
    assert staff_actor(user).keys == frozenset({f"person:{user.id}"})


def test_a_post_that_begins_tomorrow_gives_nothing_today():
    user, held = appointment("caoyong")
    change(held, since=TODAY + timedelta(days=1))
    assert posts_of(user) == []
    assert posts_of(user, TODAY + timedelta(days=1)) != []


def test_a_deputy_acts_only_while_the_holder_is_away():
    user, held = appointment("pengna")
    deputy, _own = appointment("dugang")
    Appointment.objects.create(
        jurisdiction=user.jurisdiction,
        post_id=held.post_id,
        user_id=deputy.id,
        title="代理负责人",
        since=TODAY,
        deputy=True,
    )
    assert "head@qingxi.zhujian." not in staff_actor(deputy).keys
    change(held, away_from=TODAY, away_until=TODAY + timedelta(days=3))
    assert "head@qingxi.zhujian." in staff_actor(deputy).keys
    assert "head@qingxi.zhujian." not in staff_actor(user).keys


def test_the_three_administrators_and_the_auditor_see_no_matters():
    for who in ("auditor", "security_admin", "system_admin"):
        person = actor(who)
        assert person.lo == ""
        assert not [k for k in person.keys if k.startswith("agency:")]


def test_the_centre_looks_over_the_county_and_an_office_over_nothing():
    assert (actor("dispatcher").lo, actor("dispatcher").hi) == ("qingxi.", "qingxi/")
    assert actor("handler").lo == ""


def test_the_chosen_post_decides_the_office_that_signs():
    user = User.objects.get(username="shenlan")
    held = posts_of(user)
    assert {staff_actor(user, held, p.id).agency for p in held} == {p.path for p in held}


def test_somebody_without_a_post_has_only_themselves():
    user = User.objects.create_user("nobody", "x", jurisdiction="990101", name="某人")
    assert staff_actor(user).agency == ""


def test_a_citizen_is_their_subject():
    subject = User(id="01a20dd8-1387-71fa-8ce2-3beaec6b97aa").id
    user = User(jurisdiction="990101", kind="citizen", subject_id=subject, name="")
    assert f"subject:{subject}" in citizen_actor(user).keys


def test_a_guest_has_no_key_but_a_receipt():
    assert guest_actor("990101").keys == frozenset()
    assert guest_actor("990101", b"\x01").keys == frozenset({"code:01"})


def test_who_answers_to_a_key():
    (found,) = [h for h in holders("990101", "handler@qingxi.zhujian.") if h["name"] == "曹勇"]
    assert found["agency"] == "县住房和城乡建设局"


def test_a_county_without_a_centre_says_what_to_do():
    with pytest.raises(NotLoadedError, match="packs load"):
        home("000000")


def test_every_holder_of_a_post_is_found_once():
    assert Post.objects.filter(jurisdiction="990101", kind="dispatcher").count() == 1
