"""`tianping backup` and `restore`: the database and the files in one folder, with hashes. Keys are never in it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from tianping.config.terminal import answer, fail, json_option, setup


def _program(name: str) -> str:
    """PostgreSQL's client programs: those of the embedded server for its own, else the system's."""
    found = None if _embedded() else shutil.which(name)
    if found is not None:
        return found
    from tianping.config.postgres import binaries  # noqa: PLC0415

    return str(binaries() / name)


def _embedded() -> bool:
    from tianping.config.postgres import default_cluster  # noqa: PLC0415

    return str(default_cluster().socket) in os.environ.get("DATABASE_URL", "")


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@json_option
def backup(folder: Path, *, as_json: bool) -> None:
    """备份数据库和文件到一个新文件夹。密钥不在里面，请另存。"""
    url = setup()
    from django.conf import settings  # noqa: PLC0415

    if folder.exists() and any(folder.iterdir()):
        fail(f"{folder} 不是空的，请换一个新文件夹", as_json=as_json)
    folder.mkdir(parents=True, exist_ok=True)
    dump = folder / "database.dump"
    subprocess.run([_program("pg_dump"), "--format=custom", "--no-owner", f"--file={dump}", url], check=True)
    files = settings.FILES_FOLDER
    if files.exists():
        shutil.copytree(files, folder / "files")
    listed = {str(f.relative_to(folder)): _digest(f) for f in sorted(folder.rglob("*")) if f.is_file()}
    manifest = {"made_at": datetime.now(UTC).isoformat(), "sha256": listed}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    lines = [
        f"备份好了：{folder}，{len(listed)} 个文件，{size / 1e6:.1f} MB",
        "密钥不在备份里，请把密钥文件夹另存一处。",
    ]
    answer({"folder": str(folder), "files": len(listed), "bytes": size}, lines, as_json=as_json)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--database", "target", required=True, help="恢复到哪个新数据库（名字），不能已经存在。")
@json_option
def restore(folder: Path, target: str, *, as_json: bool) -> None:
    """从备份恢复到一个新数据库，核对文件，再执行一遍依法删除登记。"""
    url = setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.config.database import ensure_database  # noqa: PLC0415

    manifest = json.loads((folder / "manifest.json").read_text())
    wrong = [n for n, d in manifest["sha256"].items() if not (folder / n).exists() or _digest(folder / n) != d]
    if wrong:
        fail("备份里的文件缺了或变了：" + "、".join(wrong), as_json=as_json)
    new = urlsplit(url)._replace(path=f"/{target}").geturl()
    if not ensure_database(new, settings.APP_ROLE):
        fail(f"数据库 {target} 已经存在，请换一个名字", as_json=as_json)
    subprocess.run(
        [_program("pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={new}", str(folder / "database.dump")],
        check=True,
    )
    files = settings.FILES_FOLDER
    for source in sorted((folder / "files").rglob("*")) if (folder / "files").exists() else []:
        place = files / source.relative_to(folder / "files")
        if source.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, place)
    env = os.environ | {"DATABASE_URL": new}
    subprocess.run([sys.executable, "-m", "tianping.config", "ledger", "replay-erasures"], env=env, check=True)
    lines = [f"恢复好了：数据库 {target}。要用它，请把 DATABASE_URL 里的数据库名改成 {target}。"]
    answer({"database": target, "files": len(manifest["sha256"])}, lines, as_json=as_json)
