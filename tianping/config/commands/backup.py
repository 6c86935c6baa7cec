"""`tianping backup` and `restore`: the database and the files in one folder, with hashes. Keys are never in it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import click
import psycopg
from psycopg import sql

from tianping.config.terminal import answer, fail, json_option, progress, say, setup
from tianping.config.words import gettext as _

MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
Step = Callable[[int, int], None]


@click.command(help=_("备份数据库和文件到一个新文件夹，可以边运行边备份。密钥和删除登记不在里面，请另存。"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@json_option
def backup(folder: Path, *, as_json: bool) -> None:
    url = setup()
    from django.conf import settings  # noqa: PLC0415  # after setup

    from tianping.capabilities.erasures.register import add, registered  # noqa: PLC0415
    from tianping.kernel.service import acting, system_actor  # noqa: PLC0415

    if folder.exists() and any(folder.iterdir()):
        fail(_("%(folder)s 不是空的，请换一个新文件夹") % {"folder": folder})
    part = folder.with_name(f"{folder.name}.part")  # a backup that was interrupted never looks like one
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    with acting(system_actor(settings.JURISDICTION, "backup")):
        add(settings.ERASURE_REGISTER, registered(settings.JURISDICTION))  # up to date, and there even when it is empty
    with progress(_("数据库"), quiet=as_json) as step:
        _dump(url, part / DUMP, step)
    with progress(_("文件"), quiet=as_json) as step:
        _copy(settings.FILES_FOLDER, part / FILES, step)
    with progress(_("算哈希"), quiet=as_json) as step:
        listed = _digests(part, step)
    manifest = {
        "form": "tianping.backup.v1",
        "made_at": datetime.now(UTC).isoformat(),
        "version": version("tianping"),
        "jurisdiction": settings.JURISDICTION,
        "sha256": listed,
    }
    (part / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
    if folder.exists():
        folder.rmdir()
    part.rename(folder)
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    facts = {"folder": str(folder), "files": len(listed), "bytes": size}
    apart = {"keys": settings.KEY_FOLDER, "register": settings.ERASURE_REGISTER}
    lines = [
        _("备份好了：%(folder)s，%(files)s 个文件，%(size)s MB") % (facts | {"size": f"{size / 1e6:.1f}"}),
        _("这两样不在备份里，请另存一处：密钥 %(keys)s，删除登记 %(register)s。") % apart,
    ]
    answer(facts | {name: str(place) for name, place in apart.items()}, lines, as_json=as_json)


@click.command(help=_("从备份恢复到一个新数据库：核对文件，重做依法删除，核验流转记录。先把密钥放回原处。"))
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--database", "target", default="", help=_("恢复到哪个新数据库（名字），不能已经存在。默认是 DATABASE_URL 里的。")
)
@click.option(
    "--erasures",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help=_("另存的删除登记。默认是这台机器上的。"),
)
@json_option
def restore(folder: Path, target: str, erasures: Path | None, *, as_json: bool) -> None:
    url = setup()
    from django.conf import settings  # noqa: PLC0415

    manifest = _manifest(folder, settings.JURISDICTION)
    if not (settings.KEY_FOLDER / "county.json").exists():
        fail(
            _("%(folder)s 里没有密钥。先把另存的密钥放回去，再恢复；没有密钥，个人信息打不开。")
            % {"folder": settings.KEY_FOLDER}
        )
    with progress(_("核对备份"), quiet=as_json) as step:
        wrong = _differing(folder, manifest["sha256"], step)
    if wrong:
        fail(_("备份里的文件缺了或变了：%(files)s") % {"files": "、".join(wrong[:10])})
    target = target or unquote(urlsplit(url).path.lstrip("/"))
    new = urlsplit(url)._replace(path=f"/{target}").geturl()
    with progress(_("数据库"), quiet=as_json) as step:
        _restore(new, target, folder / DUMP, step)
    with progress(_("文件"), quiet=as_json) as step:
        _copy(folder / FILES, settings.FILES_FOLDER, step)
    register = erasures or settings.ERASURE_REGISTER
    if not register.exists():
        say(
            _("没有找到删除登记 %(file)s：备份以后依法删除的内容可能又回来了。有另存的就用 --erasures 再恢复一次。")
            % {"file": register}
        )
    told = _then(new, "ledger", "replay-erasures", *(["--erasures", str(register)] if register.exists() else []))
    told |= _then(new, "ledger", "verify", "--restored")
    facts = {"database": target, "files": len(manifest["sha256"]), "made_at": manifest["made_at"]} | told
    lines = [
        _(
            "恢复好了：数据库 %(database)s，%(chains)s 条链、%(entries)s 条流转记录核验无误，重做了 %(erasures)s 条依法删除。"
        )
        % facts,
        _("这份备份是 %(made_at)s 做的，在那以后登记的不在里面。") % {"made_at": _local(manifest["made_at"])},
    ]
    if told["checkpoints_left_out"]:
        lines.append(
            _(
                "备份以后还有 %(checkpoints_left_out)s 份检查点。决定用这个库以后，运行 tianping ledger checkpoint --restored。"
            )
            % facts
        )
    if new != url:
        lines.append(_("要用它，请把 DATABASE_URL 里的数据库名改成 %(database)s。") % facts)
    answer(facts, lines, as_json=as_json)


def _local(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"


def _program(name: str, url: str) -> str:
    """PostgreSQL's client program of the server's own major version where the system has it, else the embedded newest."""
    from tianping.config.postgres import binaries  # noqa: PLC0415

    found = shutil.which(name)
    if found is not None:
        with psycopg.connect(url) as own:
            server = own.info.server_version // 10000
        told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if re.search(rf" {server}\b", told):
            return found
    return str(binaries() / name)


def _run(args: list[str], sign: str, total: int, step: Step) -> None:
    """Run a verbose program, counting the lines that hold `sign`. Ends with its last words when it fails."""
    last, done = "", 0
    with subprocess.Popen(
        args, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as program:
        for line in program.stderr or ():
            last = line.strip() or last
            if sign in line:
                done += 1
                step(min(done, total), total)
    if program.returncode:
        fail(f"{Path(args[0]).name}: {last}")
    step(total, total)


def _dump(url: str, file: Path, step: Step) -> None:
    with psycopg.connect(url) as own:
        row = own.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchone()
    args = [_program("pg_dump", url), "--format=custom", "--no-owner", "--verbose", f"--file={file}", url]
    _run(args, "dumping contents of table", row[0] if row else 0, step)


def _restore(url: str, name: str, dump: Path, step: Step) -> None:
    """Into a database that is made for it; a try that fails leaves none behind."""
    from django.conf import settings  # noqa: PLC0415

    from tianping.config.database import admin_url, ensure_database, exists  # noqa: PLC0415

    if exists(url):
        fail(_("数据库 %(name)s 已经存在，没有动它。用 --database 换一个名字。") % {"name": name})
    ensure_database(url, settings.APP_ROLE)
    program = _program("pg_restore", url)
    listed = subprocess.run([program, "--list", str(dump)], capture_output=True, text=True, check=False)
    total = len(re.findall(r"^\d+;", listed.stdout, re.MULTILINE))
    args = [program, "--no-owner", "--exit-on-error", "--verbose", f"--dbname={url}", str(dump)]
    try:
        _run(args, "pg_restore: ", total, step)
        with psycopg.connect(url, autocommit=True) as own:
            own.execute("ANALYZE")
    except BaseException:
        with psycopg.connect(admin_url(url), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        raise


def _copy(source: Path, target: Path, step: Step) -> None:
    """Every file that is not there yet; a name is the hash of the content, so one that is there is the same."""
    files = [f for f in sorted(source.rglob("*")) if f.is_file()] if source.exists() else []
    for number, file in enumerate(files, 1):
        place = target / file.relative_to(source)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = place.with_name(f".{place.name}.part")
            shutil.copy2(file, draft)
            draft.rename(place)
        step(number, len(files))


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digests(folder: Path, step: Step) -> dict[str, str]:
    files = [f for f in sorted(folder.rglob("*")) if f.is_file()]
    found = {}
    for number, file in enumerate(files, 1):
        found[str(file.relative_to(folder))] = _digest(file)
        step(number, len(files))
    return found


def _differing(folder: Path, listed: dict[str, str], step: Step) -> list[str]:
    wrong = []
    for number, (name, digest) in enumerate(listed.items(), 1):
        file = folder / name
        if not file.is_file() or _digest(file) != digest:
            wrong.append(name)
        step(number, len(listed))
    return wrong


def _manifest(folder: Path, jurisdiction: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        form, whose = found["form"], found["jurisdiction"]
    except (OSError, ValueError, KeyError):
        fail(_("%(folder)s 不是一份完整的备份：%(file)s 没有或读不懂") % {"folder": folder, "file": MANIFEST})
    if form != "tianping.backup.v1":
        fail(_("这份备份的格式 %(form)s 这一版不认识，请用做备份的那一版恢复") % {"form": form})
    if whose != jurisdiction:
        fail(
            _("这是辖区 %(whose)s 的备份，这里是 %(here)s。请设对 TIANPING_JURISDICTION。")
            % {"whose": whose, "here": jurisdiction}
        )
    return found


def _then(url: str, *command: str) -> dict[str, Any]:
    """Run a command of ours on the new database; what it found, or an end with its own words."""
    done = subprocess.run(
        [sys.executable, "-m", "tianping.config", *command, "--json"],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        told = {}
    if done.returncode or not told:
        why = told.get("error") or "；".join(f["sentence"] for f in told.get("faults", [])[:3])
        fail(
            _("恢复了，但是 tianping %(command)s 不通过：%(why)s")
            % {"command": " ".join(command), "why": why or done.returncode}
        )
    return told
