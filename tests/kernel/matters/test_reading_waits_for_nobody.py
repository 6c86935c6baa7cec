"""A matter is read while somebody is writing it: the page shows what stood before, at once."""

from django.db import connection

from tests.people import actor
from tianping.kernel.matters.show import sees, show


def test_a_matter_whose_head_is_locked_can_be_read(road, owner):
    one = road()
    who = actor("dispatcher")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    with owner.transaction():
        owner.execute("SELECT 1 FROM matter WHERE id = %s FOR UPDATE", [one.matter])
        assert sees(who, one.matter)
        assert [e.step for e in show(who, one.matter, "handling").entries] == ["register"]
