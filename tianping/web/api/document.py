"""The API's OpenAPI 3.1 document: routes from the code, step forms from the procedures' declarations."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from tianping.kernel.agencies.administer import POSTS
from tianping.kernel.lifecycle.vocabulary import START
from tianping.kernel.service import registry
from tianping.web.api.callers import UPLOAD_KEY, Access
from tianping.web.api.forms import by_party, forms, schema_of
from tianping.web.api.problems import MEDIA_TYPE, TITLES
from tianping.web.api.reads import codes
from tianping.web.api.schemas import Problem

if TYPE_CHECKING:
    from ninja import NinjaAPI

_REF: Final = "#/components/schemas/"
CACHED: Final = "declarations"  # the tag of what may be kept by the reader and asked for by its ETag
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TAGS: Final[dict[str, str]] = {
    "reports": _("反映和查询码"),
    "matters": _("事项"),
    "desk": _("办事"),
    "files": _("文件"),
    "people": _("自己的"),
    "notices": _("消息"),
    "watching": _("督办、数字、审计"),
    "administration": _("管理"),
    CACHED: _("公开的声明"),
    "places": _("地点"),
}
SCOPES_SAID: Final[dict[str, str]] = {
    "report": _("登记事项"),
    "read": _("看清单和事项"),
    "advance": _("办步骤"),
    "files": _("上传文件"),
    "export": _("成批导出"),
    "own": _("自己的清单和消息"),
    "admin.read": _("看管理和审计"),
    "admin.write": _("改单位、岗位、人员"),
}
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}


def binary_body() -> dict[str, Any]:
    """What an operation whose body is a file tells the document."""
    return {"requestBody": {"required": True, "content": {"application/octet-stream": _BYTES}}}


def marked(extra: dict[str, Any]) -> dict[str, Any]:
    """With the header by which the files of somebody without a token are known as theirs."""
    header = {
        "in": "header",
        "name": UPLOAD_KEY,
        "required": False,
        "schema": {"type": "string", "pattern": r"^[A-Za-z0-9_\-]{32,100}$"},
        "description": _("没有令牌的人自定的一串随机字，登记时再带上，文件才归到那件事。"),
    }
    return extra | {"parameters": [header]}


def binary_answer(media: str) -> dict[str, Any]:
    """What an operation that answers with a file tells the document."""
    return {"responses": {200: {"description": "OK", "content": {media: _BYTES}}}}


class Document(OpenAPISchema):
    """Made for each reader, in their language and with the codes in force today."""

    def __init__(self, api: "NinjaAPI", path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        schemas = self["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        _describe_forms(schemas)
        _translate(schemas)
        self["tags"] = [{"name": name, "description": gettext(said)} for name, said in TAGS.items()]
        self["info"]["description"] = gettext(api.description)
        scopes = "；".join(f"{name} {gettext(said)}" for name, said in SCOPES_SAID.items())
        self["components"]["securitySchemes"] = {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": gettext(_("令牌。范围：%(scopes)s")) % {"scopes": scopes},
            },
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME,
                "description": gettext(_("登录的浏览器。改东西时还要 X-CSRFToken 请求头。")),
            },
        }

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """One route, with its refusals and who may use it."""
        told: dict[str, Any] = super().operation_details(operation)
        told["summary"] = gettext(str(operation.summary))
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
            told["description"] = f"{told['summary']}。{_who(access)}"
        told["parameters"] = [p | {"schema": dict(p["schema"])} for p in told["parameters"]]
        for parameter in told["parameters"]:
            if parameter["name"] == "step":
                party = operation.path.startswith(("/progress", "/mine"))
                names = {s.name for _p, s in forms(registry()) if START not in s.sources and (by_party(s) or not party)}
                parameter["schema"] = {"type": "string", "enum": sorted(names)}
            if "description" in parameter:
                parameter["description"] = parameter["schema"]["description"] = gettext(parameter["description"])
            if parameter["in"] == "path" and parameter["name"] == "name":
                parameter["schema"] = {"type": "string", "enum": [p.name for p in registry().procedures()]}
        return told


def _refusals(operation: Operation, access: Access | None) -> Iterable[int]:
    """Which refusals a route may answer with."""
    writes = WRITES & set(operation.methods)
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


def _who(access: Access) -> str:
    """Who may use a route, in words."""
    if access.guests and not access.scope:
        return gettext(_("任何人都能用。"))
    who = (
        gettext(_("不登录也能用；用令牌的话，范围是 %(scope)s。"))
        if access.guests
        else gettext(_("令牌的范围：%(scope)s。"))
    )
    said = who % {"scope": access.scope or gettext(_("不限"))}
    if access.posts:
        held = gettext(_("、")).join(gettext(POSTS.get(kind, kind)) for kind in access.posts)
        said += gettext(_("要在这些岗位上：%(posts)s。")) % {"posts": held}
    elif access.kind:
        said += gettext(_("给工作人员用。")) if access.kind == "staff" else gettext(_("给证实了身份的群众用。"))
    return said


def _translate(schemas: dict[str, Any]) -> None:
    """Sentences of fields in the reader's language; what is English already stays."""
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if "description" in field:
                field["description"] = gettext(field["description"])


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
    _one_of(schemas["OwnStepIn"], party)
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
