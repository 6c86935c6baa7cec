"""`tianping doctor`: what is missing and how to mend it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from tianping.config.terminal import answer, json_option, setup


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: ok, warn (works, but), bad (does not work)."""

    what: str
    state: str
    text: str
    mend: str = ""


def _database() -> Finding:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_user")
        version, role = cursor.fetchone()
    if version < 150000:
        return Finding("数据库", "bad", f"PostgreSQL 版本太旧（{version}）", "换成 15 或更新的版本")
    return Finding("数据库", "ok", f"PostgreSQL {version // 10000}，以 {role} 身份")


def _role() -> Finding:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        (bypasses,) = cursor.fetchone()
    if bypasses:
        return Finding(
            "行级权限", "bad", "应用用的身份能绕过行级权限", "运行 tianping migrate，并让应用以 tianping_app 身份连接"
        )
    return Finding("行级权限", "ok", "应用受行级权限约束")


def _schema() -> Finding:
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return Finding("表结构", "bad", f"还差 {missing} 步", "运行 tianping migrate")
    return Finding("表结构", "ok", "是这一版")


def _county() -> Finding:
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.agencies.home import NotLoadedError, home  # noqa: PLC0415

    try:
        found = home(settings.JURISDICTION)
    except NotLoadedError as error:
        return Finding("县", "bad", str(error), "tianping packs load packs/national packs/你的县")
    return Finding("县", "ok", f"{found.name}（{settings.JURISDICTION}）")


def _calendar() -> Finding:
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.matters.rulebook import clockwork  # noqa: PLC0415

    calendar = clockwork(settings.JURISDICTION).calendar
    year = date.today().year  # noqa: DTZ011  # the operator's day
    missing = [y for y in (year, year + 1) if not calendar.knows(y)]
    if missing:
        return Finding(
            "日历",
            "warn",
            f"没有 {missing} 年的放假安排，算不出落在那年的到期日",
            "把国务院办公厅通知里的日子写进数据包的 calendar.json 再装入",
        )
    return Finding("日历", "ok", f"{year}、{year + 1} 年的放假安排都有")


def _keys() -> Finding:
    from django.conf import settings  # noqa: PLC0415

    folder: Path = settings.KEY_FOLDER
    if not (folder / "county.json").exists():
        return Finding("密钥", "bad", f"{folder} 里没有密钥", "运行 tianping migrate 生成；从备份恢复时先放回密钥文件")
    if folder.stat().st_mode & 0o077:
        return Finding("密钥", "bad", f"{folder} 别人也能读", f"chmod 700 {folder}")
    return Finding("密钥", "ok", f"{folder}，只有本用户能读。请另存一份在别处：没有它，封存的内容谁也打不开")


def _disk() -> Finding:
    from tianping.config.postgres import data_home  # noqa: PLC0415

    free = shutil.disk_usage(data_home()).free / 1e9
    if free < 2:
        return Finding(
            "磁盘", "warn" if free > 0.5 else "bad", f"只剩 {free:.1f} GB", "清理或换大盘；写满时系统会拒绝新的登记"
        )
    return Finding("磁盘", "ok", f"还有 {free:.0f} GB")


def _scenes() -> Finding:
    from tianping.kernel.lifecycle.registry import DeclarationError  # noqa: PLC0415
    from tianping.kernel.service import registry  # noqa: PLC0415

    try:
        found = registry()
    except DeclarationError as error:
        return Finding("程序", "bad", "；".join(error.faults), "按提示改场景的声明")
    return Finding("程序", "ok", "、".join(p.label for p in found.procedures()))


def _sms() -> Finding:
    from django.conf import settings  # noqa: PLC0415

    if not getattr(settings, "TIANPING_SMS_URL", ""):
        return Finding(
            "短信", "warn", "没有配置短信网关，短信会留在待发里", "设 TIANPING_SMS_URL 和 TIANPING_SMS_SECRET"
        )
    return Finding("短信", "ok", "已配置网关")


CHECKS: tuple[Callable[[], Finding], ...] = (_database, _role, _schema, _county, _calendar, _keys, _disk, _scenes, _sms)


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """查一遍：缺什么，怎么补。"""
    setup()
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings.append(check())
        except Exception as error:  # noqa: BLE001  # one broken part must not hide the others
            findings.append(Finding(check.__name__.strip("_"), "bad", str(error).splitlines()[0]))
    marks = {"ok": "✓", "warn": "▲", "bad": "◆"}
    lines = [f"{marks[f.state]} {f.what}：{f.text}" + (f"\n    怎么办：{f.mend}" if f.mend else "") for f in findings]
    answer(
        {"findings": [{"what": f.what, "state": f.state, "text": f.text, "mend": f.mend} for f in findings]},
        lines,
        as_json=as_json,
    )
    if any(f.state == "bad" for f in findings):
        raise SystemExit(1)
