"""The simplest valid instance of a JSON Schema, for function calls by the offline model."""

from __future__ import annotations

from julep_server.json_text import JSON, JSONObject

_MAX_DEPTH = 20
_BY_TYPE: dict[str, JSON] = {"string": "", "boolean": False, "null": None}


def simplest_instance(schema: JSON, root: JSONObject | None = None, depth: int = 0) -> JSON:
    """Build the simplest value that a common schema accepts.

    Constants, enums, defaults, types, required properties, bounds, lengths, alternatives and
    references within the schema are supported; patterns and conditions are not.

    Example:
        >>> simplest_instance({"type": "object", "properties": {"city": {"type": "string"}},
        ...                    "required": ["city"]})
        {'city': ''}
    """
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return {} if depth == 0 else None
    root = schema if root is None else root
    if isinstance(reference := schema.get("$ref"), str):
        return simplest_instance(_resolve(reference, root), root, depth + 1)
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    options = schema.get("enum")
    if isinstance(options, list) and options:
        return options[0]
    for keyword in ("anyOf", "oneOf"):
        alternatives = schema.get(keyword)
        if isinstance(alternatives, list) and alternatives:
            return simplest_instance(alternatives[0], root, depth + 1)
    return _of_type(schema, root, depth)


def _of_type(schema: JSONObject, root: JSONObject, depth: int) -> JSON:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    if kind == "object" or "properties" in schema or (kind is None and depth == 0):
        return _object(schema, root, depth)
    if kind == "array":
        length = schema.get("minItems")
        item = simplest_instance(schema.get("items"), root, depth + 1)
        return [item] * (length if isinstance(length, int) else 0)
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    if kind == "string":
        length = schema.get("minLength")
        return "x" * (length if isinstance(length, int) else 0)
    return _BY_TYPE.get(str(kind))


def _object(schema: JSONObject, root: JSONObject, depth: int) -> JSONObject:
    made: JSONObject = {}
    for part in (schema, *_list(schema.get("allOf"))):
        if not isinstance(part, dict):
            continue
        properties = part.get("properties")
        described = properties if isinstance(properties, dict) else {}
        for name in _list(part.get("required")):
            made[str(name)] = simplest_instance(described.get(str(name)), root, depth + 1)
    return made


def _number(schema: JSONObject, *, whole: bool) -> JSON:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    number: float = 0
    if isinstance(low, (int, float)) and number <= low:
        number = low + 1 if "minimum" not in schema else low
    if isinstance(high, (int, float)) and number >= high:
        number = high - 1 if "maximum" not in schema else high
    return int(number) if whole else number


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _resolve(reference: str, root: JSONObject) -> JSON:
    found: JSON = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found
