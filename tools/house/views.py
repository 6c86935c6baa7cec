"""Views read through the door (`tianping.kernel.service`) or their capability's own functions, where scope is applied."""

import ast
import re
from collections.abc import Iterator

from tools.house.tree import Broken, Tree, dotted, nodes

_VIEWS = re.compile(r"tianping/(web/(?!migrations/|models\.py)|(capabilities|scenes)/[^/]+/(.*/)?(views|api)(\.py|/))")
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "_meta"})
_READERS = frozenset({"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"})
# Functions over web's own tables and accounts (tokens, kept answers, rate windows, one-time codes, saved lists): no views, nothing
# of a matter.
_OWN = (
    "limits",
    "api/tokens",
    "api/granting",
    "api/answers",
    "accounts/codes",
    "accounts/factors",
    "accounts/citizens",
    "desk/keeping",
)
OWN = frozenset(f"tianping/web/{name}.py" for name in _OWN)
ADVICE = "read through tianping.kernel.service or a function of the capability, where scope is applied"


def check(tree: Tree) -> Iterator[Broken]:
    for file, module in tree.python():
        if _VIEWS.match(file) and file not in OWN:
            yield from (
                Broken(file, line, f"`{what}` in a view: {ADVICE}") for line, what in sorted(set(raw_reads(module)))
            )


def raw_reads(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Where a module reaches tables by itself, by any spelling."""
    for node in nodes(module):
        match node:
            case ast.Attribute(attr=attr) if attr in _MANAGERS - {"_meta"}:
                yield node.lineno, f".{attr}"
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]) if (
                name in _MANAGERS
            ):
                yield node.lineno, f'getattr(…, "{name}")'
            case ast.Call(func=func) if dotted(func).rpartition(".")[2] in _READERS:
                yield node.lineno, dotted(func)
            case ast.Attribute(attr="cursor", value=value) if dotted(value).rpartition(".")[2] in {
                "connection",
                "default",
            }:
                yield node.lineno, "connection.cursor"
            case ast.ImportFrom(module=str(name), names=names):
                said = {n.name for n in names}
                if name.endswith(".models") and name.startswith("tianping.kernel.matters"):
                    yield node.lineno, f"import of {name}"
                if name == "psycopg" or (name == "django.db" and said & {"connection", "connections"}):
                    yield node.lineno, f"import of {min(said)} from {name}"
            case ast.Import(names=names) if any(n.name.split(".")[0] == "psycopg" for n in names):
                yield node.lineno, "import of psycopg"
