"""Record the digests of all current procedure versions in each scene's released.json, and name what changed since.

    make release-procedures                 write
    make release-procedures ARGS=--check    exit 1 when something is not recorded, or not as it is

A version that was released never changes: a change is a new version. So a digest that is there already is kept, and one
that differs is a fault that this tool does not write over.
"""

import importlib
import json
import sys
from pathlib import Path

SCENES = Path(__file__).resolve().parents[1] / "tianping" / "scenes"


def releases(folder: Path = SCENES) -> dict[Path, tuple[dict[str, str], dict[str, str]]]:
    """released.json -> (what it says, what it should say)."""
    found = {}
    for scene_file in sorted(folder.glob("*/scene.py")):
        scene = importlib.import_module(f"tianping.scenes.{scene_file.parent.name}.scene").SCENE
        now = {f"{p.name}/{p.version}": p.digest for p in scene.procedures}
        found[scene_file.with_name("released.json")] = (dict(scene.released), now)
    return found


def main(arguments: list[str]) -> int:
    changed, missing = [], []
    for path, (recorded, now) in releases().items():
        changed += [f"{path.parent.name}: {k}" for k, digest in now.items() if recorded.get(k, digest) != digest]
        missing += [f"{path.parent.name}: {k}" for k in now if k not in recorded]
        if "--check" not in arguments:
            path.write_text(json.dumps(now | recorded, indent=1, sort_keys=True) + "\n", "utf-8")
    for name in changed:
        print(f"{name} was released and has changed since; restore it and declare the change as a new version")
    for name in missing:
        print(f"{name} is not recorded" if "--check" in arguments else f"{name} recorded")
    return 1 if changed or (missing and "--check" in arguments) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
