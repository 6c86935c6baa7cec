"""No spelling of a write to the record passes outside kernel/matters; what is no such write passes."""

import ast

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
    "setattr on a row from elsewhere": "def f(p):\n    setattr(p, 'state', 'closed')\n    p.save()",
    "setattr of a name": "def f(p, name):\n    setattr(p, name, 'closed')",
    "setattr handed on": "def f(rows):\n    list(map(partial(setattr, rows[0], 'state'), ['closed']))",
    "__setattr__": "def f(p):\n    object.__setattr__(p, 'state', 'closed')",
    "__setattr__ of the row": "def f(p):\n    p.__setattr__('state', 'closed')",
    "delattr": "def f(p):\n    delattr(p, 'holder')",
    "__dict__": "def f(p):\n    p.__dict__['state'] = 'closed'",
    "__dict__ updated": "def f(p):\n    p.__dict__.update(state='closed')\n    keep(p)",
    "vars": "def f(p):\n    vars(p)['state'] = 'closed'",
    "target of a loop": "def f(p):\n    for p.state in ['closed']:\n        keep(p)",
    "target of a with": "def f(p, c):\n    with c as p.state:\n        keep(p)",
    "target of a comprehension": "def f(p):\n    return [keep(p) for p.state in ['closed']]",
    "target in a tuple": "def f(p):\n    (p.state, x), y = ('closed', 1), 2",
    "target with a star": "def f(p):\n    a, *p.audience = [1, 2]",
    "more of an attribute": "def f(p):\n    p.audience += ['x']",
    "attribute taken away": "def f(p):\n    del p.leader",
    "saved by another function": "def f(p):\n    p.state = 'closed'\n    keep(p)",
    "saved under another name": "def f(p):\n    q = p\n    p.state = 'closed'\n    q.save()",
    "a row of a row": "class A:\n    def f(self):\n        self.row.state = 'closed'",
    "update of values": "def f(rows):\n    rows.update(**{'state': 'closed'})",
    "update of named values": "V = {'state': 'closed'}\ndef f(rows):\n    rows.update(**V)",
    "update of values in values": "def f(rows, v):\n    rows.update(**{'a': 1, **{'state': v}})",
    "update of dict()": "def f(rows):\n    rows.update(**dict(state='closed'))",
    "update of what cannot be read": "def f(rows, values):\n    rows.update(**values)",
    "bulk_update by cls": "class A:\n    @classmethod\n    def f(cls, rows):\n        cls.objects.bulk_update(rows, ['state'])",
    "bulk_update of fields": "def f(q, rows):\n    q.bulk_update(rows, fields=('a', 'holder'))",
    "bulk_update of what cannot be read": "def f(q, rows, names):\n    q.bulk_update(rows, names)",
    "save of fields": "def f(p):\n    p.save(update_fields=['state'])",
    "create elsewhere": "def f(cls):\n    cls.objects.create(state='closed')",
    "defaults": "def f(cls):\n    cls.objects.update_or_create(id=1, defaults={'state': 'closed'})",
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
    "sql from a file": "c.execute(Path('x.sql').read_text())",
    "sql from a file, opened": "with open('x.sql') as f:\n    c.execute(f.read())",
    "sql from a file, by a name": "q = 'SELECT 1'\nq = Path('x.sql').read_text()\nc.execute(q)",
    "sql from a file, by a choice": "def f(a):\n    c.execute('SELECT 1' if a else open('x').read())",
    "sql from elsewhere": "from x import STATEMENT\nc.execute(STATEMENT)",
    "sql from a caller": "def f(statement):\n    c.execute(statement)\nf(open('x').read())",
    "sql from a caller's caller": "def f(s):\n    c.execute(s)\ndef g(a, s):\n    f(s)\ng(1, open('x').read())",
    "sql from a caller of a method": "class A:\n    def f(self, s):\n        c.execute(s)\nA().f(open('x').read())",
    "sql from a caller by keyword": "def f(s):\n    c.execute(s)\nf(s=open('x').read())",
    "sql from nobody knows whom": "def f(s):\n    c.execute(s)\nmap(f, texts)",
    "sql from a caller of a private function": "def _f(s):\n    c.execute(s)\n_f('SELECT 1')\n_f(open('x').read())",
    "sql that begins with what cannot be read": "def f(verb):\n    c.execute(f'{verb} matter SET state = 1')",
    "sql of nothing known": "c.execute(a() + ' matter SET state = 1')",
    "sql that names itself": "q = q + ' SET state = 1'\nc.execute(q)",
    "sql grown": "q = 'UPD'\nq += 'ATE matter SET state = 1'\nc.execute(q)",
    "raw": "def f(rows, text):\n    rows.raw(text)\nf(rows, open('x').read())",
    "RawSQL": "def f(rows):\n    rows.annotate(x=RawSQL(open('x').read(), []))",
    "executemany": "def f(text):\n    text = text.strip()\n    c.executemany(text, [])",
    "function in the database": "c.execute('CREATE FUNCTION f() RETURNS void AS $$ UPDATE matter SET state = 1 $$ LANGUAGE sql')",
    "procedure of a name": "def f(name):\n    c.callproc(name)",
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
    "a list of columns": "def f(q, rows):\n    q.bulk_update(rows, ['seen'])\n    q.save(update_fields=None)",
    "another model's columns": "from x.models import G\ndef f(v):\n    G.objects.filter(id=1).update(**v)\n    G.objects.create(state=1)",
    "columns of its own": "V = {'seen': 1}\ndef f(rows):\n    rows.update(**V, **dict(told=2))",
    "setattr of another attribute": "setattr(f, 'short_description', 'x')",
    "sql by a private function": "def _f(a, s):\n    c.execute(s, a)\n_f(1, 'SELECT 1')\n_f(1, S)\nS = f'SELECT {x}'",
    "sql of a choice": "A = 'SELECT 1'\ndef f(a):\n    c.execute(A if a else A.format(x=1))",
    "sql composed of names": "c.execute(sql.SQL('CREATE ROLE {}').format(sql.Identifier(x)) + clone)",
    "sql with a name for it": "c.execute(s := 'SELECT 1')",
    "a copy of a file": "import shutil\nshutil.copy(a, b)",
    "a function of the database": "c.callproc('told')",
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


