"""Lists of matters: what waits for me, what is in my sight, what a search finds. Paged by cursor, without exact counts.

Titles of ordinary matters are readable here; a protected matter shows neither title nor place.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.acting import acting
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.store import FAR

Sort = Literal["due", "opened", "changed"]
MOST = 200


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a list. `view`: "todo" (waits for me) or "sight" (all that my post looks over, or was sent to it).

    `late`: "overdue" or "soon" (within two days). `ids` limits to these matters: what a search found.
    """

    view: Literal["todo", "sight"] = "todo"
    states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    holder: str = ""
    place_path: str = ""
    late: Literal["", "overdue", "soon"] = ""
    returned: bool = False
    supervised: bool = False
    open_only: bool = True
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    ids: tuple[UUID, ...] | None = None
    sort: Sort = "due"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Row:
    matter: UUID
    proceeding: UUID | None
    number: str
    title: str
    category: str
    grade: str
    channel: str
    place: str
    place_path: str
    procedure: str
    state: str
    holder: str
    holder_name: str
    assignee: UUID | None
    assignee_name: str
    due_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    protected: bool
    supervised: bool
    returns: int
    followers: int
    told_at: datetime  # when it was told; the record may have come later
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row] = field(default_factory=list)
    next: str = ""


_SHOWN = """m.number, m.title, m.category, m.grade, m.channel, m.place, m.path, {procedure}, {state}, m.holder, g.short_name,
 m.assignee, u.name, {due}, m.opened_at, m.changed_at, m.protected, m.supervised, m.returns, m.followers, m.happened_at"""
_JOINS = """ LEFT JOIN agency g ON g.jurisdiction = m.jurisdiction AND g.path = m.holder LEFT JOIN account u ON u.id = m.assignee"""
DUE = f"coalesce(m.due_at, '{FAR.isoformat()}')"  # in the words of its indexes (sql/0004_lists.sql)
_ORDERS: dict[Sort, str] = {"due": "due_at", "opened": "opened_at", "changed": "changed_at"}


def worklist(actor: Actor, query: Query) -> Page:
    """One page. The actor's keys and sight are conditions of the query, and row-level security stands behind it."""
    with acting(actor, lists=True):
        return list_page(actor, query)


def list_page(actor: Actor, query: Query, *, most: int = MOST) -> Page:
    """The same inside a transaction that already acts for the actor; `most` rows a page."""
    if not 1 <= query.limit <= most:
        raise RefusedError(_("一页最多200行"), "form")
    if actor.kind == "guest":
        return Page()  # a receipt shows where one matter stands, never a list
    return _todo(actor, query) if query.view == "todo" else _sight(actor, query)


def _todo(actor: Actor, query: Query) -> Page:
    """Each key's rows come in order from one index; the merge of a person's few keys keeps the order."""
    where, values = todo_filters(query)
    after = _after(query.cursor)
    if after:
        where.append("(t.due_at, t.proceeding_id) > (%(after_at)s, %(after_id)s)")
        values |= {"after_at": after[0], "after_id": after[1]}
    values |= {"j": actor.jurisdiction, "keys": sorted(actor.keys), "n": query.limit + 1, "each": query.limit + 1}
    conditions = "".join(f" AND {w}" for w in where)
    shown = _SHOWN.format(procedure="t.procedure", state="t.state", due="t.due_at")
    statement = f"""WITH mine AS MATERIALIZED (
 SELECT t.matter_id, t.proceeding_id, t.due_at, t.steps, t.procedure, t.state FROM unnest(%(keys)s::text[]) k CROSS JOIN LATERAL (
   SELECT t.* FROM todo t WHERE t.jurisdiction = %(j)s AND t.key = k COLLATE "C"{conditions}
   ORDER BY t.due_at, t.proceeding_id LIMIT %(each)s) t
 ORDER BY t.due_at, t.proceeding_id LIMIT %(n)s * 3)
SELECT m.id, t.proceeding_id, {shown}, t.steps FROM mine t JOIN matter m ON m.jurisdiction = %(j)s AND m.id = t.matter_id{_JOINS}
 ORDER BY t.due_at, t.proceeding_id"""  # noqa: S608  # conditions are constants, values are bound
    found: dict[UUID, Row] = {}
    for raw in _fetch(statement, values):
        row = _row(raw)
        old = found.get(row.proceeding or row.matter)
        merged = row if old is None else _with_steps(row, tuple(dict.fromkeys((*old.steps, *row.steps))))
        found[row.proceeding or row.matter] = merged
    rows = list(found.values())
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    return Page(rows, _cursor(rows[-1].due_at or FAR, rows[-1].proceeding) if more and rows else "")


def todo_filters(query: Query) -> tuple[list[str], dict[str, Any]]:
    where: list[str] = []
    values: dict[str, Any] = {}
    for column, wanted in (("state", query.states), ("grade", query.grades)):
        if wanted:
            where.append(f"t.{column} = ANY(%({column})s)")
            values[column] = list(wanted)
    _in_categories("t", query.categories, where, values)
    if query.place_path:
        where.append("t.place_path >= %(place)s AND t.place_path < %(place_end)s")
        values |= {"place": query.place_path, "place_end": query.place_path[:-1] + "/"}
    if query.late:
        where.append(
            "t.due_at < statement_timestamp()"
            if query.late == "overdue"
            else "t.due_at >= statement_timestamp() AND t.due_at < statement_timestamp() + interval '2 days'"
        )
    matter = _matter_only(query, values)
    if matter:
        where.append(
            "EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = t.jurisdiction AND m.id = t.matter_id"  # noqa: S608
            + "".join(f" AND {m}" for m in matter)  # conditions are constants, values are bound
            + ")"
        )
    if query.ids is not None:
        where.append("t.matter_id = ANY(%(ids)s)")
        values["ids"] = list(query.ids)
    return where, values


