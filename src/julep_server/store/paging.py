"""Pages of lists: filter, order, limit and offset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from julep_server.db.conditions import FirstOfIndex
from julep_server.db.rows import Dataclass, T, iterate_rows, select_records
from julep_server.db.tables import metadata_entries
from julep_server.errors import Violation, bad_request
from julep_server.json_text import JSON, JSONObject, MalformedJSONError, canonical, loads
from julep_server.store import list_parts

_MAX_INTEGER = 2**63 - 1
_FEW = 500
"""Rows with a metadata entry up to which they are looked up, instead of walking the list."""


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

    @property
    def is_filtered(self) -> bool:
        """Whether only some of the rows of its owner are wanted."""
        return bool(self.entries or self.equal)

    @property
    def is_far(self) -> bool:
        """Whether it is so far from the start that rows are not skipped one by one."""
        return self.offset > list_parts.PART_SIZE and not self.is_filtered

    @property
    def takes_several(self) -> bool:
        """Whether reading it takes several statements."""
        return self.is_far or bool(self.entries)


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


_INDEX = insert(metadata_entries)
_OF_RESOURCE = metadata_entries.c.resource_id == bindparam("of")
_UNINDEX = delete(metadata_entries).where(_OF_RESOURCE)
_UNINDEX_ONE = _UNINDEX.where(metadata_entries.c.entry == bindparam("old"))
_REPLACE = (
    update(metadata_entries)
    .where(_OF_RESOURCE, metadata_entries.c.entry == bindparam("old"))
    .values(entry=bindparam("new"))
)


def index_metadata(
    connection: Connection,
    resource_id: str,
    metadata: JSONObject,
    before: JSONObject | None = None,
) -> None:
    """Index a resource's metadata: digests of its entries, equal when the values are equal.

    All databases compare digests alike, whatever their support for JSON, and can index them; the
    rules of equality stay in one place, :func:`~julep_server.json_text.canonical`.

    Args:
        connection: A transaction that writes.
        resource_id: The resource.
        metadata: Its metadata.
        before: The metadata that is indexed: only what differs is written. None if it is new.
    """
    entries, indexed = _entries(metadata), _entries(before or {})
    added, removed = sorted(entries - indexed), sorted(indexed - entries)
    both = min(len(added), len(removed))
    if both:
        # A changed value is one row that is written, and not two.
        pairs = zip(removed, added, strict=False)
        connection.execute(
            _REPLACE, [{"of": resource_id, "old": old, "new": new} for old, new in pairs]
        )
    if removed[both:]:
        connection.execute(
            _UNINDEX_ONE, [{"of": resource_id, "old": old} for old in removed[both:]]
        )
    if added[both:]:
        rows = [{"resource_id": resource_id, "entry": entry} for entry in added[both:]]
        connection.execute(_INDEX, rows)


def _entries(metadata: JSONObject) -> set[str]:
    return {_entry(key, value) for key, value in metadata.items()}


def unindex_metadata(connection: Connection, resource_id: str) -> None:
    """Remove a resource's metadata from the index."""
    connection.execute(_UNINDEX, {"of": resource_id})


class _Shape(NamedTuple):
    """What a list's statements depend on, besides their values."""

    table: Table
    owner: str
    sort_by: str
    descending: bool
    equal: tuple[str, ...]
    entries: int
    few: bool
    from_start: bool = False


def read_page(
    connection: Connection, kind: type[T], table: Table, owner: tuple[str, str], page: Page
) -> Iterator[T]:
    """Return one page of an owner's rows; rows of the same time are sorted by insertion.

    They are read one by one as they are consumed.

    Args:
        connection: A transaction.
        kind: The dataclass of the records.
        table: Their table.
        owner: The column that must have a value, and the value.
        page: The page.
    """
    shape, values = _of(connection, table, owner, page)
    if values.get("ids") == []:
        return iter(())
    offset = page.offset
    if page.is_far and table in list_parts.COUNTED:
        name = list_parts.name_of(table, page.sort_by)
        start = list_parts.find_start(
            connection, owner[1], name, offset, descending=page.descending
        )
        if start is not None:
            shape, offset = shape._replace(from_start=True), offset - start.skipped
            values["start"] = start.moment
    values |= {"limit": page.limit, "offset": offset}
    rows = connection.execute(_select_page(kind, shape, page.offset > 0), values)
    return iterate_rows(kind, rows)


