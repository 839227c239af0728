"""The operations of the tag ``memories``, one module each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import delete_agent_memory as delete_agent_memory
    from . import get_agent_memories as get_agent_memories

__all__ = [
    "delete_agent_memory",
    "get_agent_memories",
]

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Importing a module makes it an attribute of its package: this runs once.
        return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
