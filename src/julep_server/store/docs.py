"""Documents of agents and users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select

from julep_server.db import tables
from julep_server.json_text import JSON, JSONObject
from julep_server.search.chunks import chunks
from julep_server.search.index import INDEX
from julep_server.store.paging import Page, index_metadata, select_page
from julep_server.store.resources import new_id
from julep_server.store.times import now
from julep_server.store.tombstones import buried, bury, bury_of

_KIND = "doc"


@dataclass(frozen=True, slots=True)
class NewDoc:
    """A document to store: its content is kept as it was given, one text or several."""

    title: str
    content: JSON
    metadata: JSONObject


@dataclass(frozen=True, slots=True)
class Doc:
    """A stored document."""

    id: str
    owner_id: str
    title: str
    content: JSON
    metadata: JSONObject
    created_at: int

    @property
    def updated_at(self) -> int:
        """A document never changes."""
        return self.created_at


def add(connection: Connection, tenant: str, owner_id: str, new: Sequence[NewDoc]) -> list[Doc]:
    """Store documents of an agent or a user; they can be found at once."""
    added: list[Doc] = []
    for doc in new:
        stored = Doc(new_id(), owner_id, doc.title, doc.content, doc.metadata, now())
        connection.execute(
            insert(tables.docs).values(
                id=stored.id,
                tenant=tenant,
                owner_id=owner_id,
                title=stored.title,
                content=stored.content,
                metadata=stored.metadata,
                created_at=stored.created_at,
            )
        )
        index_metadata(connection, stored.id, stored.metadata)
        # The index is written with the document: what was acknowledged is found.
        INDEX.add(connection, stored.id, [owner_id], stored.title, chunks(stored.content))
        added.append(stored)
    return added


def page(connection: Connection, owner_id: str, wanted: Page) -> list[Doc]:
    """One page of an owner's documents."""
    query = select_page(tables.docs, replace(wanted, sort_by="created_at"))
    owned = query.where(tables.docs.c.owner_id == owner_id)
    return [_read(row) for row in connection.execute(owned).mappings()]


def remove(connection: Connection, tenant: str, owner_id: str, identifier: str) -> int:
    """Delete a document of an owner, or say again when it was deleted.

    Returns:
        The time of the deletion, in microseconds.

    Raises:
        ApiError: 404 where the owner never had one of that id.
    """
    table = tables.docs
    doc = select(table.c.id).where(table.c.id == identifier, table.c.owner_id == owner_id)
    if connection.execute(doc).first() is None:
        return buried(connection, tenant, _KIND, identifier, owner_id)
    _delete(connection, doc)
    return bury(connection, tenant, _KIND, identifier, owner_id)


def delete_of(connection: Connection, tenant: str, owner_id: str) -> None:
    """Delete all documents of an owner."""
    owned = select(tables.docs.c.id).where(tables.docs.c.owner_id == owner_id)
    bury_of(connection, tenant, _KIND, owned, owner_id)
    _delete(connection, owned)


def _delete(connection: Connection, identifiers: Select[tuple[str]]) -> None:
    INDEX.remove(connection, identifiers)
    entries = tables.metadata_entries
    connection.execute(delete(entries).where(entries.c.resource_id.in_(identifiers)))
    connection.execute(delete(tables.docs).where(tables.docs.c.id.in_(identifiers)))


def _read(row: RowMapping) -> Doc:
    return Doc(
        id=row["id"],
        owner_id=row["owner_id"],
        title=row["title"],
        content=row["content"],
        metadata=row["metadata"],
        created_at=row["created_at"],
    )
