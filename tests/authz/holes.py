"""Holes planted on purpose: a sweep that does not find each of them proves nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch  # the holes are patches; the thing under test is real

import psycopg

from tests.authz.world import World

Opener = Callable[[str, World], Any]


@dataclass(frozen=True)
class Hole:
    name: str
    surfaces: frozenset[str]
    roles: tuple[str, ...]
    relations: tuple[str, ...]
    open: Opener
    sweep: str = "cells"  # which sweep is to find it: "cells", "tokens" or "dump"


def _sql(do: str, undo: str) -> Opener:
    """A change by the database's owner."""

    @contextmanager
    def opened(url: str, _world: World) -> Iterator[None]:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(do)
            try:
                yield
            finally:
                owner.execute(undo)

    return opened


def _patch(target: str, value: Any) -> Opener:
    @contextmanager
    def opened(_url: str, _world: World) -> Iterator[None]:
        with patch(target, value):
            yield

    return opened


def _as(**changes: Any) -> Opener:
    """Every actor gets these changes: a wrong right."""

    @contextmanager
    def opened(_url: str, world: World) -> Iterator[None]:
        before = dict(world.actors)
        world.actors = {key: replace(a, **changes) for key, a in before.items()}
        try:
            yield
        finally:
            world.actors = before

    return opened


def _key(role: str, key: str) -> Opener:
    @contextmanager
    def opened(_url: str, world: World) -> Iterator[None]:
        before = dict(world.actors)
        actor = world.actors[role, "*"]
        world.actors = before | {(role, "*"): replace(actor, keys=actor.keys | {key})}
        try:
            yield
        finally:
            world.actors = before

    return opened


@contextmanager
def _row_security_off(_url: str, _world: World) -> Iterator[None]:
    """The application connects as somebody whom row-level security does not bind."""
    from django.db import connections

    options = connections["default"].settings_dict["OPTIONS"]
    role = options.pop("assume_role")
    connections["default"].close()
    try:
        yield
    finally:
        options["assume_role"] = role
        connections["default"].close()


def _unscoped_show() -> Opener:
    from tianping.kernel.agencies.acting import acting, system_actor

    @contextmanager
    def as_system(actor: Any) -> Iterator[None]:
        with acting(system_actor(actor.jurisdiction)):
            yield

    return _patch("tianping.kernel.matters.show.acting", as_system)


@contextmanager
def _phones_on_the_page(_url: str, _world: World) -> Iterator[None]:
    with patch("tianping.kernel.matters.show.MASKED", frozenset()):
        yield


@contextmanager
def _talkative_refusals(_url: str, world: World) -> Iterator[None]:
    """An error text that says too much."""
    from tianping.kernel.lifecycle import state

    title = world.canaries["sent"].title
    original = state.RefusedError.__init__

    def told(self: Any, sentence: str, reason: str = "guard", fields: Any = None, **values: Any) -> None:
        original(self, sentence, reason, fields, hint=title, **values)

    with patch.object(state.RefusedError, "__init__", told):
        yield


@contextmanager
def _posts_never_end(_url: str, world: World) -> Iterator[None]:
    from tianping.kernel.agencies.actors import staff_actor

    with ExitStack() as stack:
        from tianping.kernel.agencies import actors

        loose = actors._HELD.replace("(a.until IS NULL OR a.until >= %(d)s)", "true")
        stack.enter_context(patch.object(actors, "_HELD", loose))
        before = dict(world.actors)
        world.actors = before | {("revoked", "*"): staff_actor(world.users["revoked"])}
        try:
            yield
        finally:
            world.actors = before


@contextmanager
def _code_opens_content(_url: str, world: World) -> Iterator[None]:
    """A receipt code taken for a proven identity."""
    before = dict(world.actors)
    world.actors = {
        k: replace(a, kind="citizen", keys=a.keys | {f"subject:{a.subject}"}) if k[0] == "own_code" else a
        for k, a in before.items()
    }
    try:
        yield
    finally:
        world.actors = before


@contextmanager
def _former_agents_stay(url: str, world: World) -> Iterator[None]:
    """The end of a representation forgets the audience, and the key is given out all the same."""
    before = dict(world.actors)
    canary = world.canaries["sent"]
    with psycopg.connect(url, autocommit=True) as owner:
        matter = canary.receipt.matter
        ((ended,),) = owner.execute(
            "SELECT id FROM representation WHERE matter_id = %s AND ended_at IS NOT NULL", [matter]
        ).fetchall()
        key = f"represents:{ended}"
        owner.execute("UPDATE matter SET audience = audience || %s::text WHERE id = %s", [key, matter])
        former = before["former_agent", "sent"]
        world.actors = before | {("former_agent", "sent"): replace(former, keys=former.keys | {key})}
        try:
            yield
        finally:
            world.actors = before
            owner.execute("UPDATE matter SET audience = array_remove(audience, %s::text) WHERE id = %s", [key, matter])


_OPEN_SEARCH = """CREATE OR REPLACE FUNCTION search_matters(query text, most int) RETURNS SETOF uuid
 LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
 SELECT d.matter_id FROM search_doc d WHERE d.words @@ to_tsquery('simple', query) LIMIT most $$"""


def _open_search() -> Opener:
    @contextmanager
    def opened(url: str, _world: World) -> Iterator[None]:
        with psycopg.connect(url, autocommit=True) as owner:
            (before,) = owner.execute(
                "SELECT pg_get_functiondef('search_matters(text,int)'::regprocedure)"
            ).fetchone() or ("",)
            owner.execute(_OPEN_SEARCH)
            try:
                yield
            finally:
                owner.execute(before)

    return opened


