"""How people who work here are reached and let in again: mobile numbers that nobody reads, a lost second factor."""

from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client

from tests.people import WHO, actor
from tests.web.desk.conftest import book_of, exported, words
from tianping.capabilities.notices.contacts import phone_of, set_phone, with_phone
from tianping.capabilities.notices.store import inbox
from tianping.kernel.agencies.models import AdminChange, User
from tianping.kernel.service import RefusedError, acting, system_actor

pytestmark = pytest.mark.django_db
J, PHONE = "990101", "13900001111"


def user(who):
    return User.objects.get(username=WHO.get(who, who))


def said(what):
    with acting(actor("auditor")):
        return AdminChange.objects.filter(what=what).latest("at")


def number(who):
    with acting(system_actor(J)):
        return phone_of(J, user(who).id)


# ── mobile numbers ──
def test_a_number_is_kept_sealed_and_shown_to_nobody(enter):
    client = enter("security_admin")
    path = f"/desk/admin/people/{user('protector').id}/phone/"
    assert client.post(path, {"phone": "139 0000 1111"}).status_code == 302
    assert number("protector") == PHONE
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute("SELECT blob FROM staff_contact WHERE user_id = %s", [user("protector").id])
        assert PHONE.encode() not in bytes(cursor.fetchone()[0])
    for page in (client.page("/desk/admin/people/"), client.page(path), client.page("/desk/admin/changes/")):
        assert PHONE not in page
    assert "已登记" in client.text("/desk/admin/people/", q="zhulin")
    change = said("person.phone")
    assert (change.about, change.before, change.after) == (user("protector").name, {"phone": False}, {"phone": True})
    client.post(path, {"phone": ""})
    assert number("protector") == ""
    assert said("person.phone").after == {"phone": False}


@pytest.mark.parametrize(
    ("phone", "told"), [("0717-1234567", "座机收不到短信"), ("12345", "手机号应是"), ("abc", "只填数字")]
)
def test_what_gets_no_message_is_refused(enter, phone, told):
    answer = enter("security_admin").post(f"/desk/admin/people/{user('protector').id}/phone/", {"phone": phone})
    assert answer.status_code == 422
    assert told in words(answer)


def test_only_the_security_administrator_keeps_numbers(enter, desk):
    set_phone(actor("security_admin"), user("protector").id, PHONE)
    path = f"/desk/admin/people/{user('protector').id}/phone/"
    for who in ("system_admin", "auditor"):
        assert enter(who).get(path).status_code == 404
        assert "已登记" not in enter(who).text("/desk/admin/people/", q="zhulin")
        with acting(actor(who)):
            assert with_phone(J) == frozenset()
    with pytest.raises(RefusedError):
        set_phone(actor("system_admin"), user("protector").id, "")
    assert "/login/again/" in desk("security_admin").get(path).url
    assert (
        enter("security_admin").get(path.replace(str(user("protector").id), str(actor("handler").post))).status_code
        == 404
    )


def test_numbers_move_to_a_new_key(tmp_path, settings):
    import shutil

    from tianping.capabilities.notices.contacts import reseal_phones
    from tianping.kernel.matters.vault import vault

    keys = tmp_path / "keys"
    shutil.copytree(settings.KEY_FOLDER, keys)
    keys.chmod(0o700)
    settings.KEY_FOLDER = keys
    set_phone(actor("security_admin"), user("protector").id, PHONE)
    vault().store.rotate()
    assert reseal_phones(J) == 1
    assert reseal_phones(J) == 0
    assert number("protector") == PHONE


# ── by Excel ──
def bring(client, *rows):
    headings, *_rows = exported(client, "people")
    answer = client.post("/desk/admin/sheets/people/bring/", {"file": book_of(headings, *rows)})
    text = answer.content.decode()
    if 'name="rows" value="' not in text:
        return answer
    return client.post("/desk/admin/sheets/people/bring/", {"rows": text.split('name="rows" value="')[1].split('"')[0]})


def test_people_come_by_the_sheet_with_a_password_that_is_shown_once(enter):
    answer = bring(enter("security_admin"), ["zhouwenbin", "周文斌", "zhou@qingxi.example", PHONE])
    assert "只显示这一次" in words(answer)
    password = answer.content.decode().split("<code>")[1].split("<")[0]
    assert user("zhouwenbin").check_password(password)
    assert number("zhouwenbin") == PHONE


