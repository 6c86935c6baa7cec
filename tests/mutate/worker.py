"""A process that has everything ready and forks for each mutant. `worker.py warm|cold|measure`: commands on stdin, as JSON lines.

warm:    pytest has collected all tests and the database is there. The fork puts the mutant's code objects into the functions
         that live, and runs the tests that matter. A mutant of a table or a class cannot be put in so: the answer is "cold".
cold:    only the libraries are imported. The fork imports the project with the changed file and collects the tests' files.
measure: runs the tests of the files named, with coverage a test, and writes which test runs which line, and for how long.

Answers: killed (a test failed), survived, timeout, cold; broken when this runner itself is at fault.
"""

import contextlib
import gc
import importlib
import importlib.machinery
import json
import os
import resource
import signal
import sys
import time
import traceback
import types
import warnings
from collections import defaultdict
from functools import _lru_cache_wrapper
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SURVIVED, KILLED, BROKEN = 0, 1, 70
MEMORY = 6 << 30  # bytes; a mutant that collects without end is stopped by it
START = 60.0  # seconds that a cold fork may take to import and collect
WARNINGS = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # a cold fork has imported what pytest would rewrite
LIBRARIES = (
    "pytest",
    "pytest_django.plugin",
    "pytest_socket",
    "hypothesis",
    "hypothesis.strategies",
    "django.db.models",
)
LIBRARIES += (
    "django.test",
    "django.template",
    "django.forms",
    "psycopg",
    "psycopg.types.json",
    "msgspec",
    "shapely",
    "PIL.Image",
)
LIBRARIES += (
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.x509",
    "pydantic",
    "chinese_calendar",
    "procrastinate",
)


def main() -> None:
    mode, answers, commands = (
        sys.argv[1],
        os.fdopen(os.dup(1), "w", buffering=1),
        os.fdopen(os.dup(0)),
    )  # pytest takes 0 and 1
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tianping.config.settings"
    if mode == "measure":
        sys.exit(_measure(json.loads(commands.readline())))
    if mode == "cold":
        for library in LIBRARIES:
            with contextlib.suppress(ImportError):
                importlib.import_module(library)
        _serve(commands, answers, _cold)
    else:
        _pytest(["tests"] if len(sys.argv) < 3 else sys.argv[2:], Warm(commands, answers))


def _pytest(arguments, plugin):
    import pytest

    return pytest.main(
        ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", *WARNINGS, *arguments],
        plugins=[Quiet(), plugin],
    )


class Quiet:
    """Hypothesis the same each time, and without the search for a smaller example."""

    def pytest_configure(self):
        from hypothesis import HealthCheck, Phase, settings

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile(
            "mutate",
            derandomize=True,
            database=None,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutate")


class Warm:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(self, commands, answers):
        self.commands = commands
        self.answers = answers
        self.failed = None

    def pytest_runtest_logreport(self, report):
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session):
        from django.db import connections

        self.items = {item.nodeid: item for item in session.items}
        first = next((i for i in session.items if i.get_closest_marker("django_db")), None)
        if first is not None:
            self.run(first, session)  # makes what lives as long as the session: the clone of the database
        connections.close_all()
        self.functions = defaultdict(list)
        self.caches = []
        gc.unfreeze()  # conftest froze what was imported, and what is frozen is not listed
        gc.collect()
        for found in gc.get_objects():
            if isinstance(found, types.FunctionType):
                self.functions[found.__code__.co_filename].append(found)
            elif isinstance(found, _lru_cache_wrapper) and found.__module__.startswith("tianping"):
                self.caches.append(found)
        gc.freeze()
        _serve(self.commands, self.answers, self.mutate, self.plan)
        return True

    def run(self, item, following):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def plan(self, job):
        """The new code of each living function of the file; None when a fork of this process could not show the change."""
        file = str(ROOT / job["path"])
        with warnings.catch_warnings(action="ignore"):
            new = defaultdict(list)
            _codes(compile(job["source"], file, "exec", dont_inherit=True), new)
        swaps, differ = [], False
        for function in self.functions[file]:
            old = function.__code__
            codes = new[old.co_qualname, old.co_firstlineno]
            if len(codes) != 1 or codes[0].co_freevars != old.co_freevars:
                return None
            swaps.append((function, codes[0]))
            differ = differ or codes[0] != old
        return swaps if differ else None

    def mutate(self, job, swaps):
        for function, code in swaps:
            function.__code__ = code
        for cache in self.caches:
            cache.cache_clear()
        tests = [(self.items[name], seconds) for name, seconds in job["tests"]]
        self.failed = None
        for place, (item, seconds) in enumerate(tests):
            _alarm(seconds, job["patience"])
            self.run(item, tests[place + 1][0] if place + 1 < len(tests) else item.session)
            if self.failed:
                _tell(self.failed)
                return KILLED
        return SURVIVED


