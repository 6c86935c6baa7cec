"""The tutorial shows the demo scene as it is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENE = (ROOT / "tianping/scenes/demo/scene.py").read_text("utf-8")
TUTORIAL = (ROOT / "docs/scenes/writing-a-scene.md").read_text("utf-8")


def test_every_line_of_the_tutorial_is_a_line_of_the_scene_and_none_is_left_out():
    scene = [line.strip().rstrip(",") for line in SCENE.splitlines()]
    blocks = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
    shown = [line.strip().rstrip(",") for block in blocks for line in block.splitlines()]
    assert [line for line in shown if line and line not in scene] == []
    assert {line for line in scene if line and line not in shown} <= {scene[0], "steps=("}


def test_the_demo_scene_stays_small():
    files = [*(ROOT / "tianping/scenes/demo").glob("*.*"), *(ROOT / "tests/scenes/demo").glob("*.py")]
    assert sum(len(f.read_text("utf-8").splitlines()) for f in files if f.suffix != ".json") <= 150
