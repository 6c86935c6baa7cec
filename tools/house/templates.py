"""Templates that a strict content security policy can carry, and vendored files that are what they say they are."""

import hashlib
import re
from collections.abc import Iterator

from tools.house.tree import Broken, Tree, line_of

_RULES = (
    (re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\btype=[\"']application/(?:ld\+)?json)[^>]*>", re.IGNORECASE), "an inline script; put it into static/"),
    (re.compile(r"<style\b", re.IGNORECASE), "an inline style sheet; put it into static/"),
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "a style attribute; give it a class"),
    (re.compile(r"<[^>]*\son[a-z]{3,}\s*=\s*[\"']", re.IGNORECASE), "a handler in an attribute; listen in a script of static/"),
    (re.compile(r"[\"']\s*javascript:", re.IGNORECASE), "a javascript: address"),
    (re.compile(r"\b(?:src|href|action|hx-get|hx-post)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE), "an address outside; pages load nothing from elsewhere"),
    (re.compile(r"\{%\s*autoescape\s+off|\|\s*safe\b"), "unescaped output; build it with format_html"),
)  # fmt: skip
_VENDOR = "tianping/web/static/web/vendor/"
_ROW = re.compile(r"^\|\s*`([^`]+)`.*`([0-9a-f]{64})`", re.MULTILINE)
_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?endcomment\s*%\}", re.DOTALL)


def check(tree: Tree) -> Iterator[Broken]:
    for file in tree.named(".html", under="tianping/"):
        text = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), tree.text(file))
        for pattern, advice in _RULES:
            yield from (
                Broken(file, line_of(text, m.start()), f"`{m.group().strip()[:40]}`: {advice}")
                for m in pattern.finditer(text)
            )
    yield from _vendored(tree)


def _vendored(tree: Tree) -> Iterator[Broken]:
    list_ = f"{_VENDOR}VENDOR.md"
    there = {f for f in tree.named("", under=_VENDOR) if not f.endswith(("VENDOR.md", "/LICENSE", "/LICENSE.txt"))}
    said = {_VENDOR + name: digest for name, digest in _ROW.findall(tree.text(list_))} if list_ in tree.files else {}
    for file in sorted(there | said.keys()):
        if file not in there:
            yield Broken(list_, 0, f"names {file.removeprefix(_VENDOR)}, which is not there")
        elif file not in said:
            yield Broken(file, 0, "is not listed in VENDOR.md with its package and SHA-256")
        elif hashlib.sha256((tree.root / file).read_bytes()).hexdigest() != said[file]:
            yield Broken(file, 0, "differs from its SHA-256 in VENDOR.md; copy the package's file again")
