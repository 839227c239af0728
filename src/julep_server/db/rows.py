"""Records built from rows."""

from __future__ import annotations

from dataclasses import Field, fields
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import RowMapping


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=_Dataclass)


def read_row(kind: type[T], row: RowMapping) -> T:
    """Build a dataclass's instance from the columns that have its fields' names."""
    return kind(**{name: row[name] for name in _names(kind)})


@cache
def _names(kind: type[_Dataclass]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
