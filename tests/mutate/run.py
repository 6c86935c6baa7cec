"""`make mutate`: change the code of four packages on purpose, one small change at a time, and see the tests notice.

Why a runner of our own: mutmut 3 changes bodies of functions only (here rights live in tables of constants and in SQL),
copies the tree (the test database is made from a digest of it), and starts pytest with a database of its own for every
mutant; cosmic-ray starts a command for every mutant, which is ten seconds here before the first test runs. Neither
chooses tests by coverage, samples, or stops a single test that hangs. Here a mutant costs a fork: see `worker.py`.

Of the tests that reach a mutant only as many run as `choice.BUDGET` allows: the score is a lower bound. It counts a
mutant that hangs as killed, one that no test reaches as survived, and knows no list of exceptions.

Last lines: `mutate: PACKAGE killed N of M, score 0.NN` for each package, then `mutate: mutants N, killed N, score 0.NN`. Exits 1
when a package asked for is under 0.85 or has no mutants, when a test fails without any change, or when a control is misjudged.
"""

import argparse
import difflib
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")

from tests.conftest import make_template  # the path comes first
from tests.mutate import controls
from tests.mutate.choice import Choice, digest
from tests.mutate.packages import FLOOR, PACKAGES, ROOT, SAMPLE, TESTS, chosen
from tests.mutate.slot import BrokenError, Slot, spread

KILLED = {"killed", "timeout"}


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="make mutate", description="Change the code on purpose and see the tests notice."
    )
    parser.add_argument("--all", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="mutants a package (%(default)s)")
    parser.add_argument("--seed", default="1", help="another seed draws another sample")
    parser.add_argument("--only", default="", help="only files whose path begins so, as tianping/kernel/clock")
    parser.add_argument(
        "--package", action="append", choices=list(PACKAGES), help="only this package (more than once: these)"
    )
    parser.add_argument(
        "--again", action="store_true", help="take over what was killed before the last change of the tree"
    )
    parser.add_argument("--patience", type=float, default=10.0, help="seconds a test may take beyond 8 times its usual")
    parser.add_argument("--jobs", type=int, default=2, help="workers (%(default)s)")
    parser.add_argument("--tests", nargs="+", default=list(TESTS), help="folders of the tests that may notice")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "var" / "mutate", help="where verdicts and the report are kept"
    )
    return parser.parse_args(arguments)


class Verdicts:
    """What is known already: one line of JSON each, so that a run that was stopped goes on where it was."""

    def __init__(self, file, tree, again):
        self.file = file
        self.tree = tree
        self.known = {}
        self.older = 0  # taken over from another state of the tree: quick, but no score to report
        lines = file.read_text().splitlines() if file.exists() else []
        for line in lines:
            told = json.loads(line)
            if told["tree"] == tree or (again and told["verdict"] in KILLED):
                self.known[told["id"]] = told["verdict"]
                self.older += told["tree"] != tree

    def add(self, mutant, verdict, test):
        self.known[mutant.id] = verdict
        with self.file.open("a") as out:
            out.write(json.dumps({"id": mutant.id, "tree": self.tree, "verdict": verdict, "test": test}) + "\n")


class Progress:
    def __init__(self, total):
        self.total = total
        self.done = 0
        self.left = 0
        self.began = time.monotonic()

    def step(self, verdict):
        self.done += 1
        self.left += verdict not in KILLED
        told = f"mutate: {self.done} of {self.total}, survived {self.left}, {time.monotonic() - self.began:.0f} s"
        if sys.stdout.isatty():
            print(f"\r{told}", end="" if self.done < self.total else "\n", flush=True)
        elif self.done % 50 == 0 or self.done == self.total:
            print(told, flush=True)


