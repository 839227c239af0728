"""What agents, users and sessions have in common: rows of a tenant, found by id, with metadata."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, delete, insert, select, update

from julep_server.errors import not_found
from julep_server.json_text import JSONObject
from julep_server.store.paging import Page, index_metadata, select_page, unindex_metadata
from julep_server.store.times import later_than, now
from julep_server.store.tombstones import buried, bury


class Record(Protocol):
    """A stored resource."""

    @property
    def id(self) -> str:
        """The resource's id, a UUID v4."""
        ...

    @property
    def created_at(self) -> int:
        """When it was made, in microseconds."""
        ...

    @property
    def updated_at(self) -> int:
        """When it was last changed, in microseconds."""
        ...


R = TypeVar("R", bound=Record)


def new_id() -> str:
    """A new id, UUID v4."""
    return str(uuid.uuid4())


class ResourceStore(Generic[R]):
    """Reads and writes one kind of resource; every question is asked for one tenant.

    Args:
        table: Its table.
        kind: Its name in messages, such as ``agent``.
        read: Makes the record from a row.
    """

    __slots__ = ("_read", "_table", "kind")

    def __init__(self, table: Table, kind: str, read: Callable[[RowMapping], R]) -> None:
        self._table = table
        self._read = read
        self.kind = kind

    def find(self, connection: Connection, tenant: str, identifier: str) -> R | None:
        """The record, or None where this tenant has none of that id."""
        row = connection.execute(select(self._table).where(*self._is(tenant, identifier)))
        found = row.mappings().first()
        return None if found is None else self._read(found)

    def get(self, connection: Connection, tenant: str, identifier: str) -> R:
        """The record.

        Raises:
            ApiError: 404 where this tenant has none of that id.
        """
        found = self.find(connection, tenant, identifier)
        if found is None:
            raise not_found(self.kind, identifier)
        return found

    def page(self, connection: Connection, tenant: str, page: Page) -> list[R]:
        """One page of the tenant's records."""
        query = select_page(self._table, page).where(self._table.c.tenant == tenant)
        return [self._read(row) for row in connection.execute(query).mappings()]

    def insert(
        self,
        connection: Connection,
        tenant: str,
        values: Mapping[str, object],
        metadata: JSONObject,
    ) -> R:
        """Store a new record under a new id."""
        identifier, moment = new_id(), now()
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
        """Change what is named, and the time of the last change; None leaves the metadata."""
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
        """Delete a record, or say again when it was deleted.

        Returns:
            The time of the deletion, in microseconds.

        Raises:
            ApiError: 404 where this tenant never had one of that id.
        """
        gone = connection.execute(delete(self._table).where(*self._is(tenant, identifier)))
        if gone.rowcount == 0:
            return buried(connection, tenant, self.kind, identifier)
        unindex_metadata(connection, identifier)
        return bury(connection, tenant, self.kind, identifier)

    def _is(self, tenant: str, identifier: str) -> tuple[ColumnElement[bool], ...]:
        return (self._table.c.id == identifier, self._table.c.tenant == tenant)
