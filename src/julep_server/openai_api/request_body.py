"""The body of a request to an agent: its tools and settings, as those of this API's chats."""

from __future__ import annotations

from collections.abc import Mapping

from julep_server.errors import ApiError, invalid_field
from julep_server.json_text import JSON, JSONObject, dumps

_NUMBER, _INTEGER, _FLAG, _OBJECT = "a number", "an integer", "true or false", "an object"
_TEXTS = "a text or a list of texts"
_POSITIVE = "an integer of at least 1"

# By the name in this API, with what it must be.
_SETTINGS: Mapping[str, str] = {
    "frequency_penalty": _NUMBER,
    "length_penalty": _NUMBER,
    "logit_bias": _OBJECT,
    "max_tokens": _POSITIVE,
    "min_p": _NUMBER,
    "presence_penalty": _NUMBER,
    "recall": _FLAG,
    "record": _FLAG,
    "remember": _FLAG,
    "repetition_penalty": _NUMBER,
    "seed": _INTEGER,
    "stop": _TEXTS,
    "temperature": _NUMBER,
    "top_p": _NUMBER,
}
_CHOICES = frozenset({"none", "auto", "required"})
_REFUSED: Mapping[str, str] = {
    "audio": "an agent answers in text",
    "function_call": "use tool_choice",
    "functions": "use tools",
    "logprobs": "an agent does not report probabilities",
    "web_search_options": "give the agent a tool",
}


def parse_settings(body: JSONObject) -> JSONObject:
    """Return the tools and settings of a request for an agent, without its messages.

    Raises:
        ApiError: 422 when a field has the wrong type, or asks for what an agent can't do.
    """
    for name, reason in _REFUSED.items():
        if body.get(name):
            raise invalid_field(name, f"is not available with an agent: {reason}")
    if body.get("n") not in (None, 1):
        raise invalid_field("n", "must be 1: an agent gives one answer")
    limit = body.get("max_completion_tokens")
    given = body if limit is None else {**body, "max_tokens": limit}
    parsed: JSONObject = {}
    for name, wanted in _SETTINGS.items():
        value = given.get(name)
        if value is None:
            continue
        if not _is(value, wanted):
            named = "max_completion_tokens" if name == "max_tokens" and limit is not None else name
            raise invalid_field(named, f"must be {wanted}; got {dumps(given[name])[:60]}")
        parsed[name] = value
    tools = _tools(body.get("tools"))
    return {
        **parsed,
        "tools": tools,
        "tool_choice": _tool_choice(body.get("tool_choice")),
        "response_format": _response_format(body.get("response_format")),
    }


def _is(value: JSON, wanted: str) -> bool:
    match wanted:
        case "an integer":
            return isinstance(value, int) and not isinstance(value, bool) and value >= -1
        case "an integer of at least 1":
            # -1 is what some clients send for no limit.
            return _is(value, _INTEGER) and value != 0
        case "a number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "true or false":
            return isinstance(value, bool)
        case "an object":
            return isinstance(value, dict)
        case _:
            texts = value if isinstance(value, list) else [value]
            return all(isinstance(text, str) for text in texts)


def _tools(given: JSON) -> list[JSON]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise invalid_field("tools", "must be a list")
    tools: list[JSON] = []
    for index, tool in enumerate(given):
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(function, dict) or not isinstance(name, str) or not name:
            raise invalid_field(f"tools[{index}]", "must be a function with a name")
        parameters = function.get("parameters")
        if parameters is not None and not isinstance(parameters, dict):
            raise invalid_field(f"tools[{index}].function.parameters", "must be a JSON Schema")
        tools.append({"type": "function", "function": {**function, "parameters": parameters or {}}})
    return tools


def _tool_choice(given: JSON) -> JSON:
    if given is None or (isinstance(given, str) and given in _CHOICES):
        return given
    function = given.get("function") if isinstance(given, dict) else None
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        return {"type": "function", "function": {"name": function["name"]}}
    message = "must be none, auto, required, or a function with its name"
    raise invalid_field("tool_choice", message)


def _response_format(given: JSON) -> JSON:
    """Return the format as this API has it."""
    if given is None:
        return None
    kind = given.get("type") if isinstance(given, dict) else None
    if isinstance(given, dict):
        if kind in ("text", "json_object"):
            return {"type": kind}
        described = given.get("json_schema")
        schema = described.get("schema") if isinstance(described, dict) else None
        if kind == "json_schema" and isinstance(schema, dict):
            return {"type": "json_object", "schema": schema}
    raise _unknown_format(kind if isinstance(given, dict) else given)


def _unknown_format(kind: JSON) -> ApiError:
    message = f"must be of type text, json_object or json_schema with a schema; got {dumps(kind)}"
    return invalid_field("response_format", message[:200])