def _in_categories(table: str, wanted: tuple[str, ...], where: list[str], values: dict[str, Any]) -> None:
    """A class stands for its leaves, as a range of codes: `neighbour` finds `neighbour.leak`."""
    if not wanted:
        return
    conditions = [f"{table}.category = ANY(%(category)s)"]
    values["category"] = list(wanted)
    for number, name in enumerate(name for name in wanted if "." not in name):
        conditions.append(f"({table}.category >= %(class{number})s AND {table}.category < %(class{number}_end)s)")
        values |= {f"class{number}": f"{name}.", f"class{number}_end": f"{name}/"}  # "/" follows "." byte by byte
    where.append(f"({' OR '.join(conditions)})")


def _matter_only(query: Query, values: dict[str, Any]) -> list[str]:
    """Conditions on columns that only the matter has."""
    where: list[str] = []
    if query.channels:
        where.append("m.channel = ANY(%(channels)s)")
        values["channels"] = list(query.channels)
    if query.holder:
        where.append("m.holder = %(holder)s")
        values["holder"] = query.holder
    if query.returned:
        where.append("m.returns > 0")
    if query.supervised:
        where.append("m.supervised")
    if query.opened_from:
        where.append("m.opened_at >= %(opened_from)s")
        values["opened_from"] = query.opened_from
    if query.opened_until:
        where.append("m.opened_at < %(opened_until)s")
        values["opened_until"] = query.opened_until
    return where


def sight_filters(actor: Actor, query: Query) -> tuple[list[str], dict[str, Any]]:
    """What the post looks over, by path range; without such a post, what was sent to one of its keys."""
    values: dict[str, Any] = {"j": actor.jurisdiction}
    where = _matter_only(query, values)
    if actor.lo:
        where.append("m.path >= %(lo)s AND m.path < %(hi)s")
        values |= {"lo": actor.lo, "hi": actor.hi}
    else:
        where.append("m.audience && %(keys)s::text[]")
        values["keys"] = sorted(actor.keys)
    for name, wanted in (("state", query.states), ("grade", query.grades)):
        if wanted:
            where.append(f"m.{name} = ANY(%({name})s)")
            values[name] = list(wanted)
    _in_categories("m", query.categories, where, values)
    if query.place_path:
        where.append("m.path >= %(place)s AND m.path < %(place_end)s")
        values |= {"place": query.place_path, "place_end": query.place_path[:-1] + "/"}
    if query.late:
        where.append(
            f"{DUE} < statement_timestamp()"
            if query.late == "overdue"
            else f"{DUE} >= statement_timestamp() AND {DUE} < statement_timestamp() + interval '2 days'"
        )
    if query.open_only:
        where.append("m.closed_at IS NULL")
    if query.ids is not None:
        where.append("m.id = ANY(%(ids)s)")
        values["ids"] = list(query.ids)
    return where, values


def _sight(actor: Actor, query: Query) -> Page:
    column = _ORDERS[query.sort]
    where, values = sight_filters(actor, query)
    values["n"] = query.limit + 1
    descending = query.sort != "due"
    column = DUE if column == "due_at" else f"m.{column}"
    after = _after(query.cursor)
    if after:
        where.append(f"({column}, m.id) {'<' if descending else '>'} (%(after_at)s, %(after_id)s)")
        values |= {"after_at": after[0], "after_id": after[1]}
    direction = " DESC" if descending else ""
    shown = _SHOWN.format(procedure="m.procedure", state="m.state", due="m.due_at")
    statement = f"""SELECT m.id, NULL::uuid, {shown}, ARRAY[]::text[], {column} FROM matter m{_JOINS}
 WHERE m.jurisdiction = %(j)s AND {" AND ".join(where)} ORDER BY {column}{direction}, m.id{direction} LIMIT %(n)s"""  # noqa: S608
    raw = _fetch(statement, values)
    rows = [_row(r[:-1]) for r in raw[: query.limit]]
    return Page(rows, _cursor(raw[query.limit - 1][-1], rows[-1].matter) if len(raw) > query.limit else "")


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()  # type: ignore[no-any-return]


def _row(raw: tuple[Any, ...]) -> Row:
    values = list(raw)
    values[12] = values[12] or ""  # an office that was closed has no name
    values[14] = values[14] or ""
    values[15] = None if values[15] is None or values[15].year == FAR.year else values[15]
    values[23] = tuple(values[23])
    return Row(*values)


def _with_steps(row: Row, steps: tuple[str, ...]) -> Row:
    return replace(row, steps=steps)


def _cursor(at: datetime, ident: UUID | None) -> str:
    return urlsafe_b64encode(f"{at.isoformat()}|{ident}".encode()).decode()


def _after(cursor: str) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    try:
        at, _bar, ident = urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(at), UUID(ident)
    except (ValueError, UnicodeError) as error:
        raise RefusedError(_("这个翻页标记用不了了，请从第一页看起"), "form") from error
