"""`tianping doctor`: what is missing and how to mend it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tianping.config.postgres import PostgresError
from tianping.config.terminal import answer, json_option, progress, setup, start_django
from tianping.config.words import gettext as _

if TYPE_CHECKING:
    from tianping.config.health.finding import Finding

MARKS = {"ok": "✓", "optional": "○", "warn": "▲", "bad": "◆"}


@click.command(help=_("查一遍：缺什么，怎么补。✓ 好 ○ 可以不要 ▲ 能用但有欠缺 ◆ 不能用；有 ◆ 时退出码是 1。"))
@json_option
def doctor(*, as_json: bool) -> None:
    findings = _findings(quiet=as_json)
    lines = [
        f"{MARKS[f.state]} {f.what}{_('：')}{f.text}" + (f"\n    {_('怎么办：')}{f.mend}" if f.mend else "")
        for f in findings
    ]
    bad, warn = (sum(f.state == state for f in findings) for state in ("bad", "warn"))
    lines.append(_("查了 %(all)s 项：◆ %(bad)s，▲ %(warn)s") % {"all": len(findings), "bad": bad, "warn": warn})
    answer({"findings": [asdict(f) for f in findings], "bad": bad, "warn": warn}, lines, as_json=as_json)
    if bad:
        raise SystemExit(1)


def _findings(*, quiet: bool) -> "list[Finding]":
    """Every check, each by itself: one broken part must not hide the others."""
    try:
        setup()
        down = ""
    except PostgresError as error:
        start_django()
        down = str(error)
    from tianping.config.health import inside, outside  # noqa: PLC0415  # Django must be set up first
    from tianping.config.health.finding import Finding  # noqa: PLC0415

    needs_database = (inside.database, inside.rights, inside.schema, inside.county, inside.calendar, inside.worker)
    checks: tuple[Callable[[], Finding], ...] = (
        *(needs_database if not down else ()),
        *(inside.keys, inside.disk, inside.procedures),
        *(outside.mode, outside.address, outside.secret_key, outside.sms, outside.email, outside.clamav),
    )
    found: list[Finding] = []
    if down:
        found.append(Finding(_("数据库"), "bad", down, _("看 DATABASE_URL，或看数据文件夹里 pg/server.log 的末尾")))
    with progress(_("检查"), quiet=quiet) as step:
        for number, check in enumerate(checks, 1):
            try:
                found.append(check())
            except Exception as error:  # noqa: BLE001  # whatever broke is what was asked for
                found.append(Finding(check.__name__, "bad", (str(error).splitlines() or [repr(error)])[0]))
            step(number, len(checks))
    return found
