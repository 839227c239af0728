"""Every bound, enum and length of the contract: its edge is sent, a value just outside is refused.

The cases are read from the contract, so a new bound is tested without a new test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

import pytest

from julep_api.errors import EncodeError
from julep_api.operations import OPERATIONS
from tests.generated.helpers.strategies import CONTRACT, MODELS, SCHEMAS, parts, resolve

ID = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01"


class Limit(NamedTuple):
    """Values that a schema allows, and values that it does not."""

    allowed: list[Any]
    refused: list[Any]


def limits(schema: dict[str, Any]) -> Iterator[Limit]:
    """Yield the limits of a schema."""
    schema = resolve(schema)
    members = schema.get("oneOf") or schema.get("anyOf") or ()
    for member in members:
        if resolve(member).get("enum") != [None]:
            yield from limits(member)
    kind = schema.get("type")
    if kind in ("integer", "number"):
        yield from bounds(schema)
    if schema.get("enum"):
        known = [value for value in schema["enum"] if value is not None]
        yield Limit(known, [f"{known[0]}x", known[0].upper(), ""])
    for least, most, make in (("minLength", "maxLength", text), ("minItems", "maxItems", items)):
        if schema.get(least):
            yield Limit([make(schema, schema[least])], [make(schema, schema[least] - 1)])
        if most in schema:
            yield Limit([make(schema, schema[most])], [make(schema, schema[most] + 1)])
    if schema.get("uniqueItems"):
        yield Limit([[ID]], [[ID, ID]])
    if kind == "array":
        for allowed, refused in limits(schema["items"]):
            yield Limit([[value] for value in allowed], [[value] for value in refused])


def bounds(schema: dict[str, Any]) -> Iterator[Limit]:
    """Yield the limits of a number's bounds."""
    for side, exclusive, outward in (
        ("minimum", "exclusiveMinimum", -math.inf),
        ("maximum", "exclusiveMaximum", math.inf),
    ):
        if side in schema:
            edge = schema[side]
            beyond = (
                edge + int(math.copysign(1, outward))
                if schema["type"] == "integer"
                else math.nextafter(edge, outward)
            )
            inside = math.nextafter(edge, -outward)
            yield (
                Limit([inside], [edge, beyond])
                if schema.get(exclusive)
                else Limit([edge], [beyond])
            )


def text(schema: dict[str, Any], length: int) -> str:
    del schema
    return "a" * length


def items(schema: dict[str, Any], length: int) -> list[Any]:
    return [least(schema["items"])] * length


def least(schema: dict[str, Any]) -> Any:
    """Return simple JSON that matches a schema: the required properties only."""
    schema = resolve(schema)
    members = schema.get("oneOf") or schema.get("anyOf")
    if members:
        return least(members[0])
    if schema.get("enum"):
        return schema["enum"][0]
    properties, required = parts(schema)
    if properties or schema.get("type") == "object":
        return {key: least(properties[key]) for key in sorted(required)}
    if schema.get("type") == "array":
        return items(schema, schema.get("minItems", 0))
    if schema.get("format") == "uuid":
        return ID
    if schema.get("format") == "date-time":
        return "2026-01-02T03:04:05Z"
    simple = {"string": "a", "boolean": True, "integer": schema.get("minimum", 1)}
    return simple.get(schema["type"], schema.get("minimum", 1))


def of_models() -> Iterator[Any]:
    for name, schema in SCHEMAS.items():
        properties, required = parts(schema)
        base = {key: least(properties[key]) for key in sorted(required)}
        for key, inner in properties.items():
            for number, limit in enumerate(limits(inner)):
                yield pytest.param(name, base, key, limit, id=f"{name}.{key}-{number}")


def of_parameters() -> Iterator[Any]:
    for path, item in CONTRACT["paths"].items():
        for operation in item.values():
            for reference in operation.get("parameters", ()):
                parameter = (
                    CONTRACT["components"]["parameters"][reference["$ref"].rsplit("/", 1)[1]]
                    if "$ref" in reference
                    else reference
                )
                if parameter["in"] == "header" and parameter["name"] == "Accept":
                    continue
                for number, limit in enumerate(limits(parameter["schema"])):
                    name = parameter["name"]
                    yield pytest.param(
                        operation,
                        path,
                        name,
                        limit,
                        id=f"{operation['operationId']}.{name}-{number}",
                    )


@pytest.mark.parametrize(("name", "base", "key", "limit"), list(of_models()))
def test_bounds_of_models(name: str, base: dict[str, Any], key: str, limit: Limit) -> None:
    for value in limit.allowed:
        assert MODELS[name].encode({**base, key: value})[key] == value
    for value in limit.refused:
        with pytest.raises(EncodeError) as caught:
            MODELS[name].encode({**base, key: value})
        assert caught.value.path.split("[")[0].split(".")[0] == key
        assert caught.value.kind == "value"


@pytest.mark.parametrize(("operation", "path", "name", "limit"), list(of_parameters()))
def test_bounds_of_parameters(
    operation: dict[str, Any], path: str, name: str, limit: Limit
) -> None:
    argument = name.lower().replace("-", "_")
    given: dict[str, Any] = {part[1:-1]: ID for part in path.split("/") if part.startswith("{")}
    if "requestBody" in operation:
        given["body"] = least(operation["requestBody"]["content"]["application/json"]["schema"])
    if operation["operationId"] in ("GetAgentMemories", "SearchDocs") and argument != "query":
        given["query"] = "what"
    call = import_module(OPERATIONS[operation["operationId"]].module).call
    for value in limit.allowed:
        sent = call(**given, **{argument: value})
        assert (name, str(value)) in sent.query + sent.headers
    for value in limit.refused:
        with pytest.raises(EncodeError) as caught:
            call(**given, **{argument: value})
        assert caught.value.path == argument


def test_there_are_bounds_to_test() -> None:
    assert len(list(of_models())) > 60
    assert len(list(of_parameters())) > 30
