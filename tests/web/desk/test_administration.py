"""Three administrators: the tree, who holds a post, accounts; and the record of what they changed."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.people import WHO, actor
from tests.web.desk.conftest import book_of, exported, words
from tianping.kernel.agencies import accounts, administer
from tianping.kernel.agencies.models import AdminChange, Appointment, Post, User
from tianping.kernel.service import RefusedError, acting, staff_actor

pytestmark = pytest.mark.django_db


def said(what):
    with acting(actor("auditor")):
        return AdminChange.objects.filter(what=what).latest("at")


def user(who):
    return User.objects.get(username=WHO.get(who, who))


def post_of(path, kind):
    return Post.objects.get(path=path, kind=kind)


# ── who may ──
@pytest.mark.parametrize("path", ["offices/", "people/", "changes/", "packs/"])
def test_who_handles_matters_has_no_pages_of_administration(desk, path):
    for who in ("dispatcher", "handler", "leader"):
        assert desk(who).get(f"/desk/admin/{path}").status_code == 404


def test_each_administrator_comes_to_their_own_page_first(desk):
    assert desk("system_admin").get("/desk/admin/").url == "/desk/admin/offices/"
    assert desk("security_admin").get("/desk/admin/").url == "/desk/admin/people/"
    assert desk("auditor").get("/desk/admin/").url == "/desk/admin/changes/"


def test_the_system_administrator_gives_no_rights_and_the_security_administrator_keeps_no_tree(enter):
    post = post_of("qingxi.zhujian.", "handler").id
    assert enter("system_admin").get(f"/desk/admin/posts/{post}/?at=qingxi.zhujian.").status_code == 404
    assert enter("system_admin").get("/desk/admin/people/add/").status_code == 404
    assert enter("security_admin").get("/desk/admin/offices/edit/?at=qingxi.zhujian.").status_code == 404
    assert enter("auditor").get("/desk/admin/people/add/").status_code == 404
    for act in (
        lambda: administer.add_post(actor("security_admin"), "qingxi.zhujian.", "archivist"),
        lambda: accounts.add_person(actor("system_admin"), username="abc", name="甲"),
        lambda: administer.tree(actor("handler")),
    ):
        with pytest.raises(RefusedError):
            act()


def test_a_right_is_given_only_by_who_has_just_shown_who_they_are(desk):
    answer = desk("security_admin").get("/desk/admin/people/add/")
    assert answer.status_code == 302
    assert "/login/again/" in answer.url


# ── offices ──
def test_an_office_is_added_changed_and_closed_and_each_is_on_the_record(enter):
    client = enter("system_admin")
    sent = {"code": "newoffice", "name": "县数据局", "short": "数据局", "kind": "bureau", "capacity": "9"}
    client.post("/desk/admin/offices/add/?at=qingxi.", sent)
    assert "县数据局" in client.text("/desk/admin/offices/", at="qingxi.newoffice.")
    assert said("office.add").after["path"] == "qingxi.newoffice."
    change = {"name": "县大数据局", "short": "数据局", "capacity": "12", "active": "0"}
    client.post("/desk/admin/offices/edit/?at=qingxi.newoffice.", change)
    row = said("office.change")
    assert (row.before["name"], row.after["name"], row.after["active"]) == ("县数据局", "县大数据局", False)
    assert "停用" in client.text("/desk/admin/offices/", at="qingxi.newoffice.")


def test_a_code_is_used_once_and_is_plain(enter):
    client = enter("system_admin")
    sent = {"code": "zhujian", "name": "甲", "short": "甲", "kind": "bureau"}
    assert "已经用过" in words(client.post("/desk/admin/offices/add/?at=qingxi.", sent))
    assert "小写字母" in words(client.post("/desk/admin/offices/add/?at=qingxi.", sent | {"code": "坏 代码"}))


def test_an_office_with_open_matters_is_not_closed(enter, road):
    road().to("accepting")
    change = {"name": "住建局", "short": "住建局", "capacity": "12", "active": "0"}
    answer = enter("system_admin").post("/desk/admin/offices/edit/?at=qingxi.zhujian.", change)
    assert answer.status_code == 422
    assert "还有1件没办结" in words(answer)


# ── posts ──
def test_who_takes_a_post_works_in_it_at_once_and_when_it_ends_no_more(enter):
    enter("system_admin").post("/desk/admin/offices/post/?at=qingxi.shuiwu.", {"kind": "archivist"})
    post = post_of("qingxi.shuiwu.", "archivist")
    client = enter("security_admin")
    today = timezone.localdate()
    sent = {"user": str(user("handler").id), "title": "档案员", "since": today.isoformat(), "deputy": ""}
    client.post(f"/desk/admin/posts/{post.id}/?at=qingxi.shuiwu.", sent)
    assert "archivist@qingxi.shuiwu." in staff_actor(user("handler")).keys
    held = Appointment.objects.get(post_id=post.id)
    client.post(f"/desk/admin/appointments/{held.id}/leave/", {"away_from": today.isoformat()})
    assert "archivist@qingxi.shuiwu." not in staff_actor(user("handler")).keys
    client.post(f"/desk/admin/appointments/{held.id}/leave/", {"away_from": "", "away_until": ""})
    assert "archivist@qingxi.shuiwu." in staff_actor(user("handler")).keys
    Appointment.objects.filter(id=held.id).update(since=today - timedelta(days=9))
    client.post(f"/desk/admin/appointments/{held.id}/end/", {"until": (today - timedelta(days=1)).isoformat()})
    assert "archivist@qingxi.shuiwu." not in staff_actor(user("handler")).keys
    assert said("appointment.end").about == user("handler").name


def test_nobody_appoints_themselves_and_three_posts_are_three_people(enter):
    client = enter("security_admin")
    today = timezone.localdate().isoformat()
    auditor = Post.objects.get(kind="auditor")
    path = f"/desk/admin/posts/{auditor.id}/?at={auditor.path}"
    own = client.post(path, {"user": str(user("security_admin").id), "since": today})
    assert "不能给自己" in words(own)
    both = client.post(path, {"user": str(user("system_admin").id), "since": today})
    assert "三个人担任" in words(both)


def test_days_that_run_backward_are_refused(enter):
    post = post_of("qingxi.zhujian.", "handler")
    sent = {"user": str(user("other_handler").id), "since": "2026-12-05", "until": "2026-12-01"}
    answer = enter("security_admin").post(f"/desk/admin/posts/{post.id}/?at=qingxi.zhujian.", sent)
    assert "不能早于" in words(answer)


# ── accounts ──
def test_a_new_person_gets_a_password_that_is_shown_once(enter, client):
    sent = {"name": "周文斌", "username": "zhouwenbin", "email": ""}
    page = enter("security_admin").post("/desk/admin/people/add/", sent)
    password = page.content.decode().split('class="shown code"')[1].split(">")[1].split("<")[0]
    made = user("zhouwenbin")
    assert made.check_password(password)
    assert password not in str(said("person.add").after)
    again = enter("security_admin").post("/desk/admin/people/add/", sent)
    assert "已经有人用" in words(again)


def test_who_is_closed_is_out_at_the_next_press_and_can_come_back(enter, desk):
    there = desk("handler")
    assert there.get("/desk/").status_code == 200
    path = f"/desk/admin/people/{user('handler').id}/"
    client = enter("security_admin")
    assert client.post(path, {"why": ""}).status_code == 422
    client.post(path, {"why": "调走了"})
    assert there.get("/desk/").status_code == 302
    assert said("person.close").after["why"] == "调走了"
    client.post(path, {"why": "回来了"})
    assert desk("handler").get("/desk/").status_code == 200


def test_ones_own_account_is_not_ones_own_to_close(enter):
    answer = enter("security_admin").post(f"/desk/admin/people/{user('security_admin').id}/", {"why": "试试"})
    assert "不能停用自己" in words(answer)


def test_closing_somebody_says_how_much_waits_in_their_hands(enter, road):
    one = road().to("handling")
    one.take("assign", "head", assignee=str(user("handler").id))
    assert "还有1件没办结" in enter("security_admin").text(f"/desk/admin/people/{user('handler').id}/")


# ── sheets ──
@pytest.mark.parametrize(
    ("kind", "who"), [("offices", "system_admin"), ("people", "security_admin"), ("appointments", "security_admin")]
)
def test_what_was_exported_comes_back_and_changes_nothing(enter, kind, who):
    client = enter(who)
    headings, *rows = exported(client, kind)
    answer = client.post(f"/desk/admin/sheets/{kind}/bring/", {"file": book_of(headings, *rows)})
    text = words(answer)
    assert f"新加0行，改0行，{len(rows)}行没有变" in text
    assert "照这样导入" not in text


def test_a_sheet_is_tried_first_and_kept_with_one_more_press(enter):
    client = enter("system_admin")
    headings, *_rows = exported(client, "offices")
    row = ["newoffice", "县数据局", "", "数据局", "部门", "qingxi", "", 5]
    answer = client.post("/desk/admin/sheets/offices/bring/", {"file": book_of(headings, row)})
    assert "新加1行" in words(answer)
    assert all(o.code != "newoffice" for o in administer.tree(actor("system_admin")))
    rows = answer.content.decode().split('name="rows" value="')[1].split('"')[0]
    client.post("/desk/admin/sheets/offices/bring/", {"rows": rows})
    assert any(o.code == "newoffice" for o in administer.tree(actor("system_admin")))
    assert said("office.add").about == "县数据局"


def test_every_wrong_row_is_told_and_none_is_kept(enter):
    client = enter("security_admin")
    headings, *_rows = exported(client, "appointments")
    good = ["shuiwu", "handler", "caoyong", "", "2026-12-01", "", ""]
    sheet = book_of(
        headings,
        good,
        ["nowhere", "handler", "caoyong", "", "", "", ""],
        ["shuiwu", "handler", "nobody", "", "1.12.", "", ""],
    )
    text = words(client.post("/desk/admin/sheets/appointments/bring/", {"file": sheet}))
    assert "有2行要改，一行也没有导入" in text
    assert "第3行" in text
    assert "第4行" in text
    assert "照这样导入" not in text


def test_a_forged_or_broken_sheet_is_refused(enter):
    client = enter("system_admin")
    assert client.post("/desk/admin/sheets/offices/bring/", {"rows": "forged"}).status_code == 302
    broken = BytesIO(b"not a sheet")
    broken.name = "a.xlsx"
    assert "打不开" in words(client.post("/desk/admin/sheets/offices/bring/", {"file": broken}))
    assert "少了这些列" in words(client.post("/desk/admin/sheets/offices/bring/", {"file": book_of(["名称"], ["甲"])}))
    assert client.get("/desk/admin/sheets/appointments/bring/").status_code == 404


# ── the record and the packs ──
def test_the_record_is_read_in_words_and_cannot_be_rewritten(enter, desk):
    sent = {"code": "newoffice", "name": "县数据局", "short": "数据局", "kind": "bureau"}
    enter("system_admin").post("/desk/admin/offices/add/?at=qingxi.", sent)
    text = desk("auditor").text("/desk/admin/changes/")
    assert "加单位" in text
    assert "县数据局" in text
    with pytest.raises(DatabaseError), transaction.atomic(), acting(actor("auditor")), connection.cursor() as cursor:
        cursor.execute("UPDATE admin_change SET about = 'x'")


def test_rules_are_shown_with_their_source_and_how_it_was_verified(desk):
    client = desk("system_admin")
    page = client.text("/desk/admin/packs/")
    assert "时限规则" in page
    assert "没有核实" in page
    assert "对过原文" not in client.text("/desk/admin/packs/", kind="term_rule", unsure="1").split("核实")[-1]
    assert client.text("/desk/admin/packs/", kind="nonsense", q="受理")
