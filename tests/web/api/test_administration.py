"""Administration by the API: the same functions as the pages, the same three people, each change on the record."""

from uuid import uuid4

import pytest
from django.utils import timezone

from tests.people import WHO, actor
from tests.web.api.test_operations import sent
from tianping.capabilities.notices.store import inbox
from tianping.kernel.agencies.models import AdminChange, Appointment, Post, User
from tianping.kernel.service import acting, staff_actor

pytestmark = pytest.mark.django_db


def user(who):
    return User.objects.get(username=WHO.get(who, who))


def said(what):
    with acting(actor("auditor")):
        return AdminChange.objects.filter(what=what).latest("at")


def test_the_tree_is_kept_by_the_system_administrator(as_):
    caller = as_("system_admin")
    new = {"parent": "qingxi.", "code": "datajv", "name": "县数据局", "short": "数据局", "kind": "bureau"}
    key = str(uuid4())
    made = sent(caller, "post", "/admin/offices", new, key)
    assert (made.status_code, made.json()["id"]) == (201, "qingxi.datajv.")
    assert sent(caller, "post", "/admin/offices", new, key).status_code == 200
    assert sent(caller, "post", "/admin/offices", new).json()["fields"]["code"]
    assert sent(caller, "patch", "/admin/offices/qingxi.datajv.", {"phone": "0570-1"}).status_code == 201
    assert sent(caller, "patch", "/admin/offices/qingxi.nowhere.", {"phone": "1"}).status_code == 404
    row = next(o for o in caller.get("/admin/offices").json()["items"] if o["code"] == "datajv")
    assert row["phone"] == "0570-1"
    assert sent(caller, "post", "/admin/offices/qingxi.datajv./posts", {"kind": "handler"}).status_code == 201
    assert [p["kind"] for p in caller.get("/admin/offices/qingxi.datajv./posts").json()["items"]] == ["handler"]
    assert said("office.add").about == "县数据局"
    assert sent(as_("security_admin"), "post", "/admin/offices", new).status_code == 403
    assert sent(as_("system_admin", ("admin.read",)), "post", "/admin/offices", new).status_code == 403


def test_who_holds_a_post_is_the_security_administrators(as_):
    caller, today = as_("security_admin"), timezone.localdate().isoformat()
    post = Post.objects.get(path="qingxi.shuiwu.", kind="handler")
    body = {"user": str(user("registrar").id), "since": today}
    assert sent(caller, "post", f"/admin/posts/{post.id}/appointments", body).status_code == 201
    held = Appointment.objects.get(post_id=post.id, user_id=user("registrar").id)
    assert held.title == "经办人"
    leave = f"/admin/appointments/{held.id}/leave"
    assert sent(caller, "post", leave, {"away_from": today}).status_code == 201
    assert sent(caller, "post", leave, {"away_until": today}).json()["fields"]["away_from"]
    assert sent(caller, "post", f"/admin/appointments/{held.id}/end", {"until": today}).status_code == 201
    assert sent(caller, "post", f"/admin/appointments/{uuid4()}/end", {"until": today}).status_code == 404
    assert sent(caller, "post", f"/admin/posts/{uuid4()}/appointments", body).status_code == 422
    own = {"user": str(user("security_admin").id), "since": today}
    assert sent(caller, "post", f"/admin/posts/{post.id}/appointments", own).status_code == 422
    assert sent(as_("system_admin"), "post", f"/admin/posts/{post.id}/appointments", body).status_code == 403


def test_people_are_added_closed_and_changed_and_a_password_is_told_once(as_):
    caller, key = as_("security_admin"), str(uuid4())
    new = {"username": "newone", "name": "新来的", "email": "new@qingxi.example"}
    first = sent(caller, "post", "/admin/people", new, key).json()
    again = sent(caller, "post", "/admin/people", new, key).json()
    assert first["password"]
    assert (again["password"], again["repeated"]) == ("", True)
    (row,) = caller.get("/admin/people", {"q": "newone"}).json()["items"]
    path = f"/admin/people/{row['user']}"
    assert sent(caller, "patch", path, {"name": "改了名"}).status_code == 201
    assert sent(caller, "put", f"{path}/phone", {"phone": "13800001234"}).status_code == 201
    assert sent(caller, "put", f"{path}/phone", {"phone": "1"}).status_code == 422
    assert sent(caller, "post", f"{path}/close", {"why": "走了"}).status_code == 201
    assert sent(caller, "post", f"{path}/open", {"why": "回来了"}).status_code == 201
    assert sent(caller, "post", f"{path}/second", {"why": "丢了手机"}).status_code == 422  # has none yet
    (row,) = caller.get("/admin/people", {"q": "newone"}).json()["items"]
    assert (row["name"], row["active"], row["phone"], row["second_factor"]) == ("改了名", True, True, False)
    assert "1234" not in str(said("person.phone").after)


