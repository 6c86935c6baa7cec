"""What axe and the edge of the window say about the page that is open."""

import json
from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = json.dumps(
    {
        "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
        "resultTypes": ["violations"],  # what is in order is not told: telling it takes longer than looking
    }
)


@cache
def _script() -> str:
    return Axe().axe_script


def clean(page: Page, name: str) -> None:
    """Fail with each rule of WCAG 2.2 AA that the page breaks, and when it is wider than its window. `name` says which page it is."""
    page.evaluate(_script())
    found = page.evaluate(f"axe.run({OPTIONS}).then(told => told.violations)")
    assert [f"{v['id']}: {n['html'][:160]}" for v in found for n in v["nodes"]] == [], name
    fits(page, name)


def fits(page: Page, name: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide} px at {page.viewport_size}"
