"""`make api`: schemathesis against the running server.

Last line: `api: cases N, errors 0`. An error is an answer of 5xx, of an undocumented status, of another type or shape than
documented, a refusal that is no problem document, an operation that never answered 2xx, fewer than half of the cases
with a token that works, an operation that answers the same without a token, or a planted fault that is not found.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
FLOOR_CASES = 20_000
SHORT = 2_000  # a run below this has a small world and a server of one process
SEED = 20261124
SHOWN = 12
LEAST = 6  # cases of an operation in a round; in a short run LEAST_SHORT
LEAST_SHORT = 3
TRIES = 3  # rounds more for an operation that was not answered 2xx yet
ASKED_AGAIN = 4  # times that an operation's answer is asked for again without a token


@dataclass
class Tally:
    """What was seen."""

    cases: int = 0
    authenticated: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    errors: dict[str, str] = field(default_factory=dict)  # kind of error -> first case of it
    failures: int = 0
    aloud: bool = False  # whether failures are told as they come; those of a planted fault are awaited

    def fail(self, kind: str, words: str) -> None:
        """Count it; aloud, the first of its kind is told at once, so that a long run can be stopped."""
        self.failures += 1
        if self.aloud and kind not in self.errors and len(self.errors) < SHOWN:
            print(f"\n--- {kind}\n{words}", file=sys.stderr, flush=True)
        self.errors.setdefault(kind, words)


def checks() -> list[Any]:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        missing_required_header,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
        unsupported_method,
    )

    return [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        unsupported_method,
        missing_required_header,
    ]


def more_checks(sent: Any, *, ask_again: bool) -> list[Any]:
    """`ignored_auth` sends what was answered 2xx again without a token, and with one that is none: so not for every case. What
    was turned towards the server's data is no longer wrong on purpose: then a wrong case may well be answered."""
    from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection

    return [ignored_auth] * ask_again + [negative_data_rejection] * (not sent.aimed)


