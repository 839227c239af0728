"""Fields of named tuples under their earlier names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any
from warnings import warn


def accept_old_names(cls: Any, renamed: Mapping[str, str]) -> None:
    """Let a named tuple's class accept and have fields by their old names, with a warning.

    The class is changed, not wrapped, so that type checkers know the new names alone, and copies,
    pickles and `repr` are as before.

    Args:
        cls: The class.
        renamed: The new name of each old one.
    """
    new, replace = cls.__new__, cls._replace

    def current(options: dict[str, Any]) -> dict[str, Any]:
        for old in [name for name in options if name in renamed]:
            if renamed[old] in options:
                raise TypeError(f"{cls.__name__} got both {old!r} and {renamed[old]!r}")
            _warn(f"{old}=", f"{renamed[old]}=", stacklevel=4)
            options[renamed[old]] = options.pop(old)
        return options

    @wraps(new)
    def construct(_cls: Any, /, *args: Any, **options: Any) -> Any:
        return new(_cls, *args, **(current(options) if options else options))

    @wraps(replace)
    def _replace(self: Any, /, **options: Any) -> Any:
        return replace(self, **current(options))

    cls.__new__ = staticmethod(construct)
    cls._replace = _replace
    for old, name in renamed.items():
        setattr(cls, old, _old_attribute(old, name))


def _old_attribute(old: str, name: str) -> property:
    def read(self: object) -> Any:
        _warn(f".{old}", f".{name}", stacklevel=3)
        return getattr(self, name)

    return property(read, doc=f"Deprecated: use `{name}`.")


def _warn(what: str, replacement: str, *, stacklevel: int) -> None:
    from julep_api.deprecation import KEPT_UNTIL  # only old programs need it

    message = f"{what} is an earlier name, and may go from {KEPT_UNTIL} on: use {replacement}"
    warn(message, DeprecationWarning, stacklevel=stacklevel)
