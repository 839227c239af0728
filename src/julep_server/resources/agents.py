"""Agents."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler
from julep_server.json_text import JSON, JSONObject, merge_patch
from julep_server.representations import agent_json
from julep_server.resources.body_fields import named_fields, tools_of
from julep_server.resources.resource_handlers import ResourceHandlers
from julep_server.store import tools
from julep_server.store.agents import Agent, agents, delete_agent


async def create(call: Call) -> Response:
    """Create an agent, with the documents and tools in the body."""
    new_tools = tools_of(call.body)

    def add_tools(connection: Connection, agent_id: str) -> None:
        tools.add(connection, call.tenant, agent_id, new_tools)

    return await _AGENTS.create_with_docs(call, add_tools)


def _values(call: Call) -> dict[str, JSON]:
    body = call.body
    return {
        "name": body["name"],
        "about": body.get("about", ""),
        "model": body.get("model", call.services.model_of(call.tenant)),
        "instructions": _instructions(body),
        # Merged, because a null unsets a setting.
        "default_settings": merge_patch({}, body.get("default_settings", {})),
    }


def _changes(call: Call, agent: Agent) -> dict[str, JSON]:
    body = call.body
    changes = named_fields(body, "name", "about", "model")
    if "instructions" in body:
        changes["instructions"] = _instructions(body)
    if "default_settings" in body:
        changes["default_settings"] = merge_patch(agent.default_settings, body["default_settings"])
    return changes


def _instructions(body: JSONObject) -> list[JSON]:
    given = body.get("instructions", [])
    return given if isinstance(given, list) else [given]


_AGENTS = ResourceHandlers("agent_id", agents, agent_json, _values, _changes, delete_agent)

HANDLERS: dict[str, Handler] = {
    "CreateAgent": create,
    "GetAgent": _AGENTS.get,
    "ListAgents": _AGENTS.list_all,
    "UpdateAgent": _AGENTS.replace,
    "PatchAgent": _AGENTS.patch,
    "DeleteAgent": _AGENTS.delete,
}
