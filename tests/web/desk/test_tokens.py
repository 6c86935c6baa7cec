"""The page of tokens: shown once, revoked with a reason, both on the record."""

import re
from uuid import uuid4

import pytest

from tests.people import actor
from tests.web.desk.conftest import words
from tests.web.desk.test_administration import said, user
from tianping.web.api.granting import register
from tianping.web.api.tokens import find

pytestmark = pytest.mark.django_db
ASKED = {"name": "城管系统", "scopes": ["read", "report"], "days": "30"}


def test_a_token_is_shown_once_and_the_register_shows_what_it_may_do(enter):
    client = enter("security_admin")
    page = client.post("/desk/admin/tokens/issue/", ASKED | {"user": str(user("handler").id)})
    (token,) = re.findall(r"tp_[A-Za-z0-9_-]{43}", words(page))
    assert find(token)[1] == user("handler")
    text = client.text("/desk/admin/tokens/")
    assert token not in text
    assert "城管系统" in text
    assert "登记事项" in text
    assert said("token.issue").after["name"] == "城管系统"
    assert "发令牌" in client.text("/desk/admin/changes/")


def test_a_token_is_taken_back_with_a_reason(enter):
    client = enter("security_admin")
    client.post("/desk/admin/tokens/issue/", ASKED | {"user": str(user("handler").id)})
    (row,) = register(actor("security_admin"))
    path = f"/desk/admin/tokens/{row.id}/revoke/"
    assert client.post(path, {"why": ""}).status_code == 422
    client.post(path, {"why": "换系统了"})
    assert register(actor("security_admin"))[0].standing == "revoked"
    assert said("token.revoke").after["why"] == "换系统了"
    assert client.get(path).status_code == 404
    assert "停用了" in client.text("/desk/admin/tokens/")


def test_what_is_refused_stands_beside_its_field(enter):
    client = enter("security_admin")
    own = client.post("/desk/admin/tokens/issue/", ASKED | {"user": str(user("security_admin").id)})
    assert "不能给自己发令牌" in words(own)
    assert client.post("/desk/admin/tokens/issue/", {"name": "x"}).status_code == 422


def test_the_auditor_only_looks_and_nobody_else_does(enter, desk):
    assert desk("auditor").get("/desk/admin/tokens/").status_code == 200
    assert enter("auditor").get("/desk/admin/tokens/issue/").status_code == 404
    assert enter("auditor").get(f"/desk/admin/tokens/{uuid4()}/revoke/").status_code == 404
    for who in ("dispatcher", "system_admin", "leader"):
        assert desk(who).get("/desk/admin/tokens/").status_code == 404


def test_by_the_api_too_a_browser_must_have_shown_lately_who_sits_there(desk, enter):
    body = {"user": str(user("handler").id), "name": "程序", "scopes": ["read"]}
    for client, status in ((desk("security_admin"), 401), (enter("security_admin"), 201)):
        sent = {"content_type": "application/json", "headers": {"Idempotency-Key": str(uuid4())}}
        assert client.post("/api/v1/tokens", body, **sent).status_code == status
