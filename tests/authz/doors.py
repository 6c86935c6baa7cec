"""Holes planted in the doors: a page, an operation, an export, a stream, a number, a token, the owner's copy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch  # the holes are patches; the thing under test is real

import psycopg

from tests.authz.holes import Hole, Opener, _as, _patch, _sql
from tests.authz.world import World
from tests.people import actor
from tianping.kernel import service
from tianping.kernel.agencies.acting import system_actor
from tianping.kernel.lifecycle.state import Actor
from tianping.web.api import tokens
from tianping.web.api.callers import Access, _caller


def _for_everybody(read: Callable[..., Any]) -> Callable[..., Any]:
    """The same read with the dispatcher's scope, whoever asks."""

    def wide(_actor: Actor, *values: Any, **named: Any) -> Any:
        return read(actor("dispatcher"), *values, **named)

    return wide


def _every_row(asker: Actor, _query: Any, **_more: Any) -> Any:
    """The list of all matters, whoever asks."""
    wide = replace(system_actor(asker.jurisdiction), lo="qingxi.", hi="qingxi/")
    return service.worklist(wide, service.Query(view="sight", open_only=False, limit=200)).rows


@contextmanager
def _feed_for_all(url: str, _world: World) -> Iterator[None]:
    """The stream tells every entry: no wall on the feed, no join with what is seen."""
    loose = """SELECT f.position, f.matter_id, f.procedure, f.to_state, f.step FROM feed f WHERE f.jurisdiction = %(j)s
 AND f.position > %(after)s AND f.position <= %(newest)s AND (%(matter)s::uuid IS NULL OR f.matter_id = %(matter)s::uuid)
 ORDER BY f.position LIMIT %(n)s"""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("ALTER TABLE feed DISABLE ROW LEVEL SECURITY")
        try:
            with patch("tianping.capabilities.live.look._SEEN", loose):
                yield
        finally:
            owner.execute("ALTER TABLE feed ENABLE ROW LEVEL SECURITY")


@contextmanager
def _counted_protected(url: str, world: World) -> Iterator[None]:
    """The counters were not told which matters are protected."""
    with psycopg.connect(url, autocommit=True) as owner:
        where = "name = 'opened' AND key <> 'now' AND path LIKE 'qingxi.%'"
        path, key = owner.execute(f"SELECT path, key FROM counter WHERE {where} LIMIT 1").fetchone() or ("", "")
        change = "UPDATE counter SET value = value + %s WHERE name = 'opened' AND path = %s AND key = %s"
        owner.execute(change, [3, path, key])
        try:
            yield
        finally:
            owner.execute(change, [-3, path, key])


def _left_open(table: str, column: str, relation: str, secret: str) -> Opener:
    """A column that should hold nothing of it holds the words themselves."""

    @contextmanager
    def opened(url: str, world: World) -> Iterator[None]:
        canary = world.canaries[relation]
        where = "id" if table == "matter" else "matter_id"
        with psycopg.connect(url, autocommit=True) as owner:
            read = f"SELECT {column} FROM {table} WHERE {where} = %s LIMIT 1"
            (before,) = owner.execute(read, [canary.receipt.matter]).fetchone() or ("",)
            write = f"UPDATE {table} SET {column} = %s WHERE {where} = %s"
            owner.execute(write, [canary.secret[secret], canary.receipt.matter])
            try:
                yield
            finally:
                owner.execute(write, [before, canary.receipt.matter])

    return opened


def _any_scope(access: Access, request: Any) -> Any:
    """A token is looked up, and its scopes are not."""
    caller = _caller(request)
    return caller if caller.user is not None else Access.__call__(access, request)


@contextmanager
def _revoked_work(_url: str, _world: World) -> Iterator[None]:
    """Revoked and expired tokens are found like any other."""

    def loose(text: str) -> Any:
        token = tokens.ApiToken.objects.filter(digest=tokens._digest(text)).first()
        return (token, tokens.User.objects.get(id=token.user_id)) if token else None

    with patch("tianping.web.api.callers.find", loose):
        yield


