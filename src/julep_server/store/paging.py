"""Pages of lists: filter, order, limit and offset."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    exists,
    func,
    insert,
    select,
)

from julep_server.db.tables import metadata_entries
from julep_server.errors import Violation, bad_request
from julep_server.json_text import JSON, JSONObject, MalformedJSONError, canonical, loads

_MAX_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        limit: The maximum number of rows.
        offset: The number of rows to skip.
        sort_by: The column to sort by.
        descending: Whether to sort in descending order.
        entries: Digests of the metadata entries that every row must have.
        equal: Columns, each with the value that every row must have.
    """

    limit: int
    offset: int
    sort_by: str = "created_at"
    descending: bool = False
    entries: Sequence[str] = ()
    equal: Sequence[tuple[str, str]] = ()


def page_of(arguments: JSONObject, filters: Sequence[str] = ()) -> Page:
    """Read a page from an operation's validated arguments.

    Args:
        arguments: The arguments.
        filters: The arguments that are ids, and restrict the list to the rows that have them.

    Raises:
        ApiError: 400 when ``metadata_filter`` is not a JSON object.
    """
    limit, offset = arguments.get("limit"), arguments.get("offset")
    return Page(
        limit=limit if isinstance(limit, int) else 100,
        # Databases count in 64 bits, and no list is that long.
        offset=min(offset, _MAX_INTEGER) if isinstance(offset, int) else 0,
        sort_by=str(arguments.get("sort_by") or "created_at"),
        descending=arguments.get("order") == "desc",
        entries=_filter_entries(arguments.get("metadata_filter")),
        equal=[(name, str(value).lower()) for name in filters if (value := arguments.get(name))],
    )


def _filter_entries(text: JSON) -> list[str]:
    try:
        wanted = loads(str(text)) if text is not None else {}
    except MalformedJSONError as error:
        message = f"metadata_filter is not JSON: {error}"
        raise bad_request("bad_filter", message, Violation("metadata_filter", str(error))) from None
    if not isinstance(wanted, dict):
        violation = Violation("metadata_filter", "must be a JSON object")
        raise bad_request("bad_filter", "metadata_filter must be a JSON object", violation)
    return [_entry(key, value) for key, value in wanted.items()]


def _entry(key: str, value: JSON) -> str:
    return hashlib.sha256(canonical([key, value]).encode("utf-8")).hexdigest()


def index_metadata(connection: Connection, resource_id: str, metadata: JSONObject) -> None:
    """Index a resource's metadata: digests of its entries, equal when the values are equal.

    All databases compare digests alike, whatever their support for JSON, and can index them; the
    rules of equality stay in one place, :func:`~julep_server.json_text.canonical`.
    """
    unindex_metadata(connection, resource_id)
    rows = [
        {"resource_id": resource_id, "entry": _entry(key, value)} for key, value in metadata.items()
    ]
    if rows:
        connection.execute(insert(metadata_entries), rows)


def unindex_metadata(connection: Connection, resource_id: str) -> None:
    """Remove a resource's metadata from the index."""
    connection.execute(
        delete(metadata_entries).where(metadata_entries.c.resource_id == resource_id)
    )


def select_page(table: Table, page: Page) -> Select[tuple[object, ...]]:
    """Select one page of a table; rows of the same time are sorted by insertion."""
    query = select(table).where(*_conditions(table, page))
    columns = [table.c[page.sort_by], table.c.seq]
    ordered = [column.desc() if page.descending else column.asc() for column in columns]
    return query.order_by(*ordered).limit(page.limit).offset(page.offset)


def count_rows(
    connection: Connection, table: Table, page: Page, *wanted: ColumnElement[bool]
) -> int:
    """Return the number of rows of which a page is a part, among those that are wanted."""
    query = select(func.count()).select_from(table).where(*_conditions(table, page), *wanted)
    return connection.execute(query).scalar_one()


def _conditions(table: Table, page: Page) -> list[ColumnElement[bool]]:
    entries = [
        exists().where(
            metadata_entries.c.resource_id == table.c.id, metadata_entries.c.entry == entry
        )
        for entry in page.entries
    ]
    return [*(table.c[name] == value for name, value in page.equal), *entries]
