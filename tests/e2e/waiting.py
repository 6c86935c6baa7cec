"""Waiting for what a page does by itself."""

import time
from typing import Any

from playwright.sync_api import Error, Page

SECONDS = 10


def until(page: Page, expression: str, arg: Any = None) -> None:
    """Until this is true in the page. The page's own policy forbids what Playwright's `wait_for_function` does after its first look."""
    end = time.monotonic() + SECONDS
    while not _true(page, expression, arg):
        assert time.monotonic() < end, f"still not true after {SECONDS} s: {expression}"
        page.wait_for_timeout(50)


def _true(page: Page, expression: str, arg: Any) -> bool:
    try:
        return bool(page.evaluate(expression, arg))
    except Error as error:
        if "context was destroyed" in error.message:  # the page led on to another: that one is asked next
            return False
        raise
