"""Seconds of CPU that processes have used, from /proc."""

import os
import time
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def family(root: int) -> list[int]:
    """The process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            parents.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found


def cpu(*roots: int) -> float:
    """CPU seconds of these processes and their descendants, those that have ended included."""
    total = 0
    for root in roots:
        for pid in family(root):
            if stat := _stat(pid):
                total += sum(int(value) for value in stat[11:15])
    return total / _TICK


def gone(pid: int, seconds: float = 10) -> bool:
    """Wait until a process that was killed is no more."""
    until = time.monotonic() + seconds
    while _stat(pid) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
