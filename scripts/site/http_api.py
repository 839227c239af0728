"""The HTTP API as pages, made from the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import yaml

from julep_server.pages.reference import operations_by_tag
from scripts.site.places import ROOT

OPERATIONS: Final = "http-api.md"
SCHEMAS: Final = "http-api-schemas.md"
# That of the managers in the reference.
_ORDER: Final = ("agents", "users", "sessions", "docs", "tools", "memories", "jobs")


def document() -> dict[str, Any]:
    """Return the contract."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    return found


def operations_page(contract: dict[str, Any]) -> str:
    """Return the page of all operations, in the order of the managers' pages."""
    blocks = ["# HTTP API", contract["info"]["description"].strip()]
    tags = {tag["name"]: tag["description"] for tag in contract["tags"]}
    by_tag = operations_by_tag(contract["paths"], contract["components"])
    for tag in sorted(by_tag, key=_ORDER.index):
        blocks += [f"## {tag.title()}", tags.get(tag, "")]
        for one in by_tag[tag]:
            blocks += _operation(one)
    return "\n\n".join(block for block in blocks if block) + "\n"


def schemas_page(contract: dict[str, Any]) -> str:
    """Return the page of all schemas."""
    blocks = ["# Schemas of the HTTP API", f"The bodies of [requests and responses]({OPERATIONS})."]
    for name, schema in sorted(contract["components"]["schemas"].items()):
        blocks += [f"## {name} {{ #{name} }}", schema.get("description", "").strip()]
        properties = schema.get("properties", {})
        if properties:
            required = set(schema.get("required", ()))
            blocks.append(
                "\n".join(
                    _item(key, _required(_kind(value), key in required), value)
                    for key, value in properties.items()
                )
            )
        else:
            blocks.append(_kind(schema))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _operation(one: dict[str, Any]) -> Iterator[str]:
    yield f"### {one['summary']} {{ #{one['operationId']} }}"
    yield f"`{one['method']} {one['path']}`"
    yield str(one.get("description", "")).strip()
    if one["parameters"]:
        yield "**Parameters**"
        yield "\n".join(
            _item(
                parameter["name"],
                _required(
                    f"{parameter['in']}, {_kind(parameter['schema'])}",
                    bool(parameter.get("required")),
                ),
                parameter,
            )
            for parameter in one["parameters"]
        )
    if "requestBody" in one:
        yield "**Body**"
        yield "\n".join(
            f"- `{kind}`: {_kind(content['schema'])}"
            for kind, content in one["requestBody"]["content"].items()
        )
        yield from _example(one["requestBody"]["content"])
    yield "**Responses**"
    yield "\n".join(
        _item(
            status,
            ", ".join(_kind(content["schema"]) for content in response.get("content", {}).values()),
            response,
        )
        for status, response in one["responses"].items()
    )


def _example(content: dict[str, Any]) -> Iterator[str]:
    """Yield the first example of a body."""
    for media in content.values():
        for example in media.get("examples", {}).values():
            yield f"```json\n{json.dumps(example['value'], indent=2, ensure_ascii=False)}\n```"
            return


def _item(name: str, kind: str, described: dict[str, Any]) -> str:
    """Return a line of a list, which fits a phone where a table does not."""
    text = " ".join(str(described.get("description", "")).split())
    return f"- `{name}` {kind} - {text}".replace("  - ", " - ").removesuffix(" - ")


def _required(text: str, required: bool) -> str:
    return f"{text}, required" if required else text


def _kind(schema: dict[str, Any]) -> str:
    """Return the type of a schema in words, with links to the schemas that it names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}]({SCHEMAS}#{name})"
    for union in ("oneOf", "anyOf", "allOf"):
        if union in schema:
            between = " and " if union == "allOf" else " or "
            return between.join(map(_kind, schema[union]))
    kind = schema.get("type", "any value")
    if kind == "array":
        return f"array of {_kind(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{'null' if value is None else value}`" for value in schema["enum"])
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)
