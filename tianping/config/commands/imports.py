"""`tianping import reports FILE`: messages of another system become matters."""

from collections.abc import Callable
from pathlib import Path

import click

from tianping.config.database import analyze_while_young
from tianping.config.terminal import answer, fail, json_option, progress, setup
from tianping.config.words import gettext as _

ANALYZED_AFTER = (200, 2000)  # rows


@click.group("import", help=_("导入已有的记录。"))
def import_() -> None:
    pass


@import_.command(help=_("导入留言（xlsx）。中断后再运行会接着做；重复运行不会多出一件。"))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "username", default="", help=_("以谁的名义导入（登录名）。默认是县中心的第一位派单员。"))
@click.option("--source", default="", help=_("来源名，和编号一起认出同一行。默认用文件名。"))
@click.option("--grade", default="4", show_default=True, help=_("按规则派单的事项先定几级。"))
@click.option("--errors", type=click.Path(path_type=Path), default=None, help=_("没收下的行写到哪个文件。"))
@json_option
def reports(file: Path, username: str, source: str, grade: str, errors: Path | None, *, as_json: bool) -> None:
    setup()
    from django.utils import translation  # noqa: PLC0415

    from tianping.capabilities.imports.report_counts import counts  # noqa: PLC0415  # Django must be set up first
    from tianping.capabilities.imports.reports import Import, write_rejected  # noqa: PLC0415
    from tianping.capabilities.imports.sheet import SheetError, read_sheet  # noqa: PLC0415
    from tianping.config.people import importer  # noqa: PLC0415

    actor = importer(username)
    if actor is None:
        fail(_("没有找到能派单的人“%(name)s”。请用 --as 写一个派单员的登录名。") % {"name": username})
    try:
        sheet = read_sheet(file)
    except SheetError as error:
        fail(str(error))
    run = Import(sheet, actor, source=source, grade=grade)
    # What is written down does not follow the operator's language.
    with progress(_("导入 %(file)s") % {"file": file.name}, quiet=as_json) as step, translation.override("zh-hans"):
        outcome = run.run(_watched(step))
    rejected = errors or file.with_name(f"{file.stem}{_('-未导入')}.xlsx")
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


def _watched(step: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """The progress, and beside it the database's statistics of what has come, which a new county has not got yet."""
    from django.conf import settings  # noqa: PLC0415  # read when the operator's environment is known, as in `reports`

    def told(done: int, total: int) -> None:
        if done in ANALYZED_AFTER:
            analyze_while_young(settings.DATABASE_URL)
        step(done, total)

    return told


def _writable(path: Path) -> bool:
    import os  # noqa: PLC0415

    return os.access(path.parent, os.W_OK)


def _lines(f: dict[str, object]) -> list[str]:
    lines = [
        _("读了 %(rows)s 行：新收 %(new)s，早已收下 %(known)s，没收下 %(rejected)s") % f,
        _("按规则派出 %(dispatched)s，记下答复 %(answered)s，并入同一件 %(joined)s") % f,
        _(
            "导入的一共：事项 %(matters)s，到过的单位 %(agencies)s，待分类 %(triage)s，时限在走 %(terms_running)s，"
            "重复并案 %(repeats)s，答复天数中位数 %(median_days)s"
        )
        % f,
    ]
    if f["rejected_file"]:
        lines.append(_("没收下的行和原因：%(rejected_file)s") % f)
    return lines
