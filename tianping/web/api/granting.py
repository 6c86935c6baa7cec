"""The register of tokens: who may issue one and take it back. Each change is recorded, and the person it acts for is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from tianping.capabilities.notices.store import add
from tianping.capabilities.notices.words import Notice
from tianping.kernel.agencies.administer import AUDITOR, SECURITY, need, note_change, wrong
from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.service import Actor, RefusedError, acting, posts_of, system_actor
from tianping.web.api.tokens import LONGEST_DAYS, SCOPES, Issued, issue, issued, revoke
from tianping.web.models import ApiToken

ISSUED: Final = _("安全管理员发了一个令牌：程序“%(name)s”可以用您的名义办事。不是您知道的，请马上告诉安全管理员。")
REVOKED: Final = _("程序“%(name)s”用您的名义办事的令牌停用了。")


def grant(
    actor: Actor, user: UUID, name: str, scopes: Iterable[str], days: int, *, post: UUID | None = None, by: str = ""
) -> Issued:
    """A token for a program that acts for `user`; the person is told. `by`: how it was asked for, where not by page or API.

    Raises RefusedError: for who is no security administrator, for oneself, for somebody who is not there or does not hold
    the post.
    """
    need(actor, SECURITY)
    chosen = sorted(set(scopes))
    if user == actor.user:
        raise wrong("user", _("不能给自己发令牌，请另一位安全管理员来办"))
    if not name.strip():
        raise wrong("name", _("写明给哪个程序用"))
    if not chosen or not set(chosen) <= set(SCOPES):
        raise wrong("scopes", _("至少选一个范围，并从名单里选"))
    if not 1 <= days <= LONGEST_DAYS:
        raise wrong("days", _("有效期写1到400天"))
    person = User.objects.filter(id=user, jurisdiction=actor.jurisdiction, kind="staff", is_active=True).first()
    if person is None:
        raise wrong("user", _("没有这个人，或者账号已经停用"))
    if post is not None and post not in {p.id for p in posts_of(person)}:
        raise wrong("post", _("这个人现在不在这个岗位上"))
    with acting(actor):
        made = issue(person, name.strip(), chosen, days, post=post)
        told = {"token": made.id, "name": name.strip()[:80], "scopes": " ".join(chosen), "expires_at": made.expires_at}
        note_change(actor, "token.issue", person.name, None, told | ({"by": by} if by else {}))
        _tell(actor.jurisdiction, person, made.id, ISSUED, name.strip()[:80])
    return made


def take_back(actor: Actor, token: UUID, why: str, *, by: str = "") -> None:
    """The token works no more. RefusedError("unknown") where there is none that still works."""
    need(actor, SECURITY)
    if not why.strip():
        raise wrong("why", _("写一句原因，会记下来"))
    with acting(actor):
        found = ApiToken.objects.filter(jurisdiction=actor.jurisdiction, id=token).first()
        if found is None or not revoke(token, actor.jurisdiction):
            raise RefusedError(_("没有这个令牌，或者它已经停用"), "unknown")
        person = User.objects.filter(id=found.user_id).first()
        after = {"token": token, "name": found.name, "why": why.strip()[:200]} | ({"by": by} if by else {})
        note_change(actor, "token.revoke", person.name if person else "", {"revoked": False}, {"revoked": True} | after)
        if person is not None:
            _tell(actor.jurisdiction, person, token, REVOKED, found.name)


def _tell(jurisdiction: str, person: User, token: UUID, text: str, name: str) -> None:
    source = f"token:{token}:{'issued' if text is ISSUED else 'revoked'}"
    letter = Notice(source, f"person:{person.id}", "in_app", "account", text, {"name": name}, None)
    with acting(system_actor(jurisdiction, "accounts")):  # letters are the system's
        add(jurisdiction, [letter], timezone.now())


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as the register shows it; `standing`: works, over, revoked."""

    id: UUID
    name: str
    user: UUID
    username: str
    person: str
    scopes: list[str]
    post: UUID | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    standing: str


def register(actor: Actor) -> list[Listed]:
    """Every token there was, newest first, for the security administrator and the auditor; never its text."""
    need(actor, SECURITY, AUDITOR)
    rows = issued(actor.jurisdiction)
    people = {u.id: u for u in User.objects.filter(id__in={r.user_id for r in rows})}
    now = timezone.now()

    def listed(row: ApiToken) -> Listed:
        person = people.get(row.user_id)
        standing = "revoked" if row.revoked_at else "over" if row.expires_at <= now else "works"
        return Listed(
            row.id, row.name, row.user_id, person.username if person else "", person.name if person else "",
            list(row.scopes), row.post_id, row.created_at, row.expires_at, row.revoked_at, row.last_used_at, standing,
        )  # fmt: skip

    return [listed(row) for row in rows]