def count_rows(connection: Connection, table: Table, owner: tuple[str, str], page: Page) -> int:
    """Return the number of an owner's rows of which a page is a part."""
    if table in list_parts.COUNTED and not page.is_filtered:
        return list_parts.total(connection, owner[1], table)
    shape, values = _of(connection, table, owner, page)
    if values.get("ids") == []:
        return 0
    return int(connection.execute(_select_count(shape), values).scalar_one())


def _of(
    connection: Connection, table: Table, owner: tuple[str, str], page: Page
) -> tuple[_Shape, dict[str, object]]:
    """Return the shape of a page's statement, and its values."""
    values: dict[str, object] = {"owner": owner[1], **{f"is_{name}": of for name, of in page.equal}}
    entries, few = list(page.entries), False
    if entries:
        having = {entry: _having(connection, entry) for entry in entries}
        rarest = min(entries, key=lambda entry: len(having[entry]))
        if few := len(having[rarest]) < _FEW:
            entries.remove(rarest)
            values["ids"] = having[rarest]
    values |= {f"entry_{number}": entry for number, entry in enumerate(entries)}
    equal = tuple(name for name, _ in page.equal)
    shape = _Shape(table, owner[0], page.sort_by, page.descending, equal, len(entries), few)
    return shape, values


_HAVING = (
    select(metadata_entries.c.resource_id)
    .where(metadata_entries.c.entry == bindparam("entry"))
    .limit(_FEW)
)


def _having(connection: Connection, entry: str) -> list[str]:
    """Return the ids of the resources that have an entry; of many, only some."""
    return list(connection.execute(_HAVING, {"entry": entry}).scalars())


@lru_cache(maxsize=256)
def _select_page(kind: type[Dataclass], shape: _Shape, skips: bool) -> Select[tuple[Any, ...]]:
    table = shape.table
    query = select_records(kind, table)
    columns = [*_index_of(shape), table.c[shape.sort_by], table.c.seq]
    order = [column.desc() if shape.descending else column.asc() for column in columns]
    if not skips:
        return query.where(_conditions(shape)).order_by(*order).limit(bindparam("limit"))
    # What is skipped is read from an index alone, where it has the columns.
    inner = select(table.c.seq).where(_conditions(shape)).order_by(*order)
    page = inner.limit(bindparam("limit")).offset(bindparam("offset")).subquery("page")
    return query.join(page, page.c.seq == table.c.seq).order_by(*order)


@lru_cache(maxsize=256)
def _select_count(shape: _Shape) -> Select[int]:
    return select(func.count()).select_from(shape.table).where(_conditions(shape))


def _index_of(shape: _Shape) -> list[Column[Any]]:
    """Return the first column of the index that has the list's order, if it is not the owner."""
    by_time = shape.sort_by == "created_at"
    return [shape.table.c[name] for name in shape.equal[:1]] if by_time else []


def _conditions(shape: _Shape) -> ColumnElement[bool]:
    table = shape.table
    entries: list[BindParameter[str]] = [
        bindparam(f"entry_{number}") for number in range(shape.entries)
    ]
    conditions: list[ColumnElement[bool]] = [table.c[shape.owner] == bindparam("owner")]
    indexed = [column.name for column in _index_of(shape)]
    for name in shape.equal:
        value: BindParameter[str] = bindparam(f"is_{name}", type_=String())
        column = table.c[name]
        conditions.append(FirstOfIndex(column, value) if name in indexed else column == value)
    if shape.from_start:
        moment = table.c[shape.sort_by]
        start: BindParameter[int] = bindparam("start")
        conditions.append(moment < start if shape.descending else moment >= start)
    if shape.few:
        conditions.append(table.c.id.in_(bindparam("ids", expanding=True)))
    return and_(*conditions, *(_has(table, entry) for entry in entries))


def _has(table: Table, entry: BindParameter[str]) -> ColumnElement[bool]:
    return exists().where(
        metadata_entries.c.resource_id == table.c.id, metadata_entries.c.entry == entry
    )
