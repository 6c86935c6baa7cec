"""Loading a pack into the database: checked first, in one transaction, and doing it twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tianping.kernel.packs.checks import check
from tianping.kernel.packs.models import PackRelease, PackRow
from tianping.kernel.packs.reader import Item, Pack, PackError, Problem, read_pack
from tianping.kernel.packs.schema import NOT_STORED
from tianping.kernel.packs.versions import WORDED, Plan, Stored, body, digest, plan

__all__ = ["Counts", "Pack", "PackError", "Problem", "check", "load", "read_pack"]


@dataclass(frozen=True)
class Counts:
    """What a load did, in rows."""

    added: int
    changed: int
    ended: int


def load(pack: Pack, jurisdiction: str, others: Iterable[Pack] = ()) -> Counts:
    """Bring `pack_row` to what the pack says; `others` are checked against, not loaded.

    Raises PackError with every problem, and then nothing was written. People, posts and scenarios are
    not stored here: their own modules take them from `pack.rows(kind)`.
    """
    problems = check(pack, others)
    if pack.manifest.jurisdiction not in {None, jurisdiction}:
        facts = {"own": pack.manifest.jurisdiction, "here": jurisdiction}
        reason = _("这个数据包是 %(own)s 的，不能装到 %(here)s") % facts
        problems.append(Problem("pack.json", 0, "jurisdiction", reason))
    if problems:
        raise PackError(problems)
    items = [item for item in pack.items if item.kind not in NOT_STORED]
    with transaction.atomic():
        # Two loads at once would both see the old rows; the second one waits here and then finds nothing to do.
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"packs:{jurisdiction}"])
        made = plan(_stored(pack, jurisdiction), items, pack.manifest.effective_from)
        if made.problems:
            raise PackError(made.problems)
        return _write(pack, jurisdiction, made, items)


def _stored(pack: Pack, jurisdiction: str) -> list[Stored]:
    rows = PackRow.objects.filter(jurisdiction=jurisdiction, pack=pack.name)
    fields = ("kind", "code", "effective_from", "effective_to", "digest")
    return [
        Stored(kind, code, since, until, bytes(seal)) for kind, code, since, until, seal in rows.values_list(*fields)
    ]


def _write(pack: Pack, jurisdiction: str, made: Plan, items: list[Item]) -> Counts:
    for version, end in made.end:
        PackRow.objects.filter(jurisdiction=jurisdiction, pack=pack.name, kind=version.kind, code=version.code).filter(
            effective_from=version.effective_from
        ).update(effective_to=end)
    PackRow.objects.bulk_create(
        [
            PackRow(
                jurisdiction=jurisdiction,
                pack=pack.name,
                kind=item.kind,
                code=item.code,
                effective_from=item.effective_from,
                effective_to=end,
                body=body(item),
                source=item.source,
                verified=item.verified,
                digest=digest(item),
            )
            for item, end in made.add
        ],
        batch_size=1000,
    )
    if made.add or made.end or _reword(pack, jurisdiction, items):
        whole = hashlib.sha256(b"".join(sorted(digest(item) for item in items))).digest()
        PackRelease.objects.create(
            jurisdiction=jurisdiction, pack=pack.name, version=pack.manifest.version, digest=whole
        )
    return Counts(added=len(made.add) - made.changed, changed=made.changed, ended=made.ended)


def _reword(pack: Pack, jurisdiction: str, items: list[Item]) -> int:
    """Give rows that stay what the pack says of them in another language now; how many."""
    said = {(i.kind, i.code, i.effective_from): i for i in items if WORDED & body(i).keys()}
    rows = PackRow.objects.filter(jurisdiction=jurisdiction, pack=pack.name, kind__in={kind for kind, *_ in said})
    behind = []
    for row in rows:
        item = said.get((row.kind, row.code, row.effective_from))
        if item is not None and bytes(row.digest) == digest(item) and row.body != body(item):
            row.body = body(item)
            behind.append(row)
    return PackRow.objects.bulk_update(behind, ["body"])
