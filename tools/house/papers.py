"""The documentation names only what exists; every decision has a date and a standing."""

import ast
import re
from collections.abc import Iterator
from datetime import date

from tools.house.tree import Broken, Tree, line_of

_TICKS = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_NAME = re.compile(r"^(tianping(?:\.\w+)+)(?:\(.*\))?$")
_FILE = re.compile(r"^(?:\.\./)*((?:[\w.-]+/)+[\w.-]+\.(?:py|sql|html|css|js|json|csv|po|sh|toml|md|geojson))$")
_MAKE = re.compile(r"^make ([a-z][\w-]*)$")
_HEAD = re.compile(r"^[-*] *(?:date|日期)[:：] *(\d{4}-\d{2}-\d{2})\s*$", re.MULTILINE)
_STATUS = re.compile(
    r"^[-*] *(?:status|状态)[:：] *(proposed|accepted|rejected|superseded by \d{4}|提议|采纳|不采纳|由 \d{4} 取代)\s*$",
    re.MULTILINE,
)
_ADR = re.compile(r"^docs/adr/(\d{4})-[a-z0-9-]+\.md$")


def check(tree: Tree) -> Iterator[Broken]:
    targets = (
        set(re.findall(r"^([a-z][\w-]*):", tree.text("Makefile"), re.MULTILINE)) if "Makefile" in tree.files else set()
    )
    for file in [*tree.named(".md", under="docs/"), *tree.named("README.md")]:
        text = tree.text(file)
        for found in _TICKS.finditer(text):
            if fault := _missing(tree, found.group(1).strip(), targets):
                yield Broken(file, line_of(text, found.start()), fault)
    yield from _decisions(tree)


def _missing(tree: Tree, said: str, targets: set[str]) -> str | None:
    """What is wrong with a piece of code in the text; None when it exists or is no name of ours."""
    if (name := _NAME.match(said)) and not exists(tree, name.group(1)):
        return f"`{name.group(1)}` does not exist; name what the code has now"
    if (
        (path := _FILE.match(said))
        and not (tree.root / path.group(1)).is_file()
        and not (tree.root / "tianping" / path.group(1)).is_file()
    ):
        return f"`{said}` does not exist; paths start at the project's folder"
    if (target := _MAKE.match(said)) and target.group(1) not in targets:
        return f"the Makefile has no `{target.group(1)}`"
    return None


def exists(tree: Tree, name: str) -> bool:
    """Is `tianping.a.b.Class.attribute` a module, or defined in one? Nothing is imported for the answer."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        path = "/".join(parts[:cut])
        file = next((f for f in (f"{path}.py", f"{path}/__init__.py") if (tree.root / f).is_file()), None)
        if file is not None:
            return _defined(tree.parsed(file).body, parts[cut:])
        if cut == len(parts) and (tree.root / path).is_dir():
            return True
    return False


def _defined(body: list[ast.stmt], parts: list[str]) -> bool:
    if not parts:
        return True
    for node in _flat(body):
        match node:
            case ast.ClassDef() if node.name == parts[0]:
                return _defined(node.body, parts[1:]) or (len(parts) == 2 and bool(node.bases))
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name == parts[0]:
                return len(parts) == 1
            case ast.Assign(targets=targets) if any(
                isinstance(n, ast.Name) and n.id == parts[0] for t in targets for n in ast.walk(t)
            ):
                return True
            case ast.AnnAssign(target=ast.Name(id=name)) if name == parts[0]:
                return True
            case ast.Import(names=names) | ast.ImportFrom(names=names) if parts[0] in {
                n.asname or n.name for n in names
            }:
                return True
    return False


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from _flat(node.body)


def _decisions(tree: Tree) -> Iterator[Broken]:
    numbers: dict[str, str] = {}
    for file in tree.named(".md", under="docs/adr/"):
        if file.endswith(("/index.md", "/README.md", "/template.md")):
            continue
        text, named = tree.text(file), _ADR.match(file)
        if named is None:
            yield Broken(file, 0, "is no NNNN-words-of-the-decision.md")
        elif (before := numbers.setdefault(named.group(1), file)) != file:
            yield Broken(file, 0, f"has the number of {before}")
        day = _HEAD.search(text)
        if day is None or not _is_day(day.group(1)):
            yield Broken(file, 0, "has no line `- date: YYYY-MM-DD`")
        if _STATUS.search(text) is None:
            yield Broken(file, 0, "has no line `- status: proposed | accepted | rejected | superseded by NNNN`")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
