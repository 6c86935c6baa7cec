"""The API as a client sees it: tokens of the demo county's people, and matters on the road."""

from uuid import uuid4

import pytest
from django.test import Client

from tests.people import WHO
from tianping.kernel.agencies.models import User
from tianping.web.api.tokens import SCOPES, issue

LEAK = {
    "description": "楼上602的卫生间漏水，厨房天花板鼓起来了。",
    "title": "楼上漏水",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
    "channel": "web",
}


class Caller:
    """One program that calls: its token, and JSON in and out."""

    def __init__(self, token=""):
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path, query=None, **headers):
        return self.client.get(f"/api/v1{path}", query, headers=self.headers | headers)

    def post(self, path, body, key=None, **headers):
        sent = self.headers | {"Idempotency-Key": key or str(uuid4())} | headers
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=sent)

    def report(self, **form):
        answer = self.post("/reports", {"form": LEAK | form})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def step(self, receipt, step, **form):
        return self.post(f"/proceedings/{receipt['proceeding']}/steps/{step}", {"form": form})


@pytest.fixture
def guest():
    return Caller()


@pytest.fixture
def as_(db):
    """`as_("dispatcher")`: a caller with a token of that person, all scopes."""

    def make(who, scopes=SCOPES, **more):
        user = User.objects.get(username=WHO.get(who, who))
        return Caller(issue(user, "test", scopes, 30, **more).token)

    return make
