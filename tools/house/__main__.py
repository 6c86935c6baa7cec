"""`make house`: every rule over the whole tree. The last line tells: `house: ok, files N, broken 0`.

python -m tools.house [--only NAME,…] [--without NAME,…]
"""

import argparse
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor

from tools.house import linters, locale, papers, sizes, templates, views, words, writes
from tools.house.tree import Broken, Check, Tree

CHECKS: dict[str, Check] = {
    "ruff": linters.ruff,
    "layout": linters.layout,
    "imports": linters.imports,
    "djlint": linters.djlint,
    "mypy": linters.mypy,
    "exemptions": linters.no_way_round,
    "writes": writes.check,
    "views": views.check,
    "sizes": sizes.check,
    "words": words.check,
    "templates": templates.check,
    "papers": papers.check,
    "locale": locale.check,
}


def main() -> int:
    """Run the rules, those that are programs of their own beside the rest. The exit status."""
    words_ = argparse.ArgumentParser(prog="make house")
    words_.add_argument("--only", default=",".join(CHECKS))
    words_.add_argument("--without", default="")
    asked = words_.parse_args()
    names = [n for n in asked.only.split(",") if n not in asked.without.split(",")]
    if unknown := set(names) - CHECKS.keys():
        words_.error(f"no rule is called {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    tree = Tree()
    files = len(tree.files)
    with ThreadPoolExecutor(2) as pool:
        running: dict[str, Future[tuple[list[Broken], float]]] = {n: pool.submit(_run, CHECKS[n], tree) for n in names}
        results = {n: f.result() for n, f in running.items()}
    broken = 0
    for name, (found, seconds) in results.items():
        print(f"{name:<10} {len(found) or 'ok':>4}  {seconds:.1f}s")
        print(*(f"  {b}" for b in found), sep="\n", end="\n" if found else "")
        broken += len(found)
    print(f"house: {'broken' if broken else 'ok'}, files {files}, broken {broken}")
    return 1 if broken else 0


def _run(check: Check, tree: Tree) -> tuple[list[Broken], float]:
    began = time.monotonic()
    return sorted(set(check(tree))), time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
