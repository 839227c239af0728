"""Documents of agents and users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert

from julep_server.db import tables
from julep_server.json_text import JSON, JSONObject
from julep_server.store.paging import index_metadata
from julep_server.store.resources import new_id
from julep_server.store.times import now


@dataclass(frozen=True, slots=True)
class NewDoc:
    """A document to store: its content is kept as it was given, one text or several."""

    title: str
    content: JSON
    metadata: JSONObject


def add(connection: Connection, tenant: str, owner_id: str, new: Sequence[NewDoc]) -> None:
    """Store documents of an agent or a user."""
    for doc in new:
        identifier = new_id()
        connection.execute(
            insert(tables.docs).values(
                id=identifier,
                tenant=tenant,
                owner_id=owner_id,
                title=doc.title,
                content=doc.content,
                metadata=doc.metadata,
                created_at=now(),
            )
        )
        index_metadata(connection, identifier, doc.metadata)


def delete_of(connection: Connection, owner_id: str) -> None:
    """Delete all documents of an owner."""
    table = tables.docs
    owned = table.c.owner_id == owner_id
    identifiers = table.select().with_only_columns(table.c.id).where(owned)
    entries = tables.metadata_entries
    connection.execute(delete(entries).where(entries.c.resource_id.in_(identifiers)))
    connection.execute(delete(table).where(owned))
