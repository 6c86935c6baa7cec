"""`make authz`: every role, every relation, every way in, held against a table written by hand.

Last line: `authz: cells N, leaks 0, planted N, found N`. A cell is one role asking for one matter through one surface. A leak is a
word of the matter, or its mere existence, where the table says no; a cell that gives nothing where it says yes is broken too.
"""

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

FLOOR_CELLS = 10_000
FLOOR_PLANTED = 20


def check(world, surfaces, roles: Iterable[str], relations: Iterable[str], *, stop_at_first: bool = False):
    """(cells, faults): the sweep. `faults` are sentences."""
    from tests.authz.judge import judge

    cells, faults = 0, []
    cache: dict[tuple[str, str], str] = {}
    for relation in relations:
        canary = world.canaries[relation]
        for role in roles:
            actor = world.actor(role, relation)
            for name, surface in surfaces.items():
                cells += 1
                whole = name.startswith(("list:", "mine")) and name != "list:ids"
                key = (name, " ".join(sorted(actor.keys)) + actor.lo)
                text = cache.get(key) if whole else None
                if text is None:
                    text = surface(actor, canary)
                    if whole:
                        cache[key] = text
                fault = judge(name, role, relation, canary, text)
                if fault:
                    faults.append(f"{fault}: {role} / {relation} / {name}")
                    if stop_at_first:
                        return cells, faults
    return cells, faults


def main() -> int:
    from tests.authz.setting import database

    started = time.monotonic()
    with database() as url:
        from tests.authz.holes import HOLES
        from tests.authz.surfaces import kernel_surfaces
        from tests.authz.web import web_surfaces
        from tests.authz.world import RELATIONS, ROLES, build

        world = build()
        _index(world)
        surfaces = kernel_surfaces() | web_surfaces(world)
        cells, leaks = 0, []
        for relation in RELATIONS:
            more, faults = check(world, surfaces, ROLES, [relation])
            cells += more
            leaks += faults
            print(f"{relation}: {more} cells, {len(faults)} leaks, {time.monotonic() - started:.0f} s", flush=True)
        for leak in leaks[:40]:
            print("  " + leak)
        found = 0
        for hole in HOLES:
            with hole.open(url, world):
                _more, faults = check(
                    world,
                    {n: s for n, s in surfaces.items() if n in hole.surfaces},
                    hole.roles,
                    hole.relations,
                    stop_at_first=True,
                )
            found += bool(faults)
            print(f"planted {hole.name}: {'found' if faults else 'NOT FOUND'}", flush=True)
    print(f"authz: cells {cells}, leaks {len(leaks)}, planted {len(HOLES)}, found {found}")
    good = cells >= FLOOR_CELLS and not leaks and len(HOLES) >= FLOOR_PLANTED and found == len(HOLES)
    return 0 if good else 1


def _index(world) -> None:
    from tianping.capabilities.search.indexing import index
    from tianping.kernel.agencies.acting import acting, system_actor

    for canary in world.canaries.values():
        with acting(system_actor("990101")):
            index("990101", canary.receipt.matter)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
    sys.exit(main())
