"""Tools of agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from julep_server.db import tables
from julep_server.errors import conflict
from julep_server.json_text import JSONObject
from julep_server.store.resources import new_id
from julep_server.store.times import now


@dataclass(frozen=True, slots=True)
class NewTool:
    """A tool to store."""

    type: str
    name: str
    function: JSONObject


def add(connection: Connection, tenant: str, agent_id: str, new: Sequence[NewTool]) -> None:
    """Store tools of an agent.

    Raises:
        ApiError: 409 when the agent has, or would get, two tools of one name.
    """
    names = {name for name, _ in functions(connection, agent_id)}
    for tool in new:
        if tool.name in names:
            raise conflict("tool_exists", f"the agent already has a tool named {tool.name}")
        names.add(tool.name)
        moment = now()
        connection.execute(
            insert(tables.tools).values(
                id=new_id(),
                tenant=tenant,
                agent_id=agent_id,
                type=tool.type,
                name=tool.name,
                function=tool.function,
                created_at=moment,
                updated_at=moment,
            )
        )


def functions(connection: Connection, agent_id: str) -> list[tuple[str, JSONObject]]:
    """An agent's functions by name, in the order in which they were added."""
    table = tables.tools
    query = select(table).where(table.c.agent_id == agent_id).order_by(table.c.seq)
    return [(row["name"], row["function"]) for row in connection.execute(query).mappings()]


def delete_of(connection: Connection, agent_id: str) -> None:
    """Delete all tools of an agent."""
    connection.execute(delete(tables.tools).where(tables.tools.c.agent_id == agent_id))
