"""The HTTP API as pages, made from the contract."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import yaml

from julep_server.pages.reference import operations_by_tag
from scripts.site.places import ROOT

OPERATIONS: Final = "http-api.md"
SCHEMAS: Final = "http-api-schemas.md"


def document() -> dict[str, Any]:
    """Return the contract."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    return found


def operations_page(contract: dict[str, Any]) -> str:
    """Return the page of all operations."""
    blocks = ["# HTTP API", contract["info"]["description"].strip()]
    tags = {tag["name"]: tag["description"] for tag in contract["tags"]}
    for tag, operations in operations_by_tag(contract["paths"], contract["components"]).items():
        blocks += [f"## {tag.title()}", tags.get(tag, "")]
        for one in operations:
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
            rows = [
                (f"`{key}`", _kind(value), "yes" if key in required else "", _text(value))
                for key, value in properties.items()
            ]
            blocks.append(_table(("property", "type", "required", ""), rows))
        else:
            blocks.append(_kind(schema))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _operation(one: dict[str, Any]) -> Iterator[str]:
    yield f"### {one['summary']} {{ #{one['operationId']} }}"
    yield f"`{one['method']} {one['path']}`"
    yield str(one.get("description", "")).strip()
    if one["parameters"]:
        yield "**Parameters**"
        rows = [
            (
                f"`{parameter['name']}`",
                str(parameter["in"]),
                _kind(parameter["schema"]),
                "yes" if parameter.get("required") else "",
                _text(parameter),
            )
            for parameter in one["parameters"]
        ]
        yield _table(("name", "in", "type", "required", ""), rows)
    if "requestBody" in one:
        yield "**Body**"
        yield "\n".join(
            f"- `{kind}`: {_kind(content['schema'])}"
            for kind, content in one["requestBody"]["content"].items()
        )
        yield from _example(one["requestBody"]["content"])
    yield "**Responses**"
    responses = [
        (
            f"`{status}`",
            ", ".join(_kind(content["schema"]) for content in response.get("content", {}).values()),
            _text(response),
        )
        for status, response in one["responses"].items()
    ]
    yield _table(("status", "body", ""), responses)


def _example(content: dict[str, Any]) -> Iterator[str]:
    """Yield the first example of a body."""
    for media in content.values():
        for example in media.get("examples", {}).values():
            yield f"```json\n{json.dumps(example['value'], indent=2, ensure_ascii=False)}\n```"
            return


def _text(one: dict[str, Any]) -> str:
    return " ".join(str(one.get("description", "")).split())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


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
