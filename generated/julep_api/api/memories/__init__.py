"""The operations of the tag ``memories``, one module each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import create_agent_memory as create_agent_memory
    from . import delete_agent_memory as delete_agent_memory
    from . import get_agent_memories as get_agent_memories
    from . import patch_agent_memory as patch_agent_memory
    from . import update_agent_memory as update_agent_memory

__all__ = [
    "create_agent_memory",
    "delete_agent_memory",
    "get_agent_memories",
    "patch_agent_memory",
    "update_agent_memory",
]

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Importing a module makes it an attribute of its package: this runs once.
        return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
