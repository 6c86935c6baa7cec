"""Short ways to walk a matter."""

from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from tests.conftest import CLUSTER
from tests.people import actor, guest
from tianping.kernel.matters.advance import advance, report

LEAK = {
    "description": "楼上602的卫生间漏水，厨房天花板鼓起来了。",
    "title": "楼上漏水",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
    "channel": "web",
}


class Road:
    """One matter; `who` is a name of tests.people or an actor."""

    def __init__(self, **form):
        self.receipt = report(actor=guest(), form=LEAK | form, key=str(uuid4()))
        self.matter = self.receipt.matter

    def take(self, step, who, **form):
        person = actor(who) if isinstance(who, str) else who
        return advance(self.receipt.proceeding, step, actor=person, form=form, key=str(uuid4()))

    def to(self, state):
        """The shortest way to that state."""
        for name, step, who, form in (
            ("dispatch", "triage", "dispatcher", {"category": "neighbour.leak", "grade": "3"}),
            ("accepting", "dispatch", "dispatcher", {"agency": "zhujian"}),
            ("handling", "accept", "handler", {}),
            ("verifying", "finish", "handler", {"outcome": "settled", "result": "修好了"}),
            ("answering", "verify", "dispatcher", {"on_site": "不漏了"}),
            ("answered", "answer", "handler", {"answer": "已修好"}),
        ):
            self.take(step, who, **form)
            if name == state:
                return self
        raise LookupError(state)


@pytest.fixture
def road():
    return Road


@pytest.fixture
def owner(fresh):
    """The administrator: a connection that row-level security does not bind."""
    with psycopg.connect(CLUSTER.url("postgres", fresh), autocommit=True) as connection:
        yield connection
    connections["default"].close()
