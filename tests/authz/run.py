"""`make authz`: every role, every relation, every way in, held against a table written by hand.

Last line: `authz: cells N, leaks 0, planted N, found N`. A cell is one role asking for one matter through one surface. A leak is a
word of the matter, or its mere existence, where the table says no; a cell that gives nothing where it says yes is broken too.
Two processes share the work, each with a database of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
FLOOR_CELLS = 10_000
FLOOR_PLANTED = 20
SHOWN = 40
STRIDE = 6  # of the part that every run sweeps: one role in so many
TOKENS_OF = ("sent", "violence")  # the relations that tokens are tried with
RESULT = "::"  # begins the line with which a part tells its numbers


Cell = tuple[str, str, str]  # relation, role, surface


def every(surfaces: Iterable[str], roles: Iterable[str], relations: Iterable[str]) -> Iterator[Cell]:
    """Each role, each relation, each way in."""
    return product(relations, roles, surfaces)


def some(surfaces: Iterable[str]) -> Iterator[Cell]:
    """A part of it that is the same each time: each way in is taken by every sixth role, each time about another matter."""
    from tests.authz.world import RELATIONS, ROLES

    for at, (number, surface) in product(range(len(ROLES)), enumerate(sorted(surfaces))):
        if (number + at) % STRIDE == 0:
            yield RELATIONS[(number // STRIDE + at) % len(RELATIONS)], ROLES[at], surface


def check(world: Any, surfaces: dict[str, Any], cells: Iterable[Cell]) -> tuple[int, list[str]]:
    """(cells, faults): the sweep. `faults` are sentences."""
    from tests.authz.judge import judge

    count, faults = 0, []
    cache: dict[tuple[str, str], str] = {}
    for relation, role, name in cells:
        count += 1
        surface, canary, actor = surfaces[name], world.canaries[relation], world.actor(role, relation)
        # What answers the same for every matter is asked once for each actor.
        whole = getattr(surface, "whole", False)
        key = (name, f"{actor.user}|{actor.subject}|{' '.join(sorted(actor.keys))}|{actor.lo}")
        text = cache.get(key) if whole else None
        if text is None:
            text = surface(actor, canary)
            if whole:
                cache[key] = text
        fault = judge(name, role, relation, canary, text)
        if fault:
            faults.append(f"{fault}: {role} / {relation} / {name}")
    return count, faults


@contextmanager
def prepared() -> Iterator[tuple[Any, dict[str, Any]]]:
    """The world and every surface of it, in the database that is connected; what moved is in the feed and counted."""
    from tests.authz.counts import count_surfaces
    from tests.authz.feed import Streams, feed_surfaces
    from tests.authz.surfaces import kernel_surfaces
    from tests.authz.web import web_surfaces
    from tests.authz.world import build
    from tianping.kernel.matters.readers.work import work

    world = build()
    work("990101", once=True)
    streams = Streams(world)
    try:
        yield world, kernel_surfaces() | count_surfaces() | feed_surfaces(streams) | web_surfaces(world)
    finally:
        streams.close()


def find_hole(hole: Any, url: str, world: Any, surfaces: dict[str, Any]) -> bool:
    """Whether the sweep that is meant to finds it: something told, not a page that broke."""
    from tests.authz import dump, tokens
    from tests.authz.judge import BREAKS

    with hole.open(url, world):
        match hole.sweep:
            case "dump":
                return bool(dump.check(url, world, hole.relations)[1])
            case "tokens":
                return bool(tokens.check(world, hole.relations, hole.roles, stop_at_first=True)[1])
        mine = {n: s for n, s in surfaces.items() if n in hole.surfaces}
        _cells, faults = check(world, mine, every(mine, hole.roles, hole.relations))
        return any(not fault.startswith(BREAKS) for fault in faults)


def part(number: int, of: int) -> int:
    """One share: every `of`-th relation, tokens and holes alike. Its numbers go out as one line."""
    from tests.authz.setting import database

    started = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - started:4.0f} s  {words}", flush=True)

    with database() as url, prepared() as (world, surfaces):
        from tests.authz import dump, tokens
        from tests.authz.doors import DOORS
        from tests.authz.holes import HOLES
        from tests.authz.world import RELATIONS, ROLES

        cells, leaks = 0, []
        mine = RELATIONS[number::of]
        for relation in mine:
            more, faults = check(world, surfaces, every(surfaces, ROLES, [relation]))
            cells, leaks = cells + more, leaks + faults
            say(f"{relation}: {more} cells, {len(faults)} leaks")
        for name, (more, faults) in (
            ("owner's copy", dump.check(url, world, mine)),
            ("tokens", tokens.check(world, TOKENS_OF[number::of])),
        ):
            cells, leaks = cells + more, leaks + faults
            say(f"{name}: {more} cells, {len(faults)} leaks")
        planted = [*HOLES, *DOORS][number::of]
        found = 0
        for hole in planted:
            seen = find_hole(hole, url, world, surfaces)
            found += seen
            say(f"planted {hole.name}: {'found' if seen else 'NOT FOUND'}")
    told = {"cells": cells, "leaks": leaks[:SHOWN], "leaking": len(leaks), "planted": len(planted), "found": found}
    print(RESULT + json.dumps(told, ensure_ascii=False), flush=True)
    return 0


def main() -> int:
    from tests.conftest import make_template

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=int, default=None)
    parser.add_argument("--of", type=int, default=2)
    asked = parser.parse_args()
    if asked.part is not None:
        return part(asked.part, asked.of)
    make_template()
    shares = [_share(n, asked.of) for n in range(asked.of)]
    results = [_result(process) for process in shares]
    if None in results:
        return 1
    total = {name: sum(r[name] for r in results) for name in ("cells", "leaking", "planted", "found")}
    for leak in [leak for r in results for leak in r["leaks"]][:SHOWN]:
        print("  " + leak)
    print(
        f"authz: cells {total['cells']}, leaks {total['leaking']}, planted {total['planted']}, found {total['found']}"
    )
    good = total["cells"] >= FLOOR_CELLS and not total["leaking"]
    return 0 if good and total["planted"] >= FLOOR_PLANTED and total["found"] == total["planted"] else 1


def _share(number: int, of: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "ignore", __file__, "--part", str(number), "--of", str(of)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _result(process: "subprocess.Popen[str]") -> dict[str, Any] | None:
    """Pass on what it says, and give its numbers; None when it broke."""
    found = None
    for line in process.stdout or ():
        if line.startswith(RESULT):
            found = json.loads(line.removeprefix(RESULT))
        else:
            print(line, end="", flush=True)
    return found if process.wait() == 0 else None


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
    sys.exit(main())
