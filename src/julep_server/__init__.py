"""A local server of the Julep agents API: ``julep serve``, or :class:`LocalServer` in-process.

The server needs the ``server`` extra (``pip install "julep[server]"``). This package imports the
extra's libraries only when :class:`LocalServer` is first used, so that the command can report that
the extra is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from julep_server.local import LocalServer

__all__ = ["LocalServer"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import :class:`LocalServer` on first use."""
        if name == "LocalServer":
            from julep_server.local import LocalServer

            return LocalServer
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
