"""Nobody but kernel/matters writes the tables of the record, by any spelling.

What a name stands for is followed inside a module: imports, aliases, assignments, loops, annotations, local functions.
Where that ends, the columns tell: `x.state = …; x.save()` is a write of the record whatever x came from.
"""

import ast
from collections.abc import Iterator, Mapping

from tools.house.spellings import COLUMNS, Spellings, calls, passing, writers
from tools.house.sql import TABLES, Strings, writes
from tools.house.tree import Broken, Tree, dotted, nodes

OWNER = "tianping/kernel/matters/"
MODELS = frozenset(t.capitalize() for t in TABLES)
HOMES = ("tianping.kernel.matters.models", "tianping.kernel.parties.models")
WRITERS = frozenset({"tianping.kernel.matters.store"})  # functions that write, for kernel/matters alone
_PLAIN = ("save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create")
VERBS = frozenset({*_PLAIN, *(f"a{v}" for v in _PLAIN)})
BACK_DOORS = frozenset({"_raw_delete", "_insert", "_do_insert", "_do_update", "save_base", "model_class", "get_models"})
BACK_MODULES = ("django.db.models.sql", "django.db.models.deletion", "django.core.serializers")
BACK_COMMANDS = frozenset({"loaddata", "flush", "sqlflush"})
_THROUGH = frozenset({
    "next", "iter", "list", "tuple", "set", "sorted", "reversed", "copy", "deepcopy", "getattr", "type", "aiter", "anext",
    "get_object_or_404", "get_list_or_404", "enumerate", "zip", "filter", "cast", "islice", "chain", "deferred",
})  # fmt: skip
_OUT = frozenset(
    {"values", "values_list", "count", "exists", "aggregate", "dates", "datetimes", "explain", "acount", "aexists"}
)
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "__class__", "_meta", "model"})


def check(tree: Tree) -> Iterator[Broken]:
    files = tree.named(".py", ".sql", ".html", ".txt", under="tianping/")
    functions = frozenset(name for file in files for name in writers(tree.text(file)))
    modules = {file: tree.parsed(file) for file in files if file.endswith(".py") and not file.startswith(OWNER)}
    runners = passing(modules)
    for file in files:
        if file.startswith(OWNER):
            continue
        if file in modules:
            yield from in_module(file, modules[file], functions, runners[file])
        else:
            text = tree.text(file)
            yield from (Broken(file, 0, what) for what in sorted({*writes(text), *calls(text, functions)}))


def in_module(
    file: str,
    module: ast.Module,
    functions: frozenset[str] = frozenset(),
    runners: Mapping[str, int] | None = None,
) -> Iterator[Broken]:
    """Every write to the record in one module.

    `functions` of the database write to it as well; `runners` run a statement of their callers (by default, those of the module).
    """
    runners = passing({file: module})[file] if runners is None else runners
    strings, names = Strings(module), _Names(module)
    found = {(line, what) for line, text in strings.found for what in writes(text)}
    found |= set(names.faults())
    found |= set(Spellings(file, module, strings, names.others, functions, runners).faults())
    yield from (Broken(file, line, what) for line, what in sorted(found))


