"""An entry is signed with the post by whose key the right was held, whatever its holder looks from."""

from dataclasses import replace

import pytest
from django.utils import timezone

from tests.kernel.matters.stored import J, bodies, rows
from tests.people import actor
from tianping.kernel.agencies.actors import staff_actor
from tianping.kernel.agencies.models import Appointment, Post, User
from tianping.kernel.matters.models import Entry

pytestmark = pytest.mark.django_db
ZHUJIAN, SHUIWU = "qingxi.zhujian.", "qingxi.shuiwu."


def appoint(name, kind, path):
    user, post = User.objects.get(username=name), Post.objects.get(path=path, kind=kind)
    Appointment.objects.create(jurisdiction=J, post_id=post.id, user_id=user.id, title=kind, since=timezone.localdate())
    return post


def signed(one):
    """(office, post) of the newest entry, as column and hashed bytes have them."""
    entry, body = rows(Entry, "seq", matter_id=one.matter)[-1], bodies(one)[-1]
    assert entry["agency"] == body["actor"]["agency"]
    return entry["agency"], body["actor"]["post"]


@pytest.fixture
def two():
    """曹勇 of 住建局 holds a post of 水务局 too, and looks from there; his post of 住建局."""
    appoint("caoyong", "handler", SHUIWU)
    both = actor("handler")
    assert both.agency == SHUIWU
    return both, str(Post.objects.get(path=ZHUJIAN, kind="handler").id)


def test_the_office_that_has_it_returns_it(road, two):
    both, post = two
    one = road().to("accepting")
    one.take("return", both, reason="不归我们")
    assert signed(one) == (ZHUJIAN, post)


def test_what_may_be_done_by_several_posts_is_signed_with_the_one_that_is_looked_from(road):
    """Two posts of one office give the right: the chosen one signs, else the first that the step names."""
    head = appoint("caoyong", "head", ZHUJIAN)
    user = User.objects.get(username="caoyong")
    one = road().to("accepting")
    one.take("accept", staff_actor(user, active=head.id))
    assert signed(one) == (ZHUJIAN, str(head.id))
    two = road().to("accepting")
    handler = Post.objects.get(path=ZHUJIAN, kind="handler")
    two.take("accept", staff_actor(user, active=handler.id))
    assert signed(two) == (ZHUJIAN, str(handler.id))


def test_the_post_that_gives_more_time_grants_it(road):
    """Only the head of the office may; as which post somebody looks is of no matter."""
    appoint("pengna", "handler", SHUIWU)
    one = road().to("handling")
    one.take("extend", "head", term="answer", amount="1", reason="等鉴定")
    assert signed(one)[0] == ZHUJIAN


def test_who_is_named_acts_for_the_office_that_has_it(road, two):
    both, post = two
    one = road().to("accepting")
    one.take("assign", "head", assignee=str(both.user))
    named = replace(both, keys=frozenset({f"person:{both.user}"}))
    one.take("accept", named)
    assert signed(one) == (ZHUJIAN, post)


def test_who_is_named_and_has_no_post_there_signs_as_they_are(road):
    one = road().to("accepting")
    other = actor("other_handler")
    one.take("assign", "head", assignee=str(other.user))
    named = replace(other, keys=frozenset({f"person:{other.user}"}))
    one.take("accept", named)
    assert signed(one)[0] == SHUIWU


def test_what_anybody_may_do_is_signed_as_they_are():
    from tests.kernel.matters.conftest import LEAK
    from tianping.kernel.matters.advance import report

    who = actor("handler")
    told = report(actor=who, form=LEAK, key="anybody")
    (entry,) = rows(Entry, matter_id=told.matter)
    assert entry["agency"] == who.agency
