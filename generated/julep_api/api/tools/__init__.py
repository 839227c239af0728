"""The operations of the tag ``tools``, one module each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import create_agent_tool as create_agent_tool
    from . import delete_agent_tool as delete_agent_tool
    from . import get_agent_tools as get_agent_tools
    from . import patch_agent_tool as patch_agent_tool
    from . import update_agent_tool as update_agent_tool

__all__ = [
    "create_agent_tool",
    "delete_agent_tool",
    "get_agent_tools",
    "patch_agent_tool",
    "update_agent_tool",
]

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Importing a module makes it an attribute of its package: this runs once.
        return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
