"""The files that the rules are about, read once."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
UNREAD = {".git", ".venv", "var", "site", "mutants", "__pycache__"}  # where a folder is not under git


@dataclass(frozen=True, order=True, slots=True)
class Broken:
    """A rule that a file does not keep: where, and what to do."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


@dataclass
class Tree:
    """A copy of the project, committed or about to be. Paths are relative to it, with forward slashes."""

    root: Path = PROJECT
    _text: dict[str, str] = field(default_factory=dict)
    _parsed: dict[str, ast.Module] = field(default_factory=dict)

    @cached_property
    def files(self) -> list[str]:
        if (self.root / ".git").exists():
            command = ["git", "-c", f"safe.directory={self.root}", "ls-files", "-z", "-c", "-o", "--exclude-standard"]
            listed = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True).stdout.split(
                "\0"
            )
        else:
            listed = [f.relative_to(self.root).as_posix() for f in self.root.rglob("*")]
        return sorted({f for f in listed if f and not UNREAD & set(f.split("/")) and (self.root / f).is_file()})

    def named(self, *endings: str, under: str = "") -> list[str]:
        return [f for f in self.files if f.startswith(under) and f.endswith(endings)]

    def text(self, file: str) -> str:
        """What a file says; bytes that are no UTF-8 are replaced (pictures are asked for by nobody)."""
        if file not in self._text:
            self._text[file] = (self.root / file).read_text(encoding="utf-8", errors="replace")
        return self._text[file]

    def parsed(self, file: str) -> ast.Module:
        """The syntax tree; an empty one where the file does not parse, which ruff reports."""
        if file not in self._parsed:
            try:
                self._parsed[file] = ast.parse(self.text(file))
            except SyntaxError:
                self._parsed[file] = ast.Module(body=[], type_ignores=[])
        return self._parsed[file]

    def python(self, under: str = "tianping/") -> Iterator[tuple[str, ast.Module]]:
        for file in self.named(".py", under=under):
            yield file, self.parsed(file)


Check = Callable[[Tree], Iterable[Broken]]


@cache
def nodes(module: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a module, gathered once: the rules go through it many times."""
    return tuple(ast.walk(module))


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (front := dotted(node.value)):
        return f"{front}.{node.attr}"
    return ""
