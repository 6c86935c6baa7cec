"""Where sentences are said: in Python, in templates."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation.template import templatize

from tools.house.tree import line_of, nodes

SINGLE = frozenset({"gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
CONTEXT = frozenset({"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"})
_HOMES = frozenset({"django.utils.translation", "tianping.kernel.lifecycle.text", "tianping.config.words", "gettext"})
_STRING = r"[uU]?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
_CALL = re.compile(rf"(?<!\w)(_|n?gettext(?:_lazy|_noop)?|n?pgettext)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)", re.DOTALL)
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_NOT_SAID = re.compile(
    r"\{#.*?#\}|\{%\s*comment\b.*?\bendcomment\s*%\}|<!--.*?-->|\{%\s*blocktrans(?:late)?\b.*?\bendblocktrans(?:late)?\s*%\}|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, with the place that says it."""

    file: str
    line: int
    text: str
    context: str | None = None


def in_python(file: str, module: ast.Module) -> Iterator[Said]:
    """The sentences of a module: calls of gettext's functions under the names they were imported as."""
    names = {f: f for f in SINGLE | PLURAL | CONTEXT}
    for node in nodes(module):
        if isinstance(node, ast.ImportFrom) and node.module in _HOMES:
            names |= {n.asname or n.name: n.name for n in node.names}
    for node in nodes(module):
        if not isinstance(node, ast.Call):
            continue
        func = node.func
        kind = (
            names.get(func.id, "")
            if isinstance(func, ast.Name)
            else func.attr
            if isinstance(func, ast.Attribute)
            else ""
        )
        words = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in node.args]
        at = 1 if kind in CONTEXT else 0
        if kind not in names.values() or len(words) <= at or not words[at]:
            continue
        yield Said(file, node.lineno, str(words[at]), words[0] if at else None)


def in_template(file: str, text: str) -> Iterator[Said]:
    """The sentences of a template, as Django itself extracts them."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    for found in _CALL.finditer(templatize(text, origin=file)):
        words = [str(ast.literal_eval(w.lstrip("uU"))) for w in re.findall(_STRING, found.group(2), re.DOTALL)]
        at = 1 if "pgettext" in found.group(1) else 0
        if len(words) > at and words[at]:
            yield Said(file, line_of(text, found.start()), words[at], words[0] if at else None)


def loose_chinese(text: str) -> Iterator[tuple[int, str]]:
    """Chinese in a template that no translation reaches, but for the names of the language and of the project."""
    plain = _NOT_SAID.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    for found in _HAN.finditer(plain):
        if found.group() not in {"中文", "天平"}:
            yield line_of(text, found.start()), found.group()
