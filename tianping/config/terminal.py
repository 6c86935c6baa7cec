"""How commands speak: a progress line on a terminal, one JSON object for machines, errors as sentences."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

console = Console(stderr=True)
json_option = click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象，给程序读。")


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A function to call with (done, total). Nothing is drawn for machines; without a terminal, a line now and then."""
    if quiet:
        yield lambda _done, _total: None
        return
    if not console.is_terminal:
        yield _lines(label)
        return
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(label: str) -> Callable[[int, int], None]:
    said = -1

    def say(done: int, total: int) -> None:
        nonlocal said
        tenth = done * 10 // total if total else 10
        if tenth != said:
            said = tenth
            console.print(f"{label} {done}/{total}", highlight=False)

    return say


def answer(facts: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print the result: JSON on stdout, or lines."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


def fail(sentence: str, *, as_json: bool = False) -> None:
    """End with an error that says what to do."""
    if as_json:
        click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
    else:
        console.print(sentence, style="red", highlight=False)
    sys.exit(1)


def setup() -> str:
    """Start the embedded database if no other is named, and Django. Returns the database URL."""
    import os  # noqa: PLC0415  # before settings are read

    from tianping.config.database import start_embedded  # noqa: PLC0415

    url = start_embedded()
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
    import django  # noqa: PLC0415

    django.setup()
    return url