class _Names:
    """What the names of a module stand for, and what is done with those that stand for the record."""

    def __init__(self, module: ast.Module) -> None:
        self.module = module
        self.classes: set[str] = set()  # names of the models themselves, dotted where a module was imported
        self.known: set[str] = set()  # expressions that hold rows, querysets or managers of them
        self.functions: set[str] = set()  # local functions that return such
        self.others: set[str] = set()  # classes of other models
        for node in nodes(module):
            self._import(node)
        size = -1
        while size != (size := len(self.known) + len(self.functions) + len(self.classes)):
            for node in nodes(module):
                self._bind(node)

    def _import(self, node: ast.AST) -> None:
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                said = name.asname or name.name
                if node.module in HOMES:
                    self.classes |= MODELS if name.name == "*" else MODELS & {name.name} and {said}
                elif f"{node.module}.{name.name}" in HOMES:
                    self.classes |= {f"{said}.{m}" for m in MODELS}
                if node.module.endswith("models") and name.name not in MODELS:
                    self.others.add(said)
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name in HOMES:
                    self.classes |= {f"{name.asname or name.name}.{m}" for m in MODELS}

    def holds(self, node: ast.expr | None) -> bool:
        """Does this expression stand for the record: a model, its manager, a queryset, a row?"""
        match node:
            case None:
                return False
            case ast.Name():
                return node.id in self.classes or node.id in self.known
            case ast.Attribute(value=value, attr=attr):
                name = dotted(node)
                return name in self.classes or name in self.known or (attr in _MANAGERS and self.holds(value))
            case ast.Call():
                return self._call_holds(node)
            case (
                ast.Subscript(value=value)
                | ast.Await(value=value)
                | ast.Starred(value=value)
                | ast.NamedExpr(value=value)
            ):
                return self.holds(value)
            case ast.IfExp(body=body, orelse=orelse):
                return self.holds(body) or self.holds(orelse)
            case ast.BoolOp(values=many) | ast.List(elts=many) | ast.Tuple(elts=many) | ast.Set(elts=many):
                return any(map(self.holds, many))
            case ast.BinOp(left=left, right=right):  # querysets are united with |
                return self.holds(left) or self.holds(right)
            case ast.ListComp(elt=elt) | ast.SetComp(elt=elt) | ast.GeneratorExp(elt=elt):
                return self.holds(elt)
        return False

    def _call_holds(self, node: ast.Call) -> bool:
        func = node.func
        if self._asks_model(node):
            return True
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        if name in self.functions or (name in _THROUGH and any(map(self.holds, node.args))):
            return True
        if isinstance(func, ast.Attribute):
            return func.attr not in _OUT and (self.holds(func.value) or dotted(func) in self.classes)
        return self.holds(func)

    @staticmethod
    def _asks_model(node: ast.Call) -> bool:
        """`apps.get_model("matters", "Matter")`, in either spelling; a name that cannot be read counts."""
        if (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) != "get_model":
            return False
        said = [a.value for a in [*node.args, *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)]
        if len(said) < len(node.args) + len(node.keywords):
            return True
        return ".".join(map(str, said)).rpartition(".")[2].lower() in TABLES

    def _annotated(self, note: ast.expr | None) -> bool:
        if note is None:
            return False
        names = {dotted(n) for n in ast.walk(note)}
        said = {
            w
            for n in ast.walk(note)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
            for w in _words(n.value)
        }
        return bool((names | said) & self.classes)

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value) if self.holds(value):
                self._learn(*targets)
            case ast.AnnAssign(target=target, annotation=note, value=value) if self.holds(value) or self._annotated(
                note
            ):
                self._learn(target)
            case ast.NamedExpr(target=target, value=value) if self.holds(value):
                self._learn(target)
            case ast.For() | ast.AsyncFor() | ast.comprehension() if self.holds(node.iter):
                self._learn(node.target)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target) if self.holds(value):
                self._learn(target)
            case ast.arg(arg=name, annotation=note) if self._annotated(note):
                self.known.add(name)
            case ast.ClassDef(name=name, bases=bases) if any(map(self.holds, bases)):
                self.classes.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                given = any(isinstance(n, ast.Return | ast.Yield) and self.holds(n.value) for n in ast.walk(node))
                if given or self._annotated(node.returns):
                    self.functions.add(node.name)

    def _learn(self, *targets: ast.expr) -> None:
        for target in targets:
            if isinstance(target, ast.Tuple | ast.List):
                self._learn(*target.elts)
            elif isinstance(target, ast.Starred):
                self._learn(target.value)
            elif name := dotted(target):
                self.known.add(name)

    def faults(self) -> Iterator[tuple[int, str]]:
        saved = {dotted(n.func.value) for n in nodes(self.module)
                 if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in {"save", "asave"}}  # fmt: skip
        for node in nodes(self.module):
            match node:
                case ast.ImportFrom(module=str(name)) if name.startswith(BACK_MODULES) or name in WRITERS:
                    yield node.lineno, f"import of {name}: it writes behind kernel/matters"
                case ast.ImportFrom(module=str(name), names=names):
                    full = {f"{name}.{n.name}" for n in names}
                    if full & WRITERS or any(f.startswith(BACK_MODULES) for f in full):
                        yield node.lineno, f"import from {name} of what writes behind kernel/matters"
                case ast.Import(names=names) if any(
                    n.name in WRITERS or n.name.startswith(BACK_MODULES) for n in names
                ):
                    yield node.lineno, "import of what writes behind kernel/matters"
                case ast.Attribute(attr=attr) if attr in BACK_DOORS:
                    yield node.lineno, f"`{attr}` goes behind the models; call report() or advance()"
                case ast.Call():
                    yield from ((node.lineno, what) for what in self._called(node))
                case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Delete():
                    yield from ((node.lineno, what) for what in self._assigned(node, saved))

    def _called(self, node: ast.Call) -> Iterator[str]:
        func, first = node.func, node.args[0] if node.args else None
        if isinstance(func, ast.Attribute) and func.attr in VERBS and self.holds(func.value):
            yield f"`.{func.attr}()` on the record; call report() or advance()"
        elif isinstance(func, ast.Attribute) and func.attr in {"update", "aupdate"} and self._stranger(func.value):
            if columns := sorted(COLUMNS & {k.arg for k in node.keywords if k.arg}):
                yield f"`.update({columns[0]}=…)`: a column of the record; call report() or advance()"
        elif isinstance(func, ast.Name) and func.id in {"setattr", "delattr", "vars"} and self.holds(first):
            yield f"`{func.id}` on the record; call report() or advance()"
        elif isinstance(func, ast.Name) and func.id == "getattr" and self.holds(first) and len(node.args) > 1:
            name = node.args[1]
            if not isinstance(name, ast.Constant) or name.value in VERBS | BACK_DOORS:
                yield "`getattr` on the record for something that may write; call report() or advance()"
        elif (
            getattr(func, "attr", getattr(func, "id", "")) == "call_command"
            and getattr(first, "value", "") in BACK_COMMANDS
        ):
            yield f"`{ast.unparse(node)[:40]}` writes behind kernel/matters"

    def _stranger(self, node: ast.expr) -> bool:
        """Not rooted in a class that is known to be another model's."""
        while isinstance(node, ast.Attribute | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
        return not (isinstance(node, ast.Name) and node.id in self.others)

    def _assigned(
        self, node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete, saved: set[str]
    ) -> Iterator[str]:
        if isinstance(node, ast.AnnAssign) and node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
        for target in [t for many in targets for t in ast.walk(many) if isinstance(t, ast.Attribute)]:
            if not isinstance(target.ctx, ast.Store | ast.Del):
                continue
            owner = dotted(target.value)
            if self.holds(target.value):
                yield f"`.{target.attr} =` on the record; call report() or advance()"
            elif target.attr in COLUMNS and owner in saved and owner:
                yield f"`{owner}.{target.attr} =` and `{owner}.save()`: a column of the record; call report() or advance()"


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c in "_." else " " for c in text).split()
