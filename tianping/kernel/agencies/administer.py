"""Keeping the house: offices, posts, who holds them, accounts. Every change is written with its record, or not at all.

The system administrator keeps the tree and its posts, the security administrator accounts and who holds a post, the
auditor reads what they changed: three people (等保 2.0, GB/T 22239-2019, 安全管理中心), and nobody gives themselves a right.
"""

import re
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from msgspec.json import encode
from uuid_utils.compat import uuid7

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.home import forget
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _

SYSTEM, SECURITY, AUDITOR = "system_admin", "security_admin", "auditor"
APART: Final = frozenset({SYSTEM, SECURITY, AUDITOR})  # no person holds two of them
POSTS: Final[dict[str, str]] = {
    "dispatcher": _("派单员"),
    "registrar": _("登记员"),
    "handler": _("经办人"),
    "head": _("负责人"),
    "supervisor": _("督办员"),
    "leader": _("领导"),
    "grid_worker": _("网格员"),
    "protector": _("保护专员"),
    "archivist": _("档案员"),
    "mediator": _("调解员"),
    "judge": _("法官"),
    "clerk": _("书记员"),
    "pack_editor": _("规则员"),
    SYSTEM: _("系统管理员"),
    SECURITY: _("安全管理员"),
    AUDITOR: _("审计员"),
}
KINDS: Final[dict[str, str]] = {
    "centre": _("中心"),
    "county": _("县"),
    "town": _("乡镇街道"),
    "community": _("社区"),
    "village": _("村"),
    "bureau": _("部门"),
    "branch": _("分支机构"),
    "governance_office": _("治理办"),
    "mediation_committee": _("调委会"),
    "police_station": _("派出所"),
    "court": _("法院"),
    "legal_aid": _("法律援助"),
    "hotline": _("热线"),
    "member": _("成员单位"),
}
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class OfficeRow:
    path: str
    code: str
    name: str
    name_en: str
    short: str
    kind: str
    phone: str
    capacity: int
    active: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """`standing`: now, later, over, away (on leave)."""

    appointment: UUID
    user: UUID
    name: str
    username: str
    title: str
    since: date
    until: date | None
    deputy: bool
    away_from: date | None
    away_until: date | None
    standing: str


@dataclass(frozen=True, slots=True)
class PostRow:
    id: UUID
    kind: str
    holders: list[Holder] = field(default_factory=list)


def need(actor: Actor, *kinds: str) -> None:
    """Raises RefusedError("right") unless the actor holds one of these posts."""
    if not any(key.partition("@")[0] in kinds for key in actor.keys):
        raise RefusedError(_("这一步不归您办"), "right")


