"""Memories: what an agent remembers of its users."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, deleted, listed
from julep_server.json_text import JSON, JSONObject
from julep_server.store import memories
from julep_server.store.agents import agents
from julep_server.store.memories import Memory
from julep_server.store.paging import page_of
from julep_server.store.times import timestamp


async def search(call: Call) -> Response:
    """One page of an agent's memories, the nearest to the query first."""
    page = page_of(call.arguments)
    types, user_id = call.arguments.get("types"), call.arguments.get("user_id")
    question = await call.services.embedding.question(str(call.arguments["query"]))

    def read(connection: Connection) -> list[JSON]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        found = memories.nearest(
            connection,
            agent.id,
            question,
            user_id=None if user_id is None else str(user_id).lower(),
            types=[str(kind) for kind in types] if isinstance(types, list) else None,
            limit=page.limit,
            offset=page.offset,
        )
        return [represent(memory) for memory in found]

    return await listed(call, read)


async def delete(call: Call) -> Response:
    """Make an agent forget."""

    def remove(connection: Connection, tenant: str, identifier: str) -> int:
        agent = agents.get(connection, tenant, call.id("agent_id"))
        return memories.remove(connection, tenant, agent.id, identifier)

    return await deleted(call, call.id("memory_id"), remove)


def represent(memory: Memory) -> JSONObject:
    """A memory as the API shows it."""
    shown: JSONObject = {
        "id": memory.id,
        "agent_id": memory.agent_id,
        "user_id": memory.user_id,
        "type": memory.type,
        "content": memory.content,
        "entities": list(memory.entities),
        "sentiment": memory.sentiment,
        "created_at": timestamp(memory.created_at),
        "timestamp": timestamp(memory.happened_at),
    }
    if memory.last_accessed_at is not None:
        shown["last_accessed_at"] = timestamp(memory.last_accessed_at)
    return shown


HANDLERS: dict[str, Handler] = {"GetAgentMemories": search, "DeleteAgentMemory": delete}