_STAFF = ("handler", "other_handler", "auditor")
DOORS: tuple[Hole, ...] = (
    Hole(
        "a page that reads for everybody",
        frozenset({"web:GET desk/matter/<uuid:matter>/"}),
        _STAFF,
        ("fresh",),
        _patch("tianping.web.desk.matters.show", _for_everybody(service.show)),
    ),
    Hole(
        "an operation of the API that reads for everybody",
        frozenset({"web:GET api/v1/matters/<uuidstr:matter>"}),
        _STAFF,
        ("fresh",),
        _patch("tianping.web.api.matters.show", _for_everybody(service.show)),
    ),
    Hole(
        "a list that reads for everybody",
        frozenset({"web-list:GET desk/"}),
        _STAFF,
        ("fresh",),
        _patch("tianping.web.desk.lists.listing", _for_everybody(service.listing)),
    ),
    Hole(
        "a file that anybody opens who knows its address",
        frozenset({"web:GET files/<uuid:document>/"}),
        (*_STAFF, "other_citizen", "guest"),
        ("fresh",),
        _patch("tianping.web.files.views.open_paper", _for_everybody(service.open_paper)),
    ),
    Hole(
        "an export of every row",
        frozenset({"web-list:POST desk/export/"}),
        _STAFF,
        ("elsewhere", "fresh"),
        _patch("tianping.web.desk.exporting.drawn", _every_row),
    ),
    Hole(
        "an export by the API of every row",
        frozenset({"web-list:GET api/v1/export"}),
        _STAFF,
        ("elsewhere", "fresh"),
        _patch("tianping.web.api.desk.drawn", _every_row),
    ),
    Hole(
        "a search by the API without scope",
        frozenset({"web-list:GET api/v1/matters"}),
        _STAFF,
        ("fresh",),
        _patch("tianping.web.api.matters.worklist", lambda a, q: service.Page(_every_row(a, q))),
    ),
    Hole("the feed told to everybody", frozenset({"feed:heard"}), _STAFF, ("fresh", "violence"), _feed_for_all),
    Hole(
        "the stream of one matter opened to everybody",
        frozenset({"feed:stream"}),
        _STAFF,
        ("fresh",),
        _patch("tianping.capabilities.live.app.sees", lambda _actor, _matter: True),
    ),
    Hole(
        "counts of the whole county",
        frozenset({"count:sight", "count-all:list", "count-all:figures"}),
        _STAFF,
        ("fresh",),
        _as(lo="qingxi.", hi="qingxi/"),
    ),
    Hole("protected matters in a figure", frozenset({"count-all:figures"}), ("leader",), ("fresh",), _counted_protected),
    Hole(
        "the feed's wall down",
        frozenset({"sql:feed", "sql-all:feed"}),
        ("handler", "guest"),
        ("fresh", "violence"),
        _sql("ALTER TABLE feed DISABLE ROW LEVEL SECURITY", "ALTER TABLE feed ENABLE ROW LEVEL SECURITY"),
    ),
    Hole(
        "who read what, for everybody",
        frozenset({"sql:access_record"}),
        ("handler", "dispatcher"),
        ("elsewhere", "violence"),
        _sql("ALTER TABLE access_record DISABLE ROW LEVEL SECURITY", "ALTER TABLE access_record ENABLE ROW LEVEL SECURITY"),
    ),
    Hole("a token of any scope", frozenset(), ("dispatcher",), ("sent",), _patch(
        "tianping.web.api.callers.Access.__call__", _any_scope), "tokens"),
    Hole("a revoked token that works", frozenset(), ("dispatcher",), ("sent",), _revoked_work, "tokens"),
    Hole("a protected title in the open", frozenset(), (), ("violence",), _left_open(
        "matter", "title", "violence", "title"), "dump"),
    Hole("a name in the open", frozenset(), (), ("sent",), _left_open("matter", "channel", "sent", "name"), "dump"),
)  # fmt: skip
