"""Modules whose names are imported on first use (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module


def lazy(
    module: str, sources: Mapping[str, Iterable[str]]
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """Build ``__all__``, ``__getattr__`` and ``__dir__`` of a module with lazy names.

    Type checkers read the module's ``if TYPE_CHECKING`` imports instead; a test keeps the two
    lists equal.

    Args:
        module: The module's ``__name__``.
        sources: The names by the module that each is imported from.
    """
    origins = {name: source for source, names in sources.items() for name in names}

    def getattr_(name: str) -> object:
        if name not in origins:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value: object = getattr(import_module(origins[name]), name)
        # Later lookups find the name in the module and do not get here.
        setattr(sys.modules[module], name, value)
        return value

    def dir_() -> list[str]:
        return sorted({*vars(sys.modules[module]), *origins})

    return sorted(origins), getattr_, dir_
