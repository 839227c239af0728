"""Tools of agents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from julep_server.db import tables
from julep_server.db.rows import read_row, select_records
from julep_server.errors import ApiError, conflict, not_found
from julep_server.json_text import JSONObject
from julep_server.store.paging import Page, count_rows, read_page
from julep_server.store.resources import new_id
from julep_server.store.times import later_than, now
from julep_server.store.tombstones import record_deletion, record_deletions

_KIND = "tool"


@dataclass(frozen=True, slots=True)
class NewTool:
    """A tool to store."""

    type: str
    name: str
    function: JSONObject


@dataclass(frozen=True, slots=True)
class Tool:
    """A stored tool."""

    id: str
    agent_id: str
    type: str
    name: str
    function: JSONObject
    created_at: int
    updated_at: int


_INSERT = insert(tables.tools)
_FUNCTIONS = (
    select(tables.tools.c.name, tables.tools.c.function)
    .where(tables.tools.c.agent_id == bindparam("agent"))
    .order_by(tables.tools.c.seq)
)


def add(connection: Connection, tenant: str, agent_id: str, new: Sequence[NewTool]) -> list[Tool]:
    """Store tools of an agent.

    Raises:
        ApiError: 409 when the agent would have two tools of the same name.
    """
    if not new:
        return []
    names = {name for name, _ in functions(connection, agent_id)}
    added: list[Tool] = []
    for tool in new:
        if tool.name in names:
            raise _exists(tool.name)
        names.add(tool.name)
        moment = now()
        stored = Tool(new_id(), agent_id, tool.type, tool.name, tool.function, moment, moment)
        connection.execute(
            _INSERT,
            {
                "id": stored.id,
                "tenant": tenant,
                "agent_id": agent_id,
                "type": stored.type,
                "name": stored.name,
                "function": stored.function,
                "created_at": moment,
                "updated_at": moment,
            },
        )
        added.append(stored)
    return added


def get(connection: Connection, agent_id: str, identifier: str) -> Tool:
    """Return a tool of an agent.

    Raises:
        ApiError: 404 when the agent has none of that id.
    """
    table = tables.tools
    wanted = select_records(Tool, table)
    query = wanted.where(table.c.id == identifier, table.c.agent_id == agent_id)
    row = connection.execute(query).first()
    if row is None:
        raise not_found(_KIND, identifier)
    return read_row(Tool, row)


def page(connection: Connection, agent_id: str, wanted: Page) -> Iterator[Tool]:
    """Return one page of an agent's tools, read one by one as they are consumed."""
    return read_page(connection, Tool, tables.tools, ("agent_id", agent_id), wanted)


def count(connection: Connection, agent_id: str, wanted: Page) -> int:
    """Return the number of an agent's tools."""
    return count_rows(connection, tables.tools, ("agent_id", agent_id), wanted)


def change(connection: Connection, tool: Tool, function: JSONObject) -> Tool:
    """Replace a tool's definition, which includes its name.

    Raises:
        ApiError: 409 when the agent has another tool of that name.
    """
    name = str(function["name"])
    if name != tool.name and name in dict(functions(connection, tool.agent_id)):
        raise _exists(name)
    changed = replace(tool, name=name, function=function, updated_at=later_than(tool.updated_at))
    values: Mapping[str, object] = {
        "name": name,
        "function": function,
        "updated_at": changed.updated_at,
    }
    connection.execute(update(tables.tools).where(tables.tools.c.id == tool.id).values(values))
    return changed


def remove(connection: Connection, tenant: str, agent_id: str, identifier: str) -> int:
    """Delete a tool of an agent; a repetition returns the time of the first deletion.

    Returns:
        The time of the deletion, in microseconds.

    Raises:
        ApiError: 404 when the agent never had one of that id.
    """
    table = tables.tools
    result = connection.execute(
        delete(table).where(table.c.id == identifier, table.c.agent_id == agent_id)
    )
    existed = result.rowcount > 0
    return record_deletion(connection, tenant, _KIND, identifier, agent_id, existed=existed)


def functions(connection: Connection, agent_id: str) -> list[tuple[str, JSONObject]]:
    """Return an agent's functions by name, in the order in which they were added."""
    rows = connection.execute(_FUNCTIONS, {"agent": agent_id})
    return [(name, function) for name, function in rows]


def delete_of(connection: Connection, tenant: str, agent_id: str) -> None:
    """Delete all tools of an agent."""
    owned = select(tables.tools.c.id).where(tables.tools.c.agent_id == agent_id)
    record_deletions(connection, tenant, _KIND, owned, agent_id)
    connection.execute(delete(tables.tools).where(tables.tools.c.agent_id == agent_id))


def _exists(name: str) -> ApiError:
    return conflict("tool_exists", f"the agent already has a tool named {name}")
