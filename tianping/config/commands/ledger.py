"""`tianping ledger`: verifying every chain, rotating keys, the register of erasures."""

from pathlib import Path

import click

from tianping.config.terminal import answer, fail, json_option, progress, setup
from tianping.config.words import gettext as _


@click.group(help=_("流转记录：核验、换密钥、删除登记。"))
def ledger() -> None:
    pass


@ledger.command(help=_("核验全部流转记录。改过、删过、换过次序或截断的，逐条指出；有问题时退出码是 1。"))
@json_option
def verify(*, as_json: bool) -> None:
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.matters.chains import verify_chains  # noqa: PLC0415

    with progress(_("核验"), quiet=as_json) as step:
        report = verify_chains(settings.JURISDICTION, step)
    faults = [
        {"kind": f.kind, "chain": str(f.chain), "seq": f.seq, "entry": str(f.entry_id), "sentence": _(f.sentence)}
        for f in report.faults
    ]
    lines = [_("%(chain)s 第%(seq)s条 %(entry)s：%(sentence)s") % f for f in faults]
    facts = {"chains": report.chains, "entries": report.entries, "sm3": report.sm3}
    counted = facts | {"faults": len(faults)}
    lines.append(
        _("核验了 %(chains)s 条链、%(entries)s 条记录（其中 %(sm3)s 条另有 SM3），问题 %(faults)s 处") % counted
    )
    answer(facts | {"faults": faults}, lines, as_json=as_json)
    if faults:
        raise SystemExit(1)


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
