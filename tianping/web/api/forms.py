"""Step forms: what the kernel's one parser is given, and how the API's document describes them.

The document follows the declaration; the parser decides. A number check, a code in force or a fact that is known
already cannot be written in JSON Schema, so a value of the right shape may still be refused.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.vocabulary import START, Field, Party, Step
from tianping.web.api.problems import Problem

MOST_FIELDS: Final = 100
MOST_ITEMS: Final = 200
_TEXT: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]*$"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SHAPES: Final[dict[str, dict[str, Any]]] = {
    "boolean": {"type": "boolean"},
    "money": {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,2})?$"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "phone": {"type": "string", "pattern": r"^1[3-9][0-9]{9}$"},
    "id_number": {"type": "string", "pattern": r"^[1-9][0-9]{16}[0-9X]$"},
    "uscc": {"type": "string", "pattern": r"^[0-9A-HJ-NPQRTUWXY]{18}$"},
    "person": {"type": "string", "format": "uuid"},
    "matter": {"type": "string", "format": "uuid"},
    "point": {"type": "string", "pattern": r"^1[0-7][0-9]\.[0-9]{1,6},[1-5][0-9]\.[0-9]{1,6}$"},
    "files": {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 50},
}


def named(step: str) -> str:
    """The step's name, once it could be one. Raises Problem."""
    if not _NAME.fullmatch(step):
        raise Problem("unknown", _("没有这一步"))
    return step


def plain(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form as the parser takes it: text, yes or no, nothing, numbers as text, lists of these. Raises Problem."""
    if len(form) > MOST_FIELDS:
        raise Problem("form", _("表单的项太多了"))
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, value in form.items():
        if not name or len(name) > 60 or not name.isprintable():
            raise Problem("form", _("表单里有一项的名字用不了"))
        try:
            values[name] = _value(value)
        except ValueError:
            wrong[name] = _("这一项只能是文字、数字、是否，或者它们的列表")
    if wrong:
        raise Problem("form", _("有几处需要补充或修改"), wrong)
    return values


def _value(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case list() if len(value) <= MOST_ITEMS:
            return [_text(v) for v in value]
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case int() | float() if not isinstance(value, bool):
            return str(value)
        case str() if "\0" not in value:
            return value
    raise ValueError


def schema_of(step: Step, registry: Registry, codes: Mapping[str, list[str]]) -> dict[str, Any]:
    """JSON Schema of one step's form. `codes`: pack kind -> codes in force, and "agency" -> codes of offices."""
    start = START in step.sources
    required = []
    properties: dict[str, Any] = {}
    for item in step.form.fields:
        concept = registry.concepts[item.concept]
        properties[item.name] = field_schema(item, registry, codes)
        # What is known of the matter need not be said again.
        if item.required and (start or concept.scope == "entry"):
            required.append(item.name)
    schema: dict[str, Any] = {
        "type": "object",
        "title": gettext(step.label),
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    return schema


def field_schema(item: Field, registry: Registry, codes: Mapping[str, list[str]]) -> dict[str, Any]:
    concept = registry.concepts[item.concept]
    told = {"title": gettext(item.label or concept.label), "x-concept": concept.name, "x-type": concept.type}
    if item.hint:
        told["description"] = gettext(item.hint)
    match concept.type:
        case "choice":
            choices = [code for code, _label in item.choices or concept.choices]
            return told | {"type": "string", "enum": choices or codes.get(concept.source, [])}
        case "agency":
            return told | {"type": "string", "enum": codes.get("agency", [])}
        case "agencies":
            return told | {
                "type": "array",
                "items": {"type": "string", "enum": codes.get("agency", [])},
                "maxItems": 50,
            }
        case "integer":
            least, most = item.least if item.least is not None else -(10**9), item.most or 10**9
            return told | {"type": "integer", "minimum": least, "maximum": most}
        case kind if kind in _SHAPES:
            return told | _SHAPES[kind]
    text = {"type": "string", "maxLength": item.max_length, "pattern": _TEXT}
    return told | text | ({"minLength": 1} if item.required else {})


def forms(registry: Registry) -> Iterator[tuple[Procedure, Step]]:
    """The steps that a person may take, of the newest versions."""
    for procedure in registry.procedures():
        for step in procedure.steps:
            if not step.automatic:
                yield procedure, step


def by_party(step: Step) -> bool:
    """Whether a receipt code can be enough for it."""
    return any(isinstance(by, Party) for by in step.by)
