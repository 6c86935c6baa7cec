"""`make bench-intake`: reports a second through HTTP, and steps a second through `advance`, against what the server can write.

One durable PostgreSQL, the real server and worker, eight connections. In each round pgbench writes the rows of a report and of
three steps, then the kernel's door is called without HTTP, then reports are posted; the figures are medians of the rounds, and
what was done is counted from the database. Encryption, rights, terms, jobs and ledger are on.

Last line: `intake: N/s, limit N/s, ratio 0.NN`. Exits 1 under the floor of 0.10, or when a figure is absent or zero.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg  # the path comes first

from bench import limit
from bench.forms import STEPS, addresses, form
from bench.procfs import cpu
from bench.server import KINDS, serving, working
from bench.stage import DATABASE, JURISDICTION, enter, environment, keys, stage
from bench.workers import Answer, Workers
from tianping.config.postgres import Cluster

FLOOR, GOAL, GOAL_ADVANCE, MOST_STATEMENTS = 0.10, 0.25, 0.35, 8


@dataclass
class Line:
    """One row of the report: what was done a second in each round, and what it cost."""

    name: str
    rates: list[float] = field(default_factory=list)
    app: list[float] = field(default_factory=list)  # ms of CPU for one
    database: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates) if self.rates else 0.0

    def spelled(self) -> str:
        text = f"{self.name}: {self.rate:.0f}/s (rounds {', '.join(f'{r:.0f}' for r in self.rates)})"
        if self.times:
            known = Answer(0, 0, sorted(self.times))
            text += (
                f", p50 {known.at(0.5):.1f} ms, p99 {known.at(0.99):.1f} ms,"
                f" CPU a request {statistics.median(self.app):.2f} ms + database"
            )
        if self.database:
            text += f"{'' if self.times else ', database CPU'} {statistics.median(self.database):.2f} ms"
        return text


class Bench:
    def __init__(self, cluster: Cluster, seconds: float, clients: int) -> None:
        self.cluster = cluster
        self.seconds = seconds
        self.clients = clients
        self.env = environment(cluster.url("postgres", DATABASE), keys(cluster))
        self.owner = psycopg.connect(cluster.url("postgres", DATABASE), autocommit=True)
        self.postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
        self.lines = {
            name: Line(name)
            for name in (
                "limit of a report",
                "limit of a step",
                "report() without HTTP",
                "advance() without HTTP",
                "POST /api/v1/reports",
            )
        }

    # ── the limit ──
    def sample(self) -> None:
        """One real matter on its road: what pgbench will write."""
        enter(self.env["DATABASE_URL"], keys(self.cluster))
        from random import Random  # noqa: PLC0415

        from tianping.kernel.agencies.models import User  # noqa: PLC0415  # after setup
        from tianping.kernel.service import advance, guest_actor, report, staff_actor  # noqa: PLC0415

        done = report(actor=guest_actor(JURISDICTION), form=form(Random(4), addresses()), key=str(uuid4()))
        samples = [limit.rows_of(self.owner, done.matter)]
        for name, values in STEPS:
            actor = staff_actor(User.objects.get(username="caoyong" if name == "accept" else "liuxiaoyan"))
            advance(done.proceeding, name, actor=actor, form=values, key=str(uuid4()))
            samples.append(limit.rows_of(self.owner, done.matter))
        self.first = samples[0]
        self.scripts = limit.report_script(samples[0]), limit.steps_script(samples)
        rows = {table: len(found) for table, found in samples[0].items() if found}
        print(f"rows of a report: {sum(rows.values())} ({', '.join(f'{t} {n}' for t, n in rows.items())})")

    def settle(self) -> None:
        """A county that has worked for a while: some thousand matters, statistics made, nothing left to feed."""
        limit.pgbench(self.cluster, self.scripts[0], self.clients, runs=min(500, round(self.seconds * 100)))
        self.owner.execute("DELETE FROM outbox")
        self._tidy()

    def pgbench(self, name: str) -> None:
        self._tidy()
        opening, steps = self.scripts
        before, used = self._count("true"), cpu(self.postmaster)
        if name == "limit of a report":
            rate = limit.pgbench(self.cluster, opening, self.clients, seconds=self.seconds)
        else:
            runs = limit.targets(self.owner, self.first, self.clients)
            rate = limit.pgbench(self.cluster, steps, self.clients, runs=runs)
        self.lines[name].rates.append(rate)
        done = self._count("true") - before
        self.lines[name].database.append((cpu(self.postmaster) - used) * 1000 / max(done, 1))
        print(f"  {name}: {rate:.0f}/s", flush=True)

    # ── the road ──
    def measure(self, name: str, counted: str, workers: Workers, word: str, apps: Callable[[], list[int]]) -> None:
        """Let the clients work and count what the database has got: `counted` is a condition on entries."""
        line = self.lines[name]
        self._tidy()
        before, app, database = self._count(counted), cpu(*apps()), cpu(self.postmaster)
        answer = workers.ask(word, self.seconds)
        app, database = cpu(*apps()) - app, cpu(self.postmaster) - database
        done = self._count(counted) - before
        if done != answer.done:
            raise RuntimeError(f"{answer.done} were acknowledged, {done} are in the database")
        line.rates.append(done / answer.seconds)
        line.times += answer.times
        line.app.append(app * 1000 / max(done, 1))
        line.database.append(database * 1000 / max(done, 1))
        print(f"  {name}: {line.rates[-1]:.0f}/s", flush=True)

    def _tidy(self) -> None:
        """What the measurement before has left behind is cleared up before the next, not while it runs."""
        self.owner.execute("VACUUM ANALYZE")
        self.owner.execute("CHECKPOINT")

    def _count(self, counted: str) -> int:
        (found,) = self.owner.execute(f"SELECT count(*) FROM entry WHERE {counted}").fetchone() or (0,)  # noqa: S608  # ours
        return int(found)

    # ── statements ──
    def statements(self, kind: str) -> dict[str, float]:
        """Statements a request, from the server's own log: BEGIN and COMMIT are counted."""
        env = self.env | {"PGOPTIONS": "-c log_statement=all"}
        found: dict[str, float] = {}
        with ExitStack() as held:
            road = Workers("bench.road_client", 1, [], env)
            held.callback(road.close)
            found["report()"] = self._counted(road, "count", 40)
            found["advance()"] = self._counted(road, "advance", 0.5)
            port, _pid = held.enter_context(serving(kind, env))
            http = Workers("bench.http_client", 1, [str(port), "4"], env)
            held.callback(http.close)
            found["POST"] = self._counted(http, "count", 50)
        return found

    def _counted(self, workers: Workers, word: str, amount: float) -> float:
        workers.ask("count", 60)  # connections made, what is held of the packs read
        before = self._logged()
        answer = workers.ask(word, amount)
        return (self._logged() - before) / answer.done

    def _logged(self) -> int:
        text = (self.cluster.data / "server.log").read_text(errors="replace")
        return text.count("LOG:  execute ") + text.count("LOG:  statement: ")


