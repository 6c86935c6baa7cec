"""`make scene-cost`: what each scene costs, in lines that are not blank: in its folder by kind, and outside of it.

A line outside is one that names what this scene alone declares: a procedure, step, guard, term or concept, as a whole string or
as the first part of a dotted one (`intake.triage`). That is the most it can be: the same word may stand there for something
else. ARGS=--list shows each line. Rows of packs and tests are counted beside it: they are what a scene is meant to bring.

Last line: `scene-cost: scenes N, lines N, outside N`.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tianping.kernel.lifecycle.common import COMMON_GUARDS
from tianping.kernel.lifecycle.concepts import COMMON_CONCEPTS
from tianping.kernel.lifecycle.procedure import Scene
from tianping.kernel.lifecycle.registry import load_scenes
from tools.house.tree import Tree, nodes

KINDS = ("declaration", "guards", "papers", "data", "words")
SCENES = "tianping/scenes/"
COMMON = "tianping/kernel/lifecycle/"  # what every scene may use is named there
QUOTED = re.compile(r"""["']([a-z][a-z0-9_.]*)["']""")


def kind(name: str) -> str:
    """What a file of a scene's folder is."""
    path = Path(name)
    if path.suffix == ".py":
        return "guards" if path.stem.startswith("guards") else "declaration"
    return {".typ": "papers", ".json": "data", ".csv": "data"}.get(path.suffix, "words")


def lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def inside(tree: Tree, scene: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for file in tree.named("", under=f"{SCENES}{scene}/"):
        found[kind(file)] += lines(tree.text(file))
    return found


def names(scene: Scene) -> set[str]:
    """What a scene declares: procedures, their steps and terms, guards, concepts."""
    found = {g.name for g in scene.guards} | {c.name for c in scene.concepts}
    for procedure in scene.procedures:
        found |= {procedure.name, *(s.name for s in procedure.steps), *(t.name for t in procedure.terms)}
    return found


def strings(tree: Tree, file: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string of a file that could be a name."""
    if not file.endswith(".py"):
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            yield from ((number, word) for word in QUOTED.findall(line))
        return
    for node in nodes(tree.parsed(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def own(tree: Tree, scenes: list[Scene]) -> dict[str, set[str]]:
    """Scene -> the names that it alone declares and that are no common ones."""
    common = {g.name for g in COMMON_GUARDS} | {c.name for c in COMMON_CONCEPTS}
    for file in tree.named(".py", under=COMMON):
        common |= {text for _line, text in strings(tree, file)}
    declared = {s.name: names(s) for s in scenes}
    return {
        name: found - common - set().union(*(other for n, other in declared.items() if n != name))
        for name, found in declared.items()
    }


def outside(tree: Tree, wanted: set[str], scene: str, under: str) -> list[tuple[str, int, str]]:
    """(file, line, name) of every line under a folder that names one of `wanted`, but for the scene's own."""
    found = {
        (file, number): text
        for file in tree.named(".py", ".html", ".txt", ".js", ".sql", ".json", under=under)
        if not file.startswith(f"{SCENES}{scene}/")
        for number, text in strings(tree, file)
        if text in wanted or text.partition(".")[0] in wanted
    }
    return [(file, number, text) for (file, number), text in sorted(found.items())]


def main(arguments: list[str]) -> int:
    tree = Tree()
    folders = sorted(f.split("/")[2] for f in tree.named("/scene.py", under=SCENES))
    scenes = load_scenes(f"tianping.scenes.{f}" for f in folders)
    wanted = own(tree, scenes)
    everything = beyond = 0
    for scene in scenes:
        found = inside(tree, scene.name)
        away = outside(tree, wanted[scene.name], scene.name, "tianping/")
        rows = outside(tree, wanted[scene.name], scene.name, "packs/")
        tests = sum(lines(tree.text(f)) for f in tree.named(".py", under=f"tests/scenes/{scene.name}/"))
        told = ", ".join(f"{k} {found[k]}" for k in KINDS if found[k])
        print(f"{scene.name}: {told}; outside {len(away)}, lines of packs {len(rows)}, tests {tests}")
        if "--list" in arguments:
            for file, number, text in away:
                print(f"  {file}:{number}: {text}")
        everything += found.total()
        beyond += len(away)
    print(f"scene-cost: scenes {len(scenes)}, lines {everything}, outside {beyond}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
