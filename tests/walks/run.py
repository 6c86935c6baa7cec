"""`make walks`: every procedure walked at random, guided by coverage; then through PostgreSQL; then with planted faults.

Last line: `walks: steps N, broken 0, planted N, found N`. Exits 1 when a floor is missed: 10,000 steps, every declared step taken
50 times, every step that somebody takes by hand refused 50 times, no promise broken, every planted fault found: those in the
engine by the walk in memory, those in store, assemble, sight, clocks and feed by the walk through PostgreSQL.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")

from hypothesis import HealthCheck, Phase, given, settings  # the path comes first
from hypothesis import strategies as st

from tests.walks.faults import planted
from tests.walks.tally import Tally
from tests.walks.world import World
from tianping.kernel.lifecycle.registry import registry_of

FLOOR_STEPS = 10_000
FLOOR_TAKEN = 50
FLOOR_PLANTED = 10
FLOOR_PLANTED_STORED = 5
STORED_STEPS = 600


def deployed():
    from django.conf import settings as django_settings

    return registry_of(tuple(django_settings.SCENES))


def walk(registry, tally, examples, *, length=(20, 90), stop=lambda _tally: False):
    """Hypothesis draws where each walk starts and how long it is; the tally guides it to what was taken least."""

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32 - 1), st.integers(*length))
    def one(seed, steps):
        if not stop(tally):
            World(registry, seed, tally).walk(steps)

    one()


def missing(registry, tally, floor=FLOOR_TAKEN):
    """The declared steps that were taken too seldom, and those by hand that were refused too seldom."""
    seldom, unrefused = [], []
    for procedure in registry.procedures():
        for step in procedure.steps:
            count = tally.taken[procedure.name, step.name]
            if count < floor:
                seldom.append(f"{procedure.name}.{step.name} {count}")
            refused = tally.refused[procedure.name, step.name]
            if not step.automatic and refused < floor:
                unrefused.append(f"{procedure.name}.{step.name} refused {refused}")
            seldom += [f"undo of {n}" for n in step.undoes if tally.undone[procedure.name, n] * 5 < floor]
    return seldom, unrefused


def find(registry, plant):
    """Whether a walk with the fault in it breaks a promise. An error that the fault causes counts: it did not pass."""
    tally = Tally()
    with plant():
        for seed in range(160):
            try:
                World(registry, seed, tally).walk(90)
            except Exception as error:  # a broken engine may break anywhere
                return f"{type(error).__name__}: {error}"
            if tally.broken:
                return tally.broken[0]
    return ""


def main() -> int:
    import django

    django.setup()
    registry = deployed()
    started, tally = time.monotonic(), Tally()
    rounds = 0
    while rounds < 12 and (tally.steps < FLOOR_STEPS or any(missing(registry, tally))):
        rounds += 1
        walk(registry, tally, 60 * rounds, length=(20 + rounds, 120))
        seldom, unrefused = missing(registry, tally)
        print(
            f"{tally.steps} steps, {sum(tally.refused.values())} refusals, {len(seldom)} steps under {FLOOR_TAKEN},"
            f" {len(unrefused)} refused less often, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    seldom, unrefused = missing(registry, tally)
    for name in seldom + unrefused:
        print(f"  too seldom: {name}")
    print("guards that said no: " + ", ".join(f"{g} {tally.guards[g]}" for g in sorted(guards_of(registry))))
    stored = _stored()
    print(
        f"stored: {stored.steps} steps through PostgreSQL, {len(stored.broken)} broken,"
        f" {time.monotonic() - started:.0f} s",
        flush=True,
    )
    broken = tally.broken + stored.broken
    for sentence in broken[:20]:
        print(f"  broken: {sentence}")
    plants = planted(registry)
    told = {f"in the engine: {name}": find(registry, plant) for name, plant in plants.items()}
    beneath = _found_beneath()
    told |= {f"beneath it: {name}": sentence for name, sentence in beneath.items()}
    for name, sentence in told.items():
        print(f"planted {name}: {sentence.split(' after ')[0][:110] if sentence else 'NOT FOUND'}")
    steps, found = tally.steps + stored.steps, sum(map(bool, told.values()))
    print(f"walks: steps {steps}, broken {len(broken)}, planted {len(told)}, found {found}")
    good = tally.steps >= FLOOR_STEPS and stored.steps >= STORED_STEPS and not (broken or seldom or unrefused)
    enough = len(plants) >= FLOOR_PLANTED and len(beneath) >= FLOOR_PLANTED_STORED
    return 0 if good and enough and found == len(told) else 1


def guards_of(registry):
    return {g for p in registry.procedures() for s in p.steps for g in s.guards}


def _found_beneath():
    """What the stored walk says of each fault planted beneath the engine, each in a database of its own."""
    from tests.authz.setting import database
    from tests.walks import stored_faults

    told = {}
    for name in stored_faults.planted("any"):
        with database() as owner:
            told[name] = stored_faults.find(name, owner)
    return told


def _stored():
    from tests.authz.setting import database
    from tests.walks.stored import StoredWorld

    tally = Tally()
    with database():
        StoredWorld(7, tally).walk(STORED_STEPS)
    return tally


if __name__ == "__main__":
    sys.exit(main())