def _codes(code, into):
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            into[inner.co_qualname, inner.co_firstlineno].append(inner)
            _codes(inner, into)


class Chosen:
    """In a cold fork: only these tests, in this order, and the end at the first failure."""

    def __init__(self, tests, patience):
        self.tests = dict(tests)
        self.patience = patience

    def pytest_collection_modifyitems(self, items):
        order = {name: place for place, name in enumerate(self.tests)}
        items[:] = sorted((i for i in items if i.nodeid in order), key=lambda i: order[i.nodeid])

    def pytest_runtest_setup(self, item):
        start = START if next(iter(self.tests)) == item.nodeid else 0.0
        _alarm(self.tests[item.nodeid], self.patience + start)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            _tell(report.nodeid)
            os._exit(KILLED)  # the session's end would only cost time; the database is dropped by who waits


def _cold(job, _plan):
    file, changed = str(ROOT / job["path"]), job["source"]
    read = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader, name):
        if loader.path != file:
            return read(loader, name)
        with warnings.catch_warnings(action="ignore"):
            return compile(changed, file, "exec", dont_inherit=True)

    importlib.machinery.SourceFileLoader.get_code = get_code
    signal.setitimer(signal.ITIMER_REAL, START)
    files = list(dict.fromkeys(name.partition("::")[0] for name, _seconds in job["tests"]))
    try:
        told = int(_pytest(["-x", *files], Chosen(job["tests"], job["patience"])))
    except Exception:
        return KILLED  # the project cannot even be set up with it
    return BROKEN if told == 5 else SURVIVED if told == 0 else KILLED


def _alarm(seconds, patience):
    """Death by SIGALRM, whatever the mutant is doing, when a test takes far longer than it did."""
    signal.setitimer(signal.ITIMER_REAL, 8 * seconds + patience)


def _serve(commands, answers, work, plan=lambda _job: ()):
    print(json.dumps({"ready": True}), file=answers)
    for line in commands:
        job = json.loads(line)
        ready = plan(job)
        verdict, pid, test = ("cold", 0, "") if ready is None else _forked(work, job, ready)
        print(json.dumps({"verdict": verdict, "pid": pid, "test": test}), file=answers)


TOLD = []  # the pipe from a fork to who waits for it


def _tell(test):
    os.write(TOLD[0], test.encode()[:4000])


def _forked(work, job, ready):
    """(verdict, process id, the test that failed)."""
    hears, TOLD[:] = _pipe()
    pid = os.fork()
    if pid == 0:
        code = BROKEN
        try:
            os.setsid()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            code = work(job, ready)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(TOLD[0])
    _pid, status = os.waitpid(pid, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what the tests had started
    os.set_blocking(hears, False)  # something that the fork started may hold the other end
    with os.fdopen(hears, "rb", buffering=0) as pipe:
        test = (pipe.read(4000) or b"").decode(errors="replace")
    if os.WIFSIGNALED(status):
        return ("timeout" if os.WTERMSIG(status) == signal.SIGALRM else "killed"), pid, test
    return {SURVIVED: "survived", BROKEN: "broken"}.get(os.WEXITSTATUS(status), "killed"), pid, test


def _pipe():
    hears, tells = os.pipe()
    return hears, [tells]


class Measured:
    def __init__(self, coverage):
        self.coverage = coverage
        self.seconds = defaultdict(float)
        self.work = {}
        self.began = 0.0
        self.failed = set()

    def pytest_runtest_logstart(self, nodeid):
        self.coverage.switch_context(nodeid)
        self.began = time.process_time()

    def pytest_runtest_logfinish(self, nodeid):
        self.coverage.switch_context("")
        self.work[nodeid] = time.process_time() - self.began

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)


def _measure(job):
    import coverage

    cover = coverage.Coverage(data_file=None, include=[str(ROOT / p) for p in job["include"]], config_file=False)
    cover.start()
    plugin = Measured(cover)
    _pytest(job["tests"], plugin)
    cover.stop()
    data, lines = cover.get_data(), {}
    number = {name: place for place, name in enumerate(plugin.seconds)}
    for file in data.measured_files():
        told = data.contexts_by_lineno(file)
        lines[str(Path(file).relative_to(ROOT))] = {n: [number[c] for c in names if c] for n, names in told.items()}
    out = {
        "lines": lines,
        "seconds": [(n, s, plugin.work[n]) for n, s in plugin.seconds.items()],
        "failed": sorted(plugin.failed),
    }
    Path(job["out"]).write_text(json.dumps(out))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
