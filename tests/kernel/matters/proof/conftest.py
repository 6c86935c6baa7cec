"""A record with something of everything, and a way to write into it as the database's own administrator would."""

import pytest
from django.db import connection

from tests.people import JURISDICTION, actor
from tianping.kernel.matters.readers.sequencer import sequence


@pytest.fixture
def plant(db):
    """`plant(statement, *values)`: past every right and every foreign key. What touches nothing is no fault."""

    def run(statement, *values):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, values)
            count = cursor.rowcount
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("SET ROLE tianping_app")
        assert count
        return count

    return run


@pytest.fixture
def told(db, road):
    """Every kind of effect on one matter, and another that it is linked with. All of it is fed."""
    other = road(title="楼道堆物")
    one = road(place="翠湖小区3栋", other_name="李某")
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    one.take("dispatch", "dispatcher", agency="zhujian")
    one.take("assign", "head", assignee=str(actor("handler").user))
    one.take("accept", "handler")
    one.take("extend", "head", term="answer", amount="2", reason="等鉴定")
    one.take("supervise", "supervisor", note="抓紧")
    one.take("correct", "handler", concept="title", value="楼上漏水到三楼", reason="写错了")
    one.take("suspend", "dispatcher", reason="等鉴定")
    one.take("resume", "dispatcher")
    one.take("finish", "handler", outcome="settled", result="修好了")
    one.take("verify", "dispatcher", on_site="不漏了")
    one.take("undo", "dispatcher", reason="按错了")
    one.take("link", "dispatcher", other_matter=str(other.matter))
    one.take("erase", "supervisor", concept="other_name", reason="本人申请")
    one.other = other
    while sequence(JURISDICTION):
        pass
    return one