DEFINED = (
    "CREATE OR REPLACE FUNCTION close_it(a uuid) RETURNS void AS $x$ UPDATE matter SET state = 'x' $x$ LANGUAGE sql;"
)


@pytest.mark.parametrize(
    "code",
    ["c.execute('SELECT close_it(%s)', [1])", "c.execute('CALL public.close_it (1)')", "c.callproc('close_it')"],
)
def test_a_function_that_writes_is_called_by_nobody_else(plant, code):
    """However it came there: kernel/matters may define one, and nobody else may call it."""
    files = {"tianping/kernel/matters/sql/a.sql": DEFINED, "tianping/capabilities/x/y.py": code}
    (found,) = {b.file for b in writes.check(plant(files))}
    assert found == "tianping/capabilities/x/y.py"
    read = {"tianping/kernel/matters/sql/a.sql": DEFINED.replace("UPDATE matter SET state = 'x'", "SELECT 1")}
    assert not list(writes.check(plant(read | {"tianping/capabilities/x/y.py": code})))


def test_a_module_called_on_its_own_is_judged_like_one_of_the_tree():
    (found,) = writes.in_module("tianping/x.py", ast.parse("c.execute('SELECT close_it(1)')"), frozenset({"close_it"}))
    assert "close_it" in found.text


def test_a_statement_is_judged_where_another_module_gives_it(plant):
    runner = "def rows_of(s, v):\n    c.execute(s, v)"
    files = {"tianping/kernel/x.py": runner, "tianping/web/y.py": "rows_of(open('x').read(), [])"}
    (found,) = writes.check(plant(files))
    assert found.file == "tianping/web/y.py"
    assert not list(writes.check(plant(files | {"tianping/web/y.py": "rows_of('SELECT 1', [])"})))


def test_pure_states_are_no_rows(plant):
    """lifecycle knows no database; what it decides is stored by kernel/matters."""
    code = "def f(p):\n    p.state = 'closed'"
    assert not list(writes.check(plant({"tianping/kernel/lifecycle/x.py": code})))
    assert list(writes.check(plant({"tianping/kernel/clock/x.py": code})))


@pytest.mark.parametrize("name", ["0001_a.py", "a.sql"])
def test_another_s_migration_may_not_write(plant, name):
    text = "c.execute('UPDATE matter SET state = 1')" if name.endswith(".py") else "UPDATE matter SET state = 1;"
    assert list(writes.check(plant({f"tianping/capabilities/x/migrations/{name}": text})))


@pytest.mark.parametrize(
    "name", ["kernel/matters/store.py", "kernel/matters/sql/a.sql", "kernel/matters/migrations/0001_a.py"]
)
def test_the_owner_may_write(plant, name):
    assert not list(writes.check(plant({f"tianping/{name}": "c.execute('UPDATE matter SET state = 1')"})))
