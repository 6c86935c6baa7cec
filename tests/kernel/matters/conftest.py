"""Short ways to walk a matter."""

from io import BytesIO
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, connections, transaction

from tests.conftest import CLUSTER
from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.advance import advance, report
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.models import Subject
from tianping.kernel.service import citizen, store

PHONE, OTHER = "13800002207", "13900001111"
PAPER = b"%PDF-1.4\n%%EOF\n"

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


def paper(who):
    """A file that this actor has sent and nobody has attached."""
    return str(store(who, "材料.pdf", BytesIO(PAPER), len(PAPER)).id)


def unknown(call):
    with pytest.raises(RefusedError) as refused:
        call()
    return refused.value.reason == "unknown"


@pytest.fixture
def folders(settings, tmp_path):
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }


@pytest.fixture
def proven():
    """`proven(phone)`: whoever has proven that phone, with a subject of their own."""
    users = {}

    def make(phone=PHONE):
        if phone not in users:
            with acting(system_actor("990101")):
                subject = Subject.objects.create(jurisdiction="990101", created_at="2026-11-24T00:00Z").id
            name = vault().blind("phone", phone).hex()
            users[phone] = User(jurisdiction="990101", username=name, kind="citizen", subject_id=subject)
        return citizen(users[phone])

    return make


@pytest.fixture
def owned(db):
    """`owned(statement, values)` inside the test's transaction: as the owner of the tables, whom no missing right holds back."""

    def run(statement, values=()):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute(statement, values)
            cursor.execute("SET LOCAL ROLE tianping_app")

    return run
