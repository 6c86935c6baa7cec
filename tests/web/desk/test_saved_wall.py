"""A kept list is its keeper's alone, in the database too."""

import pytest
from django.db import connection

from tests.people import actor
from tianping.kernel.service import acting
from tianping.web.desk.keeping import drop, keep, saved_of

pytestmark = pytest.mark.django_db


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, address FROM saved_filter")
        return cursor.fetchall()


def test_nobody_reads_changes_or_takes_away_what_somebody_else_keeps():
    keep(actor("dispatcher"), "我的", "holder=qingxi.zhujian.")
    (kept,) = saved_of(actor("dispatcher"))
    with acting(actor("dispatcher")):
        assert rows() == [("我的", "holder=qingxi.zhujian.")]
    for who in ("supervisor", "system_admin", "auditor"):
        with acting(actor(who)), connection.cursor() as cursor:
            assert rows() == []
            cursor.execute("UPDATE saved_filter SET address = 'x'")
            assert cursor.rowcount == 0
        drop(actor(who), kept.id)
        assert saved_of(actor(who)) == []
    assert saved_of(actor("dispatcher")) == [kept]
