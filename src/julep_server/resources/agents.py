"""Agents."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, listed, updated
from julep_server.http.answers import json_answer
from julep_server.json_text import JSON, JSONObject, merge_patch
from julep_server.resources.values import docs_of, merged_metadata, metadata_of, picked, tools_of
from julep_server.store import docs, tools
from julep_server.store.agents import Agent, agents, delete_agent
from julep_server.store.paging import page_of
from julep_server.store.times import timestamp


async def create(call: Call) -> Response:
    """Make an agent, with the documents and tools given."""
    values = _values(call)
    new_docs, new_tools = docs_of(call.body), tools_of(call.body)
    sources: list[str] = []

    def make(connection: Connection) -> tuple[Agent, JSONObject]:
        agent = agents.insert(connection, call.tenant, values, metadata_of(call.body))
        added = docs.add(connection, call.tenant, agent.id, new_docs)
        sources[:] = [doc.id for doc in added]
        tools.add(connection, call.tenant, agent.id, new_tools)
        return agent, represent(agent)

    answer = await created(call, make)
    await call.services.embedding.complete(sources)
    return answer


async def get(call: Call) -> Response:
    """Give an agent."""
    agent = await call.services.database.read(
        lambda connection: agents.get(connection, call.tenant, call.id("agent_id"))
    )
    return json_answer(200, represent(agent))


async def list_all(call: Call) -> Response:
    """One page of the agents."""
    page = page_of(call.arguments)
    return await listed(
        call,
        lambda connection: [
            represent(agent) for agent in agents.page(connection, call.tenant, page)
        ],
    )


async def replace(call: Call) -> Response:
    """Replace an agent: what isn't named is reset."""
    values = _values(call)

    def make(connection: Connection) -> tuple[Agent, JSONObject]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        changed = agents.change(connection, call.tenant, agent, values, metadata_of(call.body))
        return changed, represent(changed)

    return await updated(call, make)


async def patch(call: Call) -> Response:
    """Change what is named of an agent."""
    body = call.body

    def make(connection: Connection) -> tuple[Agent, JSONObject]:
        agent = agents.get(connection, call.tenant, call.id("agent_id"))
        values = picked(body, "name", "about", "model")
        if "instructions" in body:
            values["instructions"] = _instructions(body)
        if "default_settings" in body:
            values["default_settings"] = merge_patch(
                agent.default_settings, body["default_settings"]
            )
        metadata = merged_metadata(agent.metadata, body)
        changed = agents.change(connection, call.tenant, agent, values, metadata)
        return changed, represent(changed)

    return await updated(call, make)


async def delete(call: Call) -> Response:
    """Delete an agent with what belongs to it."""
    return await deleted(call, call.id("agent_id"), delete_agent)


def represent(agent: Agent) -> JSONObject:
    """An agent as the API shows it."""
    return {
        "id": agent.id,
        "name": agent.name,
        "about": agent.about,
        "model": agent.model,
        "instructions": list[JSON](agent.instructions),
        "default_settings": agent.default_settings,
        "metadata": agent.metadata,
        "created_at": timestamp(agent.created_at),
        "updated_at": timestamp(agent.updated_at),
    }


def _values(call: Call) -> dict[str, JSON]:
    body = call.body
    return {
        "name": body["name"],
        "about": body.get("about", ""),
        "model": body.get("model", call.services.settings.model),
        "instructions": _instructions(body),
        # A null says that a setting isn't set.
        "default_settings": merge_patch({}, body.get("default_settings", {})),
    }


def _instructions(body: JSONObject) -> list[JSON]:
    given = body.get("instructions", [])
    return given if isinstance(given, list) else [given]


HANDLERS: dict[str, Handler] = {
    "CreateAgent": create,
    "GetAgent": get,
    "ListAgents": list_all,
    "UpdateAgent": replace,
    "PatchAgent": patch,
    "DeleteAgent": delete,
}
