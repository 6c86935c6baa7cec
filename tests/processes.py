"""Processes that a test starts."""

import os


def uncovered() -> dict[str, str]:
    """The environment for a process that is watched from outside and measures: coverage, which would slow it, stays out of it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
