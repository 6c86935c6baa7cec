"""The mutants of a file: one small change each, with a name that stays when lines move."""

import ast
import hashlib
import warnings
from collections import Counter
from typing import NamedTuple

from tests.mutate.operators import changes
from tests.mutate.source import Source

SPEECH = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext", "TypeVar", "getLogger"}
TYPES = {
    "Literal",
    "dict",
    "list",
    "tuple",
    "set",
    "frozenset",
    "Callable",
    "Mapping",
    "Iterable",
    "Iterator",
    "Annotated",
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Mutant(NamedTuple):
    """One change: `text` in the place of the bytes start:end.

    `first` to `last` are the lines of its statement; `inside`: it stands in the body of a function; `scope`: the
    function, class or table it stands in.
    """

    id: str
    path: str
    name: str
    operator: str
    start: int
    end: int
    text: str
    line: int
    first: int
    last: int
    inside: bool
    scope: str

    def source(self, raw: bytes) -> bytes:
        return Source(raw).changed(self.start, self.end, self.text)


def mutants_of(path: str, raw: bytes) -> list[Mutant]:
    """All mutants of one file that can be compiled, in the order of the file."""
    walker = _Walker(path, Source(raw))
    walker.children(walker.source.tree)
    return walker.found


class _Walker:
    def __init__(self, path, source):
        self.path = path
        self.source = source
        self.found = []
        self.seen = set()
        self.same = Counter()
        self.scope = []
        self.functions = 0
        self.lines = (1, 1)
        self.table = ""

    def walk(self, node):
        if _untouched(node):
            return
        lines = self.lines
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            if not self.scope:
                self.table = _table(node)
            self.lines = (node.lineno, max(node.lineno, body[0].lineno - 1) if body else node.end_lineno)
        for change in changes(node, self.source, self.functions > 0):
            self.add(node, *change)
        self.children(node)
        self.lines = lines

    def children(self, node):
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named:
            self.scope.append(node.name)
        for value in _parts(node):
            inside = isinstance(node, FUNCTIONS) and value not in _defaults(node)
            self.functions += inside
            self.walk(value)
            self.functions -= inside
        if named:
            self.scope.pop()

    def add(self, node, operator, start, end, text):
        old = self.source.raw[start:end].decode()
        if old == text or (start, end, text) in self.seen:
            return
        self.seen.add((start, end, text))
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(self.source.changed(start, end, text), self.path, "exec", dont_inherit=True)
        except SyntaxError:
            return
        scope = ".".join(self.scope)
        what = (scope, operator, old)
        self.same[what] += 1
        key = f"{self.path}:{scope}:{operator}:{old}:{self.same[what]}"
        ident = hashlib.sha256(key.encode()).hexdigest()[:16]
        line = self.source.raw.count(b"\n", 0, start) + 1
        place = (start, end, text, line, *self.lines, self.functions > 0, scope or self.table)
        self.found.append(Mutant(ident, self.path, f"{self.path}:{line}", operator, *place))


def _table(node):
    """The name that a statement of the module gives to a value."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return getattr(target, "id", "")


def _defaults(node):
    return [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]


def _parts(node):
    """The children in which something may be changed: no annotation, decorator, docstring or f-string's inside."""
    if isinstance(node, ast.Lambda):
        return [*_defaults(node), node.body]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [*_defaults(node), *node.body]
    if isinstance(node, ast.ClassDef):
        table = any(isinstance(b, ast.Attribute) and b.attr == "Model" for b in node.bases)
        return [n for n in node.body if not table or isinstance(n, ast.FunctionDef)]
    if isinstance(node, ast.AnnAssign):
        return [node.value] if node.value else []
    if isinstance(node, ast.JoinedStr):
        return []
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "cast":
        return node.args[1:]
    return list(ast.iter_child_nodes(node))


def _untouched(node):
    """Docstrings, imports, types, what is said to people or to a log, and what only a type checker reads."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert | ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _untouched(node.value)
    if isinstance(node, ast.Call):
        names = [n.id for n in ast.walk(node.func) if isinstance(n, ast.Name)]
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return name in SPEECH or bool({"log", "logger", "logging"} & set(names))
    if isinstance(node, ast.Assign):
        names = {getattr(t, "id", "") for t in node.targets}
        return bool(names & {"__all__", "__slots__"}) or (_is_type(node.value) and all(n[:1].isupper() for n in names))
    if isinstance(node, ast.Subscript):
        return getattr(node.value, "id", "") in TYPES
    if isinstance(node, ast.ClassDef):
        return any(getattr(b, "id", "") == "Protocol" for b in node.bases)
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def _is_type(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _is_type(node.left) or _is_type(node.right)
    return isinstance(node, ast.Subscript) and getattr(node.value, "id", "") in TYPES
