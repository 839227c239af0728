"""Which functions a model may call in a chat, and the choice among them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from julep_server.errors import Violation, invalid, invalid_field
from julep_server.json_text import JSON, JSONObject

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FITTING = f"must match {_NAME.pattern}"


def check_names(tools: Sequence[JSON]) -> None:
    """Check the names of tools in a request's ``tools``.

    Raises:
        ApiError: 422 with every name that endpoints would refuse.
    """
    found = [
        Violation(f"tools[{index}].function.name", _FITTING)
        for index, tool in enumerate(tools)
        if not _NAME.fullmatch(str(function_of(tool).get("name")))
    ]
    if found:
        raise invalid(found)


def check_name(function: JSONObject) -> None:
    """Check the name of one tool's function.

    Raises:
        ApiError: 422 when endpoints would refuse it.
    """
    if not _NAME.fullmatch(str(function.get("name"))):
        raise invalid_field("function.name", _FITTING)


def function_of(tool: JSON) -> JSONObject:
    """The function that a tool describes."""
    function = tool.get("function") if isinstance(tool, dict) else None
    return function if isinstance(function, dict) else {}


def offered(agents: Sequence[tuple[str, JSONObject]], requests: JSON) -> list[JSONObject]:
    """The functions offered to the model: the agent's, with the request's over them by name."""
    given = requests if isinstance(requests, list) else []
    check_names(given)
    by_name = dict(agents)
    for tool in given:
        function = function_of(tool)
        by_name[str(function["name"])] = function
    return [{"type": "function", "function": function} for function in by_name.values()]


def chosen(choice: JSON, tools: Sequence[JSONObject]) -> JSON:
    """The tool choice for the endpoint.

    Raises:
        ApiError: 422 when the function chosen isn't offered.
    """
    if not isinstance(choice, dict):
        return choice
    name = function_of(choice).get("name")
    if all(function_of(tool).get("name") != name for tool in tools):
        raise invalid_field("tool_choice.function.name", f"no tool is named {name}")
    return {"type": "function", "function": {"name": name}}
