"""Row-level security lets a condition use an index only when its operator is leakproof, and runs nothing else before its own
policies. What the database holds of both is read here from its catalogue."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db
# What policies call that is not leakproof by PostgreSQL's mark: read settings of the transaction, or work on them and on what
# the policy itself names. Nobody who asks chooses their arguments; a policy that calls something else must be looked at.
NOT_MARKED = {
    "tp_jurisdiction()",
    "tp_keys()",
    "tp_system()",
    "tp_locked(uuid)",
    "tp_in_sight(text)",
    "current_setting(text,boolean)",
    "string_to_array(text,text)",
    "unnest(anyarray)",
    "textcat(text,text)",
    "textanycat(text,anynonarray)",
    "arrayoverlap(anyarray,anyarray)",
}
_USED = r"""SELECT DISTINCT f.oid::regprocedure::text, f.proleakproof, f.prosrc FROM pg_policy p
 CROSS JOIN LATERAL regexp_matches(coalesce(p.polqual::text, '') || coalesce(p.polwithcheck::text, ''), ':(?:opfuncid|funcid) (\d+)', 'g') m
 JOIN pg_proc f ON f.oid = m[1]::oid"""
_INDEXED = """SELECT DISTINCT op.oprcode::regprocedure::text, f.proleakproof, ic.relname FROM pg_index i
 JOIN pg_class t ON t.oid = i.indrelid AND t.relrowsecurity JOIN pg_class ic ON ic.oid = i.indexrelid
 CROSS JOIN LATERAL unnest(i.indclass) u (oid) JOIN pg_opclass o ON o.oid = u.oid
 JOIN pg_amop ao ON ao.amopfamily = o.opcfamily AND ao.amoplefttype = o.opcintype AND ao.amoprighttype = o.opcintype
 JOIN pg_operator op ON op.oid = ao.amopopr JOIN pg_proc f ON f.oid = op.oprcode"""
_OPEN = """SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
 AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND has_table_privilege('tianping_app', c.oid, 'SELECT')
 AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'matter_id' AND NOT a.attisdropped)"""


def rows(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_every_operator_and_function_of_every_policy_is_leakproof_or_reads_settings_alone():
    used = rows(_USED)
    assert len(used) > 10
    assert {name for name, leakproof, _source in used if not leakproof} == NOT_MARKED
    for name, _leakproof, source in used:
        if name.startswith("tp_"):
            assert "FROM" not in source.upper(), name


def test_every_comparison_that_an_index_under_a_policy_serves_is_leakproof():
    found = rows(_INDEXED)
    assert {"uuid_eq(uuid,uuid)", "text_ge(text,text)"} <= {name for name, _leakproof, _index in found}
    assert [(name, index) for name, leakproof, index in found if not leakproof] == []


def test_no_table_that_tells_of_matters_is_without_its_wall():
    assert rows(_OPEN) == []
