"""The operations of the tag ``sessions``, one module each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import cancel_chat as cancel_chat
    from . import chat as chat
    from . import create_session as create_session
    from . import delete_session as delete_session
    from . import delete_session_history as delete_session_history
    from . import fork_session as fork_session
    from . import get_history as get_history
    from . import get_session as get_session
    from . import get_suggestions as get_suggestions
    from . import list_sessions as list_sessions
    from . import patch_session as patch_session
    from . import render_chat as render_chat
    from . import update_session as update_session

__all__ = [
    "cancel_chat",
    "chat",
    "create_session",
    "delete_session",
    "delete_session_history",
    "fork_session",
    "get_history",
    "get_session",
    "get_suggestions",
    "list_sessions",
    "patch_session",
    "render_chat",
    "update_session",
]

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Importing a module makes it an attribute of its package: this runs once.
        return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
