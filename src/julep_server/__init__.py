"""A local server of the Julep agents API: ``julep serve``, or :class:`LocalServer` in-process.

The server needs the ``server`` extra (``pip install "julep[server]"``). This package imports the
extra's libraries only when :class:`LocalServer` is first used, so that the command can report that
the extra is missing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from julep_server.local import LocalServer

__all__ = ["LocalServer"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import :class:`LocalServer` on first use."""
        if name != "LocalServer":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            from julep_server.local import LocalServer
        except ModuleNotFoundError as error:
            from julep_server.missing import missing_extra

            raise missing_extra(error) from None
        return LocalServer

    def __dir__() -> list[str]:
        return sorted({*(name for name in globals() if name.startswith("__")), *__all__})
