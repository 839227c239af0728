"""The operations of the tag ``agents``, one module each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import create_agent as create_agent
    from . import delete_agent as delete_agent
    from . import get_agent as get_agent
    from . import list_agents as list_agents
    from . import patch_agent as patch_agent
    from . import update_agent as update_agent

__all__ = [
    "create_agent",
    "delete_agent",
    "get_agent",
    "list_agents",
    "patch_agent",
    "update_agent",
]

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Importing a module makes it an attribute of its package: this runs once.
        return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
