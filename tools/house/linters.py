"""The linters that others wrote, run over the whole tree, and no way round them."""

import io
import os
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.house.tree import Broken, Tree

_BARE = re.compile(
    r"#\s*type:\s*ignore(?!\[)|#\s*(?:ruff|flake8|mypy|pylint):\s*(?:noqa\s*$|ignore-errors|disable)|#\s*noqa(?!:)"
)
_FILE = re.compile(r"^(?P<file>[^\s:][^:\n]*?):(?P<line>\d+):(?:\d+:)? ?(?P<text>.+)$")
_SOFT = frozenset({"ignore_errors", "allow_untyped_defs", "disallow_untyped_defs", "strict_optional", "follow_imports"})


def _run(tree: Tree, *command: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"NO_COLOR": "1", "TERM": "dumb", "PYTHONPATH": str(tree.root)}
    return subprocess.run(
        command, cwd=tree.root, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _told(done: subprocess.CompletedProcess[str], name: str) -> Iterator[Broken]:
    """The findings of a linter that failed; its last words when it found no words for a file."""
    if done.returncode == 0:
        return
    said = [
        m
        for line in (done.stdout + "\n" + done.stderr).splitlines()
        if (m := _FILE.match(line)) and ": note:" not in line
    ]
    yield from (Broken(m["file"], int(m["line"]), f"{name}: {m['text'].strip()}") for m in said)
    if not said:
        words = (done.stdout + done.stderr).strip().splitlines()[-6:]
        yield Broken(name, 0, " / ".join(words) or f"ended with {done.returncode}")


def ruff(tree: Tree) -> Iterator[Broken]:
    yield from _told(_run(tree, _program("ruff"), "check", "--output-format", "concise", "--no-fix", "."), "ruff")


def layout(tree: Tree) -> Iterator[Broken]:
    done = _run(tree, _program("ruff"), "format", "--check", "--output-format", "concise", ".")
    found = {b.file: b.line for b in reversed(list(_told(done, "ruff format")))}
    yield from (Broken(file, line, "is laid out otherwise than `make format` does") for file, line in found.items())


def mypy(tree: Tree) -> Iterator[Broken]:
    yield from _told(_run(tree, _program("mypy"), "--no-error-summary", "--no-pretty"), "mypy")


def djlint(tree: Tree) -> Iterator[Broken]:
    if not tree.named(".html", under="tianping/"):
        return
    done = _run(
        tree,
        _program("djlint"),
        "tianping",
        "--lint",
        "--quiet",
        "--linter-output-format",
        "{filename}:{line}: {code} {message}",
    )
    yield from _told(done, "djlint")


def imports(tree: Tree) -> Iterator[Broken]:
    done = _run(tree, _program("lint-imports"))
    if done.returncode == 0 and "0 broken" in done.stdout:
        return
    lines = [line.strip() for line in done.stdout.splitlines()]
    edges = [line for line in lines if "->" in line or line.endswith("BROKEN")]
    yield from (
        Broken("imports", 0, line.lstrip("-• ")) for line in edges or [(done.stdout + done.stderr).strip()[-400:]]
    )


def no_way_round(tree: Tree) -> Iterator[Broken]:
    """No exemption without its code, no baseline, no module that mypy forgives everything."""
    for file in tree.named(".py", ".pyi"):
        if "/migrations/" in file:
            continue
        try:
            comments = [
                t for t in tokenize.generate_tokens(io.StringIO(tree.text(file)).readline) if t.type == tokenize.COMMENT
            ]
        except (tokenize.TokenError, SyntaxError):
            continue  # ruff names it
        yield from (
            Broken(file, c.start[0], f"`{c.string[:40]}` names no code") for c in comments if _BARE.search(c.string)
        )
    yield from (
        Broken(f, 0, "is a baseline; mend what it forgives")
        for f in tree.files
        if "baseline" in f.rpartition("/")[2].lower()
    )
    if "pyproject.toml" not in tree.files:
        return
    mypy_ = tomllib.loads(tree.text("pyproject.toml")).get("tool", {}).get("mypy", {})
    if mypy_.get("strict") is not True:
        yield Broken("pyproject.toml", 0, "mypy is not strict")
    for table in mypy_.get("overrides", []):
        if soft := sorted(_SOFT & table.keys()):
            yield Broken("pyproject.toml", 0, f"mypy forgives {table['module']}: {soft[0]}")
