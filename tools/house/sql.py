"""SQL in strings, however they are put together: is it a write to a table of the record?"""

import ast
import re
from collections.abc import Iterator

from tools.house.tree import nodes

HOLE = "\x00"  # a part of a string that cannot be read here
TABLES = frozenset({
    "matter", "proceeding", "entry", "fact", "term", "todo", "outbox", "feed", "sealed", "party", "identifier", "link",
})  # fmt: skip
_NAME = rf'(?:ONLY\s+)?(?:"?\w+"?\s*\.\s*)?("?\w+"?|{HOLE}|%s|%\w*I|%\(\w+\)s|\{{\w*\}}|U&"[^"]*")'
_WRITES = re.compile(
    rf"\b(?:INSERT\s+INTO|MERGE\s+INTO|DELETE\s+FROM|(?:ALTER|DROP)\s+TABLE(?:\s+IF\s+EXISTS)?)\s+{_NAME}"
    rf"|\bUPDATE\s+{_NAME}(?=[^;]*?\bSET\b)"
    rf"|\bCOPY\s+{_NAME}(?=\s*(?:\([^)]*\)\s*)?FROM\b)",
    re.IGNORECASE,
)
_TRUNCATE = re.compile(rf"\bTRUNCATE\s+(?:TABLE\s+)?({_NAME}(?:\s*,\s*{_NAME})*)", re.IGNORECASE)
_EXECUTE = re.compile(r"\bEXECUTE\s+(?:format\s*\(|'|\w+\s*\|\|)", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def writes(text: str) -> Iterator[str]:
    """What `text` writes that it may not: names of tables of the record, and what hides the table's name."""
    plain = _COMMENT.sub(" ", text)
    for found in _WRITES.finditer(plain):
        name = next(g for g in found.groups() if g is not None)
        yield from _judge(name)
    for found in _TRUNCATE.finditer(plain):
        for name in found.group(1).split(","):
            yield from _judge(name.split()[-1].rpartition(".")[2])
    if _EXECUTE.search(plain):
        yield "SQL that is put together inside the database; write it out"


def _judge(name: str) -> Iterator[str]:
    if name.startswith((HOLE, "%", "{", "U&")):
        yield "SQL that writes to a table whose name cannot be read here; write the name out"
    elif name.strip('"').lower() in TABLES:
        yield f"SQL that writes to `{name.strip(chr(34)).lower()}`; only kernel/matters does"


class Strings(ast.NodeVisitor):
    """Every string expression of a module, folded as far as it can be read, with its line."""

    def __init__(self, module: ast.Module) -> None:
        self.found: list[tuple[int, str]] = []
        self._known: dict[str, str] = {}
        self._prose = {
            id(n.value) for n in nodes(module) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
        }
        for _ in range(3):  # a constant made of constants
            for node in nodes(module):
                if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                    self._learn(node, node.value)
        for node in nodes(module):
            if (
                isinstance(node, ast.AugAssign)
                and isinstance(node.target, ast.Name)
                and (more := self.fold(node.value))
            ):
                self._known[node.target.id] = self._known.get(node.target.id, "") + more
                self.found.append((node.lineno, self._known[node.target.id]))
        self.visit(module)

    def _learn(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, value: ast.expr) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        text = self.fold(value)
        for target in targets:
            if isinstance(target, ast.Name) and text is not None:
                before = self._known.get(target.id, text)
                self._known[target.id] = text if before == text else f"{before} ; {text}"[:20_000]

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.BinOp | ast.JoinedStr | ast.Constant | ast.Call) and id(node) not in self._prose:
            text = self.fold(node)
            if text:
                self.found.append((node.lineno, text))
        super().generic_visit(node)

    def fold(self, node: ast.expr) -> str | None:
        """The text of an expression, holes where it cannot be read; None when it is no string."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Constant(value=bytes(raw)):
                return raw.decode("latin-1")
            case ast.JoinedStr(values=parts):
                return "".join(self._part(p.value if isinstance(p, ast.FormattedValue) else p) for p in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                first, second = self.fold(left), self.fold(right)
                return None if first is None and second is None else (first or HOLE) + (second or HOLE)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self._percent(left, right)
            case ast.Name(id=name):
                return self._known.get(name)
            case ast.Call():
                return self._call(node)
        return None

    def _part(self, node: ast.expr) -> str:
        text = self.fold(node)
        return HOLE if text is None else text

    def _percent(self, left: ast.expr, right: ast.expr) -> str | None:
        text = self.fold(left)
        if text is None:
            return None
        given = iter([self._part(e) for e in (right.elts if isinstance(right, ast.Tuple) else [right])])
        named: dict[str, str] = {}
        if isinstance(right, ast.Dict):
            named = {k.value: self._part(v) for k, v in zip(right.keys, right.values, strict=True)
                     if isinstance(k, ast.Constant) and isinstance(k.value, str)}  # fmt: skip
        return re.sub(r"%(?:\((\w+)\))?s", lambda m: named.get(m[1], HOLE) if m[1] else next(given, HOLE), text)

    def _call(self, node: ast.Call) -> str | None:
        func = node.func
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        base = self.fold(func.value) if isinstance(func, ast.Attribute) else None
        if base is not None:
            return self._method(base, name, node)
        if name in {"SQL", "RawSQL", "str", "dedent", "cast", "Composed"} and node.args:
            return self.fold(node.args[-1] if name == "cast" else node.args[0])
        if name in {"Identifier", "quote_name"} and node.args:
            return ".".join(self._part(a) for a in node.args)
        return None

    def _method(self, base: str, name: str, node: ast.Call) -> str | None:
        args = [self._part(a) for a in node.args]
        if name == "format":
            given = iter(args)
            named = {k.arg: self._part(k.value) for k in node.keywords if k.arg}

            def fill(m: re.Match[str]) -> str:
                if not m[1]:
                    return next(given, HOLE)
                return args[int(m[1])] if m[1].isdigit() and int(m[1]) < len(args) else named.get(m[1], HOLE)

            return re.sub(r"\{(\w*)[^{}]*\}", fill, base)
        if name == "join" and node.args and isinstance(node.args[0], ast.List | ast.Tuple):
            return base.join(self._part(e) for e in node.args[0].elts)
        if name == "replace" and len(args) >= 2 and HOLE not in args[0]:
            return base.replace(args[0], args[1])
        if name in {"strip", "lower", "upper", "encode", "lstrip", "rstrip", "removeprefix", "decode"}:
            return base
        return None
