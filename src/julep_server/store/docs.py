"""Documents of agents and users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Select, delete, insert, select, update

from julep_server.db import tables
from julep_server.db.rows import read_row, select_records
from julep_server.errors import not_found
from julep_server.json_text import JSON, JSONObject
from julep_server.search.index import INDEX
from julep_server.store.paging import Page, count_rows, index_metadata, read_page
from julep_server.store.resources import new_id
from julep_server.store.times import later_than, now
from julep_server.store.tombstones import record_deletion, record_deletions
from julep_server.text.chunks import split_chunks

_KIND = "doc"


@dataclass(frozen=True, slots=True)
class NewDoc:
    """A document to store; its content, one text or several, is stored unchanged."""

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
    updated_at: int


def add(connection: Connection, tenant: str, owner_id: str, new: Sequence[NewDoc]) -> list[Doc]:
    """Store documents of an agent or a user; searches find them at once."""
    added: list[Doc] = []
    for doc in new:
        moment = now()
        stored = Doc(new_id(), owner_id, doc.title, doc.content, doc.metadata, moment, moment)
        connection.execute(
            insert(tables.docs).values(
                id=stored.id,
                tenant=tenant,
                owner_id=owner_id,
                title=stored.title,
                content=stored.content,
                metadata=stored.metadata,
                created_at=moment,
                updated_at=moment,
            )
        )
        index_metadata(connection, stored.id, stored.metadata)
        # In the same transaction: a document that was acknowledged can be found.
        index(connection, stored.id, owner_id, stored.title, stored.content)
        added.append(stored)
    return added


def index(
    connection: Connection, identifier: str, owner_id: str, title: str, content: JSON
) -> None:
    """Let searches of the owner's documents find a document."""
    INDEX.add(connection, identifier, [owner_id], title, split_chunks(content))


def get(connection: Connection, owner_id: str, identifier: str) -> Doc:
    """Return a document of an owner.

    Raises:
        ApiError: 404 when the owner has none of that id.
    """
    table = tables.docs
    wanted = select_records(Doc, table)
    query = wanted.where(table.c.id == identifier, table.c.owner_id == owner_id)
    row = connection.execute(query).first()
    if row is None:
        raise not_found(_KIND, identifier)
    return read_row(Doc, row)


def page(connection: Connection, owner_id: str, wanted: Page) -> Iterator[Doc]:
    """Return one page of an owner's documents, read one by one as they are consumed."""
    return read_page(connection, Doc, tables.docs, ("owner_id", owner_id), wanted)


def count(connection: Connection, owner_id: str, wanted: Page) -> int:
    """Return the number of an owner's documents of which a page is a part."""
    return count_rows(connection, tables.docs, ("owner_id", owner_id), wanted)


def change(connection: Connection, doc: Doc, changes: NewDoc) -> Doc:
    """Change a document; searches find its new text at once."""
    table = tables.docs
    changed = replace(
        doc,
        title=changes.title,
        content=changes.content,
        metadata=changes.metadata,
        updated_at=later_than(doc.updated_at),
    )
    connection.execute(
        update(table)
        .where(table.c.id == doc.id)
        .values(
            title=changed.title,
            content=changed.content,
            metadata=changed.metadata,
            updated_at=changed.updated_at,
        )
    )
    index_metadata(connection, doc.id, changes.metadata, doc.metadata)
    if (changes.title, changes.content) != (doc.title, doc.content):
        INDEX.remove(connection, select(table.c.id).where(table.c.id == doc.id))
        index(connection, doc.id, doc.owner_id, changes.title, changes.content)
    return changed


def remove(connection: Connection, tenant: str, owner_id: str, identifier: str) -> int:
    """Delete a document of an owner; a repetition returns the time of the first deletion.

    Returns:
        The time of the deletion, in microseconds.

    Raises:
        ApiError: 404 when the owner never had one of that id.
    """
    table = tables.docs
    doc = select(table.c.id).where(table.c.id == identifier, table.c.owner_id == owner_id)
    existed = connection.execute(doc).first() is not None
    _delete(connection, doc)
    return record_deletion(connection, tenant, _KIND, identifier, owner_id, existed=existed)


def delete_of(connection: Connection, tenant: str, owner_id: str) -> None:
    """Delete all documents of an owner."""
    owned = select(tables.docs.c.id).where(tables.docs.c.owner_id == owner_id)
    record_deletions(connection, tenant, _KIND, owned, owner_id)
    _delete(connection, owned)


def _delete(connection: Connection, identifiers: Select[tuple[str]]) -> None:
    INDEX.remove(connection, identifiers)
    entries = tables.metadata_entries
    connection.execute(delete(entries).where(entries.c.resource_id.in_(identifiers)))
    connection.execute(delete(tables.docs).where(tables.docs.c.id.in_(identifiers)))
