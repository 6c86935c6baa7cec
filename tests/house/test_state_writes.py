"""No spelling of a write to the record passes outside kernel/matters; what is no such write passes."""

import pytest

from tools.house import writes

M = "from tianping.kernel.matters.models import Matter, Proceeding, Todo\n"
PLANTED = {
    "save": M + "m = Matter.objects.get()\nm.save()",
    "attribute": M + "for m in Matter.objects.all():\n    m.state = 'x'",
    "attribute of a row asked by index": M + "Matter.objects.all()[0].title = 'x'",
    "create": M + "Matter.objects.create(title='x')",
    "row made and saved": M + "Matter(title='x').save(force_insert=True)",
    "update": M + "Matter.objects.filter(state='a').update(title='x')",
    "update in several lines": M + "Matter.objects.filter(\n  state='a',\n).exclude(\n  id=1\n).update(title='x')",
    "bulk_create": M + "Todo.objects.bulk_create([])",
    "bulk_update": M + "Todo.objects.bulk_update([], ['state'])",
    "get_or_create": M + "Matter.objects.get_or_create(id=1)",
    "update_or_create": M + "Matter._default_manager.update_or_create(id=1)",
    "delete": M + "Matter.objects.all().delete()",
    "async": M + "async def f():\n    await Matter.objects.aupdate(title='x')",
    "alias of the import": "from tianping.kernel.matters.models import Matter as M\nM.objects.update(title='x')",
    "module": "from tianping.kernel.matters import models\nmodels.Matter.objects.update(title='x')",
    "module under another name": "import tianping.kernel.matters.models as t\nt.Entry.objects.all().delete()",
    "star": "from tianping.kernel.matters.models import *\nLink.objects.create()",
    "alias of the class": M + "X = Matter\nX.objects.update(title='x')",
    "manager in a name": M + "rows = Matter.objects\nrows.update(title='x')",
    "base manager": M + "Matter._base_manager.update(title='x')",
    "queryset in a name": M + "q = Matter.objects.all()\nq = q.filter(id=1)\nq.update(title='x')",
    "queryset on self": M +
    "class A:\n    def __init__(self):\n        self.q = Matter.objects.all()\n    def go(self):\n        self.q.update(title='x')",
    "walrus": M + "if m := Matter.objects.first():\n    m.save()",
    "tuple": M + "m, n = Matter.objects.get(), 1\nm.save()",
    "comprehension": M + "[m.delete() for m in Matter.objects.all()]",
    "annotated argument": M + "def f(m: Matter) -> None:\n    m.title = 'x'",
    "annotation in quotes": M + "def f(m: 'list[Matter]') -> None:\n    for n in m:\n        n.save()",
    "returned by a function": M + "def f():\n    return Matter.objects.all()\nf().update(title='x')",
    "next of iter": M + "m = next(iter(Matter.objects.all()))\nm.save()",
    "get_model": "from django.apps import apps\napps.get_model('matters', 'Matter').objects.update(title='x')",
    "get_model in one word": "from django.apps import apps\nX = apps.get_model('matters.Matter')\nX.objects.create()",
    "get_model of a name": "from django.apps import apps\ndef f(n):\n    apps.get_model(n).objects.update(title='x')",
    "subclass": M + "class Sub(Matter):\n    pass\nSub.objects.create()",
    "setattr": M + "m = Matter.objects.get()\nsetattr(m, 'state', 'x')",
    "getattr of a verb": M + "getattr(Matter.objects, 'update')(title='x')",
    "getattr of anything": M + "def f(v):\n    getattr(Matter.objects.all(), v)(title='x')",
    "union of querysets": M + "(Matter.objects.none() | Matter.objects.all()).update(title='x')",
    "row from elsewhere": "def f(row):\n    row.state = 'closed'\n    row.save()",
    "queryset from elsewhere": "def f(rows):\n    rows.filter(id=1).update(state='closed')",
    "_raw_delete": "def f(q):\n    q._raw_delete('default')",
    "UpdateQuery": "from django.db.models.sql.subqueries import UpdateQuery",
    "UpdateQuery, second": "from django.db.models.sql import UpdateQuery",
    "Collector": "from django.db.models.deletion import Collector",
    "serializers": "from django.core import serializers",
    "the writer itself": "from tianping.kernel.matters.store import store",
    "the writer as a name": "from tianping.kernel.matters import store",
    "loaddata": "from django.core.management import call_command\ncall_command('loaddata', 'x.json')",
    "party": "from tianping.kernel.parties.models import Party\nParty.objects.create()",
    "sql": "c.execute('UPDATE matter SET state = 1')",
    "sql in small letters": "c.execute('update matter set state = 1')",
    "sql in lines": 'c.execute("""UPDATE\n   ONLY public."matter" AS m\n SET state = 1""")',
    "sql with comments": "c.execute('UPDATE /* x */ matter -- y\\n SET state = 1')",
    "sql beside other sql": "c.execute('SELECT 1; DELETE FROM proceeding')",
    "sql in a with": "c.execute('WITH a AS (INSERT INTO todo (key) VALUES (1) RETURNING 1) SELECT * FROM a')",
    "sql f-string": "T = 'matter'\nc.execute(f'UPDATE {T} SET state = 1')",
    "sql f-string of an unknown": "def f(t):\n    c.execute(f'UPDATE {t} SET state = 1')",
    "sql of db_table": M + "c.execute(f'DELETE FROM {Matter._meta.db_table}')",
    "sql added": "c.execute('UPD' + 'ATE mat' + 'ter SET state = 1')",
    "sql added by a name": "A = 'UPDATE '\nB = A + 'matter'\nc.execute(B + ' SET state = 1')",
    "sql by percent": "c.execute('UPDATE %s SET state = 1' % 'matter')",
    "sql by format": "c.execute('INSERT INTO {} VALUES (1)'.format('feed'))",
    "sql by join": "c.execute(' '.join(['UPDATE', 'matter', 'SET state = 1']))",
    "sql by replace": "c.execute('DELETE FROM xx'.replace('xx', 'outbox'))",
    "sql composed": "c.execute(sql.SQL('UPDATE {} SET state = 1').format(sql.Identifier('matter')))",
    "sql bytes": "c.execute(b'DELETE FROM sealed')",
    "truncate": "c.execute('TRUNCATE a, link CASCADE')",
    "copy": "c.copy('COPY fact (id) FROM STDIN')",
    "merge": "c.execute('MERGE INTO term USING x ON true WHEN MATCHED THEN DELETE')",
    "alter": "c.execute('ALTER TABLE entry DISABLE TRIGGER ALL')",
    "put together in the database": "c.execute(\"DO $$ BEGIN EXECUTE 'UPD' || 'ATE matter SET state = 1'; END $$\")",
}  # fmt: skip
PASSES = {
    "reading": M + "rows = Matter.objects.filter(state='a')\nn = rows.count()",
    "a dict of columns": "d = {}\nd.update({'a': 1})",
    "a hash of a row": M + "import hashlib\ndef f(m: Matter):\n    hashlib.sha256().update(m.head)",
    "another model": "from tianping.kernel.packs.models import PackRow\nPackRow.objects.filter(id=1).update(state='x')",
    "another table": "c.execute('INSERT INTO rate_window (key) VALUES (1)')",
    "a table whose name begins so": "c.execute('DELETE FROM matter_note')",
    "selecting": "c.execute('SELECT * FROM matter FOR UPDATE OF m')",
    "copy to": "c.copy('COPY matter TO STDOUT')",
    "prose": '"""We update matter rows and set them; delete from entry never."""',
    "a form's state": "class A:\n    def f(self):\n        self.state = 1",
}


@pytest.mark.parametrize("code", PLANTED.values(), ids=PLANTED)
def test_a_write_of_the_record_is_found(plant, code):
    assert list(writes.check(plant({"tianping/capabilities/x/y.py": code})))


@pytest.mark.parametrize("code", PASSES.values(), ids=PASSES)
def test_what_is_no_write_of_the_record_passes(plant, code):
    assert not list(writes.check(plant({"tianping/capabilities/x/y.py": code})))


@pytest.mark.parametrize("name", ["x/y.sql", "x/templates/x.html", "x/z.txt"])
def test_sql_in_other_files_is_read_too(plant, name):
    assert list(writes.check(plant({f"tianping/capabilities/{name}": "UPDATE matter SET state = 1;"})))


@pytest.mark.parametrize(
    "name", ["kernel/matters/store.py", "kernel/matters/sql/a.sql", "capabilities/x/migrations/0001_a.py"]
)
def test_the_owner_and_migrations_may_write(plant, name):
    assert not list(writes.check(plant({f"tianping/{name}": "c.execute('UPDATE matter SET state = 1')"})))