def shown(mutant, verdict, tests):
    """A survivor in the report: where, what, and how many tests let it pass."""
    raw = (ROOT / mutant.path).read_bytes()
    lines = difflib.unified_diff(raw.decode().splitlines(), mutant.source(raw).decode().splitlines(), n=0, lineterm="")
    diff = [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"} and line.strip() != "+"]
    told = "no test runs it" if verdict == "unreached" else f"{len(tests)} tests pass"
    return "\n".join([f"{mutant.name}  {mutant.operator}  ({told})", *diff, ""])


def misjudged(tasks, slots):
    """Sentences on the controls that got another verdict than the right one."""
    wrong = []

    def done(task, verdict, test):
        if verdict not in task[1]:
            wrong.append(f"{task[2].name} `{task[2].text.strip()}`: {verdict} {test}, should be {' or '.join(task[1])}")

    spread(tasks, slots, done)
    return wrong


def judge(asked, lots, known) -> int:
    """The last lines, and the code to exit with."""
    bad = False
    for package in asked:
        mutants = lots[package]
        killed = sum(known.get(m.id) in KILLED for m, _tests in mutants)
        score = killed / len(mutants) if mutants else 0.0
        bad = bad or score < FLOOR or killed == 0
        print(f"mutate: {package} killed {killed} of {len(mutants)}, score {int(score * 100) / 100:.2f}")
    every = {m.id for mutants in lots.values() for m, _tests in mutants}
    killed = sum(known.get(i) in KILLED for i in every)
    print(f"mutate: mutants {len(every)}, killed {killed}, score {int(100 * killed / max(1, len(every))) / 100:.2f}")
    return int(bad or not asked)


def main(arguments=None) -> int:
    asked = options(arguments)
    packages = asked.package or [p for p, places in PACKAGES.items() if any(_touch(x, asked.only) for x in places)]
    asked.folder.mkdir(parents=True, exist_ok=True)
    make_template()
    choice = Choice.measured(asked.folder, asked.tests)
    count = None if asked.all else asked.sample
    lots = {p: [(m, choice.tests_for(p, m)) for m in chosen(p, asked.only, count, asked.seed)] for p in packages}
    verdicts = Verdicts(asked.folder / "verdicts.jsonl", digest(*asked.tests), asked.again)
    wanted = {m.id: (p, m, tests) for p in packages for m, tests in lots[p] if m.id not in verdicts.known}
    print(f"mutate: {sum(map(len, lots.values()))} mutants in {', '.join(packages)}, {len(wanted)} to try", flush=True)
    if verdicts.older:
        print("mutate: verdicts from before the last change are taken over; this is no score to report")
    progress = Progress(len(wanted))

    def done(task, verdict, test):
        verdicts.add(task[1], verdict, test)
        progress.step(verdict)

    with (asked.folder / "worker.log").open("w") as log:
        slots = [Slot(log, asked.tests, asked.patience) for _ in range(asked.jobs)]
        try:
            wrong = misjudged(controls.tasks(choice, packages), slots)
            if not wrong:
                spread(wanted.values(), slots, done)
                wrong = misjudged(controls.tasks(choice, packages, harmless=True), slots)
        except BrokenError as fault:
            wrong = [str(fault)]
        finally:
            for slot in slots:
                slot.close()
    report = asked.folder / "survivors.txt"
    left = {
        m.id: shown(m, verdicts.known.get(m.id), t)
        for p in packages
        for m, t in lots[p]
        if verdicts.known.get(m.id) not in KILLED
    }
    report.write_text("\n".join(left.values()))
    for sentence in [f"fails without any change: {t}" for t in choice.failed] + [f"control {w}" for w in wrong]:
        print(f"mutate: {sentence}")
    print(f"mutate: survivors in {report.relative_to(ROOT) if report.is_relative_to(ROOT) else report}")
    return judge(packages, lots, verdicts.known) or int(bool(wrong or choice.failed))


def _touch(place, only):
    return place.startswith(only) or only.startswith(place)


if __name__ == "__main__":
    sys.exit(main())
