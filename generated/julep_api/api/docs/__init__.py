"""The operations of the tag ``docs``, one module each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import create_agent_doc as create_agent_doc
    from . import create_user_doc as create_user_doc
    from . import delete_agent_doc as delete_agent_doc
    from . import delete_user_doc as delete_user_doc
    from . import get_agent_doc as get_agent_doc
    from . import get_agent_docs as get_agent_docs
    from . import get_user_doc as get_user_doc
    from . import get_user_docs as get_user_docs
    from . import patch_agent_doc as patch_agent_doc
    from . import patch_user_doc as patch_user_doc
    from . import search_docs as search_docs
    from . import update_agent_doc as update_agent_doc
    from . import update_user_doc as update_user_doc

__all__ = [
    "create_agent_doc",
    "create_user_doc",
    "delete_agent_doc",
    "delete_user_doc",
    "get_agent_doc",
    "get_agent_docs",
    "get_user_doc",
    "get_user_docs",
    "patch_agent_doc",
    "patch_user_doc",
    "search_docs",
    "update_agent_doc",
    "update_user_doc",
]

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Importing a module makes it an attribute of its package: this runs once.
        return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
