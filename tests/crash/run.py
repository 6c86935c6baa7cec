"""`make crash`: PostgreSQL, its backends, the server, its workers and the worker are killed with -9 while clients write.

Every acknowledged write must be there exactly once afterwards, whatever was retried; no row without what it belongs to; every
chain whole; every entry brought to a reader once. Then faults are planted: each must be found.

Last line: `crash: kills N, acknowledged N, lost 0, duplicate 0, orphans 0, planted N, found N`. Exits 1 when one of them is
missed, or fewer than `--kills` were made.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import psycopg  # the path comes first

from bench import stage
from tests.crash.audit import Finding, audit, summed
from tests.crash.controls import careless, planted
from tests.crash.house import House

# How often each part is killed, of twenty.
PARTS = ["PostgreSQL"] * 5 + ["backend"] * 5 + ["worker"] * 4 + ["server"] * 3 + ["server's worker"] * 3


@dataclass
class Result:
    kills: int
    acknowledged: int
    finding: Finding
    planted: int
    found: int

    @property
    def met(self) -> bool:
        return self.kills > 0 and self.acknowledged > 0 and self.finding.clean and self.planted == self.found > 0

    def line(self) -> str:
        f = self.finding
        return (
            f"crash: kills {self.kills}, acknowledged {self.acknowledged}, lost {len(f.lost)}, duplicate {len(f.duplicate)},"
            f" orphans {len(f.orphans)}, planted {self.planted}, found {self.found}"
        )


def run(kills: int, *, clients: int = 4, seed: int = 1, real_control: bool = True) -> Result:
    """Kill so many times, then look. Raises RuntimeError when the house does not come back."""
    chance = Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    with stage.stage() as cluster:
        house = House(cluster, folder, clients)
        try:
            done = _kill(house, kills, chance)
            house.close()
            acks = house.acks()
            with psycopg.connect(house.url, autocommit=True) as owner:
                finding = audit(owner, acks)
                for kind in ("lost", "duplicate", "orphans"):
                    if getattr(finding, kind):
                        print(f"{kind}: {summed(getattr(finding, kind))}", *getattr(finding, kind)[:5], sep="\n  ")
                results = dict(planted(owner, acks))
        finally:
            house.stop()
    if real_control:
        results["a server that does not wait for the disk"] = bool(careless(folder).lost)
    for name, seen in results.items():
        if not seen:
            print(f"planted, not found: {name}")
    shutil.rmtree(folder)
    return Result(done, len({a.key for a in acks}), finding, len(results), sum(results.values()))


def _kill(house: House, kills: int, chance: Random) -> int:
    """How many kills were made."""
    began = time.monotonic()
    made: Counter[str] = Counter()
    order = [part for _ in range(-(-kills // len(PARTS))) for part in chance.sample(PARTS, len(PARTS))][:kills]
    if kills < len(PARTS):
        order = ["PostgreSQL", "server", "worker", "backend", "server's worker"][:kills]
    for number, part in enumerate(order, 1):
        house.wait_for_more()
        time.sleep(chance.random() * 0.5)
        house.kill(part, chance)
        made[part] += 1
        if number % 10 == 0 or number == len(order):
            told = ", ".join(f"{name} {count}" for name, count in made.items())
            print(
                f"{number} of {kills} kills, {house.acknowledged()} answers, {time.monotonic() - began:.0f} s ({told})",
                flush=True,
            )
    house.wait_for_more()
    return made.total()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--clients", type=int, default=4)
    options.add_argument("--short", action="store_true", help="without the server that does not wait for the disk")
    options.add_argument("--seed", type=int, default=int(time.time()))
    given = options.parse_args()
    print(f"seed {given.seed}")
    result = run(given.kills, clients=given.clients, seed=given.seed, real_control=not given.short)
    print(result.line())
    return 0 if result.met and result.kills >= given.kills else 1


if __name__ == "__main__":
    sys.exit(main())
