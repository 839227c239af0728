"""The connections of an async client of httpx, as far as a closed event loop needs them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from socket import socket
from typing import Any, Final
from weakref import WeakSet

_CONNECTED: Final = "connect_tcp.complete"


class OpenStreams:
    """The network streams that httpx has opened.

    httpx closes a connection on its event loop only. A loop that is closed while tasks wait in it
    leaves the sockets open, and they stay open: anyio never drops such tasks.
    """

    def __init__(self) -> None:
        self._streams = WeakSet[Any]()

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note a connection that was opened: the ``trace`` extension of a request, as httpx has it.

        Args:
            event: The event, such as ``connection.connect_tcp.complete``.
            info: Its arguments, or what it results in.
        """
        if event.endswith(_CONNECTED):
            self._streams.add(info["return_value"])

    def close(self) -> None:
        """Close the sockets; their event loop is closed."""
        for stream in list(self._streams):
            sock: Any = stream.get_extra_info("socket")
            # asyncio shows a socket that cannot be closed; uvloop has closed its own.
            hidden = getattr(sock, "_sock", None)
            if isinstance(hidden, socket):
                with suppress(OSError):
                    hidden.close()