def run(bench: Bench, rounds: int, kind: str, *, work: bool) -> None:
    bench.sample()
    bench.settle()
    with ExitStack() as held:
        road = Workers("bench.road_client", bench.clients, [], bench.env)
        held.callback(road.close)
        port, server = held.enter_context(serving(kind, bench.env))
        http = Workers("bench.http_client", 2, [str(port), str(bench.clients // 2)], bench.env)
        held.callback(http.close)
        warm = min(1.5, bench.seconds)
        road.ask("report", warm)
        road.ask("advance", warm)
        http.ask("post", warm)
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            bench.pgbench("limit of a report")
            bench.measure("report() without HTTP", "step = 'register'", road, "report", lambda: road.pids)
            bench.pgbench("limit of a step")
            bench.measure(
                "advance() without HTTP", "step IN ('triage', 'dispatch', 'accept')", road, "advance", lambda: road.pids
            )
            bench.owner.execute(
                "DELETE FROM outbox"
            )  # what pgbench left there leads to entries that no reader can open
            with ExitStack() as beside:
                if work:
                    beside.enter_context(working(bench.env))
                    time.sleep(2)
                bench.measure("POST /api/v1/reports", "step = 'register'", http, "post", lambda: [server])


def verdict(bench: Bench, statements: dict[str, float]) -> int:
    lines = bench.lines
    for line in lines.values():
        print(line.spelled())
    print("statements a request: " + ", ".join(f"{name} {count:.1f}" for name, count in statements.items()))
    post, step = lines["POST /api/v1/reports"].rate, lines["advance() without HTTP"].rate
    report_limit, step_limit = lines["limit of a report"].rate, lines["limit of a step"].rate
    if not all((post, step, report_limit, step_limit, *statements.values())):
        print("a figure is absent or zero")
        return 1
    report = lines["report() without HTTP"].rate
    goals = (
        (f"goal {GOAL:.2f} through HTTP", post / report_limit >= GOAL),
        (f"goal {GOAL_ADVANCE:.2f} for advance", step / step_limit >= GOAL_ADVANCE),
        (f"goal {MOST_STATEMENTS} statements a report", round(statements["POST"]) <= MOST_STATEMENTS),
        (f"floor {FLOOR:.2f}", post / report_limit >= FLOOR),
    )
    print(", ".join(f"{name}: {'met' if met else 'missed'}" for name, met in goals))
    print(f"report: {report:.0f}/s, limit {report_limit:.0f}/s, ratio {report / report_limit:.2f}")
    print(f"advance: {step:.0f}/s, limit {step_limit:.0f}/s, ratio {step / step_limit:.2f}")
    print(f"intake: {post:.0f}/s, limit {report_limit:.0f}/s, ratio {post / report_limit:.2f}")
    return 0 if post / report_limit >= FLOOR else 1


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=6.0, help="of each measurement")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--clients", type=int, default=8, help="connections, an even number")
    options.add_argument(
        "--server", choices=KINDS, default="granian-asgi", help="granian-asgi is what `tianping serve` starts"
    )
    options.add_argument("--no-work", action="store_true", help="without the worker beside the posts")
    given: Any = options.parse_args(arguments)
    with stage() as cluster:
        bench = Bench(cluster, given.seconds, given.clients)
        run(bench, given.rounds, given.server, work=not given.no_work)
        statements = bench.statements(given.server)
        bench.owner.close()
        return verdict(bench, statements)


if __name__ == "__main__":
    sys.exit(main())
