"""Users, and the records that are deleted with them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

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


users = ResourceStore(tables.users, "user", User)


def delete_user(connection: Connection, tenant: str, identifier: str) -> int:
    """Delete a user with its docs and the memories of it; its sessions stay.

    Returns:
        The time of the deletion, in microseconds.
    """
    moment = users.delete(connection, tenant, identifier)
    docs.delete_of(connection, tenant, identifier)
    memories.delete_of_user(connection, identifier)
    return moment
