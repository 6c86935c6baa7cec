"""Bringing a county's packs into the database: rows, offices and people, grids and addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tianping.kernel.agencies.load import load as load_agencies
from tianping.kernel.agencies.models import Agency
from tianping.kernel.packs.loader import Counts, PackError, load, read_pack
from tianping.kernel.packs.reader import Pack
from tianping.kernel.parties.keys import KeyStore
from tianping.kernel.places.addresses import KnownPlace
from tianping.kernel.places.load import load_grids, load_places


@dataclass(frozen=True)
class Loaded:
    packs: dict[str, Counts]
    agencies: int
    posts: int
    people: int
    grids: int
    places: int


def ensure_keys() -> bool:
    """Make the key tree if there is none. True when it was made."""
    if (settings.KEY_FOLDER / "county.json").exists():
        return False
    settings.KEY_FOLDER.parent.mkdir(parents=True, exist_ok=True)
    KeyStore.create(settings.KEY_FOLDER)
    return True


@transaction.atomic
def load_county(
    folders: list[Path],
    jurisdiction: str,
    *,
    password: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Loaded:
    """Load the packs in order, each checked against the others. Raises PackError with every problem; nothing is loaded then.

    `progress(done, total)` counts half a pack's work: its rows, then its offices, grids and addresses.
    """
    packs: list[Pack] = [read_pack(folder) for folder in folders]
    if problems := [p for pack in packs for p in pack.problems]:
        raise PackError(problems)
    counts: dict[str, Counts] = {}
    for number, pack in enumerate(packs, 1):
        counts[pack.name] = load(pack, jurisdiction, [o for o in packs if o is not pack])
        progress(number, 2 * len(packs))
    agencies = posts = people = grids = places = 0
    for number, pack in enumerate(packs, len(packs) + 1):
        if pack.rows("agency"):
            made = load_agencies(
                jurisdiction, pack.rows("agency"), pack.rows("post"), pack.rows("person"), password=password
            )
            agencies, posts, people = made.agencies, made.posts, made.people
            if pack.geojson:
                since = pack.manifest.effective_from
                grids = load_grids(pack.geojson, paths(jurisdiction), jurisdiction, since).added
            known = [
                KnownPlace(r.address, tuple(r.names), r.grid, r.division, r.lon, r.lat) for r in pack.rows("address")
            ]
            places = load_places(known, "CGCS2000", jurisdiction).added
        progress(number, 2 * len(packs))
    return Loaded(counts, agencies, posts, people, grids, places)


def paths(jurisdiction: str) -> dict[str, str]:
    """Agency code -> path."""
    return dict(Agency.objects.filter(jurisdiction=jurisdiction).values_list("code", "path"))
