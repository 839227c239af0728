"""The common store of agents, users and sessions: rows of a tenant, with an id and metadata."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import Field, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, insert, update

from julep_server.db.rows import read_row, select_records
from julep_server.errors import not_found
from julep_server.json_text import JSONObject
from julep_server.store.list_parts import fold_sometimes
from julep_server.store.paging import (
    Page,
    count_rows,
    index_metadata,
    read_page,
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


class RecordWithMetadata(Record, Protocol):
    """A stored resource by whose metadata lists can be filtered."""

    @property
    def metadata(self) -> JSONObject:
        """The resource's metadata."""
        ...


R = TypeVar("R", bound=RecordWithMetadata)


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

    __slots__ = (
        "_delete",
        "_find",
        "_insert",
        "_lock",
        "_record_type",
        "_table",
        "_update",
        "kind",
    )

    def __init__(self, table: Table, kind: str, record_type: type[R]) -> None:
        # Built once: building and comparing a statement takes longer than executing it.
        wanted = table.c.id == bindparam("of_id"), table.c.tenant == bindparam("of_tenant")
        self._table = table
        self._record_type = record_type
        self._find = select_records(record_type, table).where(*wanted)
        self._lock = self._find.with_for_update()
        self._insert = insert(table)
        self._update = update(table).where(*wanted)
        self._delete = delete(table).where(*wanted)
        self.kind = kind

    def find(
        self, connection: Connection, tenant: str, identifier: str, *, lock: bool = False
    ) -> R | None:
        """Return the record; None when this tenant has none of that id.

        Args:
            connection: A transaction.
            tenant: The tenant.
            identifier: The record's id.
            lock: Whether others may neither change nor delete it before the transaction's end.
        """
        row = connection.execute(self._lock if lock else self._find, _is(tenant, identifier))
        found = row.first()
        return None if found is None else read_row(self._record_type, found)

    def get(self, connection: Connection, tenant: str, identifier: str, *, lock: bool = False) -> R:
        """Return the record; see :meth:`find`.

        Raises:
            ApiError: 404 when this tenant has none of that id.
        """
        found = self.find(connection, tenant, identifier, lock=lock)
        if found is None:
            raise not_found(self.kind, identifier)
        return found

    def page(self, connection: Connection, tenant: str, page: Page) -> Iterator[R]:
        """Return one page of the tenant's records, read one by one as they are consumed."""
        return read_page(connection, self._record_type, self._table, ("tenant", tenant), page)

    def count(self, connection: Connection, tenant: str, page: Page) -> int:
        """Return the number of the tenant's records of which a page is a part."""
        return count_rows(connection, self._table, ("tenant", tenant), page)

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
            values: All of its fields but the metadata, the id and the times.
            metadata: Its metadata.
            identifier: Its id, of a record that may have been deleted; None for a new id.
        """
        moment = now()
        if identifier is None:
            identifier = new_id()
        else:
            forget_deletion(connection, identifier)
        stored = {
            **values,
            "metadata": metadata,
            "id": identifier,
            "created_at": moment,
            "updated_at": moment,
        }
        connection.execute(self._insert, {**stored, "tenant": tenant})
        index_metadata(connection, identifier, metadata)
        times = ("created_at", moment), ("updated_at", moment)
        fold_sometimes(connection, tenant, self._table, *times)
        return self._record_type(**stored)

    def change(
        self,
        connection: Connection,
        tenant: str,
        record: R,
        values: Mapping[str, object],
        metadata: JSONObject | None,
    ) -> R:
        """Change the given fields and the time of the last change; None keeps the metadata.

        Args:
            connection: A transaction that writes.
            tenant: The tenant.
            record: The record as this transaction has read it, locked if others may change it.
            values: The fields.
            metadata: The metadata.
        """
        moment = later_than(record.updated_at)
        changes = {**values, "updated_at": moment}
        if metadata is not None:
            changes["metadata"] = metadata
            index_metadata(connection, record.id, metadata, record.metadata)
        connection.execute(self._update, {**changes, **_is(tenant, record.id)})
        times = ("updated_at", record.updated_at), ("updated_at", moment)
        fold_sometimes(connection, tenant, self._table, *times)
        return replace(record, **changes)

    def delete(self, connection: Connection, tenant: str, identifier: str) -> int:
        """Delete a record; a repetition returns the time of the first deletion.

        Returns:
            The time of the deletion, in microseconds.

        Raises:
            ApiError: 404 when this tenant never had one of that id.
        """
        result = connection.execute(self._delete, _is(tenant, identifier))
        existed = result.rowcount > 0
        if existed:
            unindex_metadata(connection, identifier)
        return record_deletion(connection, tenant, self.kind, identifier, existed=existed)


def _is(tenant: str, identifier: str) -> dict[str, object]:
    return {"of_id": identifier, "of_tenant": tenant}
