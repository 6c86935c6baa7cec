"""Who must stand back (回避) is not given a matter: by interest, by part in it, by office."""

from uuid import uuid4

import pytest
from django.db import connection

from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import Recusal, User
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Proceeding
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.models import Party
from tianping.kernel.service import advance

pytestmark = pytest.mark.django_db
J = "990101"


def declare(who, kind, value):
    with acting(system_actor(J)):
        Recusal.objects.create(jurisdiction=J, user_id=actor(who).user, blind=vault().blind(kind, value), why="亲属")


def refused(call):
    with pytest.raises(RefusedError) as error:
        call()
    assert error.value.reason == "guard"
    return str(error.value)


@pytest.mark.parametrize(("kind", "value"), [("name", "周桂兰"), ("phone", "13800002207")])
def test_a_relative_of_the_reporter_is_not_assigned(road, kind, value):
    declare("handler", kind, value)
    one = road().to("accepting")
    assert "应当回避" in refused(lambda: one.take("assign", "head", assignee=str(actor("handler").user)))
    one.take("assign", "head", assignee=str(actor("head").user))


def test_a_relative_of_the_other_side_is_not_assigned(road):
    declare("handler", "name", "钱进")
    one = road(other_name="钱进").to("accepting")
    assert "应当回避" in refused(lambda: one.take("assign", "head", assignee=str(actor("handler").user)))


def test_whoever_signs_for_it_stands_apart_too(road):
    declare("handler", "name", "周桂兰")
    one = road().to("accepting")
    assert "您和当事人有利害关系" in refused(lambda: one.take("accept", "handler"))
    one.take("accept", "head")


def test_a_party_does_not_handle_their_own_matter(road):
    one = road().to("accepting")
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role="reporter").subject_id
        User.objects.filter(id=actor("handler").user).update(subject_id=subject)
    assert "应当回避" in refused(lambda: one.take("assign", "head", assignee=str(actor("handler").user)))


def test_a_helper_in_a_joint_handling_stands_apart_too(road):
    declare("dugang", "name", "周桂兰")
    one = road().to("dispatch")
    one.take("dispatch_jointly", "dispatcher", agency="zhujian", agencies=["shuiwu"])
    with acting(system_actor(J)):
        child = Proceeding.objects.get(matter_id=one.matter, procedure="assist").id
    assert "您和当事人" in refused(lambda: advance(child, "accept", actor=actor("dugang"), form={}, key=str(uuid4())))


@pytest.mark.parametrize("who", ["tianliang", "dongjie"])
def test_nobody_of_the_office_complained_of_is_entrusted_with_it(road, who):
    one = road(complained_agency="zhifa")
    one.take("contact", "protector", note="打通了电话")
    form = {"agency": "zhujian", "category": "neighbour.leak", "grade": "1", "assignee": str(actor(who).user)}
    assert "在被反映的单位" in refused(lambda: one.take("entrust", "protector", **form))
    assert "在被反映的单位" in refused(lambda: one.take("assign", "protector", assignee=str(actor(who).user)))
    one.take("entrust", "protector", **form | {"assignee": str(actor("handler").user)})


def test_nobody_of_an_office_below_it_either(road):
    with connection.cursor() as cursor, acting(system_actor(J)):
        cursor.execute(
            "SELECT a.user_id FROM appointment a JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id"
            " WHERE p.path > 'qingxi.zhifa.' AND p.path < 'qingxi.zhifa/' LIMIT 1"
        )
        (user,) = cursor.fetchone()
    one = road(complained_agency="zhifa")
    one.take("contact", "protector", note="打通了电话")
    assert "在被反映的单位" in refused(lambda: one.take("assign", "protector", assignee=str(user)))


def test_an_interest_in_another_matter_hinders_nobody(road):
    declare("handler", "name", "陈建军")
    road().to("accepting").take("accept", "handler")
