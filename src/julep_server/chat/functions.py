"""The functions that a model may call in a chat, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence

from julep_server.errors import Violation, invalid, invalid_field
from julep_server.json_text import JSON, JSONObject

_NAME_RULE = "must not be empty"


def check_names(tools: Sequence[JSON]) -> None:
    """Check the names of a request's tools.

    Raises:
        ApiError: 422 with every name that is empty.
    """
    found = [
        Violation(f"tools[{index}].function.name", _NAME_RULE)
        for index, tool in enumerate(tools)
        if not function_of(tool).get("name")
    ]
    if found:
        raise invalid(found)


def check_name(function: JSONObject) -> None:
    """Check the name of a single tool's function.

    Raises:
        ApiError: 422 when it is empty.
    """
    if not function.get("name"):
        raise invalid_field("function.name", _NAME_RULE)


def function_of(tool: JSON) -> JSONObject:
    """Return the function that a tool describes."""
    function = tool.get("function") if isinstance(tool, dict) else None
    return function if isinstance(function, dict) else {}


def merged_tools(
    agent_functions: Sequence[tuple[str, JSONObject]], given: JSON
) -> list[JSONObject]:
    """Return the tools to send to the model: the agent's, overridden by the request's by name.

    Args:
        agent_functions: The agent's functions by name.
        given: The request's ``tools``.

    Raises:
        ApiError: 422 with every name of the request's that is empty.
    """
    tools = given if isinstance(given, list) else []
    check_names(tools)
    by_name = dict(agent_functions)
    for tool in tools:
        function = function_of(tool)
        by_name[str(function["name"])] = function
    return [{"type": "function", "function": function} for function in by_name.values()]


def checked_choice(choice: JSON, tools: Sequence[JSONObject]) -> JSON:
    """Return the tool choice as endpoints expect it.

    Raises:
        ApiError: 422 when no tool has the chosen function's name.
    """
    if not isinstance(choice, dict):
        return choice
    name = function_of(choice).get("name")
    if all(function_of(tool).get("name") != name for tool in tools):
        raise invalid_field("tool_choice.function.name", f"no tool is named {name}")
    return {"type": "function", "function": {"name": name}}
