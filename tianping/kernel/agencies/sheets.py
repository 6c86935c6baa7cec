"""Offices and appointments by the sheet: every row is tried, the errors are told by row, and nothing is kept until all hold."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tianping.kernel.agencies.accounts import add_person, change_person
from tianping.kernel.agencies.acting import acting
from tianping.kernel.agencies.administer import (
    KINDS,
    POSTS,
    SECURITY,
    SYSTEM,
    add_office,
    appoint,
    change_appointment,
    change_office,
    need,
    rows_of,
    wrong,
)
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _

Row = Mapping[str, Any]
OFFICES: Final = ("code", "name", "name_en", "short", "kind", "parent", "phone", "capacity")
APPOINTMENTS: Final = ("office", "post", "username", "title", "since", "until", "deputy")
PEOPLE: Final = ("username", "name", "email", "phone")
MOST: Final = 5_000
# What stands in the sheet for a number that is kept: nobody reads it back. An empty cell changes nothing either.
KEPT, TAKEN_AWAY = "已登记", "删去"
PhoneKeeper = Callable[[Actor, UUID, str], bool]


@dataclass(frozen=True, slots=True)
class Tried:
    """What one row of the sheet would do: `done` in a word (new, changed, same), or the error with what it needs."""

    row: int  # as Excel counts
    about: str
    done: str
    error: RefusedError | None = None
    secret: str = ""  # the first password of a new person


def try_sheet(
    actor: Actor, kind: str, sheet: Iterable[Row], *, keep: bool, set_phone: PhoneKeeper | None = None
) -> list[Tried]:
    """Take the rows in order, "offices", "people" or "appointments". Only with `keep`, and only when every row holds, anything stays.

    `set_phone` keeps the number of a person, where this installation keeps numbers.
    """

    def person(actor: Actor, row: Row) -> tuple[str, str]:
        return _take_person(actor, row, set_phone)

    take: Callable[[Actor, Row], tuple[str, str]] = {
        "offices": _take_office,
        "people": person,
        "appointments": _take_appointment,
    }[kind]
    need(actor, SYSTEM if kind == "offices" else SECURITY)
    found: list[Tried] = []
    with acting(actor):
        for number, row in enumerate(sheet, 2):
            about = str(row.get("name") or row.get("username") or row.get("code") or "")
            try:
                with transaction.atomic():
                    done, secret = take(actor, row)
                found.append(Tried(number, about, done, secret=secret))
            except RefusedError as error:
                found.append(Tried(number, about, "", error))
        if not keep or any(t.error for t in found):
            transaction.set_rollback(True)
    return found


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "").strip()


def _day(row: Row, name: str) -> date | None:
    value = row.get(name)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(row, name).replace("/", "-").replace(".", "-")
    if not text:
        return None
    try:
        year, month, day = (int(p) for p in text.split("-"))
        return date(year, month, day)
    except ValueError as error:
        raise wrong(name, _("日期写成2026-12-01这样")) from error


def _coded(row: Row, name: str, known: Mapping[str, str]) -> str:
    """A code, or its Chinese name as people write it."""
    text = _text(row, name)
    return text if text in known else next((code for code, label in known.items() if label == text), text)


def _take_person(actor: Actor, row: Row, set_phone: PhoneKeeper | None) -> tuple[str, str]:
    username, name, email = _text(row, "username"), _text(row, "name"), _text(row, "email")
    if not name:
        raise wrong("name", _("写姓名"))
    if email and not _EMAIL.fullmatch(email):
        raise wrong("email", _("邮箱写得不对"))
    secret = ""
    found = rows_of(_PERSON, [actor.jurisdiction, username])
    if not found:
        secret = add_person(actor, username=username, name=name, email=email)
        found = rows_of(_PERSON, [actor.jurisdiction, username])
        changed = False
    else:
        changed = change_person(actor, found[0][0], name=name, email=email)
    phone = _text(row, "phone")
    if set_phone is not None and phone not in {"", KEPT}:
        changed = set_phone(actor, found[0][0], "" if phone == TAKEN_AWAY else phone) or changed
    return ("new" if secret else "changed" if changed else "same"), secret


def _take_office(actor: Actor, row: Row) -> tuple[str, str]:
    code = _text(row, "code")
    if not _text(row, "name") or not _text(row, "short"):
        raise wrong("name", _("名称和短名都要写"))
    capacity = _text(row, "capacity") or "0"
    if not capacity.isdecimal():
        raise wrong("capacity", _("能办多少件写一个数"))
    new: dict[str, Any] = {
        "name": _text(row, "name"), "name_en": _text(row, "name_en"), "short": _text(row, "short"),
        "phone": _text(row, "phone"), "capacity": int(capacity),
    }  # fmt: skip
    own = rows_of(
        "SELECT path, name, name_en, short_name, phone, capacity, active FROM agency WHERE jurisdiction = %s AND code = %s",
        [actor.jurisdiction, code],
    )
    if own:
        path, *old = own[0]
        if [*new.values(), True] == old:
            return "same", ""
        change_office(actor, path, **new, active=True)
        return "changed", ""
    above = rows_of(
        "SELECT path FROM agency WHERE jurisdiction = %s AND code = %s", [actor.jurisdiction, _text(row, "parent")]
    )
    if not above:
        raise wrong("parent", _("没有这个上级单位，上级要排在前面"))
    add_office(actor, parent=above[0][0], code=code, kind=_coded(row, "kind", KINDS), **new)
    return "new", ""


_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PERSON = "SELECT id FROM account WHERE jurisdiction = %s AND username = %s AND kind = 'staff'"
_OPEN = """SELECT a.id, a.until FROM appointment a WHERE a.jurisdiction = %s AND a.post_id = %s AND a.user_id = %s
 AND (a.until IS NULL OR a.until >= %s) ORDER BY a.since DESC LIMIT 1"""


def _take_appointment(actor: Actor, row: Row) -> tuple[str, str]:
    user, post = _user(actor, row), _post(actor, row)
    since, until = _day(row, "since") or timezone.localdate(), _day(row, "until")
    standing = rows_of(_OPEN, [actor.jurisdiction, post, user, timezone.localdate()])
    if standing:
        appointment, ends = standing[0]
        if ends == until:
            return "same", ""
        change_appointment(actor, appointment, "end", until=until)
        return "changed", ""
    deputy = _text(row, "deputy") in {"是", "代理", "1", "yes", "True"}
    title = _text(row, "title") or POSTS[_coded(row, "post", POSTS)]
    appoint(actor, post, user, title=title, since=since, until=until, deputy=deputy)
    return "new", ""


def _user(actor: Actor, row: Row) -> UUID:
    found = rows_of(_PERSON, [actor.jurisdiction, _text(row, "username")])
    if not found:
        raise wrong("username", _("没有这个登录名，先在人员里添加"))
    return found[0][0]  # type: ignore[no-any-return]


def _post(actor: Actor, row: Row) -> UUID:
    kind = _coded(row, "post", POSTS)
    if kind not in POSTS:
        raise wrong("post", _("没有这种岗位"))
    office = rows_of(
        "SELECT path FROM agency WHERE jurisdiction = %s AND code = %s AND active",
        [actor.jurisdiction, _text(row, "office")],
    )
    if not office:
        raise wrong("office", _("没有这个单位，或者已经停用"))
    found = rows_of(
        "SELECT id FROM post WHERE jurisdiction = %s AND path = %s AND kind = %s",
        [actor.jurisdiction, office[0][0], kind],
    )
    if not found:
        raise wrong("post", _("这个单位没有这个岗位，请系统管理员先设"))
    return found[0][0]  # type: ignore[no-any-return]


def sheet_of(actor: Actor, kind: str, phones: Collection[UUID] = ()) -> list[list[Any]]:
    """What stands now, in the columns that `try_sheet` takes: the sheet to change and bring back.

    `phones`: who has a number. The sheet says that there is one, never which.
    """
    need(actor, SYSTEM, SECURITY)
    if kind == "people":
        return [
            [*row[1:], KEPT if row[0] in phones else ""]
            for row in rows_of(
                "SELECT id, username, name, email FROM account WHERE jurisdiction = %s AND kind = 'staff' AND is_active"
                " ORDER BY username",
                [actor.jurisdiction],
            )
        ]
    if kind == "offices":
        return [
            list(row)
            for row in rows_of(
                "SELECT g.code, g.name, g.name_en, g.short_name, g.kind, coalesce(p.code, ''), g.phone, g.capacity FROM agency g"
                " LEFT JOIN agency p ON p.jurisdiction = g.jurisdiction AND g.path = p.path || g.code || '.'"
                " WHERE g.jurisdiction = %s AND g.active ORDER BY g.path",
                [actor.jurisdiction],
            )
        ]
    return [
        [*row[:6], "是" if row[6] else ""]
        for row in rows_of(
            "SELECT g.code, p.kind, u.username, a.title, a.since::text, coalesce(a.until::text, ''), a.deputy FROM appointment a"
            " JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id"
            " JOIN agency g ON g.jurisdiction = p.jurisdiction AND g.id = p.agency_id JOIN account u ON u.id = a.user_id"
            " WHERE a.jurisdiction = %s AND (a.until IS NULL OR a.until >= %s) ORDER BY g.path, p.kind, u.username",
            [actor.jurisdiction, timezone.localdate()],
        )
    ]


__all__ = ["APPOINTMENTS", "MOST", "OFFICES", "PEOPLE", "Tried", "sheet_of", "try_sheet"]
