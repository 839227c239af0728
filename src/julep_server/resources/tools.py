"""Tools of agents."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, listed, updated
from julep_server.chat.functions import function_of
from julep_server.json_text import JSON, JSONObject, merge_patch
from julep_server.representations import tool_json
from julep_server.store import tools
from julep_server.store.agents import agents
from julep_server.store.paging import page_of
from julep_server.store.tombstones import find_deletion
from julep_server.store.tools import NewTool, Tool


async def create(call: Call) -> Response:
    """Add a tool to an agent."""
    function = function_of(call.body)
    new = NewTool(str(call.body["type"]), str(function["name"]), function)

    def write(connection: Connection) -> tuple[Tool, JSONObject]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        (tool,) = tools.add(connection, call.tenant, agent.id, [new])
        return tool, tool_json(tool)

    return await created(call, write)


async def list_all(call: Call) -> Response:
    """Return one page of an agent's tools."""
    page = page_of(call.arguments)

    def read(connection: Connection) -> Iterable[JSON]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        return map(tool_json, tools.page(connection, agent.id, page))

    agent_id = call.id("agent_id")
    return await listed(call, read, lambda connection: tools.count(connection, agent_id, page))


async def replace(call: Call) -> Response:
    """Replace a tool's definition."""
    return await _change(call, merge=False)


async def patch(call: Call) -> Response:
    """Change the parts of a tool's definition that the body names."""
    return await _change(call, merge=True)


async def delete(call: Call) -> Response:
    """Delete a tool of an agent."""

    def remove(connection: Connection, tenant: str, identifier: str) -> int:
        # Looked up first, for a tool that was deleted together with its agent.
        deleted_at = find_deletion(connection, tenant, "tool", identifier, call.id("agent_id"))
        if deleted_at is not None:
            return deleted_at
        agent = agents.get(connection, tenant, call.id("agent_id"))
        return tools.remove(connection, tenant, agent.id, identifier)

    return await deleted(call, call.id("tool_id"), remove)


async def _change(call: Call, *, merge: bool) -> Response:
    given = function_of(call.body)

    def write(connection: Connection) -> tuple[Tool, JSONObject]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        tool = tools.get(connection, agent.id, call.id("tool_id"))
        function = merge_patch(tool.function, given) if merge else given
        changed = tools.change(connection, tool, function if isinstance(function, dict) else given)
        return changed, tool_json(changed)

    return await updated(call, write)


HANDLERS: dict[str, Handler] = {
    "CreateAgentTool": create,
    "GetAgentTools": list_all,
    "UpdateAgentTool": replace,
    "PatchAgentTool": patch,
    "DeleteAgentTool": delete,
}
