"""The benches run, count from the database and speak in the agreed form; how fast is not asked here."""

import re
import subprocess
import sys

import pytest

from bench.intake import Line
from bench.limit import quoted
from bench.stage import ROOT
from bench.worklist import verdict as worklist_verdict
from tests.processes import uncovered


def run(script, *args):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "bench" / script), *args],
        cwd=ROOT,
        env=uncovered(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    return done.stdout, done.stdout.strip().splitlines()


def test_the_intake_is_measured_against_the_server_s_own_limit():
    text, lines = run("intake.py", "--seconds", "0.5", "--rounds", "1", "--clients", "2")
    assert re.fullmatch(r"intake: \d+/s, limit \d+/s, ratio \d\.\d\d", lines[-1]), text
    assert re.fullmatch(r"advance: \d+/s, limit \d+/s, ratio \d\.\d\d", lines[-2]), text


@pytest.mark.parametrize(
    ("worst", "count", "code"),
    [
        ({10_000: 2.0, 1_000_000: 2.5}, 4, 0),
        ({10_000: 2.0, 1_000_000: 31.0}, 4, 1),
        ({10_000: 2.0, 1_000_000: 2.5}, 9, 1),
        ({10_000: 0.0, 1_000_000: 2.5}, 4, 1),
        ({10_000: 2.0, 1_000_000: 2.5}, 0, 1),
    ],
)
def test_a_missed_floor_or_an_absent_figure_fails_the_worklist(worst, count, code):
    assert worklist_verdict(worst, count) == code


def test_a_rate_is_the_median_of_its_rounds_and_zero_without_any():
    assert Line("x", rates=[1.0, 9.0, 5.0]).rate == 5.0
    assert Line("x").rate == 0.0


def test_a_literal_shows_pgbench_no_variable():
    assert quoted("a:b'c\\d") == r"E'a\x3ab\x27c\x5cd'"
