"""The common store of agents, users and sessions: rows of a tenant, with an id and metadata."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import Field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from julep_server.db.rows import read_row
from julep_server.errors import not_found
from julep_server.json_text import JSONObject
from julep_server.store.paging import (
    Page,
    count_rows,
    index_metadata,
    select_page,
    unindex_metadata,
)
from julep_server.store.times import later_than, now
from julep_server.store.tombstones import forget_deletion, record_deletion


class Record(Protocol):
    """A stored resource, which is a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str:
        """The resource's id, a UUID v4."""
        ...

    @property
    def created_at(self) -> int:
        """The time of creation, in microseconds."""
        ...

    @property
    def updated_at(self) -> int:
        """The time of the last change, in microseconds."""
        ...


R = TypeVar("R", bound=Record)


def new_id() -> str:
    """Return a new id, a UUID v4."""
    return str(uuid.uuid4())


class ResourceStore(Generic[R]):
    """Reads and writes one kind of resource, always for one tenant.

    Args:
        table: The resource's table.
        kind: The resource's name in messages, such as ``agent``.
        record_type: The dataclass of its records.
    """

    __slots__ = ("_record_type", "_table", "kind")

    def __init__(self, table: Table, kind: str, record_type: type[R]) -> None:
        self._table = table
        self._record_type = record_type
        self.kind = kind

    def find(self, connection: Connection, tenant: str, identifier: str) -> R | None:
        """Return the record; None when this tenant has none of that id."""
        row = connection.execute(select(self._table).where(*self._is(tenant, identifier)))
        found = row.mappings().first()
        return None if found is None else read_row(self._record_type, found)

    def get(self, connection: Connection, tenant: str, identifier: str) -> R:
        """Return the record.

        Raises:
            ApiError: 404 when this tenant has none of that id.
        """
        found = self.find(connection, tenant, identifier)
        if found is None:
            raise not_found(self.kind, identifier)
        return found

    def page(self, connection: Connection, tenant: str, page: Page) -> Iterator[R]:
        """Return one page of the tenant's records, read one by one as they are consumed."""
        query = select_page(self._table, page).where(self._table.c.tenant == tenant)
        return (read_row(self._record_type, row) for row in connection.execute(query).mappings())

    def count(self, connection: Connection, tenant: str, page: Page) -> int:
        """Return the number of the tenant's records of which a page is a part."""
        return count_rows(connection, self._table, page, self._table.c.tenant == tenant)

    def insert(
        self,
        connection: Connection,
        tenant: str,
        values: Mapping[str, object],
        metadata: JSONObject,
        identifier: str | None = None,
    ) -> R:
        """Store a new record.

        Args:
            connection: A transaction that writes.
            tenant: The tenant that it belongs to.
            values: Its fields.
            metadata: Its metadata.
            identifier: Its id, of a record that may have been deleted; None for a new id.
        """
        moment = now()
        if identifier is None:
            identifier = new_id()
        else:
            forget_deletion(connection, identifier)
        connection.execute(
            insert(self._table).values(
                **values,
                metadata=metadata,
                id=identifier,
                tenant=tenant,
                created_at=moment,
                updated_at=moment,
            )
        )
        index_metadata(connection, identifier, metadata)
        return self.get(connection, tenant, identifier)

    def change(
        self,
        connection: Connection,
        tenant: str,
        record: R,
        values: Mapping[str, object],
        metadata: JSONObject | None,
    ) -> R:
        """Change the given fields and the time of the last change; None keeps the metadata."""
        changes = dict(values)
        if metadata is not None:
            changes["metadata"] = metadata
            index_metadata(connection, record.id, metadata)
        connection.execute(
            update(self._table)
            .where(*self._is(tenant, record.id))
            .values(**changes, updated_at=later_than(record.updated_at))
        )
        return self.get(connection, tenant, record.id)

    def delete(self, connection: Connection, tenant: str, identifier: str) -> int:
        """Delete a record; a repetition returns the time of the first deletion.

        Returns:
            The time of the deletion, in microseconds.

        Raises:
            ApiError: 404 when this tenant never had one of that id.
        """
        result = connection.execute(delete(self._table).where(*self._is(tenant, identifier)))
        existed = result.rowcount > 0
        if existed:
            unindex_metadata(connection, identifier)
        return record_deletion(connection, tenant, self.kind, identifier, existed=existed)

    def _is(self, tenant: str, identifier: str) -> tuple[ColumnElement[bool], ...]:
        return (self._table.c.id == identifier, self._table.c.tenant == tenant)
