"""Which tests can notice a mutant, the quickest and nearest first. It rests on one run of all tests with coverage a test."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tests.mutate.packages import NEAR, PACKAGES, ROOT, TESTS, files_of

BUDGET = 12.0  # of cost a mutant; what the tests do not notice for it has survived
WORKER = Path(__file__).with_name("worker.py")


def digest(*extra: str) -> str:
    """What a run depends on: the code, the tests, the data."""
    told = hashlib.sha256("".join(extra).encode())
    files = [
        f for kind in ("tianping/**/*.py", "tianping/**/*.sql", "tests/**/*.py", "packs/**/*") for f in ROOT.glob(kind)
    ]
    for file in sorted(f for f in files if f.is_file()):
        told.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return told.hexdigest()[:16]


class Choice:
    def __init__(self, reach: list[dict]):
        self.seconds = {}
        self.cost = {}
        self.lines = {}
        self.failed = []
        self.words = {}
        for part in reach:
            names = [name for name, _seconds, _work in part["seconds"]]
            self.seconds |= {name: seconds for name, seconds, _work in part["seconds"]}
            # Work of the processor counts, and as much again for the database: a busy machine must not choose fewer
            # tests. Of one that waits, an eighth of the waiting.
            self.cost |= {name: max(2 * work, seconds / 8) for name, seconds, work in part["seconds"]}
            self.failed += part["failed"]
            for file, lines in part["lines"].items():
                into = self.lines.setdefault(file, {})
                for line, numbers in lines.items():
                    into.setdefault(int(line), set()).update(names[n] for n in numbers)

    @classmethod
    def measured(cls, folder: Path, tests=TESTS, say=print) -> "Choice":
        """Kept in `folder` for this state of the tree, else measured by two processes, some minutes."""
        mark = digest(*tests)
        kept = folder / f"reach-{mark}.json"
        if not kept.exists():
            for old in folder.glob("reach-*"):
                old.unlink()
            say("mutate: running the tests once to see what each of them reaches", flush=True)
            _measure(kept, tests)
        return cls(json.loads(kept.read_text()))

    def tests_for(self, package, mutant):
        """[(test, seconds)] within the budget; the first always. Empty when no test runs the line.

        A table or a class is built once, by nobody's test: then first the tests that run a line which names it, then
        all that run something of its file.
        """
        lines = self.lines.get(mutant.path, {})
        sure = set().union(*(lines.get(n, ()) for n in range(mutant.first, mutant.last + 1)))
        others = set()
        if not mutant.inside:
            sure |= self._who_name(mutant.scope, mutant.path)
            others = set().union(*lines.values()) - sure
        near = tuple(f"{place}/" for place in NEAR[package])
        order = sorted(
            sure | others, key=lambda t: (t in others, not t.startswith(near), self.cost[t] > 2, self.cost[t], t)
        )
        taken, spent = [], 0.0
        for name in order:
            spent += self.cost[name]
            if taken and spent > BUDGET:
                break
            taken.append((name, self.seconds[name]))
        return taken

    def _who_name(self, name, path):
        """Tests that run a line which names the table or class, in its file first, else in any."""
        word = name.split(".")[0]
        found = set()
        for file in [path] if word.startswith("_") else self.lines:
            if file not in self.words:
                self.words[file] = (ROOT / file).read_text().splitlines()
            for number, text in enumerate(self.words[file], 1):
                if word and word in text:
                    found |= self.lines.get(file, {}).get(number, set())
        return found


def _measure(kept, tests):
    include = sorted({f for p in PACKAGES for f in files_of(p)})
    files = sorted(
        {
            str(f.relative_to(ROOT))
            for t in tests
            for f in ([ROOT / t] if t.endswith(".py") else ROOT.joinpath(t).rglob("test_*.py"))
        }
    )
    running = []
    for number in range(min(2, len(files))):
        out = kept.with_suffix(f".{number}")
        job = {"tests": files[number::2], "include": include, "out": str(out)}
        process = subprocess.Popen(
            [sys.executable, str(WORKER), "measure"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.close()
        running.append((process, out))
    for process, _out in running:
        process.wait()
    parts = [json.loads(out.read_text()) for _process, out in running]
    kept.write_text(json.dumps(parts))
    for _process, out in running:
        out.unlink()
