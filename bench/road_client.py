"""A process that calls `report` and `advance` of the kernel's door itself, without HTTP.

`report S`: report for S seconds. `advance S`: take the steps of bench.forms.STEPS on what it has reported. `count N`: N reports.
"""

import os
import sys
from collections.abc import Callable, Iterator
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import django

from bench.forms import STEPS, addresses, form
from bench.stage import JURISDICTION
from bench.workers import tell


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
    django.setup()
    from tianping.kernel.agencies.models import User  # noqa: PLC0415  # after setup
    from tianping.kernel.service import advance, guest_actor, report, staff_actor  # noqa: PLC0415

    chance = Random(int(sys.argv[1]) + os.getpid() * 1000)
    places = addresses()
    guest = guest_actor(JURISDICTION)
    dispatcher, handler = (staff_actor(User.objects.get(username=name)) for name in ("liuxiaoyan", "caoyong"))
    opened: list[UUID] = []

    def reports() -> Iterator[Callable[[], Any]]:
        while True:
            values, key = form(chance, places), str(uuid4())
            yield lambda values=values, key=key: opened.append(  # type: ignore[misc]
                report(actor=guest, form=values, key=key).proceeding
            )

    def steps() -> Iterator[Callable[[], Any]]:
        while opened:
            proceeding = opened.pop()
            for name, values in STEPS:
                actor = handler if name == "accept" else dispatcher
                yield lambda name=name, values=values, actor=actor, proceeding=proceeding: advance(  # type: ignore[misc]
                    proceeding, name, actor=actor, form=values, key=str(uuid4())
                )

    tell(ready=True)
    for line in sys.stdin:
        word, amount = line.split()
        work = steps() if word == "advance" else reports()
        tell(**run(work, most=int(amount)) if word == "count" else run(work, seconds=float(amount)))


def run(work: Iterator[Callable[[], Any]], *, seconds: float = 1e9, most: int = 10**9) -> dict[str, Any]:
    times: list[float] = []
    began = now = perf_counter()
    for call in work:
        call()
        after = perf_counter()
        times.append((after - now) * 1000)
        now = after
        if now - began >= seconds or len(times) >= most:
            break
    return {"done": len(times), "seconds": now - began, "times": times}


if __name__ == "__main__":
    main()
