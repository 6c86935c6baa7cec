"""The fuzzing itself, briefly: at least 200 cases against a server of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.apifuzz.run import Tally, _is_problem
from tests.processes import uncovered

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.usefixtures("template")
def test_a_short_run_finds_nothing():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.apifuzz.run", "--cases", "200"],
        cwd=ROOT,
        env=uncovered(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert done.stdout.splitlines()[-1].startswith("api: cases ")
    assert done.stdout.splitlines()[-1].endswith(", errors 0")


def test_a_failure_is_counted_each_time_and_told_once_as_soon_as_it_is_seen(capsys):
    tally = Tally(aloud=True)
    tally.fail("kind", "first")
    tally.fail("kind", "second")
    assert (tally.failures, tally.errors) == (2, {"kind": "first"})
    assert capsys.readouterr().err == "\n--- kind\nfirst\n"


@pytest.mark.parametrize(
    ("media", "status", "found"),
    [("application/problem+json", 404, True), ("text/html", 404, False), ("application/problem+json", 409, False)],
)
def test_a_refusal_that_is_no_problem_document_is_seen(media, status, found):
    class Answer:
        status_code = 404
        headers = {"content-type": [media]}

        def json(self):
            return {"status": status}

    assert _is_problem(Answer()) is found
