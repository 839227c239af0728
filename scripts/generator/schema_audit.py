"""Refuse, by name, schemas that the templates cannot express."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract import Contract, ContractError, Node
from shapes import is_null, object_parts

NOTES = {
    "description", "title", "example", "default", "nullable", "deprecated", "externalDocs",
}  # fmt: skip
# What may stand beside each type; `type` itself and the notes may always.
KEYWORDS = {
    "string": {"format", "enum", "minLength", "maxLength"},
    "integer": {"format", "minimum", "maximum"},
    "number": {"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "boolean": set[str](),
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "required", "additionalProperties", "allOf"},
}
FORMATS = {
    "string": {"uuid", "date-time"},
    "integer": {"int32", "int64"},
    "number": {"float", "double"},
}
UNIONS = ("oneOf", "anyOf")


def kind_of(contract: Contract, schema: Node) -> str:
    """Return the kind of a schema, to decide whether it may be where it is."""
    node = contract.resolve(schema)
    if len(node.get("allOf", ())) == 1 and not node.get("properties"):
        return kind_of(contract, node["allOf"][0])
    if any(key in node for key in UNIONS):
        return "union"
    if object_parts(contract, node)[0]:
        return "object with properties"
    if node.get("enum"):
        return "enum"
    return str(node.get("type", "any JSON"))


def audit_schema(contract: Contract, schema: Node, where: str) -> list[str]:
    """Check a schema and those inside it; named schemas that it refers to are checked separately.

    Returns:
        One line for each unsupported item.
    """
    try:
        if "$ref" in schema:
            contract.resolve(schema)
            return [
                f"{where}: '{key}' beside a $ref is ignored by OpenAPI 3.0; expected allOf"
                for key in schema
                if key != "$ref"
            ]
        return [*_schema(contract, schema, where)]
    except ContractError as error:
        return [f"{where}: {error}"]
    except (AttributeError, KeyError, TypeError) as error:
        return [f"{where}: not a valid schema of OpenAPI 3.0: {type(error).__name__} {error}"]


def _schema(contract: Contract, node: Node, where: str) -> Iterator[str]:
    kind = node.get("type")
    if any(key in node for key in UNIONS):
        yield from _union(contract, node, where)
    elif kind is None and len(node.get("allOf", ())) == 1 and "properties" not in node:
        yield from _keywords(node, NOTES | {"allOf"}, where, "a reference in allOf")
        yield from audit_schema(contract, node["allOf"][0], where)
    elif kind is None and "allOf" not in node:
        yield from _keywords(node, NOTES, where, "a schema without a type")
    else:
        yield from _typed(contract, node, kind or "object", where)


def _typed(contract: Contract, node: Node, kind: Any, where: str) -> Iterator[str]:
    if not isinstance(kind, str) or kind not in KEYWORDS:
        yield f"{where}: type: {kind} is not supported; expected one of {', '.join(KEYWORDS)}"
        return
    yield from _keywords(node, KEYWORDS[kind] | NOTES | {"type"}, where, f"type: {kind}")
    if "format" in node and node["format"] not in FORMATS.get(kind, ()):
        known = ", ".join(sorted(FORMATS.get(kind, ()))) or "none"
        yield f"{where}: format: {node['format']} is not supported; expected none, or of {known}"
    if kind == "string":
        yield from _string(node, where)
    elif kind == "array" and "items" in node:
        yield from audit_schema(contract, node["items"], f"{where}, items")
    elif kind == "array":
        yield f"{where}: expected 'items' beside type: array"
    elif kind == "object":
        yield from _object(contract, node, where)
    for key in ("exclusiveMinimum", "exclusiveMaximum"):
        if not isinstance(node.get(key, False), bool):
            yield (
                f"{where}: {key}: {node[key]} is not supported; "
                "expected true beside a bound, as in OpenAPI 3.0"
            )


def _keywords(node: Node, known: set[str], where: str, beside: str) -> Iterator[str]:
    for key in node:
        if key not in known and not key.startswith("x-"):
            names = ", ".join(sorted(known - NOTES - {"type"})) or "nothing"
            yield f"{where}: '{key}' is not supported beside {beside}; expected {names} there"


def _string(node: Node, where: str) -> Iterator[str]:
    if "enum" in node and ("format" in node or "minLength" in node or "maxLength" in node):
        yield (
            f"{where}: 'enum' with a format or a length is not supported; expected the values alone"
        )
    if "format" in node and ("minLength" in node or "maxLength" in node):
        yield (
            f"{where}: a length beside format: {node['format']} is not supported; "
            "expected the format alone"
        )
    values = node.get("enum", ())
    if any(not isinstance(value, str) and value is not None for value in values) or len(
        set(values)
    ) < len(values):
        yield f"{where}: enum: {values} is not supported; expected strings, each once"
    if None in values and not node.get("nullable"):
        yield f"{where}: null in an enum needs nullable: true beside it"
    if node.get("nullable") and "enum" in node and None not in values:
        yield (
            f"{where}: nullable beside an enum without null allows no null; "
            "expected null among its values"
        )


def _object(contract: Contract, node: Node, where: str) -> Iterator[str]:
    properties, required = object_parts(contract, node)
    for name in sorted(required - properties.keys()):
        yield f"{where}: property '{name}' is required, but not described"
    for name, schema in node.get("properties", {}).items():
        yield from audit_schema(contract, schema, f"{where}, property '{name}'")
    owners: dict[str, Node] = dict(node.get("properties", {}))
    for part in node.get("allOf", ()):
        yield from audit_schema(contract, part, f"{where}, allOf")
        inherited = object_parts(contract, contract.resolve(part))[0]
        if not inherited:
            yield (
                f"{where}: allOf: a part without properties is not supported; "
                "expected objects with properties"
            )
        for name, schema in inherited.items():
            if owners.setdefault(name, schema) != schema:
                yield (
                    f"{where}: property '{name}' is described twice in allOf; "
                    "expected one description"
                )
    values = node.get("additionalProperties", True)
    if isinstance(values, dict) and values:
        if properties:
            yield (
                f"{where}: a schema in 'additionalProperties' beside properties is not supported; "
                "expected one of the two"
            )
        yield from audit_schema(
            contract, node["additionalProperties"], f"{where}, additionalProperties"
        )
    if values is False and not properties:
        yield (
            f"{where}: 'additionalProperties: false' without properties is not supported; "
            "expected properties"
        )


def _union(contract: Contract, node: Node, where: str) -> Iterator[str]:
    """Check a union: its members must differ in JSON type, or be models with a tag."""
    keys = [key for key in UNIONS if key in node]
    yield from _keywords(node, NOTES | {*keys[:1]}, where, keys[0])
    members = _members(contract, node)
    for member in node[keys[0]]:
        if not is_null(member):
            yield from audit_schema(contract, member, f"{where}, {keys[0]}")
    models = [member for member in members if kind_of(contract, member) == "object with properties"]
    others = [_json_type(contract, member) for member in members if member not in models]
    clash = {kind for kind in others if others.count(kind) > 1}
    clash |= {"number"} & set(others) if "integer" in others else set[str]()
    clash |= {"object"} & set(others) if models else set[str]()
    if "any JSON" in others:
        yield (
            f"{where}: a member without a type is not supported in {keys[0]}; "
            "expected a type in each"
        )
    for kind in sorted(clash - {"any JSON"}):
        yield (
            f"{where}: several members of type {kind} are not supported in {keys[0]}; "
            "expected types that differ"
        )
    if len(models) > 1 and not _tagged(contract, models):
        yield (
            f"{where}: nothing distinguishes the objects in {keys[0]}; "
            "expected a required property in each "
            "whose enum has one value"
        )


def _members(contract: Contract, node: Node) -> list[Node]:
    """Return a union's members, those of unions inside it included, each once."""
    found: list[Node] = []
    for member in node.get("oneOf", ()) or node.get("anyOf", ()):
        resolved = contract.resolve(member)
        inner = (
            _members(contract, resolved) if any(key in resolved for key in UNIONS) else [resolved]
        )
        found += [one for one in inner if one not in found and not is_null(one)]
    return found


def _json_type(contract: Contract, node: Node) -> str:
    kind = kind_of(contract, node)
    return "string" if kind == "enum" else kind


def _tagged(contract: Contract, models: list[Node]) -> bool:
    """Whether one property, required in all, has one value in each that no other has."""
    tags: dict[str, list[str]] = {}
    for model in models:
        properties, required = object_parts(contract, model)
        for name in required & properties.keys():
            values = contract.resolve(properties[name]).get("enum", ())
            if len(values) == 1:
                tags.setdefault(name, []).append(values[0])
    return any(len(set(values)) == len(models) for values in tags.values())
