"""`make bench-worklist`: lists of 10,000, 100,000 and 1,000,000 matters through `service.worklist`, as the application's role.

The data are made once and kept (see bench.worklist_data); statements are counted in the server's own log, BEGIN and COMMIT
among them. The figure of a size is the p95 of its slowest list.

Last line: `worklist: p95 N ms at 1M, statements N, ratio N.NN` (1M to 10k). Exits 1 over the floors of 30 ms and 8 statements, or
when a figure is absent or zero; the goal of 1.5 for the ratio is reported.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg  # the path comes first

from bench import stage
from bench.worklist_data import NAMES, fill, ready
from tianping.config.database import admin_url
from tianping.config.postgres import Cluster
from tianping.config.static import collect

FLOOR_MS, FLOOR_STATEMENTS, GOAL_RATIO = 30.0, 8, 1.5
SIZES = (10_000, 100_000, 1_000_000)


def prepare(cluster: Cluster, size: int) -> str:
    """The database of this size, made when it is not there; those of another schema are dropped."""
    made = hashlib.sha256((stage.ROOT / "bench" / "worklist_data.py").read_bytes()).hexdigest()[:6]
    mark = f"{stage.schema_mark()}_{made}"
    name = f"lists_{mark}_{size}"
    with psycopg.connect(admin_url(cluster.url("postgres")), autocommit=True) as admin:
        for (old,) in admin.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'lists\\_%%' AND datname NOT LIKE %s",
            [f"lists\\_{mark}\\_%"],
        ).fetchall():
            stage.drop(cluster, old)
    if not ready(cluster, name):
        stage.drop(cluster, name)
        stage.county(cluster, name, stage.keys(cluster))
        blinds = json.loads(child(cluster, name, "--blinds"))
        fill(cluster, name, size, [bytes.fromhex(b) for b in blinds])
    return name


def child(cluster: Cluster, database: str, *args: str, **env: str) -> str:
    """Run this file in a process of its own on one database; its last line."""
    done = subprocess.run(
        [sys.executable, __file__, *args],
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        cwd=stage.ROOT,
        env=os.environ | stage.environment(cluster.url("postgres", database), stage.keys(cluster)) | env,
    )
    return done.stdout.strip().splitlines()[-1]


# ── in a process of its own ──
def lists() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each list's name and what asks for its page. The names say who looks at what."""
    from tianping.kernel.agencies.models import User  # noqa: PLC0415  # after setup
    from tianping.kernel.service import Query, staff_actor, worklist  # noqa: PLC0415

    def who(name: str) -> Any:
        return staff_actor(User.objects.get(username=name))

    dispatcher, handler = who("liuxiaoyan"), who("caoyong")
    town = replace(who("sunlei"), lo="qingxi.chengdong.", hi="qingxi.chengdong/")
    village = replace(town, lo="qingxi.chengdong.binhe.", hi="qingxi.chengdong.binhe/")
    asked = {
        "to do, dispatcher": (dispatcher, Query()),
        "to do, dispatcher, one state": (dispatcher, Query(states=("triage",))),
        "to do, dispatcher, soon due, two grades": (dispatcher, Query(late="soon", grades=("1", "2"))),
        "to do, dispatcher, one town": (dispatcher, Query(place_path="qingxi.chengdong.")),
        "to do, handler": (handler, Query()),
        "county by due date": (dispatcher, Query(view="sight")),
        "county, overdue": (dispatcher, Query(view="sight", late="overdue")),
        "county, category and grade": (dispatcher, Query(view="sight", categories=("neighbour",), grades=("3",))),
        "county, one state, newest first": (dispatcher, Query(view="sight", states=("handling",), sort="opened")),
        "county, one holder": (dispatcher, Query(view="sight", holder=handler.agency)),
        "county, all, newest first": (dispatcher, Query(view="sight", open_only=False, sort="opened")),
        "county, all, by due date": (dispatcher, Query(view="sight", open_only=False)),
        "county, moved last": (dispatcher, Query(view="sight", sort="changed")),
        "county, nothing found": (dispatcher, Query(view="sight", categories=("nothing",))),
        "one town by due date": (town, Query(view="sight")),
        "one town, one category, newest first": (town, Query(view="sight", categories=("neighbour",), sort="opened")),
        "one town, one category, all, newest first": (
            town,
            Query(view="sight", categories=("neighbour",), sort="opened", open_only=False),
        ),
        "one village": (village, Query(view="sight")),
        "sent to an office": (handler, Query(view="sight")),
    }
    for name, (actor, query) in asked.items():
        yield name, lambda actor=actor, query=query: worklist(actor, query)  # type: ignore[misc]
    second = worklist(dispatcher, Query(view="sight")).next
    yield "county by due date, page 2", lambda: worklist(dispatcher, Query(view="sight", cursor=second))


