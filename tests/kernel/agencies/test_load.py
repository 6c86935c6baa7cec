"""The pack's tree, posts and people in the database: once, and again without a change."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tests.conftest import ROOT
from tianping.kernel.agencies.home import home
from tianping.kernel.agencies.load import Loaded, load
from tianping.kernel.agencies.models import Agency, Appointment, Post, User
from tianping.kernel.packs.loader import read_pack

pytestmark = pytest.mark.django_db
J = "990199"  # an empty county


def office(code, parent=None, **more):
    row = {"name": code.title(), "name_en": "", "short": code, "kind": "bureau", "phone": "", "capacity": 0}
    return SimpleNamespace(code=code, parent=parent, **row | more)


def place(agency, person, kind="handler", name="经办人", deputy=False):
    return SimpleNamespace(agency=agency, person=person, kind=kind, name=name, deputy=deputy)


def person(code, name="甲", email=""):
    return SimpleNamespace(code=code, name=name, email=email)


COUNTY = [office("yun"), office("zhongxin", "yun", kind="centre"), office("ke", "zhongxin", capacity=5, phone="1")]


def brought(posts=(), people=(), agencies=COUNTY, **more):
    return load(J, agencies, posts, people, **more)


def test_loading_the_demo_county_again_changes_nothing():
    pack = read_pack(ROOT / "packs" / "qingxi")
    tables = (Agency, Post, Appointment, User)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    made = load("990101", pack.rows("agency"), pack.rows("post"), pack.rows("person"))
    assert made == Loaded(len(pack.rows("agency")), len(pack.rows("post")), len(pack.rows("person")))
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_an_office_stands_on_the_path_of_those_above_it_with_its_own_columns():
    assert brought() == Loaded(3, 0, 0)
    found = {a.path: a for a in Agency.objects.filter(jurisdiction=J)}
    assert set(found) == {"yun.", "yun.zhongxin.", "yun.zhongxin.ke."}
    ke = found["yun.zhongxin.ke."]
    assert (ke.name, ke.short_name, ke.kind, ke.phone, ke.capacity, ke.active) == ("Ke", "ke", "bureau", "1", 5, True)
    assert home(J).centre == "yun.zhongxin."


def test_what_left_the_pack_is_closed_and_opens_when_it_comes_back():
    brought()
    brought(agencies=COUNTY[:2])
    assert not Agency.objects.get(jurisdiction=J, code="ke").active
    assert Agency.objects.filter(jurisdiction="990101", active=False).count() == 0
    brought(agencies=[*COUNTY[:2], office("ke", "zhongxin", name="新名")])
    back = Agency.objects.get(jurisdiction=J, code="ke")
    assert (back.active, back.name) == (True, "新名")


def test_new_people_get_the_password_and_those_who_were_there_keep_theirs():
    brought(people=[person("jia", email="j@x.cn")], password="first-password")
    jia = User.objects.get(username="jia")
    assert (jia.name, jia.email, jia.jurisdiction, jia.kind) == ("甲", "j@x.cn", J, "staff")
    assert jia.check_password("first-password")
    brought(people=[person("jia", "甲二"), person("yi", "乙")], password="second-password")
    jia = User.objects.get(username="jia")
    assert (jia.name, jia.email) == ("甲二", "")
    assert jia.check_password("first-password")
    assert User.objects.get(username="yi").check_password("second-password")


def test_without_a_password_nobody_new_can_log_in():
    brought(people=[person("jia")])
    assert not User.objects.get(username="jia").has_usable_password()


def test_posts_are_held_from_that_day_on_and_by_several():
    posts = [place("ke", "jia"), place("ke", "yi", deputy=True, name="代理经办"), place("zhongxin", "yi", "head")]
    people = [person("jia"), person("yi", "乙")]
    assert brought(posts, people, since=date(2026, 1, 5)) == Loaded(3, 3, 2)
    assert Post.objects.filter(jurisdiction=J).count() == 2  # one post of two holders, and another
    post = Post.objects.get(jurisdiction=J, path="yun.zhongxin.ke.", kind="handler")
    assert post.agency_id == Agency.objects.get(jurisdiction=J, code="ke").id
    held = Appointment.objects.filter(post_id=post.id).order_by("deputy")
    assert [(a.title, a.deputy, a.since, a.until) for a in held] == [
        ("经办人", False, date(2026, 1, 5), None),
        ("代理经办", True, date(2026, 1, 5), None),
    ]
    assert brought(posts, people).posts == 3
    assert Appointment.objects.filter(jurisdiction=J).count() == 3


def test_who_had_left_takes_the_post_again_from_today_on():
    posts, people = [place("ke", "jia")], [person("jia")]
    brought(posts, people)
    today = timezone.localdate()
    assert Appointment.objects.get(jurisdiction=J).since == today
    Appointment.objects.filter(jurisdiction=J).update(since=today - timedelta(days=9), until=today - timedelta(days=1))
    brought(posts, people)
    assert [a.until for a in Appointment.objects.filter(jurisdiction=J).order_by("since")] == [
        today - timedelta(days=1),
        None,
    ]
