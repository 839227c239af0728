"""A client's connections, which the clients that `with_options` makes of it share."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from julep._transport import Transport
    from julep._wire import AsyncWire, BlockingWire

MOST_CONNECTIONS: Final = 1000
"""How many connections a client has at once, if it is not told otherwise."""


class BlockingConnections:
    """What sends the requests of a client, made when the first is sent: that takes imports.

    Args:
        transport: How they are sent.
        owner: Whose connections these are, if they are another client's.
    """

    def __init__(self, transport: Transport, owner: BlockingConnections | None = None) -> None:
        self.transport = transport
        self._owner = owner
        self._wire: BlockingWire | None = None
        self._closed = False
        self._making = Lock()

    def shared(self) -> BlockingConnections:
        """Give these to another client, which may close them for itself alone."""
        return BlockingConnections(self.transport, self._owner or self)

    def check_open(self) -> None:
        """See that they can be used.

        Raises:
            ConfigurationError: When they are closed, or are those of another client that is.
        """
        if self._closed:
            raise _closed()
        if self._owner is not None:
            self._owner.check_open()

    def wire(self) -> BlockingWire:
        """Give what sends requests.

        Raises:
            ConfigurationError: When they are closed, or are those of another client that is.
        """
        if self._closed:
            raise _closed()
        if self._owner is not None:
            return self._owner.wire()
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
    """What sends the requests of a client, made when the first is sent: that takes imports.

    Args:
        transport: How they are sent.
        owner: Whose connections these are, if they are another client's.
    """

    def __init__(self, transport: Transport, owner: AsyncConnections | None = None) -> None:
        self.transport = transport
        self._owner = owner
        self._wire: AsyncWire | None = None
        self._closed = False
        self._making = Lock()

    def shared(self) -> AsyncConnections:
        """Give these to another client, which may close them for itself alone."""
        return AsyncConnections(self.transport, self._owner or self)

    def check_open(self) -> None:
        """See that they can be used.

        Raises:
            ConfigurationError: When they are closed, or are those of another client that is.
        """
        if self._closed:
            raise _closed()
        if self._owner is not None:
            self._owner.check_open()

    def wire(self) -> AsyncWire:
        """Give what sends requests.

        Raises:
            ConfigurationError: When they are closed, or are those of another client that is.
        """
        if self._closed:
            raise _closed()
        if self._owner is not None:
            return self._owner.wire()
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
