"""`tianping demo`: the fictional county of Qingxi, built once and served.

The database says in its comment how far the building came, so that one which was interrupted is never taken as built.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import psycopg
from click.core import ParameterSource
from psycopg import sql

from tianping.config.commands.run import allow, prepare, shown
from tianping.config.services import free, next_free, run_services
from tianping.config.terminal import answer, fail, json_option, progress, say, setup
from tianping.config.words import gettext as _

PROJECT = Path(__file__).resolve().parents[3]
PASSWORD = "qingxi-demo-2026"  # noqa: S105  # of a fictional county, printed at the end
COUNT = 306
BUILDING, BUILT = "tianping demo: building", "tianping demo: built"
_LOCK = 20261126  # one demo is built at a time on one server
PEOPLE = (
    ("liuxiaoyan", _("派单员")),
    ("huangli", _("窗口登记员")),
    ("sunlei", _("督办员")),
    ("chenguihua", _("县领导")),
    ("caoyong", _("住建局经办人")),
    ("pengna", _("住建局负责人")),
    ("shenlan", _("城东街道")),
    ("zhulin", _("保护专员")),
    ("gaofeng", _("档案员")),
    ("guoyan", _("审计管理员")),
    ("linhaitao", _("安全管理员")),
    ("hejing", _("系统管理员")),
)


@click.command(help=_("建起虚构的青溪县：单位、人员、三百来件事，然后提供服务。中断了再运行就是。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("在哪个地址上听。"))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("在哪个端口上听。"))
@click.option("--no-serve", is_flag=True, help=_("只建好演示县，不提供服务。"))
@click.option("--fresh", is_flag=True, help=_("先删掉已有的演示县。"))
@json_option
@click.pass_context
def demo(context: click.Context, host: str, port: int, *, no_serve: bool, fresh: bool, as_json: bool) -> None:
    os.environ["TIANPING_DEMO"] = "1"
    allow(host)
    if not no_serve:
        port = _port(host, port, chosen=context.get_parameter_source("port") is ParameterSource.COMMANDLINE)
    url = setup()
    with _alone(url) as admin:
        matters = _build(admin, url, fresh=fresh, quiet=as_json)
    address = f"http://{shown(host)}:{port}/"
    facts = {"url": address, "matters": matters, "password": PASSWORD, "database": url.rpartition("@")[2]}
    if no_serve:
        answer(facts, _welcome(address)[:-1], as_json=as_json)
        return
    run_services(
        host, port, 2, work=True, ready=[json.dumps(facts, ensure_ascii=False)] if as_json else _welcome(address)
    )


def _port(host: str, port: int, *, chosen: bool) -> int:
    """The port, or the next that is free; one that was asked for by number is not replaced."""
    if free(host, port):
        return port
    other = next_free(host, port)
    if chosen or other is None:
        fail(_("端口%(port)s已经有程序在用。换一个：--port %(other)s") % {"port": port, "other": other or "…"})
    say(_("端口%(port)s已经有程序在用，改用%(other)s。") % {"port": port, "other": other})
    return other


@contextmanager
def _alone(url: str) -> "Iterator[psycopg.Connection[Any]]":
    """A connection to the server's maintenance database that keeps any other demo from building here meanwhile."""
    from tianping.config.database import admin_url  # noqa: PLC0415  # after the server was started

    with psycopg.connect(admin_url(url), autocommit=True) as admin:
        if not admin.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()[0]:  # type: ignore[index]
            fail(_("另一个 tianping demo 正在建这个县，等它建完再来。"))
        yield admin


def _build(admin: "psycopg.Connection[Any]", url: str, *, fresh: bool, quiet: bool) -> int:
    """Bring the county to its full number of matters, whatever an earlier try left. The number of matters."""
    name = urlsplit(url).path.lstrip("/")
    there, mark = _mark(admin, name)
    if there and mark not in {BUILDING, BUILT} and (fresh or _matters(url)):
        fail(
            _("数据库 %(name)s 不是演示县，没有动它。给演示另找一处：TIANPING_HOME=文件夹 或 DATABASE_URL=…")
            % {"name": name}
        )
    interrupted = mark == BUILDING and bool(_matters(url))
    if interrupted and not fresh:
        say(_("上次没有建完，从头再建。"))
    if there and (fresh or interrupted):
        from django.conf import settings  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        connection.close()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        shutil.rmtree(settings.CHECKPOINT_FOLDER, ignore_errors=True)  # they tell of the record that is gone
        there, mark = False, ""
    prepare()
    if mark != BUILT:
        _say_mark(admin, name, BUILDING)
    matters = _load_and_tell(quiet=quiet)
    _say_mark(admin, name, BUILT)
    return matters


def _mark(admin: "psycopg.Connection[Any]", name: str) -> tuple[bool, str]:
    """Whether the database is there, and what its comment says."""
    row = admin.execute(
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return row is not None, row[0] if row else ""


def _say_mark(admin: "psycopg.Connection[Any]", name: str, mark: str) -> None:
    admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(mark)))


def _matters(url: str) -> int:
    """How many matters the database holds; none where its tables are not made yet."""
    with psycopg.connect(url) as own:
        if own.execute("SELECT to_regclass('matter')").fetchone() == (None,):
            return 0
        row = own.execute("SELECT count(*) FROM matter").fetchone()
    return row[0] if row else 0


def _load_and_tell(*, quiet: bool) -> int:
    """Load the county and tell its matters, unless they are there already. The number of matters."""
    from django.conf import settings  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from tianping.config.county import load_county, paths  # noqa: PLC0415
    from tianping.config.demo.county import build  # noqa: PLC0415
    from tianping.kernel.packs.reader import read_pack  # noqa: PLC0415

    county = PROJECT / "packs" / "qingxi"
    with translation.override("zh-hans"):  # what is written down does not follow the operator's language
        load_county([PROJECT / "packs" / "national", county], settings.JURISDICTION, password=PASSWORD)
        if not _matters(os.environ["DATABASE_URL"]):
            with progress(_("青溪县的事项"), quiet=quiet) as step:
                build(read_pack(county), settings.JURISDICTION, paths(settings.JURISDICTION), COUNT, step)
    return _matters(os.environ["DATABASE_URL"])  # a split tells one more


def _welcome(address: str) -> list[str]:
    lines = [
        "",
        _("青溪县（虚构）已经建好。"),
        _("  群众：      %(address)s") % {"address": address},
        _("  工作人员：  %(address)sdesk/") % {"address": address},
        _("  接口：      %(address)sapi/v1/docs") % {"address": address},
        _("  密码都是：  %(password)s") % {"password": PASSWORD},
    ]
    return [*lines, *(f"  {name:<12}{title}" for name, title in PEOPLE), _("按 Ctrl+C 停下。")]
