"""Agents as models: ``agent:NAME``, or ``agent:ID`` where several agents have the name."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, select

from julep_server.db import tables
from julep_server.errors import ApiError, bad_request
from julep_server.json_text import JSON, JSONObject
from julep_server.store.agents import Agent, agents

PREFIX = "agent:"

_SECOND = 1_000_000


def is_agent(model: JSON) -> bool:
    """Check whether a request's model is an agent."""
    return isinstance(model, str) and model.startswith(PREFIX)


def find_agent(connection: Connection, tenant: str, model: str) -> Agent:
    """Return the agent that a model's name stands for; an id takes precedence over a name.

    Raises:
        ApiError: 404 when the tenant has no such agent, 400 when several have the name.
    """
    wanted = model.removeprefix(PREFIX)
    if is_id(wanted) and (found := agents.find(connection, tenant, wanted.lower())) is not None:
        return found
    table = tables.agents
    query = select(table.c.id).where(table.c.tenant == tenant, table.c.name == wanted).limit(2)
    identifiers = list(connection.execute(query).scalars())
    if not identifiers:
        raise ApiError(404, "model_not_found", f"no agent has the name or the id {wanted[:100]}")
    if len(identifiers) > 1:
        message = (
            f"several agents are named {wanted[:100]}: use {PREFIX}ID, as /v1/models lists them"
        )
        raise bad_request("ambiguous_model", message)
    return agents.get(connection, tenant, identifiers[0])


def list_models(connection: Connection, tenant: str, models: Sequence[str]) -> list[JSONObject]:
    """Return the server's models and the tenant's agents, as OpenAI lists models.

    Args:
        connection: A transaction.
        tenant: The caller's tenant.
        models: The names of the server's models.
    """
    table = tables.agents
    query = (
        select(table.c.id, table.c.name, table.c.created_at)
        .where(table.c.tenant == tenant)
        .order_by(table.c.seq)
    )
    rows = list(connection.execute(query))
    names = Counter(name for _, name, _ in rows)
    found = [_model(name, 0) for name in models]
    for identifier, name, created_at in rows:
        # A name in the form of an id could be taken for one.
        plain = names[name] == 1 and not is_id(name)
        agent = _model(PREFIX + (name if plain else identifier), created_at // _SECOND)
        # Always the same, and unique: the other changes with the names of agents.
        found.append({**agent, "julep_id": PREFIX + identifier})
    return found


def is_id(text: str) -> bool:
    """Check whether a text has the form of an id."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _model(name: str, created: int) -> JSONObject:
    return {"id": name, "object": "model", "created": created, "owned_by": "julep"}
