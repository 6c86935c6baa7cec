"""Accounts of those who work here, and what the administrators changed. See `administer`."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.administer import AUDITOR, SECURITY, SYSTEM, need, note_change, rows_of, wrong
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _

PAGE: Final = 100
LONGEST_NAME: Final = 60  # what the columns hold
LONGEST_EMAIL: Final = 254


@dataclass(frozen=True, slots=True)
class Account:
    user: UUID
    username: str
    name: str
    email: str
    active: bool
    posts: list[tuple[str, str, str, str]]  # (office, its English name, title, kind of post) of each


_PEOPLE = """SELECT u.id, u.username, u.name, u.email, u.is_active, coalesce((
  SELECT json_agg(DISTINCT jsonb_build_array(g.short_name, g.name_en, a.title, p.kind))
   FROM appointment a JOIN post p ON p.jurisdiction = a.jurisdiction AND p.id = a.post_id
   JOIN agency g ON g.jurisdiction = p.jurisdiction AND g.id = p.agency_id
   WHERE a.jurisdiction = u.jurisdiction AND a.user_id = u.id AND (a.until IS NULL OR a.until >= %s)), '[]')
 FROM account u WHERE u.jurisdiction = %s AND u.kind = 'staff' AND (%s = '' OR strpos(u.name, %s) > 0 OR strpos(u.username, %s) > 0)
 ORDER BY u.is_active DESC, u.username LIMIT %s"""


def people(actor: Actor, text: str = "", most: int = PAGE) -> list[Account]:
    """Who works here, by part of the name or log-in name; their posts as one text."""
    need(actor, SYSTEM, SECURITY, AUDITOR)
    rows = rows_of(_PEOPLE, [timezone.localdate(), actor.jurisdiction, text, text, text, most])
    return [
        Account(user, username, name, email, active, [(*post,) for post in posts])
        for user, username, name, email, active, posts in rows
    ]


def add_person(actor: Actor, *, username: str, name: str, email: str = "") -> str:
    """A new account without posts; answers with its first password, which is shown once and kept nowhere."""
    need(actor, SECURITY)
    if not re.fullmatch(r"[a-z][a-z0-9._-]{2,59}", username):
        raise wrong("username", _("登录名用小写字母和数字，字母开头，至少三个字"))
    _need_short(name, email)
    password = "-".join(secrets.token_hex(2) for _n in range(4))
    with acting(actor):
        try:
            with transaction.atomic():
                rows_of(
                    "INSERT INTO account (password, id, jurisdiction, username, name, email, kind, is_active, created_at)"
                    " VALUES (%s, %s, %s, %s, %s, %s, 'staff', true, clock_timestamp())",
                    [make_password(password), uuid7(), actor.jurisdiction, username, name, email],
                )
        except IntegrityError as error:
            raise wrong("username", _("这个登录名已经有人用，请换一个")) from error
        note_change(actor, "person.add", name, None, {"username": username, "name": name, "email": email})
    return password


def _need_short(name: str, email: str) -> None:
    if len(name) > LONGEST_NAME:
        raise wrong("name", _("姓名最多60个字"))
    if len(email) > LONGEST_EMAIL:
        raise wrong("email", _("邮箱写得不对"))


def change_person(actor: Actor, user: UUID, *, name: str, email: str) -> bool:
    """Another name or e-mail address. True when anything changed."""
    need(actor, SECURITY)
    _need_short(name, email)
    with acting(actor):
        statement = "SELECT name, email FROM account WHERE jurisdiction = %s AND id = %s AND kind = 'staff' FOR UPDATE"
        found = rows_of(statement, [actor.jurisdiction, user])
        if not found:
            raise RefusedError(_("没有这个人"), "unknown")
        before, after = dict(zip(("name", "email"), found[0], strict=True)), {"name": name, "email": email}
        if before == after:
            return False
        rows_of("UPDATE account SET name = %s, email = %s WHERE id = %s", [name, email, user])
        note_change(actor, "person.change", name, before, after)
    return True


def set_active(actor: Actor, user: UUID, *, active: bool, why: str) -> None:
    """Close an account or open it again. Who is closed is out at their next press; their posts stay and say nobody is there."""
    need(actor, SECURITY)
    if user == actor.user:
        raise RefusedError(_("不能停用自己的账号"), "form")
    with acting(actor):
        statement = "SELECT name, username, is_active FROM account WHERE jurisdiction = %s AND id = %s AND kind = 'staff' FOR UPDATE"
        found = rows_of(statement, [actor.jurisdiction, user])
        if not found:
            raise RefusedError(_("没有这个人"), "unknown")
        name, username, was = found[0]
        if was != active:
            rows_of("UPDATE account SET is_active = %s WHERE id = %s", [active, user])
            note_change(
                actor,
                "person.open" if active else "person.close",
                name,
                {"active": was},
                {"active": active, "username": username, "why": why},
            )


def note_reset(actor: Actor, user: UUID, *, why: str, factors: int, sessions: int) -> str:
    """Write on the record that this person's second factor was taken away, inside the caller's `acting`. Their name.

    Raises RefusedError: for oneself, or somebody who is not there. What is taken away, the caller takes away in the same
    transaction.
    """
    need(actor, SECURITY)
    if user == actor.user:
        raise RefusedError(_("不能重设自己的，请另一位安全管理员来办"), "form")
    found = rows_of(
        "SELECT name, username FROM account WHERE jurisdiction = %s AND id = %s AND kind = 'staff' FOR UPDATE",
        [actor.jurisdiction, user],
    )
    if not found:
        raise RefusedError(_("没有这个人"), "unknown")
    name, username = found[0]
    after = {"factors": 0, "username": username, "sessions": sessions, "why": why}
    note_change(actor, "person.second", name, {"factors": factors}, after)
    return str(name)


def waiting_for(jurisdiction: str, user: UUID) -> int:
    """How many open matters name this person as the one who handles them: the number alone."""
    with acting(system_actor(jurisdiction)):
        statement = "SELECT count(*) FROM matter WHERE jurisdiction = %s AND assignee = %s AND closed_at IS NULL"
        return int(rows_of(statement, [jurisdiction, user])[0][0])


# ── what was changed ─────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    name: str
    what: str
    about: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def changes(actor: Actor, before: datetime | None = None) -> list[Change]:
    """A page of changes, newest first, older than `before`: for the auditor and the administrators themselves."""
    need(actor, SYSTEM, SECURITY, AUDITOR)
    with acting(actor):
        statement = """SELECT c.at, u.name, c.what, c.about, c.before::json, c.after::json FROM admin_change c
 JOIN account u ON u.id = c.user_id WHERE c.jurisdiction = %s AND (%s::timestamptz IS NULL OR c.at < %s::timestamptz)
 ORDER BY c.at DESC LIMIT %s"""
        return [Change(*row) for row in rows_of(statement, [actor.jurisdiction, before, before, PAGE])]
