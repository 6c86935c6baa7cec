"""The runner changes what it should, leaves the rest alone, judges its controls, and speaks in the agreed form."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutate import run
from tests.mutate.mutants import mutants_of
from tests.mutate.packages import PACKAGES, ROOT, files_of
from tests.processes import uncovered


def changed(code):
    """What each mutant of the code makes of it, without the lines that stay."""
    raw = code.encode()
    old = code.splitlines()
    return {
        " ".join(n.strip() for n in m.source(raw).decode().splitlines() if n not in old)
        for m in mutants_of("a.py", raw)
    }


@pytest.mark.parametrize(
    ("code", "some"),
    [
        ("def f(a, b):\n    return a < b", {"return a <= b", "return None"}),
        (
            "def f(a, b):\n    if a and not b:\n        g(a)",
            {"if a or not b:", "if True and not b:", "if a and b:", "pass"},
        ),
        (
            "def f(a=1):\n    return [a + 2, True]",
            {"def f(a=2):", "return [a - 2, True]", "return [a + 2, False]", "return [ True]"},
        ),
        (
            "LIMITS = {'day': 3, 'week': None}",
            {"LIMITS = {'day': 4, 'week': None}", "LIMITS = {'day': 3, 'week': ...}"},
        ),
        ("KINDS = {'head', 'deputy'}", {"KINDS = { 'deputy'}", "KINDS = {'headx', 'deputy'}"}),
        ("def f(x):\n    for a in x:\n        break", {"continue"}),
        (
            "def f(x):\n    with atomic():\n        x.save(key=1)",
            {"x.save()", 'with __import__("contextlib").nullcontext():'},
        ),
        (
            "Q = 'SELECT a FROM t WHERE a.b <= %s AND a.c IS NULL'",
            {
                "Q = 'SELECT a FROM t WHERE a.b < %s AND a.c IS NULL'",
                "Q = 'SELECT a FROM t WHERE a.b <= %s OR a.c IS NULL'",
                "Q = 'SELECT a FROM t WHERE a.b <= %s AND a.c IS NOT NULL'",
            },
        ),
    ],
)
def test_what_is_changed(code, some):
    assert some <= changed(code)


@pytest.mark.parametrize(
    "code",
    [
        '"""A docstring of 3 words."""',
        "from a import b",
        "x: dict[str, int]",
        "def f(a: list[1] | None): ...",
        "T = _('天平')\nU = 'two words'",
        "__all__ = ['a', 'b']",
        "def f():\n    logger.info('x', 1)",
        "@decorated(1, a=True)\nclass A(Protocol):\n    x = 1",
        "if TYPE_CHECKING:\n    import a",
        "class A(models.Model):\n    name = models.CharField(max_length=3)",
        "# a comment with 1 < 2",
    ],
)
def test_what_is_left_alone(code):
    assert changed(code) == set()


def test_a_mutant_keeps_its_name_and_its_line_numbers_when_lines_move():
    code = "def f(a):\n    return g(\n        a,\n        b=1,\n    )\n"
    before, after = mutants_of("a.py", code.encode()), mutants_of("a.py", f"\n\n{code}".encode())
    assert [m.id for m in before] == [m.id for m in after]
    assert {m.source(code.encode()).count(b"\n") for m in before} == {5}


def test_every_package_has_its_files():
    assert all(len(files_of(p)) >= 5 for p in PACKAGES)
    assert "tianping/kernel/agencies/actors.py" in files_of("scope")


@pytest.mark.parametrize(("killed", "count", "code"), [(17, 20, 0), (16, 20, 1), (0, 0, 1), (0, 20, 1)])
def test_a_score_under_the_floor_or_absent_fails(killed, count, code, capsys):
    mutants = mutants_of("a.py", "\n".join(f"A{n} = {n}" for n in range(count)).encode())
    known = {m.id: "killed" if n < killed else "survived" for n, m in enumerate(mutants)}
    assert run.judge(["ledger"], {"ledger": [(m, []) for m in mutants]}, known) == code
    score = f"{killed / count if count else 0:.2f}"
    assert capsys.readouterr().out == (
        f"mutate: ledger killed {killed} of {count}, score {score}\nmutate: mutants {count}, killed {killed}, score {score}\n"
    )


def test_a_small_run_goes_on_where_it_was_stopped(tmp_path):
    tests = "tests/kernel/ledger/test_commit.py"
    command = [sys.executable, str(Path(run.__file__)), "--only", "tianping/kernel/ledger/commit.py", "--sample", "6"]
    command += ["--jobs", "1", "--patience", "1", "--tests", tests, "--folder", str(tmp_path)]
    first = subprocess.run(command, cwd=ROOT, env=uncovered(), capture_output=True, text=True, timeout=240, check=False)
    lines = first.stdout.splitlines()
    assert re.fullmatch(r"mutate: ledger killed [1-6] of 6, score \d\.\d\d", lines[-2]), first.stdout + first.stderr
    assert re.fullmatch(r"mutate: mutants 6, killed [1-6], score \d\.\d\d", lines[-1])
    assert not [line for line in lines if "control" in line or "without any change" in line]

    kept = tmp_path / "verdicts.jsonl"
    told = [json.loads(line) for line in kept.read_text().splitlines()]
    assert len(told) == 6
    kept.write_text("\n".join(json.dumps(t) for t in told[1:]) + "\n")
    choice = run.Choice.measured(tmp_path, [tests], say=None)
    assert choice.failed == []
    verdicts = run.Verdicts(kept, told[0]["tree"], again=False)
    assert told[0]["id"] not in verdicts.known
    assert len(verdicts.known) == 5
