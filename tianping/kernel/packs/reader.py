"""Reading a pack's folder: every row is checked against its schema; faults are named by file, row and field."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from tianping.kernel.packs.schema import KINDS, FileEntry, Manifest, Row


@dataclass(frozen=True)
class Problem:
    """Something to mend. `row` is a CSV's line, the position (from 1) in a list or of a feature, 0 the whole file."""

    file: str
    row: int
    field: str
    reason: str

    def __str__(self) -> str:
        where = _("%(file)s 第%(row)s行") % {"file": self.file, "row": self.row} if self.row else self.file
        return f"{where} {self.field}：{self.reason}" if self.field else f"{where}：{self.reason}"


class PackError(ValueError):
    """A pack that cannot be read or loaded; `problems` says what to mend."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Item:
    """One checked row with its place in the pack. `data` is a struct, or the mapping itself for a clock's row."""

    kind: str
    code: str
    effective_from: dt.date
    effective_to: dt.date | None
    source: str
    verified: str
    file: str
    row: int
    data: Any


@dataclass(frozen=True)
class Pack:
    """A pack as read. `problems` are those of its own schema; `checks.check` adds what reaches over rows and packs."""

    manifest: Manifest
    items: list[Item]
    problems: list[Problem]
    geojson: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.manifest.name

    @cached_property
    def by_kind(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.kind, []).append(item)
        return found

    def rows(self, kind: str) -> list[Any]:
        """The rows of one kind, in the file's order: structs with their dates, source and mark filled in."""
        return [item.data for item in self.by_kind.get(kind, [])]


def read_pack(folder: Path) -> Pack:
    """Read `pack.json` and the files it names. Raises PackError only when `pack.json` itself cannot be used."""
    manifest = _manifest(folder)
    items: list[Item] = []
    problems: list[Problem] = []
    geojson: dict[str, Any] = {}
    for kind, entry in sorted(manifest.files.items()):
        if kind not in KINDS:
            problems.append(Problem("pack.json", 0, f"files.{kind}", _("没有这种数据，请核对名称")))
            continue
        try:
            raw = _parse(folder / entry.file)
        except PackError as error:
            problems += error.problems
            continue
        if entry.file.endswith(".geojson"):
            geojson = raw
        for row, value in _values(entry.file, raw):
            made = _item(manifest, entry, kind, row, value)
            (problems if isinstance(made, Problem) else items).append(made)  # type: ignore[arg-type]
    return Pack(manifest, items, problems, geojson)


def _manifest(folder: Path) -> Manifest:
    try:
        return msgspec.json.decode((folder / "pack.json").read_bytes(), type=Manifest)
    except FileNotFoundError:
        reason = _("在 %(folder)s 里没有找到，请先建好") % {"folder": folder.name}
        raise PackError([Problem("pack.json", 0, "", reason)]) from None
    except msgspec.DecodeError as error:
        name, reason = explain(str(error))
        raise PackError([Problem("pack.json", 0, name, reason)]) from error


def _parse(path: Path) -> Any:
    """The rows of a CSV as (line, mapping) pairs, or the decoded JSON."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix != ".csv":
            return json.loads(text)
    except FileNotFoundError:
        raise PackError([Problem(path.name, 0, "", _("文件不在数据包里，请补上"))]) from None
    except UnicodeDecodeError:
        raise PackError([Problem(path.name, 0, "", _("不是 UTF-8 编码，请另存为 UTF-8"))]) from None
    except json.JSONDecodeError as error:
        raise PackError([Problem(path.name, error.lineno, "", _("这一行附近的 JSON 写错了"))]) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="")
    return [(reader.line_num, {k: v.strip() if isinstance(v, str) else v for k, v in r.items() if v}) for r in reader]


def _values(file: str, raw: Any) -> Iterator[tuple[int, Any]]:
    if file.endswith(".csv"):
        yield from raw
        return
    rows = raw
    if isinstance(raw, dict):
        features = raw.get("features", [])
        rows = [f.get("properties") if isinstance(f, dict) else f for f in features] if "features" in raw else [raw]
    yield from enumerate(rows, start=1)


def _item(manifest: Manifest, entry: FileEntry, kind: str, row: int, value: Any) -> Item | Problem:
    wanted = KINDS[kind]
    try:
        exact = not entry.file.endswith("csv")  # a CSV knows only text
        data = _opaque(value) if wanted is None else msgspec.convert(value, wanted, strict=exact)
    except msgspec.ValidationError as error:
        name, reason = explain(str(error))
        return Problem(entry.file, row, name, reason)
    get = data.get if isinstance(data, dict) else lambda name: getattr(data, name, None)
    facts: dict[str, Any] = {
        "effective_from": _date(get("effective_from")) or entry.effective_from or manifest.effective_from,
        "effective_to": _date(get("effective_to")),
        "source": get("source") or entry.source or manifest.source,
        "verified": get("verified") or entry.verified or "U",
    }
    code = str(get("code") or get("date") or get("year"))
    if isinstance(data, Row):
        data = msgspec.structs.replace(data, **facts)
    return Item(kind=kind, code=code, file=entry.file, row=row, data=data, **facts)


def _opaque(value: Any) -> dict[str, Any]:
    """A term rule or a calendar's day: only what makes a key is asked for."""
    if not isinstance(value, dict):
        raise msgspec.ValidationError("Expected `object`")
    if not any(value.get(name) for name in ("code", "date", "year")):
        raise msgspec.ValidationError("Object missing required field `code`")
    for name in ("date", "effective_from", "effective_to"):
        _date(value.get(name), name)
    return value


def _date(value: Any, name: str = "") -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise msgspec.ValidationError(f"Invalid RFC3339 date - at `$.{name}`") from None


def explain(message: str) -> tuple[str, str]:
    """The (field, what to do) of one of msgspec's messages."""
    at = re.search(r"at `\$\.?([^`]*)`", message)
    name = at[1] if at else ""
    inner = re.search(r"field `([^`]+)`", message)
    if inner and "unknown" in message:
        return inner[1], _("不认识这一栏，请删掉或改名")
    if inner and "missing" in message:
        return inner[1], _("这一栏没填，请补上")
    if "length >= 1" in message:
        return name, _("这一栏是空的，请补上")
    if "date" in message:
        return name, _("日期要写成 2026-11-24 这样")
    if kinds := re.search(r"Expected `([^`]+)`, got `([^`]+)`", message):
        return name, _("这里要 %(wanted)s，现在是 %(got)s") % {"wanted": kinds[1], "got": kinds[2]}
    if value := re.search(r"Invalid enum value ('[^']*'|\S+)", message):
        return name, _("没有 %(value)s 这个选项") % {"value": value[1]}
    if "matching regex" in message:
        return name, _("写法不对：只用允许的字符和长度")
    return name, _("这一栏不能用：%(message)s") % {"message": message}
