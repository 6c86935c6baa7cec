"""Small packs for the tests: a folder with a manifest and whatever files a test asks for."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3] / "packs"


def write_pack(folder: Path, files: dict[str, object], since: str = "2026-01-01", **more: object) -> Path:
    """`files` maps a kind to its rows (JSON) or its text (CSV)."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = {}
    for kind, content in files.items():
        name = f"{kind}.csv" if isinstance(content, str) else f"{kind}.json"
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        entries[kind] = {"file": name}
    manifest = {
        "name": "small",
        "title": "小包",
        "version": "1",
        "effective_from": since,
        "source": "测试",
        "licence": "测试",
        "files": entries,
        **more,
    }
    (folder / "pack.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def scale(code: str, name: str, **more: object) -> dict[str, object]:
    """The shortest row there is: an event scale."""
    return {"code": code, "name": name, **more}


def agency(code: str, **more: object) -> dict[str, object]:
    return {
        "code": code,
        "name": code,
        "name_en": code,
        "short": code,
        "kind": "bureau",
        "parent": None,
        "phone": "0571-8200001",
        "capacity": 5,
        **more,
    }
