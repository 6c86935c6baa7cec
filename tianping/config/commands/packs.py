"""`tianping packs`: check, load and list the dated data of a county."""

from pathlib import Path

import click

from tianping.config.terminal import answer, fail, json_option, setup

PROJECT = Path(__file__).resolve().parents[3]


@click.group()
def packs() -> None:
    """数据包：类别、时限、单位、网格等。"""


@packs.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
def check(folders: tuple[Path, ...], *, as_json: bool) -> None:
    """检查数据包，列出每一处问题（文件、行、原因），不写数据库。"""
    setup()
    from tianping.kernel.packs.loader import check as look  # noqa: PLC0415
    from tianping.kernel.packs.loader import read_pack  # noqa: PLC0415

    found = [read_pack(folder) for folder in folders]
    problems = [str(p) for pack in found for p in (*pack.problems, *look(pack, [o for o in found if o is not pack]))]
    answer({"problems": problems}, problems or ["没有问题"], as_json=as_json)
    if problems:
        raise SystemExit(1)


@packs.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
def load(folders: tuple[Path, ...], *, as_json: bool) -> None:
    """装入数据包。重复装入不会有变化；有一处不对就一行也不写。"""
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.config.county import load_county  # noqa: PLC0415
    from tianping.kernel.packs.loader import PackError  # noqa: PLC0415

    try:
        made = load_county(list(folders), settings.JURISDICTION)
    except PackError as error:
        fail("\n".join(str(p) for p in error.problems), as_json=as_json)
        return
    facts = {name: {"added": c.added, "changed": c.changed, "ended": c.ended} for name, c in made.packs.items()}
    lines = [f"{name}：新增 {c.added}，更改 {c.changed}，停用 {c.ended}" for name, c in made.packs.items()]
    lines.append(
        f"单位 {made.agencies}，岗位 {made.posts}，人员 {made.people}，网格新增 {made.grids}，地址新增 {made.places}"
    )
    answer(facts, lines, as_json=as_json)


@packs.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """列出装入过的数据包和各类行数。"""
    setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db.models import Count  # noqa: PLC0415

    from tianping.kernel.packs.models import PackRelease, PackRow  # noqa: PLC0415

    releases = PackRelease.objects.filter(jurisdiction=settings.JURISDICTION).order_by("loaded_at")
    rows = PackRow.objects.filter(jurisdiction=settings.JURISDICTION, effective_to=None)
    kinds = dict(rows.values_list("kind").annotate(n=Count("code")).order_by("kind"))
    facts = {
        "releases": [{"pack": r.pack, "version": r.version, "loaded_at": r.loaded_at} for r in releases],
        "rows": kinds,
    }
    lines = [f"{r.pack} {r.version}，{r.loaded_at:%Y-%m-%d %H:%M} 装入" for r in releases]
    answer(facts, [*lines, *(f"  {kind} {count}" for kind, count in kinds.items())], as_json=as_json)
