"""Offices and appointments by the sheet: a bad row is named with its number, its field and the reason; nothing is half kept."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from tests.people import actor
from tianping.kernel.agencies.models import AdminChange, Agency, Appointment, Post, User
from tianping.kernel.agencies.sheets import APPOINTMENTS, OFFICES, sheet_of, try_sheet
from tianping.kernel.lifecycle.state import RefusedError

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
OFFICE = {"code": "shuju", "name": "县数据局", "short": "数据局", "kind": "部门", "parent": "qingxi", "capacity": 12.0}
POST = {"office": "shuiwu", "post": "经办人", "username": "caoyong"}


def offices(*rows, keep=True):
    return try_sheet(actor("system_admin"), "offices", rows, keep=keep)


def appointments(*rows, keep=True):
    return try_sheet(actor("security_admin"), "appointments", rows, keep=keep)


def outcome(tried):
    return [(t.row, t.about, t.done, list(t.error.fields) if t.error else []) for t in tried]


def held(username="caoyong", path="qingxi.shuiwu."):
    posts = Post.objects.filter(path=path).values_list("id", flat=True)
    user = User.objects.get(username=username)
    return list(Appointment.objects.filter(user_id=user.id, post_id__in=list(posts)).order_by("since"))


# ── offices ──
def test_a_new_office_is_taken_with_its_kind_in_words_and_numbers_as_excel_writes_them():
    assert outcome(offices(OFFICE)) == [(2, "县数据局", "new", [])]
    made = Agency.objects.get(code="shuju")
    assert (made.path, made.kind, made.capacity, made.phone, made.name_en) == ("qingxi.shuju.", "bureau", 12, "", "")


def test_an_office_may_stand_under_one_of_the_same_sheet_when_that_comes_first():
    child = OFFICE | {"code": "fenju", "name": "数据分局", "short": "分局", "kind": "branch", "parent": "shuju"}
    assert outcome(offices(OFFICE, child)) == [(2, "县数据局", "new", []), (3, "数据分局", "new", [])]
    assert Agency.objects.get(code="fenju").path == "qingxi.shuju.fenju."


def test_the_same_row_again_is_the_same_and_another_word_in_it_a_change():
    offices(OFFICE)
    count = AdminChange.objects.count()
    assert outcome(offices(OFFICE)) == [(2, "县数据局", "same", [])]
    assert AdminChange.objects.count() == count
    assert outcome(offices(OFFICE | {"phone": 88001234.0, "capacity": ""})) == [(2, "县数据局", "changed", [])]
    made = Agency.objects.get(code="shuju")
    assert (made.phone, made.capacity) == ("88001234", 0)


def test_a_closed_office_in_the_sheet_is_open_again():
    offices(OFFICE)
    Agency.objects.filter(code="shuju").update(active=False)
    assert outcome(offices(OFFICE))[0][2] == "changed"
    assert Agency.objects.get(code="shuju").active


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": " "}, "name", "名称和短名都要写"),
        ({"short": None}, "name", "名称和短名都要写"),
        ({"capacity": "很多"}, "capacity", "能办多少件写一个数"),
        ({"capacity": 1.5}, "capacity", "能办多少件写一个数"),
        ({"parent": "nowhere"}, "parent", "没有这个上级单位，上级要排在前面"),
        ({"kind": "宫殿"}, "kind", "请从名单里选类型"),
        ({"code": "坏 代码"}, "code", "代码用小写字母、数字和下划线，字母开头"),
    ],
)
def test_a_bad_row_of_offices_says_what_to_mend(wrong, field, sentence):
    (tried,) = offices(OFFICE | wrong)
    assert (tried.row, tried.done) == (2, "")
    assert tried.error.fields == {field: sentence}
    assert not Agency.objects.filter(name="县数据局").exists()


def test_one_bad_row_keeps_the_good_ones_out_and_all_are_told_by_their_row():
    tried = offices(
        OFFICE, OFFICE | {"code": "b", "name": "乙"}, OFFICE | {"code": "cc", "parent": "nowhere", "name": "丙"}
    )
    assert outcome(tried) == [(2, "县数据局", "new", []), (3, "乙", "", ["code"]), (4, "丙", "", ["parent"])]
    assert not Agency.objects.filter(code__in=["shuju", "cc"]).exists()
    assert not AdminChange.objects.exists()


def test_a_trial_keeps_nothing_and_says_what_it_would_do():
    assert outcome(offices(OFFICE, keep=False)) == [(2, "县数据局", "new", [])]
    assert not Agency.objects.filter(code="shuju").exists()


def test_a_row_without_a_name_is_named_by_its_code_and_one_without_anything_by_nothing():
    assert [t.about for t in offices({"code": "x"}, {})] == ["x", ""]


# ── appointments ──
def test_somebody_takes_a_post_from_today_on_under_the_posts_own_title():
    assert outcome(appointments(POST)) == [(2, "caoyong", "new", [])]
    (made,) = held()
    assert (made.since, made.until, made.title, made.deputy) == (TODAY, None, "经办人", False)


@pytest.mark.parametrize("yes", ["是", "代理", "1", 1.0, "yes", True])
def test_all_that_a_row_may_say_is_taken(yes):
    row = POST | {"title": "副科长", "since": "2026/12/1", "until": "2027.1.31", "deputy": yes}
    appointments(row)
    (made,) = held()
    assert (made.since, made.until, made.title, made.deputy) == (date(2026, 12, 1), date(2027, 1, 31), "副科长", True)


@pytest.mark.parametrize("no", ["", "否", None, "0"])
def test_whatever_else_stands_there_makes_no_deputy(no):
    appointments(POST | {"deputy": no})
    assert not held()[0].deputy


@pytest.mark.parametrize(
    "day", [date(2027, 1, 31), datetime.fromisoformat("2027-01-31T08:00"), "2027-01-31", "2027/1/31"]
)
def test_a_day_is_read_however_excel_gives_it(day):
    appointments(POST | {"until": day})
    assert held()[0].until == date(2027, 1, 31)


def test_the_same_row_again_is_the_same_and_another_end_is_a_change():
    appointments(POST)
    assert outcome(appointments(POST)) == [(2, "caoyong", "same", [])]
    end = TODAY + timedelta(days=30)
    assert outcome(appointments(POST | {"until": end})) == [(2, "caoyong", "changed", [])]
    assert [a.until for a in held()] == [end]
    Appointment.objects.filter(id=held()[0].id).update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    assert outcome(appointments(POST)) == [(2, "caoyong", "new", [])]  # who has left may come again
    assert len(held()) == 2


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"username": "nobody"}, "username", "没有这个登录名，先在人员里添加"),
        ({"post": "国王"}, "post", "没有这种岗位"),
        ({"office": "nowhere"}, "office", "没有这个单位，或者已经停用"),
        ({"post": "archivist"}, "post", "这个单位没有这个岗位，请系统管理员先设"),
        ({"since": "1.12."}, "since", "日期写成2026-12-01这样"),
        ({"until": "2026-13-01"}, "until", "日期写成2026-12-01这样"),
        ({"until": "明年"}, "until", "日期写成2026-12-01这样"),
        ({"until": TODAY - timedelta(days=1)}, "until", "到期的日子不能早于开始的日子"),
        ({"username": "linhaitao"}, "user", "不能给自己安排岗位，请另一位安全管理员来办"),
    ],
)
def test_a_bad_row_of_appointments_says_what_to_mend(wrong, field, sentence):
    tried = appointments(POST | {"username": "dugang", "office": "zhujian"} | wrong)
    assert tried[0].error.fields == {field: sentence}
    assert (tried[0].row, tried[0].done) == (2, "")
    assert not AdminChange.objects.exists()


def test_nobody_is_put_into_a_closed_office_and_no_citizen_into_a_post():
    Agency.objects.filter(code="shuiwu").update(active=False)
    assert outcome(appointments(POST))[0][3] == ["office"]
    User.objects.create_user("zhou", jurisdiction="990101", name="周", kind="citizen")
    assert outcome(appointments(POST | {"username": "zhou"}))[0][3] == ["username"]


# ── who may, and the way back ──
@pytest.mark.parametrize(
    ("who", "kind"),
    [("security_admin", "offices"), ("system_admin", "appointments"), ("auditor", "offices"), ("head", "offices")],
)
def test_each_sheet_is_its_own_administrators(who, kind):
    with pytest.raises(RefusedError) as refused:
        try_sheet(actor(who), kind, [], keep=True)
    assert refused.value.reason == "right"


def test_what_stands_now_comes_out_in_the_columns_that_go_in():
    Appointment.objects.filter(user_id=User.objects.get(username="caoyong").id).update(deputy=True, until=TODAY)
    out = sheet_of(actor("security_admin"), "appointments")
    assert len(out[0]) == len(APPOINTMENTS)
    (row,) = [r for r in out if r[2] == "caoyong"]
    assert (row[0], row[1], row[5], row[6]) == ("zhujian", "handler", TODAY.isoformat(), "是")
    assert {r[6] for r in out} == {"", "是"}
    Appointment.objects.filter(user_id=User.objects.get(username="caoyong").id).update(until=TODAY - timedelta(days=1))
    assert not [r for r in sheet_of(actor("security_admin"), "appointments") if r[2] == "caoyong"]
    Agency.objects.filter(code="shuiwu").update(active=False)
    towns = sheet_of(actor("system_admin"), "offices")
    assert len(towns[0]) == len(OFFICES)
    assert "shuiwu" not in [r[0] for r in towns]
    assert [r[5] for r in towns if r[0] in {"qingxi", "zhujian"}] == ["", "qingxi"]
    with pytest.raises(RefusedError):
        sheet_of(actor("auditor"), "offices")