def _table_open(table: str) -> Hole:
    return Hole(
        f"row-level security off on {table}",
        frozenset({f"sql:{table}", f"sql-all:{table}"}),
        ("handler", "auditor", "guest"),
        ("elsewhere", "violence", "fresh"),
        _sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
    )


_STAFF = ("handler", "other_handler", "dispatcher", "archivist", "qiulan", "auditor")
_LISTS = frozenset({"list:sight", "list:ids", "list:opened"})
_PROTECTED = ("violence", "complained", "entrusted")

HOLES: tuple[Hole, ...] = (
    *(
        _table_open(t)
        for t in ("matter", "entry", "sealed", "fact", "todo", "document", "party", "proceeding", "term", "identifier")
    ),
    Hole(
        "a role that row-level security does not bind",
        frozenset({"sql:matter", "sql:sealed"}),
        _STAFF,
        ("elsewhere",),
        _row_security_off,
    ),
    Hole("the matter page without scope", frozenset({"detail"}), _STAFF, ("fresh",), _unscoped_show()),
    Hole("a search without scope", frozenset({"search:hits"}), _STAFF, ("elsewhere",), _open_search()),
    Hole("telephone numbers on the page", frozenset({"detail"}), ("dispatcher",), ("sent",), _phones_on_the_page),
    Hole(
        "error texts that say too much",
        frozenset({"step:accept"}),
        ("auditor",),
        ("sent",),
        _talkative_refusals,
    ),
    Hole("posts that never end", frozenset({"detail"}), ("revoked",), ("sent",), _posts_never_end),
    Hole("a receipt code taken for an identity", frozenset({"detail"}), ("own_code",), ("fresh",), _code_opens_content),
    Hole("everybody looks over the county", _LISTS, _STAFF, ("fresh",), _as(lo="qingxi.", hi="qingxi/")),
    Hole("a prefix taken for a path", frozenset({"detail"}), ("other_handler",), ("town",), _as(lo="q", hi="r")),
    Hole(
        "an office's key given to another",
        frozenset({"detail"}),
        ("other_handler",),
        ("sent",),
        _key("other_handler", "agency:qingxi.zhujian."),
    ),
    Hole(
        "the protector's key given to the dispatcher",
        frozenset({"detail"}),
        ("dispatcher",),
        _PROTECTED,
        _key("dispatcher", "protector@qingxi.zongzhi."),
    ),
    Hole(
        "a protected matter with a path",
        _LISTS,
        ("dispatcher", "leader"),
        _PROTECTED,
        _sql("UPDATE matter SET path = centre WHERE protected", "UPDATE matter SET path = '' WHERE protected"),
    ),
    Hole(
        "a protected matter seen by its office",
        frozenset({"detail"}),
        ("head", "handler"),
        ("entrusted",),
        _sql(
            "UPDATE matter SET audience = audience || '{agency:qingxi.zhujian.}' WHERE protected",
            "UPDATE matter SET audience = array_remove(audience, 'agency:qingxi.zhujian.') WHERE protected",
        ),
    ),
    Hole(
        "the office complained of sees the complaint",
        frozenset({"detail", "sql:matter"}),
        ("tianliang",),
        ("complained",),
        _sql(
            "UPDATE matter SET audience = audience || '{agency:qingxi.zhifa.}' WHERE protected",
            "UPDATE matter SET audience = array_remove(audience, 'agency:qingxi.zhifa.') WHERE protected",
        ),
    ),
    Hole(
        "reporters of one handling see each other",
        frozenset({"progress", "detail"}),
        ("other_code", "other_citizen"),
        ("follower",),
        _sql(
            "UPDATE matter f SET audience = f.audience || (SELECT l.audience FROM matter l WHERE l.id = f.leader)"
            " WHERE f.leader IS NOT NULL",
            "UPDATE matter f SET audience = (SELECT array_agg(a) FROM unnest(f.audience) a WHERE NOT a = ANY"
            " (SELECT unnest(l.audience) FROM matter l WHERE l.id = f.leader)) WHERE f.leader IS NOT NULL",
        ),
    ),
    Hole(
        "the office's notes on a party's page",
        frozenset({"detail"}),
        ("own_citizen", "agent"),
        ("sent",),
        _patch("tianping.kernel.matters.show.own_part", lambda _view, _actor: None),
    ),
    Hole(
        "any file of the matter for a party",
        frozenset({"office-file"}),
        ("own_citizen",),
        ("sent",),
        _patch("tianping.kernel.matters.papers.need_paper", lambda *_asked: None),
    ),
    Hole(
        "any number of the matter for a party",
        frozenset({"masked-other"}),
        ("own_citizen",),
        ("sent",),
        _patch("tianping.kernel.matters.show.need_number", lambda *_asked: None),
    ),
    Hole(
        "whom a report names is told of it",
        frozenset({"sql:matter"}),
        ("respondent",),
        ("sent",),
        _sql(
            "UPDATE matter m SET audience = m.audience || (SELECT array_agg('subject:' || p.subject_id) FROM party p"
            " WHERE p.matter_id = m.id AND p.role = 'other')",
            "UPDATE matter m SET audience = (SELECT array_agg(a) FROM unnest(m.audience) a WHERE a NOT IN"
            " (SELECT 'subject:' || p.subject_id FROM party p WHERE p.matter_id = m.id AND p.role = 'other'))",
        ),
    ),
    Hole(
        "who no longer acts for the party keeps the key",
        frozenset({"sql:matter"}),
        ("former_agent",),
        ("sent",),
        _former_agents_stay,
    ),
)
