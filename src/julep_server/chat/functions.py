"""The functions that a model may call in a chat, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence

from julep_server.errors import invalid_field
from julep_server.json_text import JSON, JSONObject


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
    """
    by_name = dict(agent_functions)
    for tool in given if isinstance(given, list) else []:
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
