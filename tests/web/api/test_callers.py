"""Tokens, sessions and nobody: what each may do on every route."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.people import WHO, actor
from tests.web.api.conftest import LEAK, Caller
from tianping.kernel.agencies.actors import posts_of
from tianping.kernel.agencies.models import User
from tianping.web.api import tokens
from tianping.web.api.app import api
from tianping.web.api.callers import Access
from tianping.web.models import ApiToken

pytestmark = pytest.mark.django_db


def routes():
    """Every method, path and the access it asks for."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, path, operation.auth_callbacks


def call(method, path, token):
    filled = re.sub(r"{\w+:\w+}", str(uuid4()), path).replace("{step}", "note").replace("{name}", "intake")
    headers = {"Authorization": token, "Idempotency-Key": str(uuid4())}
    body = {"data": "{}", "content_type": "application/json"} if method == "POST" else {}
    return Client().generic(method, f"/api/v1{filled}", headers=headers, **body)


def user(who):
    return User.objects.get(username=WHO[who])


def bad_tokens():
    expired = tokens.issue(user("dispatcher"), "expired", tokens.SCOPES, 1)
    revoked = tokens.issue(user("dispatcher"), "revoked", tokens.SCOPES, 1)
    tokens.revoke(revoked.id)
    late = tokens.issue(user("dispatcher"), "late", tokens.SCOPES, 1)
    from django.db import connection

    with connection.cursor() as cursor:  # the application itself may not move a date
        cursor.execute("RESET ROLE")
        cursor.execute("UPDATE api_token SET expires_at = now() - interval '1 second' WHERE id = %s", [expired.id])
        cursor.execute("UPDATE api_token SET jurisdiction = '990102' WHERE id = %s", [late.id])
        cursor.execute("SET ROLE tianping_app")
    return {
        "expired": f"Bearer {expired.token}",
        "revoked": f"Bearer {revoked.token}",
        "elsewhere": f"Bearer {late.token}",
        "unknown": "Bearer tp_" + "A" * 43,
        "malformed": "Bearer nothing",
        "empty": "Bearer ",
        "basic": "Basic dXNlcjpwdw==",
        "not ascii": "Bearer 令牌",
    }


def test_every_route_says_what_it_asks_for():
    for method, path, access in routes():
        assert len(access) == 1, (method, path)
        assert isinstance(access[0], Access), (method, path)


def test_no_route_takes_a_token_that_does_not_work():
    answers = {
        (method, path, kind): call(method, path, token)
        for kind, token in bad_tokens().items()
        for method, path, _access in routes()
    }
    assert {key: a.status_code for key, a in answers.items() if a.status_code != 401} == {}
    assert len({a.content for a in answers.values()}) == 1


def test_no_route_takes_a_token_of_another_scope():
    for method, path, (access,) in routes():
        if access.scope:
            others = [s for s in tokens.SCOPES if s != access.scope]
            issued = tokens.issue(user("dispatcher"), "narrow", others, 1)
            answer = call(method, path, f"Bearer {issued.token}")
            assert (method, path, answer.status_code) == (method, path, 403)


def test_nobody_gets_in_where_guests_may_not():
    for method, path, (access,) in routes():
        if not access.guests:
            filled = re.sub(r"{[^}]+}", str(uuid4()), path)
            answer = Client().generic(method, f"/api/v1{filled}", "{}", content_type="application/json")
            assert (method, path, answer.status_code) == (method, path, 401)
            assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_of_somebody_who_left_does_not_work(as_):
    caller = as_("dispatcher")
    User.objects.filter(username=WHO["dispatcher"]).update(is_active=False)
    assert caller.get("/me").status_code == 401


def test_only_the_digest_is_kept():
    issued = tokens.issue(user("dispatcher"), "once", ["read"], 1)
    row = ApiToken.objects.get(id=issued.id)
    assert issued.token.encode() not in bytes(row.digest)
    assert len(bytes(row.digest)) == 32


@pytest.mark.parametrize(("scopes", "days"), [([], 1), (["everything"], 1), (["read"], 0), (["read"], 401)])
def test_a_token_without_bounds_is_not_issued(scopes, days):
    with pytest.raises(ValueError, match=r"scopes|token"):
        tokens.issue(user("dispatcher"), "wide", scopes, days)


def test_a_revoked_token_stays_revoked():
    issued = tokens.issue(user("dispatcher"), "gone", ["read"], 1)
    assert tokens.revoke(issued.id)
    assert not tokens.revoke(issued.id)
    assert not tokens.revoke(uuid4())


def test_the_last_use_is_noted_now_and_then(as_):
    caller = as_("dispatcher")
    caller.get("/me")
    first = ApiToken.objects.get().last_used_at
    caller.get("/me")
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
    assert first > timezone.now() - timedelta(minutes=1)


def test_a_token_for_one_post_has_only_that_post(as_):
    dispatcher = user("dispatcher")
    post = posts_of(dispatcher)[0]
    assert as_("dispatcher", post=post.id).get("/worklist").status_code == 200
    assert as_("dispatcher", post=uuid4()).get("/worklist").status_code == 401


def test_me_tells_who_calls(as_):
    told = as_("handler", scopes=("read",)).get("/me").json()
    assert told["scopes"] == ["read"]
    assert told["posts"][0]["kind"] == "handler"


