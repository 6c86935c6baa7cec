"""The four packages whose tests must notice a change, and which of their mutants a run takes."""

import hashlib
from pathlib import Path

from tests.mutate.mutants import mutants_of

ROOT = Path(__file__).resolve().parent.parent.parent
FLOOR = 0.85
SAMPLE = 200  # mutants a package, unless --all
TESTS = ("tests/kernel", "tests/scenes", "tests/capabilities", "tests/web")
# Who sees what: actors and their transaction, the record of reads, and the two surfaces that apply it to matters.
_SCOPE = tuple(f"tianping/kernel/agencies/{n}.py" for n in ("access", "acting", "actors", "directory"))
PACKAGES = {
    "ledger": ("tianping/kernel/ledger",),
    "clock": ("tianping/kernel/clock",),
    "scope": (*_SCOPE, "tianping/kernel/matters/lists.py", "tianping/kernel/matters/show.py"),
    "matters": ("tianping/kernel/matters",),
}
# Tests of these folders come first: they know the package best.
NEAR = {
    "ledger": ("tests/kernel/ledger",),
    "clock": ("tests/kernel/clock",),
    "scope": ("tests/kernel/agencies", "tests/kernel/matters"),
    "matters": ("tests/kernel/matters",),
}


def files_of(package: str, only: str = "") -> list[str]:
    """Paths of the package's files that hold code; `only` a beginning of a path."""
    found = []
    for place in PACKAGES[package]:
        path = ROOT / place
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    names = [
        str(f.relative_to(ROOT))
        for f in found
        if "migrations" not in f.parts and f.name not in {"apps.py", "__init__.py"}
    ]
    return [n for n in names if n.startswith(only)]


def chosen(package: str, only: str = "", count: int | None = SAMPLE, seed: str = "1"):
    """The mutants to try: `count` of them, spread over the files by how many each has; None for all.

    A mutant's lot is a digest of its name, so that a change of one line leaves the rest of the sample as it was.
    """
    by_file = {f: mutants_of(f, (ROOT / f).read_bytes()) for f in files_of(package, only)}
    total = sum(map(len, by_file.values()))
    picked = []
    for mutants in by_file.values():
        share = len(mutants) if count is None or count >= total else max(1, round(count * len(mutants) / total))
        lots = sorted(mutants, key=lambda m: hashlib.sha256(f"{seed}{m.id}".encode()).digest())
        picked += lots[:share]
    return picked
