"""Memories: what an agent remembers about its users."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, listed, updated
from julep_server.errors import invalid_field
from julep_server.json_text import JSON, JSONObject
from julep_server.representations import memory_json
from julep_server.store import memories
from julep_server.store.agents import agents
from julep_server.store.memories import Memory, NewMemory
from julep_server.store.paging import page_of
from julep_server.store.times import now, parse_timestamp
from julep_server.store.users import users


async def create(call: Call) -> Response:
    """Add a memory to an agent."""
    new, user_id = _new(call.body, now()), str(call.body["user_id"]).lower()
    ids: list[str] = []

    def write(connection: Connection) -> tuple[Memory, JSONObject]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        user = users.get(connection, call.tenant, user_id)
        memory = memories.create(connection, call.tenant, agent.id, user.id, new)
        ids[:] = [memory.id]
        return memory, memory_json(memory)

    response = await created(call, write)
    await call.services.embedding_worker.embed_sources(ids)
    return response


async def search(call: Call) -> Response:
    """Return one page of an agent's memories, the nearest to a query first or newest first."""
    page = page_of(call.arguments)
    wanted, given = call.arguments.get("types"), call.arguments.get("user_id")
    types = [str(kind) for kind in wanted] if isinstance(wanted, list) else None
    user_id = None if given is None else str(given).lower()
    text, query = call.arguments.get("query"), None
    if text is not None:
        query = await call.services.embedding_worker.embed_query(str(text))

    def read(connection: Connection) -> list[JSON]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        nearest = memories.search(
            connection,
            agent.id,
            query,
            user_id=user_id,
            types=types,
            limit=page.limit,
            offset=page.offset,
        )
        return [memory_json(memory) for memory in nearest]

    def count(connection: Connection) -> int:
        return memories.count(connection, call.id("agent_id"), user_id=user_id, types=types)

    return await listed(call, read, count)


async def replace(call: Call) -> Response:
    """Replace a memory: fields that the body omits are reset."""
    return await _change(call, lambda memory: _new(call.body, memory.created_at))


async def patch(call: Call) -> Response:
    """Change the fields that the body names."""

    def changes(memory: Memory) -> NewMemory:
        stored: JSONObject = {
            "content": memory.content,
            "type": memory.type,
            "sentiment": memory.sentiment,
            "entities": list(memory.entities),
        }
        return _new({**stored, **call.body}, memory.happened_at)

    return await _change(call, changes)


async def delete(call: Call) -> Response:
    """Delete a memory."""

    def remove(connection: Connection, tenant: str, identifier: str) -> int:
        agent = agents.get(connection, tenant, call.id("agent_id"))
        return memories.remove(connection, tenant, agent.id, identifier)

    return await deleted(call, call.id("memory_id"), remove)


async def _change(call: Call, changes: Callable[[Memory], NewMemory]) -> Response:
    def write(connection: Connection) -> tuple[Memory, JSONObject]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        memory = memories.get(connection, agent.id, call.id("memory_id"))
        changed = memories.change(connection, memory, changes(memory))
        return changed, memory_json(changed)

    response = await updated(call, write)
    await call.services.embedding_worker.embed_sources([call.id("memory_id")])
    return response


def _new(body: JSONObject, happened_at: int) -> NewMemory:
    """Read a memory from a body.

    Args:
        body: The body.
        happened_at: The time of what is remembered, if the body has none.

    Raises:
        ApiError: 422 for a time that can't be stored.
    """
    entities, sentiment = body.get("entities", []), body.get("sentiment", 0)
    if "timestamp" in body:
        try:
            happened_at = parse_timestamp(str(body["timestamp"]))
        except ValueError as error:
            raise invalid_field("timestamp", f"no time that can be stored: {error}") from None
    return NewMemory(
        str(body.get("type", "belief")),
        str(body["content"]),
        entities if isinstance(entities, list) else [],
        float(sentiment) if isinstance(sentiment, (int, float)) else 0.0,
        happened_at,
    )


HANDLERS: dict[str, Handler] = {
    "CreateAgentMemory": create,
    "GetAgentMemories": search,
    "UpdateAgentMemory": replace,
    "PatchAgentMemory": patch,
    "DeleteAgentMemory": delete,
}
