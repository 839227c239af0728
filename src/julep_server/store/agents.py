"""Agents, and the records that are deleted with them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from julep_server.db import tables
from julep_server.json_text import JSONObject
from julep_server.store import docs, memories, tools
from julep_server.store.resources import ResourceStore


@dataclass(frozen=True, slots=True)
class Agent:
    """A stored agent."""

    id: str
    name: str
    about: str
    model: str
    instructions: list[str]
    default_settings: JSONObject
    metadata: JSONObject
    created_at: int
    updated_at: int


agents = ResourceStore(tables.agents, "agent", Agent)


def delete_agent(connection: Connection, tenant: str, identifier: str) -> int:
    """Delete an agent with its docs, tools and memories; its sessions stay, with their history.

    Returns:
        The time of the deletion, in microseconds.
    """
    moment = agents.delete(connection, tenant, identifier)
    docs.delete_of(connection, tenant, identifier)
    memories.delete_of_agent(connection, identifier)
    tools.delete_of(connection, tenant, identifier)
    return moment
