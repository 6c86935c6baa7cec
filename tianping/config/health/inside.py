"""What stands inside: database, rights, schema, county, calendar, procedures, keys, disk, worker."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tianping.config.health.finding import Finding
from tianping.config.postgres import data_home
from tianping.config.words import gettext as _
from tianping.kernel.agencies.home import NotLoadedError, home
from tianping.kernel.lifecycle.registry import DeclarationError
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.keys import KeyFolderError, KeyNotHeld
from tianping.kernel.parties.seal import SealBrokenError
from tianping.kernel.service import acting, registry, system_actor

OLDEST_SERVER = 150000
LATE = timedelta(minutes=2)  # a running worker takes each entry up within a second
_ROOM, _LITTLE_ROOM = 2.0, 0.5  # GB


def database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_user")
        version, role = cursor.fetchone()
    if version < OLDEST_SERVER:
        text = _("PostgreSQL 太旧（%(version)s）") % {"version": version // 10000}
        return Finding(_("数据库"), "bad", text, _("换成 15 或更新的版本"))
    return Finding(
        _("数据库"), "ok", _("PostgreSQL %(version)s，身份 %(role)s") % {"version": version // 10000, "role": role}
    )


def rights() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        (bypasses,) = cursor.fetchone()
    if bypasses:
        return Finding(
            _("行级权限"),
            "bad",
            _("应用用的身份能绕过行级权限"),
            _("运行 tianping migrate；去掉 TIANPING_AS_OWNER，让应用以 tianping_app 的身份做事"),
        )
    return Finding(_("行级权限"), "ok", _("应用受行级权限约束"))


def schema() -> Finding:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        text = _("还差 %(missing)s 步") % {"missing": missing}
        return Finding(_("表结构"), "bad", text, _("先备份，再运行 tianping migrate"))
    return Finding(_("表结构"), "ok", _("是这一版"))


def county() -> Finding:
    try:
        found = home(settings.JURISDICTION)
    except NotLoadedError:
        text = _("辖区 %(jurisdiction)s 还没有装入单位") % {"jurisdiction": settings.JURISDICTION}
        mend = _("tianping packs load packs/national 您的县；或者设对 TIANPING_JURISDICTION")
        return Finding(_("县"), "bad", text, mend)
    return Finding(_("县"), "ok", f"{found.name}（{settings.JURISDICTION}）")


def calendar() -> Finding:
    known = clockwork(settings.JURISDICTION).calendar
    year = timezone.localdate().year
    missing = [y for y in (year, year + 1) if not known.knows(y)]
    if missing:
        return Finding(
            _("日历"),
            "bad" if year in missing else "warn",
            _("没有%(years)s年的放假安排，落在那年的到期日算不出来") % {"years": "、".join(map(str, missing))},
            _("国务院办公厅的通知出来以后，把日子写进数据包的 calendar.json，再 tianping packs load"),
        )
    return Finding(_("日历"), "ok", _("%(this)s、%(next)s年的放假安排都有") % {"this": year, "next": year + 1})


def procedures() -> Finding:
    try:
        found = registry()
    except DeclarationError as error:
        return Finding(_("程序"), "bad", "；".join(error.faults), _("按提示改场景的声明"))
    return Finding(_("程序"), "ok", "、".join(_(p.label) for p in found.procedures()))


def keys() -> Finding:
    folder: Path = settings.KEY_FOLDER
    if not (folder / "county.json").exists():
        text = _("%(folder)s 里没有县的密钥") % {"folder": folder}
        mend = _("有另存的密钥就先放回来；新装的运行 tianping migrate 生成")
        return Finding(_("密钥"), "bad", text, mend)
    try:
        vault().store.reload()
        opened = _opens()
    except KeyFolderError as error:
        return Finding(_("密钥"), "bad", f"{error.where}：{_(str(error))}", f"chmod -R go= {folder}")
    except (KeyNotHeld, SealBrokenError):
        text = _("%(folder)s 里的密钥打不开库里的内容：不是这个库的") % {"folder": folder}
        return Finding(_("密钥"), "bad", text, _("放回这个库的密钥，或者把 TIANPING_KEYS 指到它"))
    facts = {"folder": folder, "opened": _("，打得开库里的内容") if opened else ""}
    text = _("%(folder)s，只有本用户能读%(opened)s。请另存一份在别处：丢了它，封存的内容谁也打不开") % facts
    return Finding(_("密钥"), "ok", text)


def _opens() -> bool:
    """Open one value under the county's keys, to see that they are its keys; nothing of it is kept. False when none is stored."""
    with acting(system_actor(settings.JURISDICTION, "doctor")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id, field, kek, seed, blob FROM sealed WHERE jurisdiction = %s AND blob IS NOT NULL"
            " AND kek LIKE '@%%' LIMIT 1",
            [settings.JURISDICTION],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    vault().open(*row)
    return True


def disk() -> Finding:
    free = shutil.disk_usage(data_home()).free / 1e9
    text = _("数据文件夹 %(folder)s 还有 %(free)s GB") % {"folder": data_home(), "free": f"{free:.1f}"}
    if free < _ROOM:
        mend = _("清理或换大盘；写满时系统会拒绝新的登记，已经登记的不会丢")
        return Finding(_("磁盘"), "warn" if free > _LITTLE_ROOM else "bad", text, mend)
    return Finding(_("磁盘"), "ok", text)


def worker() -> Finding:
    """Whether somebody takes up what was recorded: the oldest entry that is not in the feed."""
    with acting(system_actor(settings.JURISDICTION, "doctor")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(e.recorded_at) FROM outbox o JOIN entry e ON e.jurisdiction = o.jurisdiction"
            " AND e.id = o.entry_id WHERE o.jurisdiction = %s",
            [settings.JURISDICTION],
        )
        count, since = cursor.fetchone()
    if isinstance(since, datetime) and timezone.now() - since > LATE:
        facts = {"count": count, "since": f"{timezone.localtime(since):%Y-%m-%d %H:%M}"}
        text = _("有 %(count)s 条记录等着后台，最早的是 %(since)s") % facts
        return Finding(_("后台"), "warn", text, _("运行 tianping work，或让 tianping serve 在旁边跑它"))
    return Finding(_("后台"), "ok", _("没有积压"))
