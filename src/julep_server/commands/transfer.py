"""``julep export``, ``julep import`` and ``julep apply``: agents as text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter
from sqlalchemy import Connection, select

from julep_server.archive.agents_file import export_lines, import_lines
from julep_server.archive.apply_file import apply_lines
from julep_server.archive.lines import ArchiveError, read_lines, write_lines
from julep_server.archive.recognized import AGENTS, check_format, check_lines
from julep_server.commands.opened import DatabaseOption, database_url, reported
from julep_server.commands.operations import reading, transaction
from julep_server.db import engine as engines
from julep_server.db import tables
from julep_server.settings import OFFLINE_MODEL
from julep_server.tenancy import records
from julep_server.tenancy.keys import LOCAL_TENANT, key_hash

_T = TypeVar("_T")

_EXPORTED = "what julep export writes: JSON Lines with a header and an end"
_APPLIED = 'JSON Lines, each an object such as {"kind": "agent", "name": "Ada"}'

Tenant = Annotated[
    str | None,
    Parameter(help="The tenant's name. By default the only one that the database has."),
]
Key = Annotated[
    str | None,
    Parameter(
        name="--api-key",
        help="A key of the tenant, instead.",
    ),
]


def export(
    *agents: str,
    output: Path | None = None,
    database: DatabaseOption = None,
    tenant: Tenant = None,
    api_key: Key = None,
) -> None:
    """Write agents as JSON Lines, with tools, documents, memories, users and sessions.

    Args:
        agents: Ids or names of agents; by default all of the tenant, and its other users too.
        output: The file to write; by default standard output.
        database: The database.
        tenant: The tenant's name.
        api_key: A key of the tenant.
    """
    with reported(), reading(database_url(database, must_exist=True)) as connection:
        chosen = _tenant(connection, tenant, api_key)
        wanted = [_agent_id(connection, chosen, agent) for agent in agents]
        write_lines(output, export_lines(connection, chosen, wanted or None))


def import_file(
    file: Path, *, database: DatabaseOption = None, tenant: Tenant = None, api_key: Key = None
) -> None:
    """Store what a file of julep export has. Ids are kept, unless they are taken.

    Args:
        file: The file.
        database: The database, of any kind.
        tenant: The tenant that gets it.
        api_key: A key of the tenant.
    """

    def work(connection: Connection) -> tuple[dict[str, int], dict[str, str]]:
        check_format(file, AGENTS, _EXPORTED)
        chosen = _tenant(connection, tenant, api_key)
        return import_lines(connection, chosen, lambda: read_lines(file))

    with reported():
        counts, new_ids = _written(database_url(database), work)
        stored = ", ".join(f"{count} {_plural(name)}" for name, count in counts.items())
        _say(f"stored: {stored or 'nothing'}")
        for old, new in new_ids.items():
            _say(f"new id: {old} is {new}")


def apply(
    file: Path,
    *,
    database: DatabaseOption = None,
    tenant: Tenant = None,
    api_key: Key = None,
    model: str = OFFLINE_MODEL,
    prune: bool = False,
) -> None:
    """Make agents, users, tools and documents as a file has them; what is the same stays.

    Args:
        file: JSON Lines.
        database: The database.
        tenant: The tenant's name.
        api_key: A key of the tenant.
        model: The model of a new agent whose line names none.
        prune: Delete tools and documents that the file does not have, of agents that it has.
    """

    def work(connection: Connection) -> list[str]:
        check_lines(file, _APPLIED)
        chosen = _tenant(connection, tenant, api_key)
        return list(apply_lines(connection, chosen, model, read_lines(file), prune=prune))

    with reported():
        for change in _written(database_url(database), work) or ["nothing to change"]:
            _say(change)


def _written(url: str, work: Callable[[Connection], _T]) -> _T:
    """Run work in a transaction on a database that has the newest schema."""
    engines.Database(url).close()
    with transaction(url) as connection:
        return work(connection)


def _tenant(connection: Connection, given: str | None, key: str | None) -> str:
    if given is not None:
        named = records.find_tenant(connection, given)
        if named is None:
            raise ArchiveError(f"there is no tenant {given}: julep tenants list")
        return named.id
    if key is not None:
        found_key = records.find_key(connection, key_hash(key))
        if found_key is None:
            raise ArchiveError("the database has no such key: julep keys list")
        return found_key.tenant
    found: set[str] = set()
    for table in (tables.agents, tables.users, tables.sessions):
        found |= set(connection.execute(select(table.c.tenant).distinct()).scalars())
    if len(found) > 1:
        raise ArchiveError(
            f"the database has {len(found)} tenants: --tenant must be one of"
            f" {', '.join(sorted(one.name for one in records.all_tenants(connection)))}"
        )
    return found.pop() if found else LOCAL_TENANT


def _agent_id(connection: Connection, tenant: str, given: str) -> str:
    table = tables.agents
    named = (table.c.id == given.lower()) | (table.c.name == given)
    query = select(table.c.id).where(table.c.tenant == tenant, named).limit(2)
    found: Sequence[str] = connection.execute(query).scalars().all()
    if len(found) != 1:
        raise ArchiveError(
            f"several agents are named {given}: use the id"
            if found
            else f"there is no agent {given}"
        )
    return found[0]


def _plural(kind: str) -> str:
    return "memories" if kind == "memory" else f"{kind}s"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
