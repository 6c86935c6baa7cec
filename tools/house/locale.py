"""Every sentence that people read has its English, and no English is left without its sentence.

Each author writes `tianping/locale/parts/<part>.po`; `merge` puts them together in one file, which `compile` turns into the
.mo that Django reads. Sentences are found in Python by the names under which gettext's functions were imported, in
templates by Django's own extraction, and in packs where a part names the pack's sentences.
"""

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from tools.house.sentences import Said, in_python, in_template, loose_chinese
from tools.house.tree import PROJECT, Broken, Tree

PARTS = "tianping/locale/parts/"
CLICK = "tianping/locale/zh_Hans/LC_MESSAGES/click.po"
MERGED = "tianping/locale/en/LC_MESSAGES/django.po"
HEADER = "# English of Tianping, merged from tianping/locale/parts by `make locale`. Edit the parts.\n"
_HOLES = re.compile(r"%\((\w+)\)[sdf]|%[sdf]|\{\w*\}")
Key = tuple[str, str | None]


def check(tree: Tree) -> Iterator[Broken]:
    said = sentences(tree)
    yield from _loose(tree)
    merged, faults = merge(tree)
    yield from faults
    if MERGED not in tree.files or tree.text(MERGED) != written(merged):
        yield Broken(MERGED, 0, "is older than its parts; run `make locale`")
    known = {(_id(m), m.context): m for m in merged if m.id}
    for key, place in sorted(said.items(), key=lambda kv: (kv[1].file, kv[1].line)):
        if key not in known:
            yield Broken(place.file, place.line, f"no English for “{key[0]}”; write it in {PARTS}")
    in_packs = pack_strings(tree)
    for key, message in known.items():
        file = message.auto_comments[0] if message.auto_comments else MERGED
        if key not in said and key[0] not in in_packs:
            yield Broken(file, 0, f"nobody says “{key[0]}”; delete its English")
        yield from _faults(file, message)


def sentences(tree: Tree) -> dict[Key, Said]:
    """Every sentence with where it is first said."""
    found: dict[Key, Said] = {}
    for file, module in tree.python():
        for said in in_python(file, module):
            found.setdefault((said.text, said.context), said)
    for file in tree.named(".html", ".txt", under="tianping/"):
        if "/templates/" in file:
            for said in in_template(file, tree.text(file)):
                found.setdefault((said.text, said.context), said)
    return found


def _loose(tree: Tree) -> Iterator[Broken]:
    for file in tree.named(".html", under="tianping/"):
        if "/templates/" in file and not file.endswith(
            "/gallery.html"
        ):  # the components' own page, for those who build pages
            yield from (Broken(file, line, f"“{t}” is outside translate") for line, t in loose_chinese(tree.text(file)))


def pack_strings(tree: Tree) -> set[str]:
    """Every piece of text in the packs: what a pack says is translated where it is shown."""
    found: set[str] = set()
    for file in tree.named(".json", under="packs/"):
        stack = [json.loads(tree.text(file))]
        while stack:
            here = stack.pop()
            if isinstance(here, str):
                found.add(here)
            elif isinstance(here, dict):
                stack += here.values()
            elif isinstance(here, list):
                stack += here
    return found


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _holes(text: str) -> list[str]:
    return sorted({m.group() for m in _HOLES.finditer(text.replace("%%", ""))})


def _faults(file: str, message: Message) -> Iterator[Broken]:
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    if message.fuzzy:
        yield Broken(file, 0, f"the English of “{_id(message)}” is marked fuzzy; settle it")
    if not all(texts):
        yield Broken(file, 0, f"the English of “{_id(message)}” is empty")
    for number, text in enumerate(texts):
        if text and _holes(text) != _holes(sources[min(number, len(sources) - 1)]):
            yield Broken(file, 0, f"the English of “{_id(message)}” has other placeholders")


def merge(tree: Tree) -> tuple[Catalog, list[Broken]]:
    """All parts in one catalogue, and where two parts say the same sentence otherwise."""
    merged = Catalog(locale="en", fuzzy=False)
    faults: list[Broken] = []
    for file in tree.named(".po", under=PARTS):
        try:
            part = read_po(io.BytesIO(tree.text(file).encode()), locale="en", abort_invalid=True)
        except PoFileError as error:
            faults.append(Broken(file, 0, str(error)))
            continue
        for message in sorted((m for m in part if m.id), key=lambda m: (_id(m), m.context or "")):
            before = merged.get(message.id, message.context)
            if before is None:
                flags = message.flags
                merged.add(message.id, message.string, flags=flags, context=message.context, auto_comments=[file])
            elif before.string != message.string:
                faults.append(Broken(file, 0, f"“{_id(message)}” has other English in {before.auto_comments[0]}"))
    return merged, faults


def written(catalog: Catalog) -> str:
    """The text of the merged file; the same parts give the same bytes."""
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=True, sort_output=True)
    head = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return HEADER + head + out.getvalue().decode()


def compile_(folder: Path = PROJECT) -> None:
    """Write the .mo beside each catalogue: our English, and the Chinese of click's own words."""
    for source, language in ((folder / MERGED, "en"), (folder / CLICK, "zh_Hans")):
        if source.exists():
            _compile(source, language)


def _compile(source: Path, language: str) -> None:
    """Whole or not at all."""
    with source.open("rb") as stream:
        catalog = read_po(stream, locale=language)
    target = source.with_suffix(".mo")
    part = target.with_suffix(f".{os.getpid()}")
    with part.open("wb") as out:
        write_mo(out, catalog)
    part.replace(target)


def main(command: str) -> None:
    if command == "merge":
        tree = Tree()
        catalog, faults = merge(tree)
        print(*faults, sep="\n", end="\n" if faults else "")
        (PROJECT / MERGED).parent.mkdir(parents=True, exist_ok=True)
        (PROJECT / MERGED).write_text(written(catalog), encoding="utf-8")
        print(f"locale: {len(catalog)} sentences, {len(faults)} told twice")
    compile_()


if __name__ == "__main__":
    main(sys.argv[1])
