"""Modules whose names are loaded when they are first used (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module


def lazy(
    module: str, sources: Mapping[str, Iterable[str]]
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """Make ``__all__``, ``__getattr__`` and ``__dir__`` for a module of lazy names.

    Type checkers read the module's ``if TYPE_CHECKING`` imports instead; a test keeps
    the two lists equal.

    Args:
        module: The module's ``__name__``.
        sources: For each module that a name comes from, the names.
    """
    origins = {name: source for source, names in sources.items() for name in names}

    def getattr_(name: str) -> object:
        if name not in origins:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value: object = getattr(import_module(origins[name]), name)
        # From now on the name is found without asking here again.
        setattr(sys.modules[module], name, value)
        return value

    def dir_() -> list[str]:
        return sorted({*vars(sys.modules[module]), *origins})

    return sorted(origins), getattr_, dir_
