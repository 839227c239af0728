"""Agents as they should be, from a file that a person writes: what differs is changed.

A line is the body of a request that creates an agent, a user, a tool or a document, with its kind.
Tools and documents belong to the agent or the user of the nearest line above.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from jsonschema_rs import Draft202012Validator
from sqlalchemy import Connection, select

from julep_server.archive.lines import ArchiveError
from julep_server.archive.recognized import AGENTS
from julep_server.contract.operations import load_contract
from julep_server.contract.violations import violations
from julep_server.db import tables
from julep_server.json_text import JSONObject
from julep_server.store import docs, tools
from julep_server.store.agents import Agent, agents
from julep_server.store.docs import Doc, NewDoc
from julep_server.store.tools import NewTool
from julep_server.store.users import User, users

_OPERATIONS = {
    "agent": "CreateAgent",
    "user": "CreateUser",
    "tool": "CreateAgentTool",
    "doc": "CreateAgentDoc",
}


@dataclass(slots=True)
class _Owner:
    """An agent or a user, with what the file has of it."""

    record: Agent | User
    docs: set[str] = field(default_factory=set[str])
    tools: set[str] = field(default_factory=set[str])


def apply_lines(
    connection: Connection,
    tenant: str,
    default_model: str,
    lines: Iterable[tuple[int, JSONObject]],
    *,
    prune: bool,
) -> Iterator[str]:
    """Make a tenant's agents, users, tools and documents as lines have them.

    An agent or a user is found by its ``id``, or by its name, which then only one may have; a tool
    by its name and a document by its title, among those of its owner. What is the same stays.

    Args:
        connection: A transaction that writes.
        tenant: The tenant.
        default_model: The model of a new agent whose line names none.
        lines: The lines, each with its number.
        prune: Delete tools and documents, of owners in the file, that the file does not have.

    Yields:
        A sentence for each change.

    Raises:
        ArchiveError: A line is not valid.
    """
    owners: list[_Owner] = []
    for number, line in lines:
        kind, identifier, body = _parse(line, number)
        name = str(body.get("name", ""))
        if kind == "agent":
            owner, done = _agent(connection, tenant, identifier, body, default_model, number)
            owners.append(owner)
        elif kind == "user":
            owner, done = _user(connection, tenant, identifier, body, number)
            owners.append(owner)
        elif not owners:
            raise ArchiveError(f"line {number}: a {kind} needs a line of its agent above")
        elif kind == "tool":
            name, done = _tool(connection, tenant, owners[-1], body, number)
        else:
            name, done = str(body["title"]), _doc(connection, tenant, owners[-1], body)
        if done:
            yield f"{done} {kind} {name}"
    if prune:
        for owner in owners:
            yield from _pruned(connection, tenant, owner)


def _parse(line: JSONObject, number: int) -> tuple[str, str | None, JSONObject]:
    if number == 1 and line.get("format") == AGENTS:
        raise ArchiveError("this is a file of julep export, which julep import stores")
    kind = str(line.get("kind"))
    if kind not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        raise ArchiveError(f"line {number}: kind must be one of {known} (julep import takes more)")
    body: JSONObject = {name: value for name, value in line.items() if name not in ("kind", "id")}
    if found := violations(_validator(kind), body):
        raise ArchiveError(f"line {number}: {kind}.{found[0].path}: {found[0].message}")
    identifier = line.get("id")
    return kind, None if identifier is None else str(identifier).lower(), body


@cache
def _validator(kind: str) -> Draft202012Validator:
    body = load_contract().operations[_OPERATIONS[kind]].body
    if body is None:
        raise TypeError(f"{_OPERATIONS[kind]} has no body")
    return body.validator


def _agent(
    connection: Connection,
    tenant: str,
    identifier: str | None,
    body: JSONObject,
    default_model: str,
    number: int,
) -> tuple[_Owner, str]:
    _refuse(body, number, "docs", "tools")
    instructions = body.get("instructions", [])
    values: dict[str, object] = {
        "name": body["name"],
        "about": body.get("about", ""),
        "instructions": [instructions] if isinstance(instructions, str) else instructions,
        "default_settings": body.get("default_settings", {}),
    }
    if "model" in body:
        values["model"] = body["model"]
    metadata = _metadata(body)
    found = _found(connection, tenant, identifier, str(body["name"]), number, of_agents=True)
    if found is None:
        values.setdefault("model", default_model)
        made = agents.insert(connection, tenant, values, metadata, identifier)
        return _Owner(made), "created"
    agent = agents.get(connection, tenant, found)
    changes = {name: value for name, value in values.items() if getattr(agent, name) != value}
    if not changes and agent.metadata == metadata:
        return _Owner(agent), ""
    return _Owner(agents.change(connection, tenant, agent, changes, metadata)), "changed"


def _user(
    connection: Connection, tenant: str, identifier: str | None, body: JSONObject, number: int
) -> tuple[_Owner, str]:
    _refuse(body, number, "docs")
    values = {"name": body.get("name", "User"), "about": body.get("about", "")}
    metadata = _metadata(body)
    found = _found(connection, tenant, identifier, str(values["name"]), number, of_agents=False)
    if found is None:
        return _Owner(users.insert(connection, tenant, values, metadata, identifier)), "created"
    user = users.get(connection, tenant, found)
    changes = {name: value for name, value in values.items() if getattr(user, name) != value}
    if not changes and user.metadata == metadata:
        return _Owner(user), ""
    return _Owner(users.change(connection, tenant, user, changes, metadata)), "changed"


def _tool(
    connection: Connection, tenant: str, owner: _Owner, body: JSONObject, number: int
) -> tuple[str, str]:
    function = body["function"]
    if not isinstance(owner.record, Agent) or not isinstance(function, dict):
        raise ArchiveError(f"line {number}: a tool needs a line of its agent above")
    name, agent_id = str(function["name"]), owner.record.id
    owner.tools.add(name)
    table = tables.tools
    query = select(table.c.id).where(table.c.agent_id == agent_id, table.c.name == name)
    found = connection.execute(query).scalar()
    if found is None:
        tools.add(connection, tenant, agent_id, [NewTool(str(body["type"]), name, function)])
        return name, "created"
    tool = tools.get(connection, agent_id, found)
    if tool.function == function:
        return name, ""
    tools.change(connection, tool, function)
    return name, "changed"


def _doc(connection: Connection, tenant: str, owner: _Owner, body: JSONObject) -> str:
    new = NewDoc(str(body["title"]), body["content"], _metadata(body))
    owner.docs.add(new.title)
    found = _docs_of(connection, owner.record.id).get(new.title)
    if found is None:
        docs.add(connection, tenant, owner.record.id, [new])
        return "created"
    if (found.content, found.metadata) == (new.content, new.metadata):
        return ""
    docs.change(connection, found, new)
    return "changed"


def _pruned(connection: Connection, tenant: str, owner: _Owner) -> Iterator[str]:
    identifier = owner.record.id
    for title, doc in _docs_of(connection, identifier).items():
        if title not in owner.docs:
            docs.remove(connection, tenant, identifier, doc.id)
            yield f"deleted doc {title}"
    table = tables.tools
    query = select(table.c.id, table.c.name).where(table.c.agent_id == identifier)
    for tool_id, name in connection.execute(query.order_by(table.c.seq)).all():
        if name not in owner.tools:
            tools.remove(connection, tenant, identifier, tool_id)
            yield f"deleted tool {name}"


def _docs_of(connection: Connection, owner_id: str) -> dict[str, Doc]:
    table = tables.docs
    query = select(table.c.id).where(table.c.owner_id == owner_id).order_by(table.c.seq)
    found = [docs.get(connection, owner_id, one) for one in connection.execute(query).scalars()]
    return {doc.title: doc for doc in found}


def _found(
    connection: Connection,
    tenant: str,
    identifier: str | None,
    name: str,
    number: int,
    *,
    of_agents: bool,
) -> str | None:
    """Return the id of the tenant's agent or user; None if it has none."""
    table, kind = (tables.agents, "agent") if of_agents else (tables.users, "user")
    if identifier is not None:
        row = connection.execute(select(table.c.tenant).where(table.c.id == identifier)).first()
        if row is not None and row[0] != tenant:
            raise ArchiveError(f"line {number}: the id {identifier} can't be used")
        return None if row is None else identifier
    query = select(table.c.id).where(table.c.tenant == tenant, table.c.name == name).limit(2)
    ids = connection.execute(query).scalars().all()
    if len(ids) > 1:
        raise ArchiveError(f"line {number}: several {kind}s are named {name}: give its id")
    return ids[0] if ids else None


def _metadata(body: JSONObject) -> JSONObject:
    given = body.get("metadata")
    return given if isinstance(given, dict) else {}


def _refuse(body: JSONObject, number: int, *names: str) -> None:
    for name in names:
        if body.get(name):
            raise ArchiveError(f"line {number}: {name} have lines of their own")
