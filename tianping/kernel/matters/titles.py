"""What a matter is called in lists when nobody gave it a title: the first words of what was told."""

from collections.abc import Mapping
from typing import Any, Final

from tianping.kernel.lifecycle.registry import Registry

MOST: Final = 30  # characters
_STOPS: Final = "。！？；!?;"


def first_words(text: str, most: int = MOST) -> str:
    """The first sentence of a text, cut to `most` characters; "" for a text without words."""
    lines = text.strip(_STOPS + " \t\r\n\u3000").splitlines()
    line = lines[0].strip() if lines else ""
    for mark in _STOPS:
        line = line.partition(mark)[0]
    return line if len(line) <= most else line[: most - 1] + "…"


def titled(rules: Registry, procedure: str, step: str, form: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form of a START step with a title, where the step asks for one and none was given. What cannot be a text is left
    for the parser to refuse."""
    told, given = form.get("description"), form.get("title")
    if not isinstance(told, str) or given not in (None, "") or not rules.has(procedure):
        return form
    title = first_words(told)
    asked = any(s.form.field("title") for s in rules.procedure(procedure).starts if step in {"", s.name})
    return {**form, "title": title} if title and asked else form
