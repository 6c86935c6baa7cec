"""Who holds what on which day, from the first day to the last; who answers to a key; offices and people to choose from."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import JURISDICTION, actor
from tianping.kernel.agencies.access import PURPOSES, record
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.actors import holders, posts_of
from tianping.kernel.agencies.directory import offices, people_at
from tianping.kernel.agencies.models import AccessRecord, Agency, Appointment, Post, User

pytestmark = pytest.mark.django_db
PATH = "qingxi.zhujian."
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def join(today):
    """`join(name, kind)`: somebody new who holds a post of the housing bureau since today."""

    def make(name, *, title="承办", deputy=False, since=today, **columns):
        user = User.objects.create_user(name, "x", jurisdiction=JURISDICTION, name=name, email=f"{name}@qingxi.example")
        post = Post.objects.filter(jurisdiction=JURISDICTION, path=PATH, kind="handler").first()
        Appointment.objects.create(
            jurisdiction=JURISDICTION,
            post_id=post.id,
            user_id=user.id,
            title=title,
            since=since,
            deputy=deputy,
            **columns,
        )
        return user

    return make


@pytest.mark.parametrize(
    ("columns", "days"),
    [
        ({}, {0, 1, 2, 3, 4}),
        ({"until": 2}, {0, 1, 2}),
        ({"away_from": 1}, {0}),
        ({"away_from": 1, "away_until": 2}, {0, 3, 4}),
        ({"away_from": 0, "away_until": 0}, {1, 2, 3, 4}),
        ({"until": 3, "away_from": 1, "away_until": 1}, {0, 2, 3}),
    ],
)
def test_a_post_is_held_from_its_first_day_to_its_last_but_for_leave(join, today, columns, days):
    user = join("ren", **{name: today + DAY * n for name, n in columns.items()})
    assert {n for n in range(-1, 5) if posts_of(user, today + DAY * n)} == days


@pytest.mark.parametrize(
    ("columns", "days"),
    [
        ({}, set()),
        ({"until": 1}, {2, 3}),
        ({"away_from": 1}, {1, 2, 3}),
        ({"away_from": 1, "away_until": 2}, {1, 2}),
    ],
)
def test_a_deputy_holds_it_on_the_days_on_which_every_holder_is_away(join, today, columns, days):
    Appointment.objects.filter(
        post_id__in=Post.objects.filter(path=PATH, kind="handler").values("id"), jurisdiction=JURISDICTION
    ).delete()
    join("ren", **{name: today + DAY * n for name, n in columns.items()})
    deputy = join("dai", deputy=True)
    assert {n for n in range(4) if posts_of(deputy, today + DAY * n)} == days


def test_a_post_tells_its_office(join):
    user = join("ren", title="科员")
    (held,) = posts_of(user)
    assert (held.kind, held.title, held.path, held.deputy) == ("handler", "科员", PATH, False)
    assert (held.agency, held.agency_kind, held.agency_short) == ("县住房和城乡建设局", "bureau", "住建局")


def test_own_posts_come_before_those_of_a_deputy(join, today):
    user = join("ren", deputy=True)
    Appointment.objects.filter(user_id=User.objects.get(username="caoyong").id).update(away_from=today)
    far = Post.objects.get(jurisdiction=JURISDICTION, path="qingxi.zhujian.", kind="head")
    Appointment.objects.create(jurisdiction=JURISDICTION, post_id=far.id, user_id=user.id, title="负责人", since=today)
    Appointment.objects.filter(post_id=far.id).exclude(user_id=user.id).update(until=today - DAY)
    assert [p.deputy for p in posts_of(user)] == [False, True]


def names(key, jurisdiction=JURISDICTION):
    return [h["name"] for h in holders(jurisdiction, key)]


def test_who_answers_to_a_key_is_exactly_who_holds_it_today(join, today):
    before = set(names(f"handler@{PATH}"))
    join("jintian", until=today)
    join("guoqu", since=today - DAY * 9, until=today - DAY)
    join("mingtian", since=today + DAY)
    User.objects.filter(id=join("tingyong").id).update(is_active=False)
    assert set(names(f"handler@{PATH}")) == before | {"jintian"}
    assert names("handler@qingxi.nobody.") == []
    assert names(f"judge@{PATH}") == []
    assert names(f"handler@{PATH}", "000000") == []


@pytest.mark.parametrize(("since", "until", "away"), [(0, None, True), (0, 0, True), (-2, -1, False), (1, None, False)])
def test_who_answers_to_a_key_is_marked_while_on_leave(join, today, since, until, away):
    join("ren", away_from=today + DAY * since, away_until=None if until is None else today + DAY * until)
    (one,) = [h for h in holders(JURISDICTION, f"handler@{PATH}") if h["name"] == "ren"]
    assert one["away"] is away


def test_holders_come_before_deputies_each_by_name_and_tell_how_to_reach_them(join):
    join("b_dai", deputy=True), join("z_ren"), join("a_ren")
    mine = [n for n in names(f"handler@{PATH}") if n in {"b_dai", "z_ren", "a_ren"}]
    assert mine == ["a_ren", "z_ren", "b_dai"]
    (one,) = [h for h in holders(JURISDICTION, f"handler@{PATH}") if h["name"] == "z_ren"]
    assert one == {
        "user": User.objects.get(username="z_ren").id,
        "name": "z_ren",
        "email": "z_ren@qingxi.example",
        "title": "承办",
        "away": False,
        "agency": "县住房和城乡建设局",
        "agency_short": "住建局",
        "phone": "0571-8200206",
    }


def test_offices_in_use_come_in_the_order_of_the_tree():
    found = offices(JURISDICTION)
    paths = [o.path for o in found]
    assert paths == sorted(paths)
    assert len(paths) == Agency.objects.filter(jurisdiction=JURISDICTION, active=True).count()
    one = next(o for o in found if o.path == PATH)
    assert (one.code, one.short, one.kind, one.phone, one.capacity) == (
        "zhujian",
        "住建局",
        "bureau",
        "0571-8200206",
        25,
    )
    assert (one.name, one.name_en) == ("县住房和城乡建设局", "Housing and Construction Bureau")
    Agency.objects.filter(jurisdiction=JURISDICTION, path=PATH).update(active=False)
    assert [o.path for o in offices(JURISDICTION)] == [p for p in paths if p != PATH]
    assert offices("000000") == []


def test_people_at_an_office_are_who_holds_a_post_there_or_under_it_today(join, today):
    before = {p.name for p in people_at(JURISDICTION, PATH)}
    join("jintian", until=today)
    join("guoqu", since=today - DAY * 9, until=today - DAY)
    join("mingtian", since=today + DAY)
    User.objects.filter(id=join("tingyong").id).update(is_active=False)
    found = people_at(JURISDICTION, PATH)
    assert {p.name for p in found} == before | {"jintian"}
    assert [p.name for p in found] == sorted(p.name for p in found)
    assert {p.path for p in found} > {PATH}  # the branches under it
    assert all(p.path.startswith(PATH) for p in found)
    assert people_at("000000", PATH) == []


def test_somebody_with_two_posts_is_listed_once_at_the_upper_one(join, today):
    user = join("ren")
    low = Post.objects.filter(jurisdiction=JURISDICTION, path__startswith=f"{PATH}ludeng").first()
    Appointment.objects.create(jurisdiction=JURISDICTION, post_id=low.id, user_id=user.id, title="兼任", since=today)
    assert [(p.title, p.path) for p in people_at(JURISDICTION, PATH) if p.user == user.id] == [("承办", PATH)]


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_a_read_is_recorded_with_who_what_and_why(purpose):
    who = actor("handler")
    with acting(who):
        record(who, purpose, ["b", "a", "b"], rows=3)
    with acting(system_actor("990101")):
        one = AccessRecord.objects.filter(user_id=who.user, purpose=purpose).latest("at")
    assert (one.what, one.rows, one.matter_id, one.agency) == (["a", "b"], 3, None, PATH)
