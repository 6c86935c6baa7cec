"""How commands speak: a progress line on a terminal, one JSON object for machines, errors as sentences.

Exit codes: 0 done; 1 something is wrong and the sentence says what to do; 2 the command was not understood; 130 stopped by Ctrl+C.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tianping.config.words import english
from tianping.config.words import gettext as _

console = Console(stderr=True)


def _remember(context: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    context.meta["tianping.json"] = value  # an error is said in the same form
    return value


json_option = click.option(
    "--json", "as_json", is_flag=True, is_eager=True, callback=_remember, help=_("只输出一个 JSON 对象，给程序读。")
)


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

    def say_tenth(done: int, total: int) -> None:
        nonlocal said
        tenth = done * 10 // total if total else 10
        if tenth != said:
            said = tenth
            say(f"{label} {done}/{total}")

    return say_tenth


def say(sentence: str, *, style: str = "") -> None:
    """A sentence for whoever looks at the terminal; results go to stdout by `answer`."""
    console.print(sentence, style=style or None, highlight=False, markup=False, soft_wrap=True)


def answer(facts: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print the result: JSON on stdout, or lines."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


def fail(sentence: str) -> NoReturn:
    """End with an error that says what to do, in JSON where the command was asked for that."""
    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get("tianping.json"):
        click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
    else:
        say(sentence, style="red")
    sys.exit(1)


def setup() -> str:
    """Start the embedded database if no other is named, and Django. Returns the database URL."""
    from tianping.config.database import start_embedded  # noqa: PLC0415  # before settings are read

    url = start_embedded()
    os.environ["DATABASE_URL"] = url
    start_django()
    return url


def start_django() -> None:
    """Django in the operator's language; a setting that cannot be understood is said in a sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
    import django  # noqa: PLC0415
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415

    try:
        django.setup()
    except ImproperlyConfigured as error:
        fail(_("有一项设置不对：%(why)s") % {"why": error})
    from django.utils import translation  # noqa: PLC0415

    translation.activate("en" if english() else "zh-hans")
