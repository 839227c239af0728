"""A column type for any text: PostgreSQL can't store NUL, which is escaped for it."""

from __future__ import annotations

import re
from typing import Any, Protocol

from sqlalchemy import Dialect, types
from sqlalchemy.types import TypeDecorator, TypeEngine

_ESCAPE = "\x01"
_ESCAPED = re.compile(f"{_ESCAPE}(.)")
_UNESCAPED = re.compile(f"[\0{_ESCAPE}]")
_WRITTEN = {"\0": f"{_ESCAPE}0", _ESCAPE: f"{_ESCAPE}1"}
_READ = {"0": "\0", "1": _ESCAPE}


class _Processor(Protocol):
    def __call__(self, value: str | None) -> str | None: ...


class Text(TypeDecorator[str]):
    """Any text that JSON can hold; a NUL, and the escape itself, are stored escaped.

    SQLite stores texts as they are, which costs nothing.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = types.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> _Processor | None:
        """Return what escapes texts for the database."""
        return None if dialect.name == "sqlite" else _escaped

    def result_processor(self, dialect: Dialect, coltype: object) -> _Processor | None:
        """Return what unescapes texts from the database."""
        del coltype
        return None if dialect.name == "sqlite" else _unescaped


class ShortText(Text):
    """The same, up to a number of characters; PostgreSQL counts an escaped one as two."""

    impl = types.String
    cache_ok = True


def _escaped(value: str | None) -> str | None:
    return None if value is None else _UNESCAPED.sub(lambda found: _WRITTEN[found[0]], value)


def _unescaped(value: str | None) -> str | None:
    if value is None or _ESCAPE not in value:
        return value
    return _ESCAPED.sub(lambda found: _READ.get(found[1], found[0]), value)
