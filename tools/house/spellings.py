"""Writes that are told by the column or by the statement, whatever the name before them stands for.

`writes.py` follows what names mean. Here nothing is followed: who may say `.state =` is a short list, and SQL that cannot be
read is refused. A finding that means something else is spelled otherwise: a column written out, a state under another name.
"""

import ast
import re
from collections.abc import Iterator, Mapping

from tools.house.sql import HOLE, Strings, writes
from tools.house.tree import nodes

# Columns that carry where a matter stands; nobody else's table has them under these names and is saved by hand.
COLUMNS = frozenset({
    "state", "head", "head_seq", "head_sm3", "undone_by", "superseded_by", "holder", "assignee", "audience", "archived_at",
    "leader", "supervised", "from_state", "to_state", "assigned",
})  # fmt: skip
# Knows no database (import-linter holds that): its states are what kernel/matters then stores.
PURE = "tianping/kernel/lifecycle/"
CALL = "call report() or advance()"
_SETTERS = frozenset({"setattr", "delattr"})
_RUNS = frozenset({"execute", "executemany", "copy", "stream", "raw", "RawSQL", "mogrify"})
_FUNCTION = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\s+(?:\w+\.)?(\w+)\s*\(.*?\bAS\s+(\$\w*\$|')(.*?)\2",
    re.IGNORECASE | re.DOTALL,
)


def writers(text: str) -> set[str]:
    """Functions that this SQL defines in the database and that write to the record."""
    return {name for name, _quote, body in _FUNCTION.findall(text) if any(writes(body))}


def calls(text: str, functions: frozenset[str]) -> Iterator[str]:
    """Calls of such functions in a statement."""
    for name in sorted(functions):
        if re.search(rf"(?<!FUNCTION )(?<!PROCEDURE )\b{name}\s*\(", text, re.IGNORECASE):
            yield f"SQL that calls `{name}()`, which writes to the record; only kernel/matters does"


class Spellings:
    """The findings of one module.

    `others`: classes of other models, whose columns are their own. `functions` of the database write to the record.
    `runners`: functions that run a statement of their callers -> its place.
    """

    def __init__(
        self,
        file: str,
        module: ast.Module,
        strings: Strings,
        others: set[str],
        functions: frozenset[str] = frozenset(),
        runners: Mapping[str, int] | None = None,
    ) -> None:
        self.pure = file.startswith(PURE)
        self.module = module
        self.strings = strings
        self.others = others
        self.functions = functions
        self.runners = runners or {}
        self.reading: set[str] = set()
        self.values: dict[str, list[ast.expr]] = {}
        for node in nodes(module):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self.values.setdefault(getattr(target, "id", ""), []).append(node.value)
        self.dicts = {name: v for name, many in self.values.items() for v in many if isinstance(v, ast.Dict)}
        self.inside = {
            id(inner): node
            for node in nodes(module)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for inner in ast.walk(node)
        }

    def faults(self) -> Iterator[tuple[int, str]]:
        called = {id(n.func) for n in nodes(self.module) if isinstance(n, ast.Call)}
        for line, text in self.strings.found:
            yield from ((line, what) for what in calls(text, self.functions))
        for call, statement in self._statements():
            given = (
                statement is not None and self._place(statement) and not self.values.get(getattr(statement, "id", ""))
            )
            if statement is None or not (given or self._readable(statement)):
                yield call.lineno, f"`{_name(call)}` of a statement that cannot be read here; write it out"
        for node in nodes(self.module):
            match node:
                case ast.Attribute(attr="__dict__"):
                    yield node.lineno, f"`__dict__` goes behind the attributes; {CALL}"
                case ast.Attribute(attr=attr, ctx=ast.Store() | ast.Del()) if attr in COLUMNS and self._foreign(node):
                    yield node.lineno, f"`{ast.unparse(node)} =`: a column of the record; {CALL}, or name it otherwise"
                case ast.Name(id=name) if name in {"vars", *_SETTERS, *self.runners} and id(node) not in called:
                    yield node.lineno, f"`{name}` handed on: what it writes cannot be read here"
                case ast.Call():
                    yield from ((node.lineno, what) for what in self._called(node))

    def _foreign(self, node: ast.Attribute) -> bool:
        return not self.pure and not (isinstance(node.value, ast.Name) and node.value.id == "self")

    def _called(self, node: ast.Call) -> Iterator[str]:
        name = _name(node)
        if name in _SETTERS | {"__setattr__", "__delattr__"}:
            yield from self._set(name, node)
        elif name == "vars":
            yield f"`vars` goes behind the attributes; {CALL}"
        elif name == "callproc":
            asked = self.strings.fold(node.args[0]) if node.args else None
            if asked is None or asked in self.functions:
                yield "`callproc` of what writes, or may, behind kernel/matters"
        elif isinstance(node.func, ast.Attribute) and not self._of_another(node.func.value):
            yield from self._columns(name, node)

    def _set(self, name: str, node: ast.Call) -> Iterator[str]:
        said = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
        if not said or not COLUMNS.isdisjoint(map(str, said)):
            yield f"`{name}` of a column of the record, or of what cannot be read here; {CALL}"

    def _columns(self, name: str, node: ast.Call) -> Iterator[str]:
        """Columns that a writing verb names: as keywords, in **values, in a list of fields."""
        if name not in {*_KEYED, *_LISTED}:
            return
        named: set[str] = set()
        for given in node.keywords:
            if given.arg in {None, "defaults", "create_defaults"}:
                named |= self._keys(given.value)
            elif given.arg in {"fields", "update_fields"}:
                named |= self._listed(given.value)
            elif given.arg and name in _KEYED:
                named.add(given.arg)
        if name in {"bulk_update", "abulk_update"} and len(node.args) > 1:
            named |= self._listed(node.args[1])
        if found := sorted(named & COLUMNS):
            yield f"`.{name}()` of `{found[0]}`: a column of the record; {CALL}"
        elif HOLE in named:
            yield f"`.{name}()` of columns that cannot be read here; write them out"

    def _keys(self, node: ast.expr) -> set[str]:
        if isinstance(node, ast.Name):
            node = self.dicts.get(node.id, node)
        if isinstance(node, ast.Dict):
            nested = [self._keys(v) for k, v in zip(node.keys, node.values, strict=True) if k is None]
            return set().union(*nested, *({self.strings.fold(k) or HOLE} for k in node.keys if k is not None))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict" and not node.args:
            return set().union(*({k.arg} if k.arg else self._keys(k.value) for k in node.keywords))
        return {HOLE}

    def _listed(self, node: ast.expr) -> set[str]:
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return {self.strings.fold(e) or HOLE for e in node.elts}
        return set() if isinstance(node, ast.Constant) and node.value is None else {HOLE}

    def _of_another(self, node: ast.expr) -> bool:
        """Rooted in a class that is known to be another model's."""
        while isinstance(node, ast.Attribute | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
        return isinstance(node, ast.Name) and node.id in self.others

    @staticmethod
    def _copies(node: ast.Call) -> bool:
        return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in {"shutil", "copy"}

    def _readable(self, node: ast.expr) -> bool:
        """Does the statement begin with words, by every way in which it comes about?"""
        match node:
            case ast.Constant(value=str() | bytes() as said):
                return bool(said.strip())
            case ast.JoinedStr(values=[first, *_rest]):
                return self._readable(first)
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod()):
                return self._readable(left)
            case ast.IfExp(body=body, orelse=orelse):
                return self._readable(body) and self._readable(orelse)
            case ast.NamedExpr(value=value) | ast.FormattedValue(value=value):
                return self._readable(value)
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _SAME:
                return self._readable(value)
            case ast.Call(func=func, args=[first, *rest]) if getattr(func, "attr", getattr(func, "id", "")) in _WRAPPED:
                return self._readable(rest[-1] if rest else first)
            case ast.Name(id=name) if name not in self.reading:
                self.reading.add(name)
                try:
                    return self._named(node)
                finally:
                    self.reading.discard(name)
        return False

    def _named(self, node: ast.Name) -> bool:
        """Each value that a name gets in this module."""
        values = self.values.get(node.id, [])
        return bool(values) and all(map(self._readable, values))

    def _place(self, node: ast.expr) -> tuple[str, int] | None:
        """The function whose parameter this is, and the parameter's place among what a caller gives."""
        function = self.inside.get(id(node))
        names = [a.arg for a in function.args.args] if function else []
        if function is None or not isinstance(node, ast.Name) or node.id not in names:
            return None
        return function.name, names.index(node.id) - (names[0] in {"self", "cls"})

    def _statements(self) -> Iterator[tuple[ast.Call, ast.expr | None]]:
        """Every call that runs a statement, with the statement; None where it is not in its place."""
        for node in nodes(self.module):
            if not isinstance(node, ast.Call):
                continue
            name = _name(node)
            if name in _RUNS and node.args and not self._copies(node):
                yield node, node.args[0]
            elif name in self.runners:
                at = self.runners[name]
                yield node, node.args[at] if at < len(node.args) else None

    def passed_on(self) -> dict[str, int]:
        """The functions of this module that run what a caller gives them, and in which place. It is judged where they are called."""
        return dict(place for _call, given in self._statements() if given is not None and (place := self._place(given)))


def passing(modules: Mapping[str, ast.Module]) -> dict[str, dict[str, int]]:
    """For each module of a tree, the functions it can call that run a statement of their callers, however far away."""
    found: dict[str, dict[str, int]] = {file: {} for file in modules}
    size = -1
    while size != (size := sum(map(len, found.values()))):
        for file, module in modules.items():
            known = Spellings(file, module, Strings(module), set(), runners=found[file])
            for name, at in known.passed_on().items():
                for other in [file] if name.startswith("_") else modules:
                    found[other][name] = at
    return found


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


_SAME = frozenset({"format", "strip", "lstrip", "encode", "decode", "replace"})
_WRAPPED = frozenset({"SQL", "RawSQL", "str", "dedent", "cast", "Composed"})
_KEYED = frozenset(
    {
        "update",
        "aupdate",
        "create",
        "acreate",
        "get_or_create",
        "update_or_create",
        "aget_or_create",
        "aupdate_or_create",
    }
)
_LISTED = frozenset({"bulk_update", "abulk_update", "bulk_create", "save", "asave"})