def test_a_number_in_the_sheet_is_changed_left_or_taken_away(enter):
    client = enter("security_admin")
    was = user("protector")
    row = [was.username, was.name, was.email]
    bring(client, [*row, PHONE])
    assert number("protector") == PHONE
    (exported_row,) = [r for r in exported(client, "people")[1:] if r[0] == was.username]
    assert exported_row[3] == "已登记"
    bring(client, [*row[:2], "new@qingxi.example", ""])
    assert (number("protector"), user("protector").email) == (PHONE, "new@qingxi.example")
    assert said("person.change").after["email"] == "new@qingxi.example"
    bring(client, [*row, "删去"])
    assert number("protector") == ""


def test_wrong_rows_of_people_are_told(enter):
    client = enter("security_admin")
    rows = (
        ["caoyong", "", "", ""],
        ["caoyong", "曹勇", "no address", ""],
        ["X", "甲", "", ""],
        ["caoyong", "曹勇", "", "123"],
    )
    text = words(bring(client, *rows))
    assert "有4行要改，一行也没有导入" in text


def test_the_sheet_of_people_is_the_security_administrators(enter):
    assert enter("system_admin").get("/desk/admin/sheets/people/").status_code == 404
    assert enter("system_admin").get("/desk/admin/sheets/people/bring/").status_code == 404


# ── a lost second factor ──
def lose(who="handler", **session):
    """Somebody with an authenticator and codes who is logged in somewhere."""
    Authenticator.objects.create(user=user(who), type=Authenticator.Type.TOTP, data={"secret": "x"})
    Authenticator.objects.create(user=user(who), type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"})
    there = Client()
    there.force_login(user(who), backend="allauth.account.auth_backends.AuthenticationBackend")
    UserSession.objects.create(user=user(who), ip="192.0.2.1", session_key=there.session.session_key)
    return there


def test_it_is_reset_with_a_reason_on_the_record_and_the_person_told(enter):
    User.objects.filter(id=user("handler").id).update(email="caoyong@qingxi.example")
    set_phone(actor("security_admin"), user("handler").id, PHONE)
    there = lose()
    assert there.get("/desk/").status_code == 200
    client = enter("security_admin")
    path = f"/desk/admin/people/{user('handler').id}/second/"
    assert "重设" in client.text("/desk/admin/people/", q="caoyong")
    assert client.post(path, {"why": ""}).status_code == 422
    assert client.post(path, {"why": "手机丢了，当面核对过身份证"}).status_code == 302
    assert not Authenticator.objects.filter(user=user("handler")).exists()
    assert there.get("/desk/").status_code == 302, "every session has ended"
    change = said("person.second")
    assert (change.before, change.after["why"]) == ({"factors": 2}, "手机丢了，当面核对过身份证")
    assert change.after["sessions"] == 1
    assert change.user_id == user("security_admin").id
    letter = inbox(actor("handler"))[0]
    assert "由安全管理员重设了" in letter.text
    with acting(system_actor(J)), connection.cursor() as cursor:
        cursor.execute("SELECT channel, matter_id FROM notice WHERE source LIKE 'second:%%' ORDER BY channel")
        assert cursor.fetchall() == [("email", None), ("in_app", None), ("sms", None)]
    assert "重设第二道验证" in enter("auditor").text("/desk/admin/changes/")


def test_nothing_to_reset_and_ones_own_are_refused_and_leave_no_record(enter):
    client = enter("security_admin")
    assert "不用重设" in words(client.post(f"/desk/admin/people/{user('handler').id}/second/", {"why": "试试"}))
    lose("security_admin")
    own = client.post(f"/desk/admin/people/{user('security_admin').id}/second/", {"why": "试试"})
    assert "请另一位安全管理员来办" in words(own)
    assert Authenticator.objects.filter(user=user("security_admin")).count() == 2
    with acting(actor("auditor")):
        assert not AdminChange.objects.filter(what="person.second").exists()


def test_nobody_else_resets_it(enter, desk):
    path = f"/desk/admin/people/{user('handler').id}/second/"
    for who in ("system_admin", "auditor", "dispatcher"):
        assert enter(who).get(path).status_code == 404
    assert "/login/again/" in desk("security_admin").get(path).url


def test_an_unreadable_sheet_of_people(enter):
    file = BytesIO(b"nothing")
    file.name = "a.xlsx"
    answer = enter("security_admin").post("/desk/admin/sheets/people/bring/", {"file": file})
    assert "打不开" in words(answer)
