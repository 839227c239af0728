"""Users, and what goes with them when they are deleted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from julep_server.db import tables
from julep_server.json_text import JSONObject
from julep_server.store import docs, memories
from julep_server.store.resources import ResourceStore


@dataclass(frozen=True, slots=True)
class User:
    """A stored user."""

    id: str
    name: str
    about: str
    metadata: JSONObject
    created_at: int
    updated_at: int


def _read(row: RowMapping) -> User:
    return User(
        id=row["id"],
        name=row["name"],
        about=row["about"],
        metadata=row["metadata"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


users = ResourceStore(tables.users, "user", _read)


def delete_user(connection: Connection, tenant: str, identifier: str) -> int:
    """Delete a user with its docs and what agents remember of it; its sessions stay.

    Returns:
        The time of the deletion, in microseconds.
    """
    moment = users.delete(connection, tenant, identifier)
    docs.delete_of(connection, tenant, identifier)
    memories.delete_of_user(connection, identifier)
    return moment
