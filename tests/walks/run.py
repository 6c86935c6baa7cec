"""`make walks`: every procedure walked at random, guided by coverage; then through PostgreSQL; then with planted faults.

Last line: `walks: steps N, broken 0, planted N, found N`. Exits 1 when a floor is missed: 10,000 steps, every declared step taken
50 times, every step that somebody takes by hand refused, no promise broken, every planted fault found.
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
    """The declared steps that were taken too seldom, and those by hand that were never refused."""
    seldom, never = [], []
    for procedure in registry.procedures():
        for step in procedure.steps:
            count = tally.taken[procedure.name, step.name]
            if count < floor:
                seldom.append(f"{procedure.name}.{step.name} {count}")
            if not step.automatic and not tally.refused[procedure.name, step.name]:
                never.append(f"{procedure.name}.{step.name}")
            seldom += [f"undo of {n}" for n in step.undoes if tally.undone[procedure.name, n] * 5 < floor]
    return seldom, never


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
        seldom, never = missing(registry, tally)
        print(
            f"{tally.steps} steps, {sum(tally.refused.values())} refusals, {len(seldom)} steps under {FLOOR_TAKEN},"
            f" {len(never)} never refused, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    seldom, never = missing(registry, tally)
    for name in seldom + never:
        print(f"  too seldom: {name}")
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
    found = 0
    for name, plant in plants.items():
        told = find(registry, plant)
        found += bool(told)
        print(f"planted {name}: {told.split(' after ')[0][:110] if told else 'NOT FOUND'}", flush=True)
    steps = tally.steps + stored.steps
    print(f"walks: steps {steps}, broken {len(broken)}, planted {len(plants)}, found {found}")
    good = tally.steps >= FLOOR_STEPS and stored.steps >= STORED_STEPS and not (broken or seldom or never)
    return 0 if good and len(plants) >= FLOOR_PLANTED and found == len(plants) else 1


def _stored():
    from tests.authz.setting import database
    from tests.walks.stored import StoredWorld

    tally = Tally()
    with database():
        StoredWorld(7, tally).walk(STORED_STEPS)
    return tally


if __name__ == "__main__":
    sys.exit(main())
