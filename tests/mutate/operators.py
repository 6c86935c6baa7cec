"""What is changed at one node of the syntax tree. Every change is (name, start, end, new text), in bytes of the file."""

import ast
import re

from tests.mutate import sql

COMPARE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "is": "is not", "in": "not in"}
COMPARE |= {"is not": "is", "not in": "in"}
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)  # the others change into what `if not (…)` says too
ARITHMETIC = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "//": "*",
    "%": "*",
    "|": "&",
    "&": "|",
    "<<": ">>",
    ">>": "<<",
    "**": "*",
}
NAMES = {
    "min": "max",
    "any": "all",
    "startswith": "endswith",
    "lstrip": "rstrip",
    "partition": "rpartition",
    "filter": "exclude",
}
NAMES |= {new: old for old, new in NAMES.items()} | {"sorted": "list"}
SIGN = re.compile(r"[^\s()\\]+(?:\s+(?:not|in))?")
# What a program compares and looks up. Sentences have spaces or Chinese in them: they are for people.
WORD = re.compile(r"[!-~]*|[ -@\[-`{-~]*")


def changes(node, source, inside):
    """The changes at this node. `inside`: it stands in the body of a function, not in a table or a class."""
    maker = _MAKERS.get(type(node))
    if maker is not None:
        yield from maker(node, source)
    if inside and isinstance(node, ast.stmt) and _droppable(node):
        yield "drop", *source.span(node), "pass"


def _sign(name, between, source, table):
    start, end = source.gap(*between)
    found = SIGN.search(source.text(start, end))
    if found and " ".join(found[0].split()) in table:
        new = table[" ".join(found[0].split())]
        yield f"{name} {new}", start + found.start(), start + found.end(), new


def _compare(node, source):
    for pair in zip([node.left, *node.comparators], node.comparators, strict=False):
        yield from _sign("compare", pair, source, COMPARE)


def _bool(node, source):
    table = {"and": "or", "or": "and"}
    for pair in zip(node.values, node.values[1:], strict=False):
        yield from _sign("bool", pair, source, table)
    nothing = str(isinstance(node.op, ast.And))
    for value in node.values:
        yield "term", *source.span(value), nothing


def _binary(node, source):
    sides = (node.left, node.right)
    if not any(
        isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides
    ):
        yield from _sign("arithmetic", sides, source, ARITHMETIC)


def _unary(node, source):
    start = source.span(node)[0]
    if isinstance(node.op, ast.Not):
        yield "not", start, start + 3 + (source.text(start + 3, start + 4) == " "), ""
    elif isinstance(node.op, ast.USub):
        yield "sign", start, start + 1, ""


def _constant(node, source):
    start, end = source.span(node)
    value, new = node.value, None
    if value is None:
        new = "..."
    elif isinstance(value, bool):
        new = str(not value)
    elif isinstance(value, int | float):
        new = repr(value + 1)
    elif isinstance(value, bytes):
        new = repr(value + b"x")
    elif isinstance(value, str) and sql.is_sql(value):
        yield from sql.changes(source.text(start, end), start)
    elif isinstance(value, str) and WORD.fullmatch(value):
        new = repr(value + "x")
    if new is not None:
        yield f"constant {new}", start, end, new


def _template(node, source):
    start, end = source.span(node)
    text = source.text(start, end)
    if sql.is_sql(text):
        yield from sql.changes(text, start)


def _negated(test, source):
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return
    if isinstance(test, ast.Compare) and not isinstance(test.ops[0], ORDER):
        return
    start, end = source.span(test)
    if b"\n" not in source.raw[start:end]:
        yield "negate", start, end, f"not ({source.text(start, end)})"


def _branch(node, source):
    yield from _negated(node.test, source)


def _comprehension(node, source):
    for test in node.ifs:
        yield "condition", *source.span(test), "True"


def _return(node, source):
    if node.value is None:
        yield "return", *source.span(node), "pass"
    elif not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return None", *source.span(node.value), "None"


def _loop(node, source):
    yield "loop", *source.span(node), "continue" if isinstance(node, ast.Break) else "break"


def _augmented(node, source):
    start, end = source.gap(node.target, node.value)
    found = re.search(r"(\S+)=", source.text(start, end))
    if found and found[1] in ARITHMETIC:
        yield f"arithmetic {ARITHMETIC[found[1]]}=", start + found.start(1), start + found.end(1), ARITHMETIC[found[1]]


def _with(node, source):
    for item in node.items:
        if item.optional_vars is None:
            yield "with", *source.span(item.context_expr), '__import__("contextlib").nullcontext()'


def _call(node, source):
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in NAMES and not (name == "sorted" and node.keywords):
        end = source.span(node.func)[1]
        yield f"call {NAMES[name]}", end - len(name), end, NAMES[name]
    for keyword in node.keywords:
        if keyword.arg is not None and (name, keyword.arg) != ("zip", "strict"):
            yield from _without(keyword, keyword, source, f"argument {keyword.arg}", "(", ")")


def _without(first, last, source, name, opens, closes):
    """Without one element and its comma; nothing where brackets of its own make the place unsure."""
    start, end = source.span(first)[0], source.span(last)[1]
    before, after = source.text(0, start).rstrip()[-1], source.text(end, len(source.raw)).lstrip()[:1]
    if before in f"{opens}," and after in f",{closes}":
        if after == ",":
            end = source.bare.index(b",", end) + 1
        yield name, start, end, ""


def _collection(node, source):
    kinds = {ast.List: "[]", ast.Set: "{}", ast.Tuple: "()"}
    opens, closes = kinds[type(node)]
    start = source.span(node)[0]
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or source.text(start, start + 1) != opens:
        return
    least = {ast.List: 1, ast.Set: 2, ast.Tuple: 3}[type(node)]
    if len(node.elts) >= least:
        for element in node.elts:
            yield from _without(element, element, source, "element", opens, closes)


def _dict(node, source):
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            yield from _without(key, value, source, "entry", "{", "}")


def _droppable(node):
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Await | ast.Yield | ast.YieldFrom)
    if isinstance(node, ast.Assign):
        return all(isinstance(t, ast.Attribute | ast.Subscript) for t in node.targets)
    return isinstance(node, ast.Raise | ast.Delete | ast.AugAssign)


_MAKERS = {
    ast.Compare: _compare,
    ast.BoolOp: _bool,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.JoinedStr: _template,
    ast.If: _branch,
    ast.While: _branch,
    ast.IfExp: _branch,
    ast.comprehension: _comprehension,
    ast.Return: _return,
    ast.Break: _loop,
    ast.Continue: _loop,
    ast.AugAssign: _augmented,
    ast.With: _with,
    ast.Call: _call,
    ast.List: _collection,
    ast.Set: _collection,
    ast.Tuple: _collection,
    ast.Dict: _dict,
}
