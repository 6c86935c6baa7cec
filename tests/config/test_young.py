"""A young database learns what its tables hold while the first rows come in."""

import psycopg

from tests.kernel.matters.conftest import Road
from tianping.config.commands.imports import ANALYZED_AFTER, _watched
from tianping.config.database import analyze_while_young


def known(url):
    with psycopg.connect(url) as owner:
        return owner.execute("SELECT reltuples FROM pg_class WHERE oid = 'matter'::regclass").fetchone()[0]


def test_statistics_are_made_while_the_tables_are_young(database_url):
    Road()
    assert known(database_url) < 1
    assert analyze_while_young(database_url)
    assert known(database_url) == 1
    with psycopg.connect(database_url) as owner:
        owner.execute("UPDATE pg_class SET reltuples = 1000 WHERE oid = 'entry'::regclass")
    Road()
    assert not analyze_while_young(database_url)
    assert known(database_url) == 1


def test_an_import_asks_for_them_on_its_way(database_url, settings, monkeypatch):
    settings.DATABASE_URL = database_url
    asked, told = [], []
    monkeypatch.setattr("tianping.config.commands.imports.analyze_while_young", asked.append)
    step = _watched(lambda done, _total: told.append(done))
    for done in range(1, 2101):
        step(done, 2100)
    assert told == list(range(1, 2101))
    assert asked == [database_url] * len(ANALYZED_AFTER)