# ── the browser ──────────────────────────────────────────────────────────────────────────────────────────────
def browser(who, *, csrf=True):
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user(who), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_a_logged_in_browser_reads():
    answer = browser("dispatcher").get("/api/v1/me")
    assert answer.json()["scopes"] == sorted(tokens.SCOPES)


def test_a_post_chosen_in_the_session_signs():
    client = browser("dispatcher")
    session = client.session
    session["post"] = "nonsense"
    session.save()
    assert client.get("/api/v1/me").json()["agency"] == actor("dispatcher").agency


def test_a_browser_changes_nothing_without_its_csrf_token():
    client = browser("dispatcher")
    sent = {"content_type": "application/json", "headers": {"Idempotency-Key": str(uuid4())}}
    refused = client.post("/api/v1/reports", {"form": LEAK}, **sent)
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:tianping:problem:csrf"
    client.cookies["csrftoken"] = "a" * 32
    sent["headers"]["X-CSRFToken"] = "a" * 32
    assert client.post("/api/v1/reports", {"form": LEAK}, **sent).status_code == 201


def test_a_bad_token_is_not_saved_by_a_good_session():
    assert browser("dispatcher").get("/api/v1/me", headers={"Authorization": "Bearer x"}).status_code == 401


# ── citizens ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def citizen(db):
    """A citizen who has proved who they are, and what they reported."""
    person = User.objects.create_user(
        "zhouguilan", None, jurisdiction="990101", name="周桂兰", kind="citizen", subject_id=uuid4()
    )
    from tianping.kernel.agencies.acting import acting, system_actor
    from tianping.kernel.parties.models import Subject

    with acting(system_actor("990101")):
        Subject.objects.create(jurisdiction="990101", id=person.subject_id, created_at=timezone.now())
    return Caller(tokens.issue(person, "mine", tokens.SCOPES, 1).token)


def test_a_citizen_sees_their_own_matters_and_who_read_them(citizen, as_):
    receipt = citizen.report()
    assert [m["matter"] for m in citizen.get("/mine").json()["items"]] == [receipt["matter"]]
    assert citizen.get(f"/mine/{receipt['matter']}").json()["state"] == "triage"
    as_("dispatcher").get(f"/matters/{receipt['matter']}", {"purpose": "dispatch"})
    read = citizen.get(f"/mine/{receipt['matter']}/readers").json()["items"]
    assert [r["purpose"] for r in read] == ["dispatch"]


def test_a_citizen_sees_nobody_else_s(citizen, guest):
    other = guest.report()
    missing = citizen.get(f"/mine/{uuid4()}")
    for path in ("", "/readers"):
        assert citizen.get(f"/mine/{other['matter']}{path}").content == missing.content


@pytest.fixture
def by_phone(guest):
    """What was reported from a phone, and whoever has proven it: a token's caller, and the browser they logged in with."""
    from tianping.kernel.matters.vault import vault
    from tianping.web.accounts import citizens

    receipt = guest.report(other_name="楼上住户", other_phone="13900001111")
    person = citizens.by_phone(vault().blind("phone", "13800002207"))
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return receipt, Caller(tokens.issue(person, "mine", tokens.SCOPES, 1).token), client


def test_a_proven_phone_acts_as_the_party_by_token(by_phone, as_):
    receipt, caller, _client = by_phone
    assert [m["matter"] for m in caller.get("/mine").json()["items"]] == [receipt["matter"]]
    assert caller.step(receipt, "ask_correction", note="名字写错了").status_code == 201
    offered = {o["step"] for o in caller.get(f"/mine/{receipt['matter']}").json()["offers"]}
    assert {"ask_correction", "ask_erasure"} <= offered
    assert caller.step(receipt, "triage", category="neighbour.leak", grade="3").status_code == 403


def test_a_proven_phone_acts_as_the_party_by_session(by_phone):
    receipt, _caller, client = by_phone
    answer = client.post(
        f"/api/v1/proceedings/{receipt['proceeding']}/steps/ask_erasure",
        {"form": {"note": "请删掉电话"}},
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201


def test_the_content_is_the_same_as_on_the_page(by_phone, as_):
    receipt, caller, client = by_phone
    as_("dispatcher").step(receipt, "note", note="内部记录")
    found = caller.get(f"/mine/{receipt['matter']}/content").json()
    told = {f["name"]: f["value"] for f in found["facts"]}
    assert (told["reporter_phone"], told["other_name"]) == ("13800002207", "楼上住户")
    assert "13900001111" not in str(found)
    assert "内部记录" not in str(found)
    page = client.get(f"/mine/{receipt['matter']}/").content.decode()
    assert all(value in page for value in told.values())
    assert caller.get(f"/mine/{uuid4()}/content").status_code == 404


def test_staff_and_citizens_have_doors_of_their_own(citizen, as_):
    assert citizen.get("/worklist").status_code == 403
    assert as_("dispatcher").get("/mine").status_code == 403


def test_a_proven_citizen_asks_for_erasure(citizen):
    receipt = citizen.report()
    assert citizen.step(receipt, "ask_erasure", note="请删掉电话").status_code == 201


def test_only_the_security_administrator_sees_the_tokens(as_):
    assert as_("dispatcher").get("/tokens").status_code == 403
    listed = as_("security_admin").get("/tokens").json()["items"]
    assert len(listed) == 2
    assert "digest" not in listed[0]
