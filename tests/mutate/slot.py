"""One core's worth of work: a warm and a cold worker, asked in turn, and the databases that dead forks leave behind."""

import json
import subprocess
import sys
import threading

import psycopg

from tests.conftest import CLUSTER
from tests.mutate.choice import WORKER
from tests.mutate.packages import ROOT, TESTS
from tianping.config.database import admin_url


class BrokenError(Exception):
    """The runner itself is at fault; nothing is known of the mutant."""


class Slot:
    def __init__(self, log, tests=TESTS, patience=10.0):
        """`patience`: seconds that a test may take beyond eight times what it took without a change."""
        self.log = log
        self.patience = patience
        self.tests = tests
        self.workers = {}
        self.failed = ""  # the test that noticed the last mutant
        self.admin = psycopg.connect(admin_url(CLUSTER.url("postgres")), autocommit=True)

    def verdict(self, mutant, tests) -> str:
        """killed, timeout, survived, or unreached where no test runs the line."""
        if not tests:
            self.failed = ""
            return "unreached"
        source = mutant.source((ROOT / mutant.path).read_bytes()).decode()
        job = {"path": mutant.path, "source": source, "tests": tests, "patience": self.patience}
        found = self.ask("warm", job) if mutant.inside else "cold"
        return self.ask("cold", job) if found == "cold" else found

    def ask(self, kind, job) -> str:
        worker = self.workers.get(kind) or self._start(kind)
        worker.stdin.write(json.dumps(job) + "\n")
        worker.stdin.flush()
        told = worker.stdout.readline()
        answer = json.loads(told) if told else {"verdict": "broken", "pid": 0}
        self._sweep(worker.pid, answer)
        self.failed = answer.get("test", "")
        if answer["verdict"] == "broken":
            raise BrokenError(f"the {kind} worker failed on {job['path']}: see {self.log.name}")
        return answer["verdict"]

    def _start(self, kind):
        command = [sys.executable, str(WORKER), kind, *(self.tests if kind == "warm" else ())]
        worker = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=ROOT
        )
        if not worker.stdout.readline():
            raise BrokenError(f"the {kind} worker does not start: see {self.log.name}")
        self.workers[kind] = worker
        return worker

    def _sweep(self, worker, answer):
        """What a fork that was killed had open or had made."""
        if answer["verdict"] == "timeout":
            self.admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [f"test_{worker}"]
            )
        names = [f"{kind}_{answer['pid']}" for kind in ("test", "fresh")]
        for (name,) in self.admin.execute(
            "SELECT datname FROM pg_database WHERE datname = ANY(%s)", [names]
        ).fetchall():
            self.admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self):
        for worker in self.workers.values():
            worker.stdin.close()
            worker.wait()
        self.admin.close()


def spread(tasks, slots, done) -> None:
    """Give every task to a free slot, and `done(task, verdict, test that failed)` as it comes. The first fault ends it and is raised."""
    waiting, lock, faults = iter(tasks), threading.Lock(), []

    def serve(slot):
        while not faults:
            with lock:
                task = next(waiting, None)
            if task is None:
                return
            try:
                verdict = slot.verdict(*task[-2:])
            except Exception as fault:
                faults.append(fault)
                return
            with lock:
                done(task, verdict, slot.failed)

    threads = [threading.Thread(target=serve, args=(slot,)) for slot in slots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
