"""The OpenAPI document as a page: for each operation its address, who may use it, what it takes and what it answers."""

from typing import Any, Final

METHODS: Final = ("get", "post", "put", "patch", "delete")
_SCHEMAS: Final = "#/components/schemas/"


def page_of(document: dict[str, Any]) -> dict[str, Any]:
    """Context of web/api/reference.html."""
    groups: dict[str, dict[str, Any]] = {
        tag["name"]: {"id": f"tag-{tag['name']}", "label": tag["description"], "operations": []}
        for tag in document["tags"]
    }
    for address, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                groups[methods[method]["tags"][0]]["operations"].append(_operation(address, method, methods[method]))
    schemas = document["components"]["schemas"]
    return {
        "title": document["info"]["title"],
        "version": document["info"]["version"],
        "description": document["info"]["description"],
        "security": [s["description"] for s in document["components"]["securitySchemes"].values()],
        "groups": [g for g in groups.values() if g["operations"]],
        "schemas": [_schema(name, schemas[name]) for name in sorted(schemas)],
    }


def _operation(address: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    body = told.get("requestBody", {}).get("content", {})
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "address": address,
        "summary": told["summary"],
        "description": told.get("description", ""),
        "parameters": [
            {
                "name": p["name"],
                "place": p["in"],
                "required": p["required"],
                "type": _type(p["schema"]),
                "text": p.get("description", ""),
            }
            for p in told["parameters"]
        ],
        "bodies": [{"media": media, **_type(content["schema"])} for media, content in body.items()],
        "answers": [
            {
                "status": status,
                "text": answer["description"],
                "bodies": [{"media": m, **_type(c["schema"])} for m, c in answer.get("content", {}).items()],
            }
            for status, answer in sorted(told["responses"].items())
        ],
    }


def _schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    return {
        "id": f"schema-{name}",
        "name": name,
        "text": schema.get("title", "") if name.startswith("form.") else schema.get("description", ""),
        "kinds": _type(schema) if "properties" not in schema else None,
        "fields": [
            {
                "name": field,
                "required": field in required,
                "type": _type(details),
                "text": details.get("title", "") if name.startswith("form.") else details.get("description", ""),
            }
            for field, details in schema.get("properties", {}).items()
        ],
    }


def _type(schema: dict[str, Any]) -> dict[str, Any]:
    """{text, links}: how the type is called, and the schemas that it names."""
    if ref := schema.get("$ref"):
        name = ref.removeprefix(_SCHEMAS)
        return {"text": "", "links": [{"name": name, "id": f"schema-{name}"}]}
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            parts = [_type(part) for part in schema[several]]
            return _joined(parts)
    if "const" in schema:
        return {"text": repr(schema["const"]), "links": []}
    if "enum" in schema:
        return {
            "text": " | ".join(str(v) for v in schema["enum"][:30]) + ("…" if len(schema["enum"]) > 30 else ""),
            "links": [],
        }
    if schema.get("type") == "array":
        inner = _type(schema.get("items", {}))
        return {"text": f"[{inner['text']}]" if inner["text"] else "[ ]", "links": inner["links"]}
    kind = str(schema.get("type", "any"))
    more = [str(schema[name]) for name in ("format",) if name in schema]
    more += [f"{sign}{schema[name]}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if name in schema]
    return {"text": " ".join([kind, *more]), "links": []}


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    text = " | ".join(dict.fromkeys(p["text"] for p in parts if p["text"]))
    links = {link["id"]: link for part in parts for link in part["links"]}
    return {"text": text, "links": list(links.values())}