def note_change(actor: Actor, what: str, about: str, before: Any, after: Any) -> None:
    """In the transaction of the change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO admin_change (jurisdiction, id, at, user_id, what, about, before, after)"
            " VALUES (%s, %s, clock_timestamp(), %s, %s, %s, %s::jsonb, %s::jsonb)",
            [actor.jurisdiction, uuid7(), actor.user, what, about[:200], _json(before), _json(after)],
        )


def _json(value: Any) -> str | None:
    return None if value is None else encode(value).decode()


def wrong(field_name: str, sentence: str) -> RefusedError:
    return RefusedError(sentence, "form", {field_name: sentence})


def rows_of(statement: str, values: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


# ── offices ──────────────────────────────────────────────────────────────────────────────────────────────────────
CHANGED: Final = ("name", "name_en", "short", "phone", "capacity", "active")
_OFFICE = "path, code, name, name_en, short_name, kind, phone, capacity, active"


def tree(actor: Actor) -> list[OfficeRow]:
    """All offices in the order of the tree, closed ones too."""
    need(actor, SYSTEM, SECURITY, AUDITOR)
    statement = f"SELECT {_OFFICE} FROM agency WHERE jurisdiction = %s ORDER BY path"  # noqa: S608  # constants
    return [OfficeRow(*row) for row in rows_of(statement, [actor.jurisdiction])]


def _office(actor: Actor, path: str) -> OfficeRow:
    statement = f"SELECT {_OFFICE} FROM agency WHERE jurisdiction = %s AND path = %s FOR UPDATE"  # noqa: S608  # constants
    found = rows_of(statement, [actor.jurisdiction, path])
    if not found:
        raise RefusedError(_("没有这个单位"), "unknown")
    return OfficeRow(*found[0])


def add_office(
    actor: Actor,
    *,
    parent: str,
    code: str,
    name: str,
    short: str,
    kind: str,
    name_en: str = "",
    phone: str = "",
    capacity: int = 0,
) -> str:
    """A new office under another; answers with its path. Codes are never used twice: they stand in matters for good."""
    need(actor, SYSTEM)
    if not _CODE.fullmatch(code):
        raise wrong("code", _("代码用小写字母、数字和下划线，字母开头"))
    if kind not in KINDS:
        raise wrong("kind", _("请从名单里选类型"))
    with acting(actor):
        above = _office(actor, parent)
        made = OfficeRow(above.path + code + ".", code, name, name_en, short, kind, phone, capacity, active=True)
        try:
            with transaction.atomic():
                rows_of(
                    f"INSERT INTO agency (jurisdiction, id, {_OFFICE}) VALUES ({', '.join(['%s'] * 11)})",  # noqa: S608  # constants
                    [actor.jurisdiction, uuid7(), *asdict(made).values()],
                )
        except IntegrityError as error:
            raise wrong("code", _("这个代码已经用过，请换一个")) from error
        note_change(actor, "office.add", name, None, asdict(made))
    forget()
    return made.path


def change_office(actor: Actor, path: str, **new: Any) -> None:
    """`new`: name, name_en, short, phone, capacity, active. An office that still has open matters is not closed."""
    need(actor, SYSTEM)
    if new.get("active") is False and (count := open_at(actor.jurisdiction, path)):
        sentence = _("这里还有%(n)s件没办结，先转走再停用")
        raise RefusedError(sentence, "form", {"active": sentence}, details={"active": {"n": count}})
    with acting(actor):
        old = _office(actor, path)
        after = {**asdict(old), **{k: v for k, v in new.items() if k in CHANGED}}
        if after == asdict(old):
            return
        rows_of(
            "UPDATE agency SET name = %s, name_en = %s, short_name = %s, phone = %s, capacity = %s, active = %s"
            " WHERE jurisdiction = %s AND path = %s",
            [
                *(after[k] for k in ("name", "name_en", "short", "phone", "capacity", "active")),
                actor.jurisdiction,
                path,
            ],
        )
        note_change(actor, "office.change", old.name, asdict(old), after)
    forget()


def open_at(jurisdiction: str, path: str) -> int:
    """How many open matters the office holds: the number alone."""
    with acting(system_actor(jurisdiction)):
        statement = "SELECT count(*) FROM matter WHERE jurisdiction = %s AND holder = %s AND closed_at IS NULL"
        return int(rows_of(statement, [jurisdiction, path])[0][0])


# ── posts and who holds them ─────────────────────────────────────────────────────────────────────────────────────
_HOLDERS = """SELECT p.id, p.kind, a.id, a.user_id, u.name, u.username, a.title, a.since, a.until, a.deputy, a.away_from, a.away_until
 FROM post p LEFT JOIN appointment a ON a.jurisdiction = p.jurisdiction AND a.post_id = p.id LEFT JOIN account u ON u.id = a.user_id
 WHERE p.jurisdiction = %s AND p.path = %s ORDER BY p.kind, a.until IS NOT NULL, a.deputy, a.since DESC"""


def posts_at(actor: Actor, path: str) -> list[PostRow]:
    need(actor, SYSTEM, SECURITY, AUDITOR)
    today = timezone.localdate()
    found: dict[UUID, PostRow] = {}
    for post, kind, appointment, user, name, username, title, since, until, deputy, away, back in rows_of(
        _HOLDERS, [actor.jurisdiction, path]
    ):
        row = found.setdefault(post, PostRow(post, kind))
        if appointment is not None:
            standing = _standing(today, since, until, away, back)
            row.holders.append(
                Holder(appointment, user, name, username, title, since, until, deputy, away, back, standing)
            )
    return list(found.values())


def _standing(today: date, since: date, until: date | None, away: date | None, back: date | None) -> str:
    if until is not None and until < today:
        return "over"
    if since > today:
        return "later"
    return "away" if away is not None and away <= today and (back is None or back >= today) else "now"


def kind_of(actor: Actor, post: UUID) -> str:
    """What kind of post it is; "" where there is none."""
    need(actor, SYSTEM, SECURITY, AUDITOR)
    found = rows_of("SELECT kind FROM post WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, post])
    return str(found[0][0]) if found else ""


def add_post(actor: Actor, path: str, kind: str) -> None:
    need(actor, SYSTEM)
    if kind not in POSTS:
        raise wrong("kind", _("请从名单里选岗位"))
    with acting(actor):
        office = _office(actor, path)
        agency = rows_of("SELECT id FROM agency WHERE jurisdiction = %s AND path = %s", [actor.jurisdiction, path])[0][
            0
        ]
        try:
            with transaction.atomic():
                rows_of(
                    "INSERT INTO post (jurisdiction, id, agency_id, path, kind) VALUES (%s, %s, %s, %s, %s)",
                    [actor.jurisdiction, uuid7(), agency, path, kind],
                )
        except IntegrityError as error:
            raise wrong("kind", _("这里已经有这个岗位")) from error
        note_change(actor, "post.add", office.name, None, {"path": path, "kind": kind})


def appoint(
    actor: Actor, post: UUID, user: UUID, *, title: str, since: date, until: date | None = None, deputy: bool = False
) -> None:
    """Somebody takes a post from that local day on. Nobody appoints themselves; the three administrators are three people."""
    need(actor, SECURITY)
    if user == actor.user:
        raise wrong("user", _("不能给自己安排岗位，请另一位安全管理员来办"))
    if until is not None and until < since:
        raise wrong("until", _("到期的日子不能早于开始的日子"))
    with acting(actor):
        found = rows_of("SELECT kind, path FROM post WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, post])
        person = rows_of(
            "SELECT name FROM account WHERE jurisdiction = %s AND id = %s AND kind = 'staff' AND is_active",
            [actor.jurisdiction, user],
        )
        if not found or not person:
            raise wrong("user", _("没有这个人，或者账号已经停用"))
        kind, path = found[0]
        if kind in APART and _holds(actor, user, APART - {kind}):
            raise wrong("user", _("系统、安全、审计三个管理岗位要由三个人担任"))
        try:
            with transaction.atomic():
                rows_of(
                    "INSERT INTO appointment (jurisdiction, id, post_id, user_id, title, since, until, deputy)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    [actor.jurisdiction, uuid7(), post, user, title, since, until, deputy],
                )
        except IntegrityError as error:
            raise wrong("user", _("这个人从那天起已经在这个岗位上")) from error
        after = {"path": path, "kind": kind, "title": title, "since": since, "until": until, "deputy": deputy}
        note_change(actor, "appointment.add", person[0][0], None, after)


def _holds(actor: Actor, user: UUID, kinds: frozenset[str]) -> bool:
    statement = """SELECT 1 FROM appointment a JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id
 WHERE a.jurisdiction = %s AND a.user_id = %s AND p.kind = ANY(%s) AND (a.until IS NULL OR a.until >= %s)"""
    return bool(rows_of(statement, [actor.jurisdiction, user, sorted(kinds), timezone.localdate()]))


def change_appointment(actor: Actor, appointment: UUID, what: str, **new: date | None) -> None:
    """`what`: "end" with until; "leave" with away_from and away_until, both None when the leave is over."""
    need(actor, SECURITY)
    columns = {"end": ("until",), "leave": ("away_from", "away_until")}[what]
    with acting(actor):
        found = rows_of(
            "SELECT u.name, u.id, p.kind, p.path, a.since, a.until, a.away_from, a.away_until FROM appointment a"
            " JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id JOIN account u ON u.id = a.user_id"
            " WHERE a.jurisdiction = %s AND a.id = %s FOR UPDATE OF a",
            [actor.jurisdiction, appointment],
        )
        if not found:
            raise RefusedError(_("没有这条任职"), "unknown")
        name, user, *rest = found[0]
        before = dict(zip(("kind", "path", "since", "until", "away_from", "away_until"), rest, strict=True))
        _check_days(before["since"], new)
        if user == actor.user:
            raise RefusedError(_("自己的任职请另一位安全管理员来办"), "form")
        sets = ", ".join(f"{c} = %s" for c in columns)
        rows_of(
            f"UPDATE appointment SET {sets} WHERE jurisdiction = %s AND id = %s",  # noqa: S608  # constants
            [*(new.get(c) for c in columns), actor.jurisdiction, appointment],
        )
        note_change(actor, f"appointment.{what}", name, before, {**before, **{c: new.get(c) for c in columns}})


def _check_days(since: date, new: dict[str, date | None]) -> None:
    until, away, back = new.get("until"), new.get("away_from"), new.get("away_until")
    if until is not None and until < since:
        raise wrong("until", _("到期的日子不能早于开始的日子"))
    if away is not None and back is not None and back < away:
        raise wrong("away_until", _("回来的日子不能早于走的日子"))
    if away is None and back is not None:
        raise wrong("away_from", _("请写从哪天起不在"))
