"""Mutants whose verdict is known. A runner that gets one of them wrong proves nothing about the tests."""

from tests.mutate.mutants import Mutant
from tests.mutate.packages import ROOT

_COMMIT = "tianping/kernel/ledger/commit.py"
_ACTORS = "tianping/kernel/agencies/actors.py"
# (package, path, text, its change, in a function, the table it stands in, the verdicts that are right)
PLANTED = (
    (
        "ledger",
        _COMMIT,
        "return sha256(message).hexdigest()",
        "return sha256(name).hexdigest()",
        True,
        "commit",
        {"killed"},
    ),
    ("ledger", _COMMIT, "SALT = 32", "SALT = 33", False, "SALT", {"killed"}),
    ("scope", _ACTORS, "a.since <= %(d)s", "a.since > %(d)s", False, "_HELD", {"killed"}),
    ("scope", _ACTORS, 'keys = {f"person:{user.id}"}\n', "keys = set()\n", True, "staff_actor", {"killed"}),
    ("ledger", _COMMIT, "return sha256(message).hexdigest()", "while True: pass", True, "commit", {"timeout"}),
)
# Nothing but how it is written: every test must pass, at the beginning and once more at the end.
HARMLESS = (
    (
        "ledger",
        _COMMIT,
        "return sha256(message).hexdigest()",
        "return (sha256(message)).hexdigest() or None",
        True,
        "commit",
    ),
    ("ledger", _COMMIT, "SALT = 32", "SALT = 16 * 2", False, "SALT"),
    ("scope", _ACTORS, "a.since <= %(d)s", "%(d)s >= a.since", False, "_HELD"),
    ("scope", _ACTORS, 'keys = {f"person:{user.id}"}\n', 'keys = set([f"person:{user.id}"])\n', True, "staff_actor"),
)


def _planted(number, path, old, new, inside, scope):
    raw = (ROOT / path).read_bytes()
    start = raw.index(old.encode())  # ValueError: the code has moved on, plant another
    line = raw.count(b"\n", 0, start) + 1
    return Mutant(
        f"control {number}",
        path,
        f"{path}:{line}",
        new,
        start,
        start + len(old.encode()),
        new,
        line,
        line,
        line,
        inside,
        scope,
    )


def tasks(choice, packages, *, harmless=False):
    """[(package, right verdicts, mutant, tests)] of the packages that are asked for; all, or the harmless only."""
    planted = [*(() if harmless else PLANTED), *((*h, {"survived"}) for h in HARMLESS)]
    found = []
    for number, (package, path, old, new, inside, scope, right) in enumerate(planted):
        if package in packages:
            mutant = _planted(number, path, old, new, inside, scope)
            found.append((package, right, mutant, choice.tests_for(package, mutant)))
    return found
