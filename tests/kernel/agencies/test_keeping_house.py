"""Offices, posts and accounts: what is refused names its field, and a refusal leaves neither a change nor a record of one."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import WHO, actor
from tianping.kernel.agencies.accounts import (
    add_person,
    change_person,
    changes,
    note_reset,
    people,
    set_active,
    waiting_for,
)
from tianping.kernel.agencies.administer import (
    add_office,
    add_post,
    appoint,
    change_appointment,
    change_office,
    need,
    open_at,
    posts_at,
    tree,
)
from tianping.kernel.agencies.models import AdminChange, Agency, Appointment, Post, User
from tianping.kernel.lifecycle.state import RefusedError

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
ZHUJIAN = "qingxi.zhujian."
NEW = {"parent": "qingxi.", "code": "shuju", "name": "县数据局", "short": "数据局", "kind": "bureau"}


def user(who):
    return User.objects.get(username=WHO.get(who, who))


def post(path=ZHUJIAN, kind="handler"):
    return Post.objects.get(path=path, kind=kind).id


def refused(call, reason="form"):
    """The fields that are named; nothing is written."""
    before = AdminChange.objects.count()
    with pytest.raises(RefusedError) as error:
        call()
    assert error.value.reason == reason
    assert AdminChange.objects.count() == before
    assert all(error.value.fields.values())
    return list(error.value.fields)


def told():
    return AdminChange.objects.order_by("at").last()


# ── offices ──
def test_a_new_office_stands_under_its_parent_with_all_that_was_given():
    path = add_office(actor("system_admin"), **NEW, name_en="Data", phone="0571-1", capacity=7)
    assert path == "qingxi.shuju."
    made = Agency.objects.get(path=path)
    assert (made.code, made.name, made.name_en, made.short_name, made.kind) == (
        "shuju",
        "县数据局",
        "Data",
        "数据局",
        "bureau",
    )
    assert (made.phone, made.capacity, made.active) == ("0571-1", 7, True)
    assert (told().what, told().about, told().before) == ("office.add", "县数据局", None)
    assert told().user_id == actor("system_admin").user
    assert next(o for o in tree(actor("auditor")) if o.path == path).short == "数据局"


@pytest.mark.parametrize("code", ["", "a", "1a", "Ab", "a b", "县", "a" * 41])
def test_an_offices_code_is_plain(code):
    assert refused(lambda: add_office(actor("system_admin"), **NEW | {"code": code})) == ["code"]


@pytest.mark.parametrize("code", ["ab", "a" * 40, "a_1"])
def test_a_short_and_a_long_code_are_taken(code):
    assert add_office(actor("system_admin"), **NEW | {"code": code}) == f"qingxi.{code}."


def test_an_offices_kind_is_one_of_the_list_and_its_code_is_new():
    assert refused(lambda: add_office(actor("system_admin"), **NEW | {"kind": "palace"})) == ["kind"]
    assert refused(lambda: add_office(actor("system_admin"), **NEW | {"code": "zhujian"})) == ["code"]


def test_what_belongs_to_no_office_is_refused():
    for act in (
        lambda: add_office(actor("system_admin"), **NEW | {"parent": "qingxi.nowhere."}),
        lambda: change_office(actor("system_admin"), "qingxi.nowhere.", name="甲"),
        lambda: add_post(actor("system_admin"), "qingxi.nowhere.", "handler"),
    ):
        assert refused(act, "unknown") == []


def test_an_office_changes_only_in_what_is_given_and_only_what_may_change():
    before = Agency.objects.get(path=ZHUJIAN)
    change_office(actor("system_admin"), ZHUJIAN, phone="0571-9", code="other", kind="court")
    after = Agency.objects.get(path=ZHUJIAN)
    assert (after.phone, after.code, after.kind, after.name) == ("0571-9", before.code, before.kind, before.name)
    assert (told().before["phone"], told().after["phone"]) == (before.phone, "0571-9")


def test_a_change_that_changes_nothing_leaves_no_record():
    count = AdminChange.objects.count()
    change_office(actor("system_admin"), ZHUJIAN, name=Agency.objects.get(path=ZHUJIAN).name)
    assert AdminChange.objects.count() == count


def test_an_office_that_still_holds_matters_is_not_closed_and_says_how_many(road):
    for _n in range(2):
        road().to("accepting")
    assert open_at("990101", ZHUJIAN) == 2
    with pytest.raises(RefusedError) as error:
        change_office(actor("system_admin"), ZHUJIAN, active=False)
    assert error.value.values["details"] == {"active": {"n": 2}}
    assert Agency.objects.get(path=ZHUJIAN).active
    change_office(actor("system_admin"), ZHUJIAN, phone="0571-9")  # everything else may change meanwhile
    change_office(actor("system_admin"), "qingxi.shuiwu.", active=False)
    assert not Agency.objects.get(path="qingxi.shuiwu.").active


# ── posts ──
def test_a_post_is_one_of_the_list_and_stands_once_in_an_office():
    assert refused(lambda: add_post(actor("system_admin"), ZHUJIAN, "king")) == ["kind"]
    assert refused(lambda: add_post(actor("system_admin"), ZHUJIAN, "handler")) == ["kind"]
    add_post(actor("system_admin"), ZHUJIAN, "archivist")
    assert (told().what, told().after) == ("post.add", {"path": ZHUJIAN, "kind": "archivist"})
    made = Post.objects.get(path=ZHUJIAN, kind="archivist")
    assert made.agency_id == Agency.objects.get(path=ZHUJIAN).id
    assert [(p.kind, p.holders) for p in posts_at(actor("auditor"), ZHUJIAN) if p.id == made.id] == [("archivist", [])]


@pytest.mark.parametrize(
    ("columns", "standing"),
    [
        ({}, "now"),
        ({"until": TODAY}, "now"),
        ({"until": TODAY - timedelta(days=1)}, "over"),
        ({"since": TODAY}, "now"),
        ({"since": TODAY + timedelta(days=1)}, "later"),
        ({"away_from": TODAY}, "away"),
        ({"away_from": TODAY + timedelta(days=1)}, "now"),
        ({"away_from": TODAY - timedelta(days=3), "away_until": TODAY}, "away"),
        ({"away_from": TODAY - timedelta(days=3), "away_until": TODAY - timedelta(days=1)}, "now"),
    ],
)
def test_who_holds_a_post_stands_in_it_now_later_away_or_no_more(columns, standing):
    Appointment.objects.filter(user_id=user("handler").id).update(**columns)
    (row,) = [p for p in posts_at(actor("security_admin"), ZHUJIAN) if p.kind == "handler"]
    (holder,) = [h for h in row.holders if h.username == "caoyong"]
    assert (holder.standing, holder.name) == (standing, user("handler").name)


def test_an_appointment_begins_with_all_that_was_given_and_once():
    given = {"title": "代理经办", "since": TODAY, "until": TODAY + timedelta(days=9), "deputy": True}
    appoint(actor("security_admin"), post(), user("other_handler").id, **given)
    made = Appointment.objects.get(post_id=post(), user_id=user("other_handler").id)
    assert (made.title, made.since, made.until, made.deputy) == tuple(given.values())
    assert told().after == {
        "path": ZHUJIAN,
        "kind": "handler",
        "title": "代理经办",
        "since": TODAY.isoformat(),
        "until": (TODAY + timedelta(days=9)).isoformat(),
        "deputy": True,
    }
    assert refused(partial(appoint, actor("security_admin"), post(), user("other_handler").id, **given)) == ["user"]


def test_an_appointment_of_one_day_is_taken_and_one_that_ends_before_it_begins_is_not():
    who = user("other_handler").id
    take = partial(appoint, actor("security_admin"), post(), who, title="", since=TODAY)
    assert refused(lambda: take(until=TODAY - timedelta(days=1))) == ["until"]
    take(until=TODAY)


def test_only_somebody_with_an_open_account_takes_a_post_that_exists():
    security, who = actor("security_admin"), user("other_handler")
    assert refused(lambda: appoint(security, uuid4(), who.id, title="", since=TODAY)) == ["user"]
    assert refused(lambda: appoint(security, post(), uuid4(), title="", since=TODAY)) == ["user"]
    User.objects.filter(id=who.id).update(is_active=False)
    assert refused(lambda: appoint(security, post(), who.id, title="", since=TODAY)) == ["user"]
    citizen = User.objects.create_user("c", jurisdiction="990101", name="周", kind="citizen")
    assert refused(lambda: appoint(security, post(), citizen.id, title="", since=TODAY)) == ["user"]


def test_the_three_administrators_stay_three_people_until_one_has_left():
    auditor = Post.objects.get(kind="auditor")
    both = partial(appoint, actor("security_admin"), auditor.id, user("system_admin").id, title="", since=TODAY)
    held = Appointment.objects.filter(user_id=user("system_admin").id)
    assert refused(both) == ["user"]
    held.update(until=TODAY)
    assert refused(both) == ["user"]
    add_post(actor("system_admin"), ZHUJIAN, "auditor")  # who audits here may audit there
    appoint(actor("security_admin"), post(ZHUJIAN, "auditor"), user("auditor").id, title="", since=TODAY)
    held.update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    both()
    assert "auditor@" + auditor.path in actor("system_admin").keys


def appointment(who="handler"):
    return Appointment.objects.get(user_id=user(who).id)


def change(who, what, **days):
    change_appointment(actor("security_admin"), appointment(who).id, what, **days)


def test_leave_is_written_with_its_days_and_taken_back():
    change("handler", "leave", away_from=TODAY, away_until=TODAY)
    assert (appointment().away_from, appointment().away_until) == (TODAY, TODAY)
    assert (told().what, told().about) == ("appointment.leave", user("handler").name)
    assert (told().before["away_from"], told().after["away_until"]) == (None, TODAY.isoformat())
    assert told().after["kind"] == "handler"
    change("handler", "leave", away_from=None, away_until=None)
    assert (appointment().away_from, appointment().away_until) == (None, None)


def test_an_end_is_written_and_may_be_the_first_day():
    change("handler", "end", until=appointment().since)
    assert appointment().until == appointment().since
    assert (told().what, told().before["until"]) == ("appointment.end", None)


@pytest.mark.parametrize(
    ("what", "days", "field"),
    [
        ("end", {"until": -1}, "until"),
        ("leave", {"away_from": 5, "away_until": 4}, "away_until"),
        ("leave", {"away_from": None, "away_until": 4}, "away_from"),
    ],
)
def test_days_that_cannot_be_name_their_field(what, days, field):
    since = appointment().since
    real = {name: None if n is None else since + timedelta(days=n) for name, n in days.items()}
    assert refused(lambda: change("handler", what, **real)) == [field]


def test_nobodys_own_appointment_and_none_that_is_not_there_is_changed():
    assert refused(lambda: change("security_admin", "end", until=TODAY)) == []
    gone = partial(change_appointment, actor("security_admin"), uuid4(), "end", until=TODAY)
    assert refused(gone, "unknown") == []


# ── accounts ──
@pytest.mark.parametrize("username", ["", "ab", "1abc", "Abc", "ab c", "周文斌", "a" * 61])
def test_a_login_name_is_plain(username):
    assert refused(lambda: add_person(actor("security_admin"), username=username, name="甲")) == ["username"]


@pytest.mark.parametrize(
    ("given", "field"), [({"name": "甲" * 61}, "name"), ({"name": "甲", "email": "a" * 255}, "email")]
)
def test_a_name_or_an_address_that_no_column_holds_is_refused(given, field):
    security = actor("security_admin")
    assert refused(lambda: add_person(security, username="too.long", **given)) == [field]
    user = User.objects.get(username="caoyong").id
    assert refused(lambda: change_person(security, user, **{"email": ""} | given)) == [field]


@pytest.mark.parametrize("username", ["abc", "a" * 60, "a.b-c_9"])
def test_a_plain_login_name_is_taken_and_its_password_works(username):
    password = add_person(actor("security_admin"), username=username, name="甲", email="a@b.cn")
    made = user(username)
    assert made.check_password(password)
    assert len(password) == 19
    assert (made.name, made.email, made.kind, made.is_active, made.jurisdiction) == (
        "甲",
        "a@b.cn",
        "staff",
        True,
        "990101",
    )
    assert told().after == {"username": username, "name": "甲", "email": "a@b.cn"}
    assert refused(lambda: add_person(actor("security_admin"), username=username, name="乙")) == ["username"]


def test_two_people_get_two_passwords():
    assert add_person(actor("security_admin"), username="abc", name="甲") != add_person(
        actor("security_admin"), username="abd", name="乙"
    )


def test_an_account_is_closed_and_opened_on_the_record_and_once():
    close = partial(set_active, actor("security_admin"), user("handler").id, why="调走了")
    close(active=False)
    assert not user("handler").is_active
    row = told()
    assert (row.what, row.before, row.after) == (
        "person.close",
        {"active": True},
        {"active": False, "username": "caoyong", "why": "调走了"},
    )
    close(active=False)
    assert told().id == row.id
    close(active=True)
    assert (told().what, user("handler").is_active) == ("person.open", True)


def test_an_account_that_is_not_there_or_a_citizens_is_not_closed():
    security = actor("security_admin")
    assert refused(lambda: set_active(security, uuid4(), active=False, why="x"), "unknown") == []
    citizen = User.objects.create_user("c", jurisdiction="990101", name="周", kind="citizen")
    assert refused(lambda: set_active(security, citizen.id, active=False, why="x"), "unknown") == []
    assert refused(lambda: set_active(security, security.user, active=False, why="x")) == []


def test_who_is_not_there_is_not_renamed_and_has_no_second_factor_to_lose():
    security = actor("security_admin")
    assert refused(lambda: change_person(security, uuid4(), name="甲", email=""), "unknown") == []
    assert refused(lambda: note_reset(security, uuid4(), why="丢了", factors=1, sessions=0), "unknown") == []


def test_people_are_found_by_part_of_either_name_with_their_posts():
    found = people(actor("auditor"), "caoyon")
    assert [(p.username, p.active) for p in found] == [("caoyong", True)]
    assert [(short, kind) for short, _en, _title, kind in found[0].posts] == [("住建局", "handler")]
    assert people(actor("auditor"), user("handler").name[:2])[0].username == "caoyong"
    assert people(actor("auditor"), "no such person") == []
    Appointment.objects.filter(user_id=user("handler").id).update(until=TODAY - timedelta(days=1))
    assert people(actor("system_admin"), "caoyong")[0].posts == []
    assert len(people(actor("security_admin"), most=3)) == 3


def test_who_is_closed_comes_last_in_the_list():
    User.objects.filter(username="caoyong").update(is_active=False)
    assert people(actor("auditor"), most=10_000)[-1].username == "caoyong"


def test_what_waits_in_somebodys_hands_is_counted_until_it_is_closed(road):
    one = road().to("handling")
    assert waiting_for("990101", user("handler").id) == 0
    one.take("assign", "head", assignee=str(user("handler").id))
    assert waiting_for("990101", user("handler").id) == 1


def test_changes_are_read_newest_first_by_those_who_may_and_page_by_page():
    for name in ("甲", "乙"):
        change_office(actor("system_admin"), ZHUJIAN, name=name)
    second, first = changes(actor("auditor"))
    assert (second.after["name"], first.after["name"]) == ("乙", "甲")
    assert second.name == user("system_admin").name
    assert changes(actor("security_admin"), before=second.at) == [first]
    assert changes(actor("security_admin"), before=first.at) == []


@pytest.mark.parametrize("who", ["handler", "dispatcher", "leader"])
def test_who_keeps_no_house_reads_none_of_it(who):
    for read in (tree, people, changes, lambda a: posts_at(a, ZHUJIAN)):
        with pytest.raises(RefusedError) as error:
            read(actor(who))
        assert error.value.reason == "right"


def test_a_right_is_the_posts_kind_wherever_it_is_held():
    need(actor("auditor"), "security_admin", "auditor")
    with pytest.raises(RefusedError):
        need(actor("auditor"), "security_admin")
