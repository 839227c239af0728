"""Compiles OpenAPI 3.0 schemas to JSON Schema validators.

Requests are validated against the contract itself, so that its description and the server's
behaviour can't drift apart.
"""

from __future__ import annotations

import re

import jsonschema_rs

from julep_server.json_text import JSON, JSONObject

_UUID4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_ANNOTATIONS = frozenset(
    {"description", "example", "examples", "title", "default", "discriminator"}
)
# Their values are maps from names, which are not keywords, to schemas.
_NAMED_SCHEMAS = frozenset({"properties", "schemas"})
_LITERALS = frozenset({"enum", "required"})


def is_uuid4(text: str) -> bool:
    """Check whether a text is a UUID v4 in its canonical, hyphenated form."""
    return _UUID4.fullmatch(text) is not None


def to_json_schema(schema: JSON) -> JSON:
    """Convert an OpenAPI 3.0 schema to JSON Schema 2020-12, recursively.

    ``nullable`` becomes a type, boolean exclusive bounds become numbers, and ``oneOf`` becomes
    ``anyOf``: the contract's alternatives overlap, and a value that matches two of them is valid.
    """
    if isinstance(schema, list):
        return [to_json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    converted: JSONObject = {}
    for key, value in schema.items():
        if key in _ANNOTATIONS or key == "nullable":
            continue
        if key in _NAMED_SCHEMAS and isinstance(value, dict):
            converted[key] = {name: to_json_schema(item) for name, item in value.items()}
        elif key in _LITERALS:
            converted[key] = value
        else:
            converted["anyOf" if key == "oneOf" else key] = to_json_schema(value)
    _numeric_bound(converted, "exclusiveMaximum", "maximum")
    _numeric_bound(converted, "exclusiveMinimum", "minimum")
    return _nullable(converted) if schema.get("nullable") is True else converted


def _numeric_bound(schema: JSONObject, exclusive: str, inclusive: str) -> None:
    flag = schema.get(exclusive)
    if isinstance(flag, bool):
        del schema[exclusive]
        if flag and inclusive in schema:
            schema[exclusive] = schema.pop(inclusive)


def _nullable(schema: JSONObject) -> JSONObject:
    kind = schema.get("type")
    options = schema.get("enum")
    if not isinstance(kind, str):
        return {"anyOf": [schema, {"type": "null"}]}
    widened: JSONObject = {**schema, "type": [kind, "null"]}
    if isinstance(options, list) and None not in options:
        widened["enum"] = [*options, None]
    return widened


class Schemas:
    """Compiles validators for schemas that may refer to the contract's components."""

    __slots__ = ("_components", "_plain")

    def __init__(self, document: JSONObject) -> None:
        components = document.get("components")
        named = components.get("schemas") if isinstance(components, dict) else None
        self._plain: JSONObject = named if isinstance(named, dict) else {}
        self._components: JSONObject = {"schemas": to_json_schema_map(self._plain)}

    def validator(self, schema: JSON) -> jsonschema_rs.Draft202012Validator:
        """Compile a validator for one of the contract's schemas."""
        converted = to_json_schema(schema)
        body = converted if isinstance(converted, dict) else {}
        return jsonschema_rs.Draft202012Validator(
            {"allOf": [body], "components": self._components},
            formats={"uuid": is_uuid4},
            validate_formats=True,
        )

    def without_nulls(self, schema: JSON, value: JSON) -> JSON:
        """Remove the nulls of optional fields: old clients send them for absent fields.

        So are those of the entries of a map to values that cannot be null, such as a token without
        a bias. Nulls that the contract allows stay, and so do those in free-form objects, such as
        metadata, where a null is a value.

        Args:
            schema: The contract's schema of the value.
            value: A parsed request body, or a part of one.

        Returns:
            The value without those nulls; the null of a required field stays, to be refused.
        """
        found = self._resolve(schema)
        if isinstance(value, list):
            items = [part["items"] for part in self._parts(found) if "items" in part]
            return [self.without_nulls(items[0], item) for item in value] if items else value
        if not isinstance(value, dict):
            return value
        parts = list(self._parts(found))
        cleaned: JSONObject = {}
        for key, item in value.items():
            described = [part for part in parts if key in _properties(part)]
            if not described:
                if item is not None or not any(map(self._maps_to_values, parts)):
                    cleaned[key] = item
            elif item is not None:
                cleaned[key] = self.without_nulls(_properties(described[0])[key], item)
            elif any(key in _required(part) or self._nullable(part, key) for part in described):
                cleaned[key] = None
        return cleaned

    def _resolve(self, schema: JSON) -> JSONObject:
        found = schema if isinstance(schema, dict) else {}
        while isinstance(reference := found.get("$ref"), str):
            target = self._plain.get(reference.rpartition("/")[2])
            found = target if isinstance(target, dict) else {}
        return found

    def _nullable(self, schema: JSONObject, key: str) -> bool:
        found = self._resolve(_properties(schema)[key])
        return any(part.get("nullable") is True for part in self._parts(found))

    def _maps_to_values(self, schema: JSONObject) -> bool:
        """Check whether a schema is that of a map to values that are described, and never null."""
        values = self._resolve(schema.get("additionalProperties"))
        return bool(values) and not any(
            part.get("nullable") is True for part in self._parts(values)
        )

    def _parts(self, schema: JSONObject) -> list[JSONObject]:
        parts = [schema]
        for keyword in ("allOf", "oneOf", "anyOf"):
            alternatives = schema.get(keyword)
            for item in alternatives if isinstance(alternatives, list) else []:
                parts.extend(self._parts(self._resolve(item)))
        return parts


def to_json_schema_map(schemas: JSONObject) -> JSONObject:
    """Convert a map from names to schemas."""
    return {name: to_json_schema(schema) for name, schema in schemas.items()}


def _properties(schema: JSONObject) -> JSONObject:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _required(schema: JSONObject) -> list[JSON]:
    required = schema.get("required")
    return required if isinstance(required, list) else []
