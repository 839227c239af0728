"""A client's connections, which the clients that `with_options` makes of it share."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from julep._http.transport_config import TransportConfig

W = TypeVar("W")

DEFAULT_MAX_CONNECTIONS: Final = 1000
"""How many connections a client has at once, if it is not told otherwise."""


class Connections(Generic[W]):
    """What sends the requests of a client, made when the first is sent: that takes imports.

    Args:
        transport: How they are sent.
        make: Makes what sends them.
        owner: Whose connections these are, if they are another client's.
    """

    def __init__(
        self,
        transport: TransportConfig,
        make: Callable[[TransportConfig], W],
        owner: Connections[W] | None = None,
    ) -> None:
        self.transport = transport
        self._make = make
        self._owner = owner
        self._wire: W | None = None
        self._closed = False
        self._making = Lock()

    def shared(self) -> Connections[W]:
        """Give these to another client, which may close them for itself alone."""
        return Connections(self.transport, self._make, self._owner or self)

    def check_open(self) -> None:
        """See that they can be used.

        Raises:
            ConfigurationError: When they are closed, or are those of another client that is.
        """
        if self._closed:
            raise ConfigurationError("this client is closed: make a new one")
        if self._owner is not None:
            self._owner.check_open()

    def wire(self) -> W:
        """Give what sends requests.

        Raises:
            ConfigurationError: When they are closed, or are those of another client that is.
        """
        self.check_open()
        if self._owner is not None:
            return self._owner.wire()
        if self._wire is None:
            with self._making:
                self._wire = self._wire or self._make(self.transport)
        return self._wire

    def end(self) -> W | None:
        """Use them no more; give what has to be closed, if there is anything."""
        self._closed = True
        return self._wire
