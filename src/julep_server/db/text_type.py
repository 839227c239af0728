"""A column type for any text: PostgreSQL can't store NUL, which is escaped for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import Dialect, types
from sqlalchemy.types import TypeDecorator

_Processor: TypeAlias = Callable[[Any], Any] | None
_ESCAPE = "\x01"
_ESCAPED = re.compile(f"{_ESCAPE}(.)")
_WRITTEN = {"\0": f"{_ESCAPE}0", _ESCAPE: f"{_ESCAPE}1"}
_READ = {"0": "\0", "1": _ESCAPE}


class Text(TypeDecorator[str]):
    """Any text that JSON can hold; a NUL, and the escape itself, are stored escaped."""

    impl = types.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> _Processor:
        """Return what escapes texts; SQLite stores them as they are, which costs nothing."""
        return None if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> _Processor:
        """Return what unescapes texts."""
        return None if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape a text for the database."""
        del dialect  # all but SQLite are alike
        if value is None:
            return value
        return re.sub("[\0\x01]", lambda found: _WRITTEN[found[0]], value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Unescape a text from the database."""
        del dialect
        if value is None or _ESCAPE not in value:
            return value
        return _ESCAPED.sub(lambda found: _READ[found[1]], value)