def test_a_whole_sheet_is_tried_and_then_kept(as_):
    caller = as_("security_admin")
    told = caller.get("/admin/sheets/people").json()
    assert told["columns"] == ["username", "name", "email", "phone"]
    rows = [{"username": "sheetone", "name": "表里来", "email": "", "phone": ""}]
    tried = sent(caller, "post", "/admin/sheets/people", {"rows": rows}).json()
    assert (tried["kept"], tried["rows"][0]["done"], tried["rows"][0]["secret"]) == (False, "new", "")
    assert not User.objects.filter(username="sheetone").exists()
    key = str(uuid4())
    kept = sent(caller, "post", "/admin/sheets/people", {"rows": rows, "keep": True}, key).json()
    assert kept["kept"]
    assert kept["rows"][0]["secret"]
    assert (
        sent(caller, "post", "/admin/sheets/people", {"rows": rows, "keep": True}, key).json()["rows"][0]["secret"]
        == ""
    )
    wrong = sent(caller, "post", "/admin/sheets/people", {"rows": [{"username": "x", "name": ""}], "keep": True}).json()
    assert (wrong["kept"], bool(wrong["rows"][0]["detail"])) == (False, True)
    assert as_("system_admin").get("/admin/sheets/people").status_code == 403
    assert as_("system_admin").get("/admin/sheets/offices").json()["rows"]


def test_packs_and_changes_are_read(as_):
    caller = as_("system_admin")
    kinds = caller.get("/admin/packs").json()
    assert kinds["releases"]
    kind = kinds["kinds"][0]["kind"]
    assert caller.get(f"/admin/packs/{kind}", {"unverified": "false"}).json()["items"]
    assert caller.get("/admin/packs/nothing").status_code == 404
    sent(caller, "patch", "/admin/offices/qingxi.shuiwu.", {"phone": "0570-2"})
    found = as_("auditor").get("/admin/changes").json()
    assert found["items"][0]["what"] == "office.change"
    assert caller.get("/admin/changes", {"before": "2026-13"}).status_code == 422
    assert as_("handler").get("/admin/changes").status_code == 403


def test_a_token_is_issued_told_once_and_revoked_on_the_record(as_):
    caller, key = as_("security_admin"), str(uuid4())
    body = {"user": str(user("handler").id), "name": "城管系统", "scopes": ["read"], "days": 30}
    first, again = sent(caller, "post", "/tokens", body, key), sent(caller, "post", "/tokens", body, key)
    assert (first.status_code, again.status_code, again.json()["token"]) == (201, 200, "")
    token = first.json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert caller.client.get("/api/v1/me", headers=headers).json()["scopes"] == ["read"]
    assert [t["name"] for t in as_("auditor").get("/tokens").json()["items"] if t["standing"] == "works"].count(
        "城管系统"
    ) == 1
    assert any("城管系统" in letter.text for letter in inbox(staff_actor(user("handler"))))
    assert token not in str(said("token.issue").after)
    assert sent(caller, "post", "/tokens", body | {"user": str(user("security_admin").id)}).status_code == 422
    assert sent(caller, "post", "/tokens", body | {"user": str(uuid4())}).status_code == 422
    assert sent(caller, "post", "/tokens", body | {"post": str(uuid4())}).status_code == 422
    assert sent(caller, "post", "/tokens", body | {"days": 500}).status_code == 422
    assert sent(as_("system_admin"), "post", "/tokens", body).status_code == 403
    path = f"/tokens/{first.json()['id']}/revoke"
    assert sent(caller, "post", path, {"why": "换系统了"}).status_code == 201
    assert sent(caller, "post", path, {"why": "再来"}).status_code == 404
    assert caller.client.get("/api/v1/me", headers=headers).status_code == 401
    assert said("token.revoke").after["why"] == "换系统了"
