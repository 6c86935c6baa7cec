"""What row-level security is told holds for one transaction, and nothing of it for the next."""

from django.db import connection

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import Actor


def setting(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [name])
        return cursor.fetchone()[0]


SIGHT = ["tp.jurisdiction", "tp.keys", "tp.lo", "tp.hi", "tp.system"]
PLANS = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "plan_cache_mode"]
ANY = Actor(
    kind="staff", jurisdiction="990101", keys=frozenset({"b", "a"}), lo="qingxi.", hi="qingxi/", agency="qingxi."
)


def test_what_an_actor_sees_is_set_for_one_transaction_and_gone_after_it(fresh):
    for who, system in ((ANY, ""), (system_actor("990101"), "on")):
        with acting(who):
            assert [setting(n) for n in SIGHT] == ["990101", " ".join(sorted(who.keys)), who.lo, who.hi, system]
        assert [setting(n) for n in [*SIGHT, "tp.matters"]] == [""] * 6


def test_only_a_write_and_only_a_list_plan_otherwise(fresh):
    usual = [setting(n) for n in PLANS]
    assert usual == ["on", "on", "on", "auto"]
    for asked, plans in (
        ({}, usual),
        ({"writes": True}, ["off", "off", "off", "force_generic_plan"]),
        ({"lists": True}, ["on", "on", "on", "force_custom_plan"]),
    ):
        with acting(ANY, **asked):
            assert [setting(n) for n in PLANS] == plans
        assert [setting(n) for n in PLANS] == usual
