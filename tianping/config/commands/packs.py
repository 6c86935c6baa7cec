"""`tianping packs`: check, load and list the dated data of a county."""

from pathlib import Path

import click

from tianping.config.terminal import answer, fail, json_option, progress, setup
from tianping.config.words import gettext as _

PROJECT = Path(__file__).resolve().parents[3]


@click.group(help=_("数据包：类别、时限、单位、网格等。"))
def packs() -> None:
    pass


@packs.command(help=_("检查数据包，列出每一处问题（文件、行、原因），不写数据库；有问题时退出码是 1。"))
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
def check(folders: tuple[Path, ...], *, as_json: bool) -> None:
    setup()
    from tianping.kernel.packs.loader import check as look  # noqa: PLC0415
    from tianping.kernel.packs.loader import read_pack  # noqa: PLC0415

    found = [read_pack(folder) for folder in folders]
    problems = []
    with progress(_("检查"), quiet=as_json) as step:
        for number, pack in enumerate(found, 1):
            problems += [str(p) for p in (*pack.problems, *look(pack, [o for o in found if o is not pack]))]
            step(number, len(found))
    answer({"problems": problems}, problems or [_("没有问题")], as_json=as_json)
    if problems:
        raise SystemExit(1)


@packs.command(help=_("装入数据包。重复装入不会有变化；有一处不对就一行也不写。"))
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
def load(folders: tuple[Path, ...], *, as_json: bool) -> None:
    setup()
    from django.conf import settings  # noqa: PLC0415

    from tianping.config.county import load_county  # noqa: PLC0415
    from tianping.kernel.packs.loader import PackError  # noqa: PLC0415

    try:
        with progress(_("装入"), quiet=as_json) as step:
            made = load_county(list(folders), settings.JURISDICTION, progress=step)
    except PackError as error:
        fail("\n".join(str(p) for p in error.problems))
    changes = {name: {"added": c.added, "changed": c.changed, "ended": c.ended} for name, c in made.packs.items()}
    counts = {name: getattr(made, name) for name in ("agencies", "posts", "people", "grids", "places")}
    lines = [
        _("%(pack)s：新增 %(added)s，更改 %(changed)s，停用 %(ended)s") % ({"pack": name} | c)
        for name, c in changes.items()
    ]
    lines.append(
        _("单位 %(agencies)s，岗位 %(posts)s，人员 %(people)s，网格新增 %(grids)s，地址新增 %(places)s") % counts
    )
    answer(changes | {"county": counts}, lines, as_json=as_json)


@packs.command("list", help=_("列出装入过的数据包和各类行数。"))
@json_option
def list_(*, as_json: bool) -> None:
    setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db.models import Count  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tianping.kernel.packs.models import PackRelease, PackRow  # noqa: PLC0415

    releases = PackRelease.objects.filter(jurisdiction=settings.JURISDICTION).order_by("loaded_at")
    rows = PackRow.objects.filter(jurisdiction=settings.JURISDICTION, effective_to=None)
    kinds = dict(rows.values_list("kind").annotate(n=Count("code")).order_by("kind"))
    facts = {
        "releases": [{"pack": r.pack, "version": r.version, "loaded_at": r.loaded_at} for r in releases],
        "rows": kinds,
    }
    lines = [
        _("%(pack)s %(version)s，%(at)s 装入")
        % {"pack": r.pack, "version": r.version, "at": f"{timezone.localtime(r.loaded_at):%Y-%m-%d %H:%M}"}
        for r in releases
    ]
    lines += [f"  {kind} {count}" for kind, count in kinds.items()]
    answer(facts, lines or [_("还没有装入数据包：tianping packs load packs/national 您的县")], as_json=as_json)
