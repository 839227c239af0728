"""Records read from rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import Field, fields
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Row, Select, Table, select


class Dataclass(Protocol):
    """A dataclass, whose fields have the names of columns."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=Dataclass)


@cache
def select_records(kind: type[Dataclass], table: Table) -> Select[tuple[Any, ...]]:
    """Select the columns that have the names of a dataclass's fields, in their order."""
    return select(*(table.c[field.name] for field in fields(kind)))


def read_row(kind: type[T], row: Row[tuple[Any, ...]]) -> T:
    """Build a dataclass's instance from a row of :func:`select_records`."""
    return _build(kind)(*row)


def read_rows(kind: type[T], rows: Iterable[Row[tuple[Any, ...]]]) -> list[T]:
    """Build instances of a dataclass from rows of :func:`select_records`."""
    return list(iterate_rows(kind, rows))


def iterate_rows(kind: type[T], rows: Iterable[Row[tuple[Any, ...]]]) -> Iterator[T]:
    """Build instances of a dataclass from rows, each when it is consumed."""
    build = _build(kind)
    return (build(*row) for row in rows)


def _build(kind: type[T]) -> Callable[..., T]:
    # The columns are those of the fields, which type checkers can't know.
    return kind
