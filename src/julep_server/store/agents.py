"""Agents, and what goes with them when they are deleted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

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


def _read(row: RowMapping) -> Agent:
    return Agent(
        id=row["id"],
        name=row["name"],
        about=row["about"],
        model=row["model"],
        instructions=row["instructions"],
        default_settings=row["default_settings"],
        metadata=row["metadata"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


agents = ResourceStore(tables.agents, "agent", _read)


def delete_agent(connection: Connection, tenant: str, identifier: str) -> int:
    """Delete an agent with its docs, tools and memories; its sessions stay, for their history.

    Returns:
        The time of the deletion, in microseconds.
    """
    moment = agents.delete(connection, tenant, identifier)
    docs.delete_of(connection, tenant, identifier)
    memories.delete_of_agent(connection, identifier)
    tools.delete_of(connection, tenant, identifier)
    return moment
