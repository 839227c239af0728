"""Modules whose names are imported on first use (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import ModuleType


def lazy(
    module: str,
    sources: Mapping[str, Iterable[str]],
    *,
    submodules: Iterable[str] = (),
    older: str = "",
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """Build ``__all__``, ``__getattr__`` and ``__dir__`` of a module with lazy names.

    Type checkers read the module's ``if TYPE_CHECKING`` imports instead; a test keeps the two
    lists equal.

    Args:
        module: The module's ``__name__``.
        sources: The names by the module that each is imported from.
        submodules: Modules of a package that are imported when they are used as attributes.
        older: A module with a function ``find(module, name)`` that looks up the names which the
            module had in julep 0.3. They are neither in ``__all__`` nor in ``dir()``.
    """
    origins = {name: source for source, names in sources.items() for name in names}
    modules = frozenset(submodules)

    def getattr_(name: str) -> object:
        if name in modules:
            return import_module(f"{module}.{name}")
        if name in origins:
            value: object = getattr(import_module(origins[name]), name)
            # Later lookups find the name in the module and do not get here.
            setattr(sys.modules[module], name, value)
            return value
        if older and not name.startswith("__"):
            found: object = import_module(older).find(module, name)
            return found
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    def dir_() -> list[str]:
        return public_names(sys.modules[module], modules)

    return sorted(origins), getattr_, dir_


def public_names(module: ModuleType, others: Iterable[str] = ()) -> list[str]:
    """Return what ``dir()`` of a module lists: its public names, and those of Python itself.

    Args:
        module: A module with ``__all__``, or without public names.
        others: Further names.
    """
    own = {name for name in vars(module) if name.startswith("__")}
    public: Iterable[str] = getattr(module, "__all__", ())
    return sorted({*own, *public, *others})