class Fuzz:
    def __init__(
        self, address: str, world: Any, seed: int, spoil: Callable[[dict[str, Any]], object] = lambda _document: None
    ) -> None:
        import requests
        import schemathesis

        from tests.apifuzz.steer import Steer

        self.address, self.world = address, world
        self.session = requests.Session()
        answer = self.session.get(f"{address}/api/v1/openapi.json", timeout=30)
        if answer.status_code != 200:
            raise RuntimeError(f"no document: {answer.status_code} {answer.headers} {answer.text[:2000]}")
        document = answer.json()
        spoil(document)
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.config.update(base_url=address)
        self.operations = [found.ok() for found in self.schema.get_all_operations()]
        self.steer = Steer(world, document, random.Random(seed))
        self.checks = checks()
        self.tally = Tally()
        self.asked_again: Counter[str] = Counter()  # operation -> how often `ignored_auth` has looked at it
        self.seed = seed

    def generated(self, operation: Any, cases: int) -> None:
        """Two thirds of the right shape, one third of a wrong one."""
        from schemathesis import GenerationMode

        if any(part in operation.path for part in ("/steps/", "/saved", "/uploads", "/tokens", "/files/")):
            self.world.refresh()
        for _time in range(3):
            if not operation.definition.raw.get("parameters") and not operation.body:
                self.send(operation.Case(method=operation.method.upper()), kind=True)
        for mode, many in ((GenerationMode.POSITIVE, cases - cases // 3), (GenerationMode.NEGATIVE, cases // 3)):
            self._generate(operation, mode, many)

    def _generate(self, operation: Any, mode: Any, many: int) -> None:
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis import seed as seeded
        from schemathesis import GenerationMode

        kind = mode == GenerationMode.POSITIVE
        before = self.tally.cases

        @seeded(self.seed)
        @settings(
            max_examples=many,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            # The first cases are made to work, so that each operation is seen to.
            self.send(case, kind=kind and (self.tally.cases - before) % 10 < 3)

        try:
            one()
        except Exception as error:  # what cannot be generated is an error of the run, not its end
            if "Unsatisfiable" not in type(error).__name__:
                self.tally.fail(f"{operation.label}: {type(error).__name__}", str(error)[:1500])

    def boundaries(self, operation: Any) -> None:
        """The edges of every parameter, missing and doubled ones, other methods."""
        from schemathesis import GenerationMode

        generation = self.schema.config.generation
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        for case in self.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=generation):
            self.send(case, kind=False)

    def send(self, case: Any, *, kind: bool) -> None:
        from schemathesis.core.failures import FailureGroup

        sent = self.steer(case, kind=kind)
        self.tally.cases += 1
        self.tally.authenticated += sent.valid
        label = case.operation.label
        answer = case.call(session=self.session, headers=sent.headers, timeout=30)
        self.tally.statuses[answer.status_code] += 1
        if 200 <= answer.status_code < 300 and case.method == case.operation.method.upper():
            self.tally.reached[label] += 1
            if "/steps/" in label and "code" in case.body:
                self.world.codes.pop(case.body["code"], None)  # its matter went on
        try:
            case.validate_response(answer, checks=self.checks + self._more(label, sent, answer), headers=sent.headers)
        except FailureGroup as group:
            for failure in group.exceptions:
                self.tally.fail(
                    f"{label}: {type(failure).__name__} {answer.status_code}", f"{failure}\n{_told(case, answer)}"
                )
        if answer.status_code >= 400 and not _is_problem(answer):
            self.tally.fail(f"{label}: no problem document {answer.status_code}", _told(case, answer))

    def _more(self, label: str, sent: Any, answer: Any) -> list[Any]:
        again = sent.valid and answer.status_code < 300 and self.asked_again[label] < ASKED_AGAIN
        self.asked_again[label] += again
        return more_checks(sent, ask_again=again)


def planted(address: str, world: Any) -> list[str]:
    """Faults put into the document, one at a time; those that the fuzzing does not find."""
    unseen: list[str] = []
    for name, path, spoil in (
        ("a status that is not documented", "/api/v1/me", lambda told: told["responses"].pop("200")),
        ("a property that is not there", "/api/v1/me", _require_more),
        ("another media type", "/api/v1/grades", _other_type),
        ("an operation that asks for no token", "/api/v1/grades", lambda told: told["security"].remove({})),
    ):
        fuzz = Fuzz(address, world, SEED, lambda document, p=path, s=spoil: _spoil(document, p, s))
        for operation in fuzz.operations:
            fuzz.generated(operation, LEAST)
        if not fuzz.tally.failures:
            unseen.append(name)
    return unseen


def _spoil(document: dict[str, Any], path: str, spoil: Callable[[dict[str, Any]], object]) -> None:
    """Leave one operation in the document, and put the fault into it."""
    document["paths"] = {path: {"get": document["paths"][path]["get"]}}
    spoil(document["paths"][path]["get"])


def _require_more(told: dict[str, Any]) -> None:
    content = told["responses"]["200"]["content"]["application/json"]
    content["schema"] = {"type": "object", "required": ["no_such_property"]}


def _other_type(told: dict[str, Any]) -> None:
    content = told["responses"]["200"]["content"]
    content["text/csv"] = content.pop("application/json")


def _is_problem(answer: Any) -> bool:
    media = answer.headers.get("content-type", [""])[0]
    return media.startswith("application/problem+json") and answer.json().get("status") == answer.status_code


def _told(case: Any, answer: Any) -> str:
    return (
        f"{case.method} {case.formatted_path} {case.query} {dict(case.headers or {})} {case.body!r}"[:800]
        + f"\n-> {answer.text[:500]}"
    )


def run(address: str, world: Any, cases: int, log: Path) -> Tally:
    fuzz = Fuzz(address, world, SEED)
    tally = fuzz.tally
    tally.aloud = True
    started = time.monotonic()
    for name in planted(address, world):
        tally.fail(f"planted: {name}", "a planted fault was not found")
    if cases >= FLOOR_CASES:
        for operation in fuzz.operations:
            fuzz.boundaries(operation)
        print(f"boundaries: {tally.cases} cases, {time.monotonic() - started:.0f} s", flush=True)
    round_number = 0
    while tally.cases < cases:
        left = cases - tally.cases
        each = max(LEAST if cases >= FLOOR_CASES else LEAST_SHORT, min(90, -(-left // len(fuzz.operations))))
        fuzz.seed += 1
        for operation in fuzz.operations:
            fuzz.generated(operation, each)
        world.refresh()
        round_number += 1
        print(
            f"round {round_number}: {tally.cases} cases, {tally.authenticated} with a token, {tally.failures} errors,"
            f" {time.monotonic() - started:.0f} s",
            flush=True,
        )
    for operation in fuzz.operations:
        for _more in range(TRIES):
            if not tally.reached[operation.label]:
                fuzz.seed += 1
                fuzz.generated(operation, LEAST)
        if not tally.reached[operation.label]:
            tally.fail(f"{operation.label}: never 2xx", "no case was answered 2xx")
    if tally.authenticated * 2 < tally.cases:
        tally.fail("too few with a token", f"{tally.authenticated} of {tally.cases}")
    if tally.errors:
        print(log.read_text()[-6000:])
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=FLOOR_CASES)
    asked = parser.parse_args()
    from tests.apifuzz.server import database, serve

    with database() as url:
        from tests.apifuzz.world import build

        short = asked.cases < SHORT
        world = build(url, copies=1 if short else 12)
        with serve(url, workers=1 if short else 2) as (address, log):
            tally = run(address, world, asked.cases, log)
    print("statuses:", ", ".join(f"{status} {n}" for status, n in sorted(tally.statuses.items())))
    print("2xx:", ", ".join(f"{label.replace('/api/v1', '')} {n}" for label, n in sorted(tally.reached.items())))
    print(f"api: cases {tally.cases}, errors {tally.failures}")
    return 1 if tally.failures or tally.cases < min(asked.cases, FLOOR_CASES) else 0


if __name__ == "__main__":
    sys.exit(main())
