"""Three kills in every test run; the long one is `make crash`."""

import subprocess
import sys

import pytest

from bench.stage import ROOT
from tests.crash.audit import Finding
from tests.crash.run import Result
from tests.processes import uncovered


def test_what_was_acknowledged_survives_three_kills():
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "tests" / "crash" / "run.py"),
            "--kills",
            "3",
            "--clients",
            "2",
            "--seed",
            "7",
            "--short",
        ],
        cwd=ROOT,
        env=uncovered(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("crash: kills 3, acknowledged ")
    assert ", lost 0, duplicate 0, orphans 0, planted " in last


@pytest.mark.parametrize(
    "result",
    [
        Result(3, 10, Finding(lost=["one"]), 20, 20),
        Result(3, 10, Finding(), 20, 19),
        Result(3, 0, Finding(), 20, 20),
        Result(3, 10, Finding(), 0, 0),
        Result(0, 10, Finding(), 20, 20),
    ],
)
def test_a_run_with_a_loss_or_a_blind_audit_has_not_met_its_floor(result):
    assert not result.met
