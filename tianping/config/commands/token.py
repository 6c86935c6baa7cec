"""`tianping token`: the keys with which programs act for a person. What the page of the security administrator does too."""

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from tianping.config.terminal import answer, fail, json_option, setup
from tianping.config.words import gettext as _

AS = click.option(
    "--as",
    "administrator",
    default="",
    help=_("以哪位安全管理员的名义（登录名）。默认是第一位在岗的，改动记在他名下。"),
)


@click.group(help=_("给程序用的令牌：发、停、看。"))
def token() -> None:
    pass


@token.command(help=_("发一个令牌。只显示这一次，库里只存摘要。"))
@click.option("--for", "username", required=True, help=_("代表谁办事（登录名）。"))
@click.option("--name", required=True, help=_("给哪个程序用。"))
@click.option("--scope", "scopes", multiple=True, required=True, help=_("范围，可以写几次：report、read、advance……"))
@click.option("--days", default=90, show_default=True, help=_("管多少天，1到400。"))
@click.option("--post", default="", help=_("只用这一个岗位的权，写成 岗位@单位路径，比如 handler@qingxi.zhujian.。"))
@AS
@json_option
def issue(
    username: str, name: str, scopes: tuple[str, ...], days: int, post: str, administrator: str, *, as_json: bool
) -> None:
    actor = _administrator(administrator)
    from tianping.config.people import named, post_named  # noqa: PLC0415  # Django must be set up first
    from tianping.web.api.granting import grant  # noqa: PLC0415

    user = named(username)
    if user is None:
        fail(_("没有“%(name)s”这个人，或者账号已经停用。") % {"name": username})
    held = post_named(user, post) if post else None
    if post and held is None:
        fail(_("%(name)s现在不在“%(post)s”这个岗位上。") % {"name": username, "post": post})
    made = _refusable(lambda: grant(actor, user.id, name, scopes, days, post=held, by="tianping token"))
    facts = {"id": str(made.id), "token": made.token, "expires_at": made.expires_at.isoformat()}
    lines = [
        made.token,
        _("编号 %(id)s，用到 %(until)s。令牌只显示这一次，请现在就交给那个程序。")
        % {"id": made.id, "until": _day(made.expires_at)},
    ]
    answer(facts, lines, as_json=as_json)


@token.command(help=_("停用一个令牌，马上生效。"))
@click.argument("token_id", type=click.UUID)
@click.option("--why", required=True, help=_("为什么停用，会记下来。"))
@AS
@json_option
def revoke(token_id: UUID, why: str, administrator: str, *, as_json: bool) -> None:
    actor = _administrator(administrator)
    from tianping.web.api.granting import take_back  # noqa: PLC0415  # Django must be set up first

    _refusable(lambda: take_back(actor, token_id, why, by="tianping token"))
    answer({"id": str(token_id), "revoked": True}, [_("停用了 %(id)s") % {"id": token_id}], as_json=as_json)


@token.command("list", help=_("发过的令牌：给谁的、什么范围、到什么时候、最近什么时候用过。"))
@AS
@json_option
def list_(administrator: str, *, as_json: bool) -> None:
    actor = _administrator(administrator)
    from tianping.web.api.granting import register  # noqa: PLC0415  # Django must be set up first

    standing = {"works": _("在用"), "over": _("过期了"), "revoked": _("停用了")}
    found = register(actor)
    facts = {
        "tokens": [
            {
                "id": t.id,
                "name": t.name,
                "for": t.username,
                "scopes": t.scopes,
                "post": t.post,
                "expires_at": t.expires_at.isoformat(),
                "last_used_at": t.last_used_at and t.last_used_at.isoformat(),
                "standing": t.standing,
            }
            for t in found
        ]
    }
    lines = [
        f"{t.id}  {standing[t.standing]}  {t.username}  {t.name}  {' '.join(t.scopes)}  {_day(t.expires_at)}"
        for t in found
    ]
    answer(facts, lines or [_("还没有发过令牌")], as_json=as_json)


def _administrator(username: str) -> Any:
    setup()
    from tianping.config.people import security_administrator  # noqa: PLC0415  # Django must be set up first

    found = security_administrator(username)
    if found is None:
        fail(_("没有找到在岗的安全管理员“%(name)s”。用 --as 写一位的登录名。") % {"name": username})
    return found


def _refusable(act: Any) -> Any:
    """A refusal is said in a sentence."""
    from tianping.kernel.service import RefusedError  # noqa: PLC0415  # Django must be set up first
    from tianping.web.forms import said, sentences  # noqa: PLC0415

    try:
        return act()
    except RefusedError as error:
        fail("；".join(sentences(error).values()) or said(error.sentence, error.values))


def _day(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d")
