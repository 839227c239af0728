"""Every example and every default in the contract matches its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from tests.contract.helpers.normal_form import (
    CONTRACT,
    JSON,
    Object,
    load,
    mapping,
    operations,
    resolve,
    sequence,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = load(CONTRACT)
COMPONENTS = mapping(SPEC["components"])
SCHEMAS = mapping(COMPONENTS["schemas"])


def closed(schema: JSON) -> Object:
    """Convert a schema to JSON Schema 2020-12, and refuse unknown names.

    The contract's own objects are open, so that they can grow: a misspelt name in an example
    would go unnoticed. An older draft would be nearer to OpenAPI 3.0, but knows no format `uuid`.
    """
    node = dict(mapping(schema))
    if "allOf" in node:
        node = merged([resolve(SPEC, branch) for branch in sequence(node["allOf"])])
    if "properties" in node:
        properties = mapping(node["properties"])
        node["properties"] = {name: closed(value) for name, value in properties.items()}
        node["additionalProperties"] = False
    if "items" in node:
        node["items"] = closed(node["items"])
    if "oneOf" in node:
        node["oneOf"] = [closed(branch) for branch in sequence(node["oneOf"])]
    if node.pop("nullable", False):
        node["type"] = [node["type"], "null"]
    if node.pop("exclusiveMaximum", False):
        node["exclusiveMaximum"] = node["maximum"]
    return node


def merged(parts: list[Object]) -> Object:
    """Merge the parts of an allOf."""
    properties: Object = {}
    required: list[JSON] = []
    for part in parts:
        properties |= mapping(part["properties"])
        required += sequence(part.get("required", []))
    return {"type": "object", "properties": properties, "required": required}


CLOSED: Object = {"schemas": {name: closed(schema) for name, schema in SCHEMAS.items()}}


def problems(schema: JSON, value: JSON) -> list[str]:
    """Validate a value; return the errors."""
    document: Object = {**closed(schema), "components": CLOSED}
    validator = jsonschema_rs.Draft202012Validator(document, validate_formats=True)
    return [str(error) for error in validator.iter_errors(value)]


def in_schema(schema: JSON, at: str) -> Iterator[tuple[str, JSON, JSON]]:
    """Yield the examples and defaults of a schema and of all schemas inside it."""
    node = mapping(schema)
    for key in ("example", "default"):
        if key in node:
            yield f"{at}/{key}", node, node[key]
    for name, value in mapping(node.get("properties", {})).items():
        yield from in_schema(value, f"{at}/properties/{name}")
    if "items" in node:
        yield from in_schema(node["items"], f"{at}/items")
    for position, branch in enumerate(sequence(node.get("oneOf", []))):
        yield from in_schema(branch, f"{at}/oneOf/{position}")


def in_carrier(carrier: JSON, at: str) -> Iterator[tuple[str, JSON, JSON]]:
    """Yield the examples of a parameter, a header or a media type."""
    node = resolve(SPEC, carrier)
    if "example" in node:
        yield f"{at}/example", node["schema"], node["example"]
    for name, example in mapping(node.get("examples", {})).items():
        yield f"{at}/examples/{name}", node["schema"], mapping(example)["value"]
    yield from in_schema(node["schema"], f"{at}/schema")


def in_content(holder: JSON, at: str) -> Iterator[tuple[str, JSON, JSON]]:
    """Yield the examples of a request or response."""
    for media, node in mapping(resolve(SPEC, holder)["content"]).items():
        yield from in_carrier(node, f"{at} {media}")


def examples() -> Iterator[tuple[str, JSON, JSON]]:
    """Yield every example and default of the contract, as (address, schema, value)."""
    for name, schema in SCHEMAS.items():
        yield from in_schema(schema, name)
    for group in ("parameters", "headers"):
        for name, node in mapping(COMPONENTS[group]).items():
            yield from in_carrier(node, f"{group} {name}")
    for name, node in mapping(COMPONENTS["responses"]).items():
        yield from in_content(node, f"response {name}")
    for name, _, _, operation in operations(SPEC):
        for parameter in sequence(operation.get("parameters", [])):
            if "$ref" not in mapping(parameter):
                yield from in_carrier(parameter, f"{name} {mapping(parameter)['name']}")
        if "requestBody" in operation:
            yield from in_content(operation["requestBody"], f"{name} body")


@pytest.mark.parametrize(
    ("schema", "value"), [pytest.param(schema, value, id=at) for at, schema, value in examples()]
)
def test_an_example_matches_its_schema(schema: JSON, value: JSON) -> None:
    assert not problems(schema, value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_has_an_example(name: str) -> None:
    assert "example" in mapping(SCHEMAS[name])


@pytest.mark.parametrize("choice", ["auto", None, {"type": "function", "function": {"name": "f"}}])
def test_every_way_to_choose_a_tool_is_valid(choice: JSON) -> None:
    chat: Object = {"messages": [{"role": "user", "content": "Hi"}], "tool_choice": choice}
    assert not problems(SCHEMAS["ChatInput"], chat)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ChatInput", {"messages": []}),
        ("ChatInput", {"messages": [{"role": "usr", "content": "Hi"}]}),
        ("ChatInput", {"messages": [{"role": "user", "content": "Hi"}], "tool_choice": "any"}),
        ("ChatSettings", {"min_p": 1}),
        ("ChatSettings", {"min_p": None}),
        ("ChatSettings", {"stop": []}),
        ("ChatResponseChunk", {"id": "x", "delta": {}, "finish_reason": None}),
        ("CreateDoc", {"title": "Empty", "content": []}),
        ("Error", {"error": {"message": "no code"}}),
        ("ListUsersResponse", {}),
        ("Session", {"id": "not-an-id", "agent_id": "not-an-id"}),
    ],
)
def test_a_value_that_violates_its_schema_is_refused(name: str, value: JSON) -> None:
    assert problems(SCHEMAS[name], value)
