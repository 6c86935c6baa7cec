"""The client processes of a measurement, and how they are told what to do: one word and a number of seconds on their stdin."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.stage import ROOT


@dataclass(frozen=True)
class Answer:
    """`done` were acknowledged in `seconds`; `times` are the milliseconds of each, sorted."""

    done: int
    seconds: float
    times: list[float]

    def at(self, part: float) -> float:
        return self.times[min(len(self.times) - 1, int(len(self.times) * part))] if self.times else 0.0


class Workers:
    """Processes that run a module of this folder and wait for words."""

    def __init__(self, module: str, count: int, args: Sequence[str], env: dict[str, str]) -> None:
        command = [sys.executable, "-m", module]
        self.processes = [
            subprocess.Popen(
                [*command, str(number), *args],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=os.environ | env,
            )
            for number in range(count)
        ]
        for process in self.processes:
            self._hear(process)

    def ask(self, *words: object) -> Answer:
        """Say it to all at once and wait for all."""
        for process in self.processes:
            print(*words, file=process.stdin, flush=True)
        answers = [self._hear(p) for p in self.processes]
        times = sorted(t for a in answers for t in a["times"])
        return Answer(sum(a["done"] for a in answers), max(a["seconds"] for a in answers), times)

    @property
    def pids(self) -> list[int]:
        return [p.pid for p in self.processes]

    def close(self) -> None:
        for process in self.processes:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]
        for process in self.processes:
            process.wait(timeout=30)
            process.stdout.close()  # type: ignore[union-attr]

    def _hear(self, process: "subprocess.Popen[str]") -> Any:
        line = process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise RuntimeError("a client process has ended; its words stand above")
        return json.loads(line)


def tell(**answer: Any) -> None:
    print(json.dumps(answer), flush=True)
