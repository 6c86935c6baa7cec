"""A released version never changes, and every version that is declared is recorded."""

import pytest

from tianping.scenes.archive import scene as archive
from tianping.scenes.demo import scene as demo
from tianping.scenes.intake import scene as intake


@pytest.mark.parametrize("module", [intake, archive, demo], ids=lambda m: m.SCENE.name)
def test_what_is_declared_is_what_was_released(module):
    scene = module.SCENE
    assert {f"{p.name}/{p.version}": p.digest for p in scene.procedures} == dict(scene.released)
