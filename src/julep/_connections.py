"""A client's connections, which the clients that `with_options` makes of it share."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from julep._transport import Transport
    from julep._wire import AsyncWire, BlockingWire


class BlockingConnections:
    """What sends the requests of a client, made when the first is sent: that takes imports."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._wire: BlockingWire | None = None
        self._closed = False
        self._making = Lock()

    def wire(self) -> BlockingWire:
        """Give what sends requests.

        Raises:
            ConfigurationError: When this is closed.
        """
        if self._closed:
            raise _closed()
        if self._wire is None:
            with self._making:
                self._wire = self._wire or self.transport.blocking()
        return self._wire

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        self._closed = True
        if self._wire is not None:
            self._wire.close()


class AsyncConnections:
    """What sends the requests of a client, made when the first is sent: that takes imports."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._wire: AsyncWire | None = None
        self._closed = False
        self._making = Lock()

    def wire(self) -> AsyncWire:
        """Give what sends requests.

        Raises:
            ConfigurationError: When this is closed.
        """
        if self._closed:
            raise _closed()
        if self._wire is None:
            with self._making:
                self._wire = self._wire or self.transport.awaited()
        return self._wire

    async def aclose(self) -> None:
        """Close every connection of this event loop; a second time does nothing."""
        self._closed = True
        if self._wire is not None:
            await self._wire.aclose()


def _closed() -> ConfigurationError:
    return ConfigurationError("this client is closed: make a new one")
