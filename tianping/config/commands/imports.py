"""`tianping import reports FILE`: messages of another system become matters."""

from pathlib import Path

import click

from tianping.config.terminal import answer, fail, json_option, progress, setup


@click.group("import")
def import_() -> None:
    """导入已有的记录。"""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "username", default="", help="以谁的名义导入（登录名）。默认是县中心的第一位派单员。")
@click.option("--source", default="", help="来源名，和编号一起认出同一行。默认用文件名。")
@click.option("--grade", default="4", show_default=True, help="按规则派单的事项先定几级。")
@click.option("--errors", type=click.Path(path_type=Path), default=None, help="没收下的行写到哪个文件。")
@json_option
def reports(file: Path, username: str, source: str, grade: str, errors: Path | None, *, as_json: bool) -> None:
    """导入留言（xlsx）。中断后再运行会接着做；重复运行不会多出一件。"""
    setup()
    from tianping.capabilities.imports.report_counts import counts  # noqa: PLC0415  # Django must be set up first
    from tianping.capabilities.imports.reports import Import, write_rejected  # noqa: PLC0415
    from tianping.capabilities.imports.sheet import SheetError, read_sheet  # noqa: PLC0415
    from tianping.config.people import importer  # noqa: PLC0415

    actor = importer(username)
    if actor is None:
        fail(f"没有找到能派单的人“{username}”。请用 --as 写一个派单员的登录名。", as_json=as_json)
        return
    try:
        sheet = read_sheet(file)
    except SheetError as error:
        fail(str(error), as_json=as_json)
        return
    run = Import(sheet, actor, source=source, grade=grade)
    with progress(f"导入 {file.name}", quiet=as_json) as step:
        outcome = run.run(step)
    rejected = errors or file.with_name(f"{file.stem}-未导入.xlsx")
    if outcome.rejected:
        rejected = rejected if _writable(rejected) else Path.cwd() / rejected.name
        write_rejected(rejected, sheet, outcome)
    facts = {
        "rows": outcome.rows,
        "new": outcome.new,
        "known": outcome.known,
        "dispatched": outcome.dispatched,
        "answered": outcome.answered,
        "joined": outcome.repeats,
        "rejected": len(outcome.rejected),
        "rejected_file": str(rejected) if outcome.rejected else None,
    } | counts(actor)
    answer(facts, _lines(facts), as_json=as_json)


def _writable(path: Path) -> bool:
    import os  # noqa: PLC0415

    return os.access(path.parent, os.W_OK)


def _lines(f: dict[str, object]) -> list[str]:
    lines = [
        f"读了 {f['rows']} 行：新收 {f['new']}，早已收下 {f['known']}，没收下 {f['rejected']}",
        f"按规则派出 {f['dispatched']}，记下答复 {f['answered']}，并入同一件 {f['joined']}",
        (
            f"全库：事项 {f['matters']}，到过的单位 {f['agencies']}，待分类 {f['triage']}，时限在走 {f['terms_running']}，"
            f"重复并案 {f['repeats']}，答复天数中位数 {f['median_days']}"
        ),
    ]
    if f["rejected_file"]:
        lines.append(f"没收下的行和原因：{f['rejected_file']}")
    return lines
