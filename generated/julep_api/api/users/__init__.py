"""The operations of the tag ``users``, one module each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import create_user as create_user
    from . import delete_user as delete_user
    from . import get_user as get_user
    from . import list_users as list_users
    from . import patch_user as patch_user
    from . import update_user as update_user

__all__ = [
    "create_user",
    "delete_user",
    "get_user",
    "list_users",
    "patch_user",
    "update_user",
]

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Importing a module makes it an attribute of its package: this runs once.
        return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
