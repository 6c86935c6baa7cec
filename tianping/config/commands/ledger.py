"""`tianping ledger`: verifying every chain, rotating keys, replaying the register of erasures."""

import click

from tianping.config.terminal import answer, fail, json_option, progress, setup


@click.group()
def ledger() -> None:
    """流转记录：核验、换密钥、重放删除登记。"""


@ledger.command()
@json_option
def verify(*, as_json: bool) -> None:
    """核验全部流转记录。改过、删过、换过次序或截断的，逐条指出。"""
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.matters.chains import verify_chains  # noqa: PLC0415

    with progress("核验", quiet=as_json) as step:
        report = verify_chains(settings.JURISDICTION, step)
    faults = [
        {"kind": f.kind, "chain": str(f.chain), "seq": f.seq, "entry": str(f.entry_id), "sentence": f.sentence}
        for f in report.faults
    ]
    lines = [f"{f['chain']} 第{f['seq']}条 {f['entry']}：{f['sentence']}" for f in faults]
    lines.append(f"核验了 {report.chains} 条链、{report.entries} 条记录，问题 {len(faults)} 处")
    answer({"chains": report.chains, "entries": report.entries, "faults": faults}, lines, as_json=as_json)
    if faults:
        raise SystemExit(1)


@ledger.command()
@json_option
def rotate(*, as_json: bool) -> None:
    """换新的根密钥，并把已封存的内容改用新密钥。可以边运行边换，中断后再运行会接着做。"""
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.matters.rotation import reseal_all  # noqa: PLC0415
    from tianping.kernel.matters.vault import vault  # noqa: PLC0415

    version = vault().store.rotate()
    with progress("换密钥", quiet=as_json) as step:
        done = reseal_all(settings.JURISDICTION, step)
    answer({"version": version, "values": done}, [f"根密钥换到第 {version} 版，改封 {done} 项"], as_json=as_json)


@ledger.command("replay-erasures")
@json_option
def replay_erasures(*, as_json: bool) -> None:
    """恢复备份之后，把登记过的依法删除再执行一遍。重复运行没有影响。"""
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.matters.chains import replay  # noqa: PLC0415

    count, failed = replay(settings.JURISDICTION)
    if failed:
        fail(f"有 {failed} 条删除没有执行成，请看日志", as_json=as_json)
    answer({"erasures": count}, [f"执行了 {count} 条删除登记"], as_json=as_json)
