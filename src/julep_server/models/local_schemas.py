"""JSON Schemas that a small model is held to: bounded, so that every answer comes to an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from julep_server.json_text import JSON, JSONObject, objects_in

# Of what a schema leaves open: a small model repeats itself until it is stopped.
_MAX_ITEMS = 5
_MAX_LENGTH = 200


def bounded(schema: JSON) -> JSON:
    """Return a schema whose strings and arrays have an end; each of its instances is valid."""
    if isinstance(schema, list):
        return [bounded(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found: JSONObject = {
        # What a const, an enum or a default holds is data.
        key: value if key in ("const", "enum", "default", "examples") else bounded(value)
        for key, value in schema.items()
    }
    kind = schema.get("type")
    if kind == "string" and not found.keys() & {"maxLength", "enum", "const", "format", "pattern"}:
        minimum = found.get("minLength")
        found["maxLength"] = max(_MAX_LENGTH, minimum if isinstance(minimum, int) else 0)
    if kind == "array" and "maxItems" not in found:
        minimum = found.get("minItems")
        found["maxItems"] = max(_MAX_ITEMS, minimum if isinstance(minimum, int) else 0)
    return found


def arguments_schema(function: Mapping[str, JSON]) -> JSONObject:
    """Return the schema of a function's arguments."""
    parameters = bounded(function.get("parameters"))
    given = parameters if isinstance(parameters, dict) else {}
    return {"type": "object", "properties": {}, **given}


def forced_functions(tools: Sequence[JSONObject], choice: JSON) -> list[JSONObject]:
    """Return the functions of which one must be called; none if the model need not call any."""
    functions = objects_in([tool.get("function") for tool in tools])
    if choice == "required":
        return functions
    chosen = choice.get("function") if isinstance(choice, dict) else None
    name = chosen.get("name") if isinstance(chosen, dict) else None
    return [function for function in functions if function.get("name") == name]


def call_schema(functions: Sequence[JSONObject]) -> JSONObject:
    """Return the schema of a call of one of these functions."""
    calls: list[JSON] = [
        {
            "type": "object",
            "properties": {
                "name": {"const": function.get("name")},
                "arguments": arguments_schema(function),
            },
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for function in functions
    ]
    return {"anyOf": calls}