def searches() -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is told beside the figure."""
    from tianping.capabilities.search.find import find  # noqa: PLC0415
    from tianping.kernel.agencies.models import User  # noqa: PLC0415
    from tianping.kernel.service import Query, staff_actor, worklist  # noqa: PLC0415

    actor = staff_actor(User.objects.get(username="liuxiaoyan"))

    def found(text: str) -> Any:
        return worklist(actor, Query(view="sight", ids=tuple(find(actor, text)[:200]), open_only=False))

    yield "search by number", lambda: found("青溪〔2026〕4321号")
    yield "search by name", lambda: found(NAMES[0])


PAGES = {"page of what is to do": "/desk/", "page of the county": "/desk/?scope=sight&category=neighbour&grade=3"}


def pages() -> Iterator[tuple[str, Callable[[], Any]]]:
    """The same as whole pages, drawn: the session, the posts, the list, the chips with their counts."""
    from django.conf import settings  # noqa: PLC0415  # after setup
    from django.test import Client  # noqa: PLC0415

    from tianping.kernel.agencies.models import User  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECOND_FACTOR = "offered"
    collect()
    client = Client()
    client.force_login(User.objects.get(username="liuxiaoyan"))
    for name, address in PAGES.items():
        yield name, lambda address=address: drawn(client.get(address))  # type: ignore[misc]


def drawn(answer: Any) -> Any:
    if answer.status_code != 200:
        raise RuntimeError(f"the page answers {answer.status_code}")
    return answer


def measured(runs: int) -> dict[str, Any]:
    """p95 in ms and rows of every list and search, on the database in the environment."""
    result: dict[str, Any] = {"lists": {}, "pages": {}, "searches": {}}
    for kind, cases in (("lists", lists()), ("pages", pages()), ("searches", searches())):
        for name, ask in cases:
            for _ in range(6):
                page = ask()
            times = sorted(timed(ask) for _ in range(runs))
            result[kind][name] = [
                times[max(0, int(len(times) * 0.95) - 1)],
                times[len(times) // 2],
                len(getattr(page, "rows", ())),
            ]
    return result


def timed(ask: Callable[[], Any]) -> float:
    began = perf_counter()
    ask()
    return (perf_counter() - began) * 1000


def in_child(given: argparse.Namespace) -> None:
    import django  # noqa: PLC0415

    django.setup()
    if given.blinds:
        from tianping.kernel.matters.vault import vault  # noqa: PLC0415
        from tianping.kernel.parties.identifiers import normalise_name  # noqa: PLC0415

        print(json.dumps([vault().blind("name", normalise_name(n)).hex() for n in NAMES]))
    elif given.count:
        print(json.dumps(counted(Path(given.count))))
    else:
        print(json.dumps(measured(given.runs)))


def counted(log: Path) -> dict[str, float]:
    """Statements a request of every list and page, from the server's log; this process has every statement logged."""

    def logged() -> int:
        text = log.read_text(errors="replace")
        return text.count("LOG:  execute ") + text.count("LOG:  statement: ")

    found: dict[str, float] = {}
    for name, ask in (*lists(), *pages()):
        ask()
        before = logged()
        for _ in range(4):
            ask()
        found[name] = (logged() - before) / 4
    return found


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--runs", type=int, default=60, help="of each list")
    options.add_argument("--blinds", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--count", default="", help=argparse.SUPPRESS)
    options.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args(arguments)
    if given.blinds or given.count or given.measure:
        in_child(given)
        return 0
    cluster = stage.kept("bench-lists")
    worst: dict[int, float] = {}
    try:
        for size in given.sizes:
            database = prepare(cluster, size)
            result = json.loads(child(cluster, database, "--measure", "--runs", str(given.runs)))
            print(f"{size:,} matters")
            for kind in ("lists", "pages", "searches"):
                for name, (p95, middle, rows) in result[kind].items():
                    print(f"  {name}: p95 {p95:.1f} ms, median {middle:.1f} ms, {rows} rows")
            worst[size] = max(p95 for p95, _middle, _rows in result["lists"].values())
        sent = json.loads(
            child(cluster, database, "--count", str(cluster.data / "server.log"), PGOPTIONS="-c log_statement=all")
        )
        told = ", ".join(f"{name} {sent[name]:.0f}" for name in PAGES)
        count = max(number for name, number in sent.items() if name not in PAGES)
        print(f"statements a list, at most: {count:.0f}; of a whole page, with who is asking and the chips: {told}")
    finally:
        cluster.stop()
    return verdict(worst, count)


def verdict(worst: dict[int, float], count: float) -> int:
    small, large = min(worst), max(worst)
    ratio = worst[large] / worst[small] if worst[small] else 0
    print(f"goal {GOAL_RATIO} for the ratio: {'met' if 0 < ratio < GOAL_RATIO else 'missed'}")
    met = 0 < worst[large] < FLOOR_MS and 0 < count <= FLOOR_STATEMENTS and ratio > 0
    print(f"floors of {FLOOR_MS:.0f} ms and {FLOOR_STATEMENTS} statements: {'met' if met else 'missed'}")
    named = "1M" if large == 1_000_000 else f"{large:,}"
    print(f"worklist: p95 {worst[large]:.1f} ms at {named}, statements {count:.0f}, ratio {ratio:.2f}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
