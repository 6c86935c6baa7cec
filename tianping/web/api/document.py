"""The API's OpenAPI 3.1 document: routes from the code, step forms from the procedures' declarations."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from tianping.kernel.lifecycle.vocabulary import START
from tianping.kernel.service import registry
from tianping.web.api.callers import Access
from tianping.web.api.forms import by_party, forms, schema_of
from tianping.web.api.problems import MEDIA_TYPE, TITLES
from tianping.web.api.reads import codes
from tianping.web.api.schemas import Problem

if TYPE_CHECKING:
    from ninja import NinjaAPI

_REF: Final = "#/components/schemas/"
CACHED: Final = "declarations"  # the tag of what may be kept by the reader and asked for by its ETag


class Document(OpenAPISchema):
    """Made for each reader, in their language and with the codes in force today."""

    def __init__(self, api: "NinjaAPI", path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        schemas = self["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        _describe_forms(schemas)
        self["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME,
                "description": "A logged-in browser; what changes something needs the X-CSRFToken header as well.",
            },
        }

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """One route, with its refusals and who may use it."""
        told: dict[str, Any] = super().operation_details(operation)
        access = next((a for a in operation.auth_callbacks if isinstance(a, Access)), None)
        for status in _refusals(operation, access):
            content = {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}}
            told["responses"][status] = {"description": gettext(TITLES[status]), "content": content}
        if operation.tags == [CACHED]:
            told["responses"][304] = {"description": "Not Modified"}
        if access is not None:
            told["security"] = [{"bearer": [access.scope] if access.scope else []}, {"session": []}]
            if access.guests:
                told["security"].append({})
        for parameter in told["parameters"]:
            if parameter["name"] == "step":
                party = operation.path.startswith("/progress")
                names = {s.name for _p, s in forms(registry()) if START not in s.sources and (by_party(s) or not party)}
                parameter["schema"] = {"type": "string", "enum": sorted(names)}
            if parameter["in"] == "path" and parameter["name"] == "name":
                parameter["schema"] = {"type": "string", "enum": [p.name for p in registry().procedures()]}
        return told


def _refusals(operation: Operation, access: Access | None) -> Iterable[int]:
    """Which refusals a route may answer with."""
    writes = "POST" in operation.methods
    found = {400, 401, 422}
    if writes or (access is not None and (access.scope or access.kind)):
        found.add(403)
    if writes or "{" in operation.path or operation.path in {"/progress", "/locate"}:
        found.add(404)
    if writes:
        found |= {409, 413, 415}
    if access is not None and access.limit is not None:
        found.add(429)
    return sorted(found)


def _describe_forms(schemas: dict[str, Any]) -> None:
    """A component for each step's form, and the bodies that carry one."""
    rules, known = registry(), codes(settings.JURISDICTION)
    starts: dict[str, dict[str, str]] = {}
    steps: dict[str, str] = {}
    party: dict[str, str] = {}
    for procedure, step in forms(rules):
        name = f"form.{procedure.name}.{step.name}"
        schemas[name] = schema_of(step, rules, known)
        if START in step.sources:
            starts.setdefault(procedure.name, {})[step.name] = _REF + name
            continue
        steps[f"{procedure.name}.{step.name}"] = _REF + name
        if by_party(step):
            party[f"{procedure.name}.{step.name}"] = _REF + name
    _one_of(schemas["StepIn"], steps)
    _one_of(schemas["CodeStepIn"], party)
    whole = schemas["ReportIn"]["properties"]
    for procedure_name, found in starts.items():
        schemas[f"report.{procedure_name}"] = {
            "type": "object",
            "required": ["procedure", "form"],
            "additionalProperties": False,
            "properties": {
                "procedure": {"const": procedure_name},
                "step": {"type": "string", "enum": ["", *sorted(found)]},
                "form": _any_of(found),
                "happened_at": whole["happened_at"],
            },
        }
    names = {procedure_name: f"{_REF}report.{procedure_name}" for procedure_name in starts}
    schemas["ReportIn"] = {
        "oneOf": [{"$ref": ref} for ref in names.values()],
        "discriminator": {"propertyName": "procedure", "mapping": names},
    }


def _one_of(schema: dict[str, Any], named: dict[str, str]) -> None:
    schema["properties"]["form"] = _any_of(named) | {"x-forms": named}


def _any_of(named: dict[str, str]) -> dict[str, Any]:
    return {"anyOf": [{"$ref": ref} for ref in named.values()]}
