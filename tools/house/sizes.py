"""No file over 400 lines: what a person can hold in the head in one reading."""

import re
from collections.abc import Iterator

from tools.house.tree import Broken, Tree

LIMIT = 400
ENDINGS = (".py", ".html", ".css", ".js", ".md", ".sql", ".sh", ".toml", "Makefile")
_EXEMPT = re.compile(r"(^|/)(packs/(national|qingxi)|vendor|migrations|locale|LICENSE)(/|$)")


def check(tree: Tree) -> Iterator[Broken]:
    for file in tree.named(*ENDINGS):
        lines = tree.text(file).count("\n")
        if lines > LIMIT and not _EXEMPT.search(file):
            yield Broken(file, 0, f"{lines} lines; split it, {LIMIT} is the most")
