"""The page of a procedure is its declaration: the picture and every state and step are in it."""

import pytest

from tianping.kernel.lifecycle.registry import registry_of
from tools.docs_hooks import page

REGISTRY = registry_of(("tianping.scenes.intake", "tianping.scenes.archive", "tianping.scenes.demo"))


@pytest.mark.parametrize("procedure", REGISTRY.procedures(), ids=lambda p: p.name)
def test_the_picture_stands_in_the_page(procedure):
    text = page(procedure, REGISTRY)
    picture = next(line for line in text.splitlines() if line.startswith("<div"))
    assert picture.endswith("</svg></div>")  # one block of HTML: Markdown leaves it alone
    for state in procedure.states:
        assert f'data-state="{state}"' in picture
        assert f"| `{state}` |" in text
    for step in procedure.steps:
        assert f"| `{step.name}` |" in text
