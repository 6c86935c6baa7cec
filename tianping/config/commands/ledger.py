"""`tianping ledger`: verifying every chain, rotating keys, the register of erasures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tianping.config.terminal import answer, fail, json_option, progress, setup
from tianping.config.words import gettext as _

if TYPE_CHECKING:
    from tianping.kernel.matters.proof.whole import LeftOut


@click.group(help=_("流转记录：核验、换密钥、删除登记。"))
def ledger() -> None:
    pass


@ledger.command(
    help=_("核验全部流转记录：链、记录写到的每一行、封存的内容、流水和检查点。改过、删过、换过次序或截断的，逐条指出。")
)
@click.option(
    "--checkpoint",
    "kept",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help=_("再和另存在别处的这一份检查点比。"),
)
@click.option("--restored", is_flag=True, help=_("刚从备份恢复：备份以后的检查点不比，只报有几份。"))
@json_option
def verify(kept: Path | None, *, restored: bool, as_json: bool) -> None:
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.ledger.checkpoints import CheckpointError  # noqa: PLC0415
    from tianping.kernel.matters.chains import verify_chains  # noqa: PLC0415
    from tianping.kernel.matters.proof.witness import end_of_feed, witness  # noqa: PLC0415
    from tianping.kernel.matters.proof.words import said  # noqa: PLC0415
    from tianping.kernel.service import acting, system_actor  # noqa: PLC0415

    with acting(system_actor(settings.JURISDICTION, "ledger")):
        end = end_of_feed(settings.JURISDICTION) if restored else None
    try:
        seen = witness(settings.CHECKPOINT_FOLDER, kept, end)
    except CheckpointError as error:
        fail(_("%(file)s 不是一份检查点") % {"file": error.file})
    with progress(_("核验"), quiet=as_json) as step:
        report = verify_chains(settings.JURISDICTION, step, seen)
    faults = [
        {
            "kind": f.kind,
            "number": report.numbers.get(f.chain, str(f.chain)) if f.chain else "",
            "chain": str(f.chain) if f.chain else None,
            "seq": f.seq,
            "entry": str(f.entry_id) if f.entry_id else None,
            "sentence": said(f, _),
        }
        for f in report.faults
    ]
    lines = [
        (_("%(number)s 第%(seq)s条：%(sentence)s") if f["chain"] else _("全部记录：%(sentence)s")) % f for f in faults
    ]
    facts = {
        name: getattr(report, name) for name in ("chains", "entries", "sm3", "opened", "erased", "closed", "untold")
    }
    facts |= {"checkpoints": len(seen.held), "checkpoints_left_out": seen.left_out}
    lines += _hints(facts, report.left_out if faults else [])
    lines.append(
        _("核验了 %(chains)s 条链、%(entries)s 条记录（其中 %(sm3)s 条另有 SM3），问题 %(faults)s 处")
        % (facts | {"faults": len(faults)})
    )
    left_out = [[n.year, n.first, n.last] for n in report.left_out]
    answer(facts | {"faults": faults, "left_out": left_out}, lines, as_json=as_json)
    if faults:
        raise SystemExit(1)


def _hints(facts: dict[str, int], left_out: "Sequence[LeftOut]") -> list[str]:
    """What was not looked at, and which numbers nobody has: worth knowing where something else is wrong."""
    hints = [
        _("封存的内容打开核对了 %(opened)s 项，依法删除的 %(erased)s 项，这里没有密钥的 %(closed)s 项") % facts,
        _("和 %(checkpoints)s 份检查点比过") % facts
        if facts["checkpoints"]
        else _("没有检查点：一条链连同链头一起被截短，只有检查点能发现"),
    ]
    if facts["checkpoints_left_out"]:
        hints.append(_("恢复的备份以后还有 %(checkpoints_left_out)s 份检查点，没有比") % facts)
    if facts["untold"]:
        hints.append(_("有 %(untold)s 件用的程序这里没有装，只核验了链和列") % facts)
    if left_out:
        shown = "、".join(
            f"{n.year}-{n.first}" if n.first == n.last else f"{n.year}-{n.first}…{n.last}" for n in left_out[:20]
        )
        hints.append(_("没有事项用的编号：%(numbers)s。登记没有成也会空一号，整件被删也会") % {"numbers": shown})
    return hints


@ledger.command(help=_("做一份检查点：每条链现在到哪里，写成库外的小文件。请常把它另存到别处。"))
@click.option("--restored", is_flag=True, help=_("刚从备份恢复并决定用它：比它新的检查点先挪到一边。"))
@json_option
def checkpoint(*, restored: bool, as_json: bool) -> None:
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.ledger.checkpoints import CheckpointError, newest, set_aside  # noqa: PLC0415
    from tianping.kernel.matters.proof.witness import NotWholeError, end_of_feed, make  # noqa: PLC0415
    from tianping.kernel.service import acting, system_actor  # noqa: PLC0415

    folder: Path = settings.CHECKPOINT_FOLDER
    aside: list[Path] = []
    try:
        if restored:
            with acting(system_actor(settings.JURISDICTION, "checkpoint")):
                aside = set_aside(folder, end_of_feed(settings.JURISDICTION))
        made = make(settings.JURISDICTION, settings.NODE, folder) or newest(folder)
    except CheckpointError as error:
        fail(_("%(file)s 不是一份检查点") % {"file": error.file})
    except NotWholeError as error:
        fail(_(str(error)))
    if made is None:
        fail(_("流水还是空的，没有可记的；worker 在运行吗？"))
    file = folder / f"{made.name}.json"
    facts = {
        "file": str(file),
        "position": made.position,
        "chains": made.chains,
        "root": made.root,
        "aside": len(aside),
    }
    lines = [
        _("检查点 %(file)s：到流水第 %(position)s 位，%(chains)s 条链") % facts,
        _("没有签名：它能证明多少，看另存的那一份放在谁手里。请把它和同名的 .heads 文件另存到别处。"),
    ]
    if aside:
        lines.append(_("比恢复的备份新的 %(aside)s 份挪到了 aside 文件夹") % facts)
    answer(facts, lines, as_json=as_json)


@ledger.command(help=_("换新的根密钥，并把已封存的内容改用新密钥。可以边运行边换，中断后再运行会接着做。"))
@json_option
def rotate(*, as_json: bool) -> None:
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.capabilities.notices.contacts import reseal_phones  # noqa: PLC0415
    from tianping.kernel.matters.rotation import remaining, reseal_all  # noqa: PLC0415
    from tianping.kernel.matters.vault import vault  # noqa: PLC0415

    # A rotation that was interrupted is finished first; only then is there a newer key.
    store = vault().store
    version = store.newest() if remaining(settings.JURISDICTION) else store.rotate()
    with progress(_("换密钥"), quiet=as_json) as step:
        done = reseal_all(settings.JURISDICTION, step)
    done += reseal_phones(settings.JURISDICTION)
    facts = {"version": version, "values": done}
    lines = [
        _("根密钥换到第 %(version)s 版，改封 %(values)s 项。") % facts,
        _("请把密钥文件夹 %(folder)s 再另存一份。") % {"folder": settings.KEY_FOLDER},
    ]
    answer(facts, lines, as_json=as_json)


@ledger.command("replay-erasures", help=_("恢复备份之后，把登记过的依法删除再执行一遍。重复运行没有影响。"))
@click.option(
    "--erasures",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help=_("另存的删除登记，先并进来。"),
)
@json_option
def replay_erasures(erasures: Path | None, *, as_json: bool) -> None:
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.capabilities.erasures.register import RegisterError, bring, read  # noqa: PLC0415
    from tianping.capabilities.search.indexing import index_erased  # noqa: PLC0415
    from tianping.kernel.matters.chains import replay  # noqa: PLC0415

    came = 0
    if erasures is not None:
        try:
            came = bring(settings.JURISDICTION, read(erasures))
        except RegisterError as error:
            fail(_("%(file)s 第 %(line)s 行读不懂，请换一份没有坏的") % {"file": erasures, "line": error.line})
    count, failed = replay(settings.JURISDICTION)
    index_erased(settings.JURISDICTION)
    if failed:
        fail(_("有 %(failed)s 条删除没有执行成，请看日志") % {"failed": failed})
    facts = {"erasures": count, "brought": came}
    answer(
        facts, [_("执行了 %(erasures)s 条删除登记，其中 %(brought)s 条是另存的登记里带来的") % facts], as_json=as_json
    )
