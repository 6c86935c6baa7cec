"""Bringing a county's packs into the database: rows, offices and people, grids and addresses."""

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
def load_county(folders: list[Path], jurisdiction: str, *, password: str | None = None) -> Loaded:
    """Load the packs in order, each checked against the others. Raises PackError with every problem; nothing is loaded then."""
    packs: list[Pack] = [read_pack(folder) for folder in folders]
    if problems := [p for pack in packs for p in pack.problems]:
        raise PackError(problems)
    counts = {p.name: load(p, jurisdiction, [o for o in packs if o is not p]) for p in packs}
    agencies = posts = people = grids = places = 0
    for pack in packs:
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
    return Loaded(counts, agencies, posts, people, grids, places)


def paths(jurisdiction: str) -> dict[str, str]:
    """Agency code -> path."""
    return dict(Agency.objects.filter(jurisdiction=jurisdiction).values_list("code", "path"))
