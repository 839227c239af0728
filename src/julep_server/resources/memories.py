"""Memories: what an agent remembers about its users."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, deleted, listed
from julep_server.json_text import JSON
from julep_server.representations import memory_json
from julep_server.store import memories
from julep_server.store.agents import agents
from julep_server.store.paging import page_of


async def search(call: Call) -> Response:
    """Return one page of an agent's memories, the nearest to a query first or newest first."""
    page = page_of(call.arguments)
    types, user_id = call.arguments.get("types"), call.arguments.get("user_id")
    text, query = call.arguments.get("query"), None
    if text is not None:
        query = await call.services.embedding_worker.embed_query(str(text))

    def read(connection: Connection) -> list[JSON]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        nearest = memories.search(
            connection,
            agent.id,
            query,
            user_id=None if user_id is None else str(user_id).lower(),
            types=[str(kind) for kind in types] if isinstance(types, list) else None,
            limit=page.limit,
            offset=page.offset,
        )
        return [memory_json(memory) for memory in nearest]

    return await listed(call, read)


async def delete(call: Call) -> Response:
    """Delete a memory."""

    def remove(connection: Connection, tenant: str, identifier: str) -> int:
        agent = agents.get(connection, tenant, call.id("agent_id"))
        return memories.remove(connection, tenant, agent.id, identifier)

    return await deleted(call, call.id("memory_id"), remove)


HANDLERS: dict[str, Handler] = {"GetAgentMemories": search, "DeleteAgentMemory": delete}
